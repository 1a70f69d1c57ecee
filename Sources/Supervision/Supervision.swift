package import Foundation
package import Storage

/// 督: overviews, bulletins and their editions. Reads every table, owns those of editions.
package enum Supervision {
    /// The tables of this module.
    package static var migrations: [Migration] { get throws { try Migration.all(in: .module) } }
    /// The templates of this module.
    package static var templates: Bundle { .module }
}
