/// Tells the time. Passed in wherever time is needed, so that a test or the simulator decides what time it is.
package struct Clock: Sendable {
    private let read: @Sendable () -> Instant

    /// A clock that asks `read` each time.
    package init(_ read: @escaping @Sendable () -> Instant) { self.read = read }

    /// A clock that stands still.
    package static func fixed(_ instant: Instant) -> Clock { Clock { instant } }

    /// The present moment.
    package var now: Instant { read() }
}
