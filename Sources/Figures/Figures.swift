package import Foundation

/// 督: what a month says of areas and sites. Reads every table, owns none.
package enum Figures {
    /// Where the templates and words of this module lie.
    package static var resources: Bundle { .module }
}
