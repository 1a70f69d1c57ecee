package import Basics

/// The settings by which facts are judged.
package struct FactRules: Sendable {
    /// The network's time zone.
    package let zone: NetworkZone
    /// No fact is older than the network.
    package let firstDay: Day
    /// A day closes this many seconds after its end; what comes later leaves a late receipt.
    package let closeSeconds: Int64
    /// How far a terminal's clock may be ahead of the centre's.
    package let futureSeconds: Int64
    /// A play is effective from this many distinct media milliseconds of one courseware in a day at a site, where no formula says otherwise.
    package let effectiveMilliseconds: Int64
    /// Dated settings; `dated(_:)` puts them in.
    var formulas: [Formula] = []

    package init(zone: NetworkZone, firstDay: Day, closeSeconds: Int64 = 6 * 3600, futureSeconds: Int64 = 300, effectiveMilliseconds: Int64 = 120_000) {
        self.zone = zone
        self.firstDay = firstDay
        self.closeSeconds = closeSeconds
        self.futureSeconds = futureSeconds
        self.effectiveMilliseconds = effectiveMilliseconds
    }

    /// The moment from which facts about a day are late.
    package func close(of day: Day) -> Instant { zone.end(of: day).adding(seconds: closeSeconds) }
}

/// Who handed a batch in.
package enum Sender: Hashable, Sendable {
    /// Reports itself only.
    case terminal(String)
    /// Reports for terminals behind it.
    case edge(String)
    /// A file brought in on the machine itself.
    case commandLine

    package var text: String {
        switch self {
        case .terminal(let id): "terminal:" + id
        case .edge(let id): "edge:" + id
        case .commandLine: "command-line"
        }
    }
}
