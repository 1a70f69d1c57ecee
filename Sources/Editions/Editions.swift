package import Foundation
package import Storage

/// 督: compositions, closed months, editions and their distribution. Owns their tables.
package enum Editions {
    /// The tables of this module.
    package static var migrations: [Migration] { get throws { try Migration.all(in: .module) } }
    /// Where the templates and words of this module lie.
    package static var resources: Bundle { .module }
}
