package import Foundation
package import Storage

/// Records that features declare: made, changed, brought in from files, taken from state to state, and shown with their history.
package enum Records {
    /// The tables of this module.
    package static var migrations: [Migration] { get throws { try Migration.all(in: .module) } }
    /// Where the templates and words of this module lie.
    package static var resources: Bundle { .module }
}
