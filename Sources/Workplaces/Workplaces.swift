package import Foundation
package import Storage

/// What those come for who are no officers: whoever keeps a site, and an operator's staff.
package enum Workplaces {
    /// The tables of this module.
    package static var migrations: [Migration] { get throws { try Migration.all(in: .module) } }
    /// Where the templates and words of this module lie.
    package static var resources: Bundle { .module }
}
