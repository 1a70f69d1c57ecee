package import Basics
package import Foundation
package import Listener
package import Logging

/// What edge and terminal are told when they start.
package struct NodeConfiguration: Sendable {
    /// Holds the key, the enrolment, `node.sqlite` and `blobs/`.
    package var dataFolder: URL
    /// `http://host[:port]` of the parent; nil for the address that the claim named.
    package var parent: String?
    /// Where the program listens.
    package var host: String
    package var port: Int
    /// IANA name of the network's zone; nil for the one that the centre named at enrolment.
    package var zone: String?
    /// Between two looks at the catalogue, seconds.
    package var pollSeconds: Int64
    /// Names under which a television may ask, besides addresses and local names.
    package var hostNames: [String]
    /// Where `/metrics` is served alone; nil for the node's own listener, to this machine only.
    package var metrics: MetricsAddress?
    package var logger: Logger
    /// The machine's clock; tests pass another.
    package var clock: Clock
    /// Called with the port once the program answers.
    package var onRunning: @Sendable (Int) -> Void

    package init(
        dataFolder: URL, parent: String? = nil, host: String = "127.0.0.1", port: Int, zone: String? = nil, pollSeconds: Int64 = 60,
        hostNames: [String] = [],
        metrics: MetricsAddress? = nil, logger: Logger,
        clock: Clock = .system, onRunning: @escaping @Sendable (Int) -> Void = { _ in }
    ) {
        self.dataFolder = dataFolder
        self.parent = parent
        self.host = host
        self.port = port
        self.zone = zone
        self.pollSeconds = pollSeconds
        self.hostNames = hostNames
        self.metrics = metrics
        self.logger = logger
        self.clock = clock
        self.onRunning = onRunning
    }
}
