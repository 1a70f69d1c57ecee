package import Foundation
package import Storage

/// 故障: what plays and what does not, and why.
package enum Faults {
    /// The tables of this module.
    package static var migrations: [Migration] { get throws { try Migration.all(in: .module) } }
    /// Where the words of this module lie.
    package static var resources: Bundle { .module }
}
