import Foundation
package import Storage

/// People and what they may do; the audit log.
package enum Accounts {
    /// The tables of this module.
    package static var migrations: [Migration] { get throws { try Migration.all(in: .module) } }
}
