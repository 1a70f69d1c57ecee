package import Foundation
package import Storage

/// 督: overviews, bulletins and their editions. Reads every table, owns those of editions.
package enum Supervision {
    /// The tables of this module.
    package static var migrations: [Migration] { get throws { try Migration.all(in: .module) } }
    /// Where the templates and words of this module lie.
    package static var resources: Bundle { .module }
}
