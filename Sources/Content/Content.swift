package import Foundation
package import Storage

/// Courseware: how it comes in, what is made of it, who may show it, and who has it.
package enum Content {
    /// The tables of this module.
    package static var migrations: [Migration] { get throws { try Migration.all(in: .module) } }
    /// The templates of this module.
    package static var templates: Bundle { .module }
}
