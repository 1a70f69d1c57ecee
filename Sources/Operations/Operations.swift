package import Foundation
package import Storage

/// What arises in the field: presence, plays, how complete a terminal's report is, and what people decide about doubtful facts.
package enum Operations {
    /// The tables of this module.
    package static var migrations: [Migration] { get throws { try Migration.all(in: .module) } }
    /// Where the templates and words of this module lie.
    package static var resources: Bundle { .module }
}
