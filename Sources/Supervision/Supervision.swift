package import Foundation

/// 督: overviews and bulletins. Reads every table, owns none.
package enum Supervision {
    /// The templates of this module.
    package static var templates: Bundle { .module }
}
