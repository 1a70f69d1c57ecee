package import Foundation
package import Storage

/// 督: monthly returns. Owns their tables.
package enum Returns {
    /// The tables of this module.
    package static var migrations: [Migration] { get throws { try Migration.all(in: .module) } }
    /// Where the templates and words of this module lie.
    package static var resources: Bundle { .module }
}
