package import Foundation

/// People: who may sign in and do what, by pages.
package enum People {
    /// Where the templates and words of this module lie.
    package static var resources: Bundle { .module }
}
