package import Foundation
package import Storage

/// The register: areas, sites, terminals, nodes, all dated.
package enum Registry {
    /// The tables of this module.
    package static var migrations: [Migration] { get throws { try Migration.all(in: .module) } }
    /// The templates of this module.
    package static var templates: Bundle { .module }
}
