package import Foundation

/// The register on pages: areas and the decisions on them, sites and what changes about them, boxes, what is left out of the figures. The
/// rows and the commands are the module Registry's.
package enum RegisterPages {
    /// Where the templates and words of this module lie.
    package static var resources: Bundle { .module }
}
