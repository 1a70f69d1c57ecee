import Foundation

extension Clock {
    /// The machine's own clock.
    package static let system = Clock { Instant(milliseconds: Int64((Date().timeIntervalSince1970 * 1000).rounded(.down))) }
}
