package import Foundation
package import Storage

/// What everything later names: organisations and their agreements, and the papers that they issue.
package enum Offices {
    /// The tables of this module.
    package static var migrations: [Migration] { get throws { try Migration.all(in: .module) } }
    /// Where the templates and words of this module lie.
    package static var resources: Bundle { .module }
}
