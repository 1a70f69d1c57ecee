import Foundation
package import Storage

/// Durable work on the same database as everything else.
package enum Jobs {
    /// The tables of this module.
    package static var migrations: [Migration] { get throws { try Migration.all(in: .module) } }
}
