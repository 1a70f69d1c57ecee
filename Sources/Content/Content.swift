package import Foundation
package import Storage

/// Courseware: how it comes in, what is made of it, who may show it, and who has it.
package enum Content {
    /// The tables of this module.
    package static var migrations: [Migration] { get throws { try Migration.all(in: .module) } }
    /// Where the templates and words of this module lie.
    package static var resources: Bundle { .module }
}
