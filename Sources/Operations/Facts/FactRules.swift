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
    /// A play is effective from this many distinct media milliseconds of one courseware in a day at a site, where no formula says
    /// otherwise.
    package let effectiveMilliseconds: Int64
    /// Dated settings; `dated(_:)` puts them in.
    var formulas: [Formula] = []

    package init(
        zone: NetworkZone, firstDay: Day, closeSeconds: Int64 = 6 * 3600, futureSeconds: Int64 = 300, effectiveMilliseconds: Int64 = 120_000
    ) {
        self.zone = zone
        self.firstDay = firstDay
        self.closeSeconds = closeSeconds
        self.futureSeconds = futureSeconds
        self.effectiveMilliseconds = effectiveMilliseconds
    }

    /// The moment from which facts about a day are late.
    package func close(of day: Day) -> Instant { zone.end(of: day).adding(seconds: closeSeconds) }
}

/// Who says it: whoever signed the batch, not whoever carried it.
package enum Sender: Hashable, Sendable {
    /// Reports itself only.
    case terminal(String)
    /// Reports itself, and boxes that have no key of their own, while they stand below its area.
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

    /// What ``text`` wrote.
    init?(text: String) {
        if text == "command-line" {
            self = .commandLine
        } else if text.hasPrefix("terminal:") {
            self = .terminal(String(text.dropFirst("terminal:".count)))
        } else if text.hasPrefix("edge:") {
            self = .edge(String(text.dropFirst("edge:".count)))
        } else {
            return nil
        }
    }
}
