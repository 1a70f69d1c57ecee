import Foundation
package import Storage

/// Lists that features declare, and those that people keep under a name.
package enum Lists {
    /// The tables of this module.
    package static var migrations: [Migration] { get throws { try Migration.all(in: .module) } }
}
