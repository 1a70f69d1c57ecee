import Foundation
package import NIOCore

/// What one connection, and all of them, may take of a listener.
package struct ListenerLimits: Sendable {
    /// From the opening of a connection to the end of its first request's head.
    package var firstHead = TimeAmount.seconds(10)
    /// Between two requests. Longer than the minute between two looks of a node, so that these need no new connection.
    package var idle = TimeAmount.seconds(75)
    /// A body may fall so far behind the slowest rate.
    package var bodyGrace = TimeAmount.seconds(30)
    /// The slowest rate of a body: a line of 2 kbit/s.
    package var bodyBytesPerSecond = 256
    /// For so long an answer may wait for a reader who takes nothing.
    package var stalledAnswer = TimeAmount.seconds(300)
    /// Open connections in all. Beyond it, whoever has asked nothing for the longest is closed for whoever comes.
    package var connections: Int
    /// Open connections from one address; 64 bits of an IPv6 address count. Not for this machine's own, behind which a proxy stands.
    package var connectionsPerAddress = 256

    /// How many connections may wait to be taken in; one that finds no room there tries again after seconds.
    package static let backlog = 4096

    /// As many connections as the descriptors of the process allow, and 10,000 at most; the rest is for the database and for files.
    package init(connections: Int = max(64, min(10_000, ListenerLimits.descriptors() - 256))) { self.connections = connections }

    /// How many files the process may have open; raised to what it is allowed to, 65,536 at most.
    package static func descriptors() -> Int {
        var limit = rlimit()
        guard getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 else { return 1024 }
        let wanted = min(limit.rlim_max, 65_536)
        if limit.rlim_cur < wanted {
            var raised = rlimit(rlim_cur: wanted, rlim_max: limit.rlim_max)
            if setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &raised) == 0 { return Int(wanted) }
        }
        return Int(min(limit.rlim_cur, 65_536))
    }
}
