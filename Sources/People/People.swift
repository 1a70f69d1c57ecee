package import Foundation
package import Storage

/// People: who may sign in and do what, by pages.
package enum People {
    /// The tables of this module.
    package static var migrations: [Migration] { get throws { try Migration.all(in: .module) } }
    /// Where the templates and words of this module lie.
    package static var resources: Bundle { .module }
}
