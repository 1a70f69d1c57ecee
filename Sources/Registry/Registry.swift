package import Foundation
package import Storage

/// The register: areas, sites, terminals, nodes, all dated. Its pages are the module RegisterPages'.
package enum Registry {
    /// The tables of this module.
    package static var migrations: [Migration] { get throws { try Migration.all(in: .module) } }
    /// Where the words of this module lie.
    package static var resources: Bundle { .module }
}
