package import Basics
package import Wire

/// Something that was noticed, before it is counted.
package struct Noticed: Hashable, Sendable {
    package let kind: IncidentKind
    package let about: String

    package init(_ kind: IncidentKind, about: String = "") {
        self.kind = kind
        self.about = Incident.about(about)
    }
}

/// What this node noticed, counted: the first is reported at once, what comes after it once an hour. What is not reported yet is lost with
/// the process; that it happened stands in the report before.
package struct IncidentBook: Sendable {
    /// So many matters are told apart; what comes after is counted under its kind alone.
    package static let most = 32
    private static let every: Int64 = 3_600_000
    private struct Entry {
        var incident: Incident
        var reportedAt: Instant
        var isTold: Bool
    }

    private let node: String
    private var entries: [Noticed: Entry] = [:]

    package init(node: String) { self.node = node }

    /// Counts what was noticed; answers the report when one is due.
    package mutating func note(_ noticed: Noticed, at now: Instant) -> [Action] {
        let key = entries[noticed] != nil || entries.count < Self.most ? noticed : Noticed(noticed.kind)
        let old = entries[key]?.incident
        let incident = Incident(
            node: node, kind: key.kind.rawValue, about: key.about, firstAt: old?.firstAt ?? now, lastAt: max(now, old?.lastAt ?? now),
            count: (old?.count ?? 0) + 1)
        let reportedAt = entries[key]?.reportedAt
        entries[key] = Entry(incident: incident, reportedAt: reportedAt ?? now, isTold: reportedAt == nil)
        return reportedAt == nil ? [.report(.incident(incident))] : []
    }

    /// What lasts, and is looked at again and again, counts once an hour.
    package mutating func lasts(_ noticed: Noticed, at now: Instant) -> [Action] {
        if let last = entries[noticed]?.incident.lastAt, now >= last, now.milliseconds(since: last) < Self.every { return [] }
        return note(noticed, at: now)
    }

    /// Reports of what came since the last one of its matter.
    package mutating func due(at now: Instant) -> [Action] {
        var actions: [Action] = []
        for (key, entry) in entries.sorted(by: { ($0.key.kind.rawValue, $0.key.about) < ($1.key.kind.rawValue, $1.key.about) })
        where !entry.isTold && (now < entry.reportedAt || now.milliseconds(since: entry.reportedAt) >= Self.every) {
            entries[key]?.reportedAt = now
            entries[key]?.isTold = true
            actions.append(.report(.incident(entry.incident)))
        }
        return actions
    }
}
