package import Foundation

/// 督: an area's month as a table and in sentences. Reads every table, owns none.
package enum Bulletins {
    /// Where the templates and words of this module lie.
    package static var resources: Bundle { .module }
}
