package import Basics
package import Storage

/// What one reporter says of one matter, as often as he noticed it.
package struct IncidentReport: Hashable, Sendable {
    /// A node's id; empty for the centre.
    package let reporter: String
    package let kind: String
    package let about: String
    package let firstAt: Instant
    package let lastAt: Instant
    package let count: Int64

    package init(reporter: String, kind: String, about: String, firstAt: Instant, lastAt: Instant, count: Int64) {
        self.reporter = reporter
        self.kind = kind
        self.about = about
        self.firstAt = firstAt
        self.lastAt = lastAt
        self.count = count
    }
}

/// Something that happened, or goes on happening, that an honest network would not cause.
package struct StoredIncident: Decodable, Hashable, Sendable {
    package let reporter: String
    package let kind: String
    package let about: String
    package let firstAt: Instant
    package let lastAt: Instant
    package let occurrences: Int64
    /// How many of them a person has seen to.
    package let settled: Int64
    package let settledAt: Instant?
    package let settledBy: String?

    /// When the last of those that a person has seen to happened.
    package let settledLastAt: Instant

    package var place: IncidentPlace { IncidentPlace(lastAt: lastAt, reporter: reporter, kind: kind, about: about) }

    package var isOpen: Bool { occurrences > settled || lastAt > settledLastAt }
}

/// Which incidents a list shows. Reports of kinds `stop.…` are receipts and stand in none.
package struct IncidentFilter: Hashable, Sendable {
    package let onlyOpen: Bool
    /// Empty for all kinds.
    package let kind: String

    package init(onlyOpen: Bool, kind: String = "") {
        self.onlyOpen = onlyOpen
        self.kind = kind
    }

    fileprivate var condition: SQL {
        let unsettled: SQL = onlyOpen ? "(i.occurrences > i.settled OR i.last_at > i.settled_last_at)" : "1 = 1"
        let kind: SQL = kind.isEmpty ? "1 = 1" : "i.kind = \(kind)"
        return "\(sql: unsettled) AND \(sql: kind) AND i.kind NOT LIKE 'stop.%'"
    }
}

/// A place in the list of incidents, which outlives changes of the list: what happens again moves to its beginning.
package struct IncidentPlace: Hashable, Sendable {
    package let lastAt: Instant
    package let reporter: String
    package let kind: String
    package let about: String

    package init(lastAt: Instant, reporter: String, kind: String, about: String) {
        self.lastAt = lastAt
        self.reporter = reporter
        self.kind = kind
        self.about = about
    }
}

/// So many matters of one kind are told apart for one reporter; further ones count under the kind alone, so that a stranger who invents
/// names fills nothing.
private let mostMatters = 100
/// And so many in all of one reporter.
private let mostOfReporter = 3000

extension Statements {
    /// Takes in what a node says: the earliest, the latest, the greater count. False when that is known.
    package func mergeIncident(_ report: IncidentReport, at now: Instant) throws -> Bool {
        let (kind, about) = try place(report)
        return try run(
            """
            INSERT INTO incident (reporter, kind, about, first_at, last_at, occurrences, settled, settled_last_at)
            VALUES (\(report.reporter), \(kind), \(about), \(report.firstAt), \(report.lastAt), \(report.count), 0, 0)
            ON CONFLICT (reporter, kind, about) DO UPDATE SET
                first_at = CASE WHEN excluded.first_at < incident.first_at THEN excluded.first_at ELSE incident.first_at END,
                last_at = CASE WHEN excluded.last_at > incident.last_at THEN excluded.last_at ELSE incident.last_at END,
                occurrences = CASE WHEN excluded.occurrences > incident.occurrences THEN excluded.occurrences ELSE incident.occurrences END
            WHERE excluded.first_at < incident.first_at OR excluded.last_at > incident.last_at
                OR excluded.occurrences > incident.occurrences
            """) == 1
    }

    /// Adds what this centre itself noticed since it last said so.
    package func addIncident(_ report: IncidentReport) throws {
        let (kind, about) = try place(report)
        try run(
            """
            INSERT INTO incident (reporter, kind, about, first_at, last_at, occurrences, settled, settled_last_at)
            VALUES (\(report.reporter), \(kind), \(about), \(report.firstAt), \(report.lastAt), \(report.count), 0, 0)
            ON CONFLICT (reporter, kind, about) DO UPDATE
                SET last_at = CASE WHEN excluded.last_at > incident.last_at THEN excluded.last_at ELSE incident.last_at END,
                occurrences = incident.occurrences + excluded.occurrences
            """)
    }

    /// As which kind and matter a report is kept: its own while there is room, the kind alone when it has too many matters, a kind for all
    /// when the reporter has too many kinds.
    private func place(_ report: IncidentReport) throws -> (kind: String, about: String) {
        let known = try count(
            "SELECT count(*) FROM incident WHERE reporter = \(report.reporter) AND kind = \(report.kind) AND about = \(report.about)")
        if known > 0 { return (report.kind, report.about) }
        let all = try first(
            "SELECT count(*), count(*) FILTER (WHERE kind = \(report.kind)) FROM incident WHERE reporter = \(report.reporter)"
        ) { (try $0.int(0), try $0.int(1)) }
        guard let all, all.0 < mostOfReporter else { return ("too_many", "") }
        return (report.kind, all.1 < mostMatters ? report.about : "")
    }

    /// Incidents behind a place of the list (from its beginning for none), the latest first, as far as a condition on `i.reporter` lets
    /// them be seen.
    package func incidents(_ filter: IncidentFilter, after place: IncidentPlace? = nil, where visible: SQL = "1 = 1", limit: Int) throws
        -> [StoredIncident]
    {
        let behind: SQL =
            if let place {
                "(i.last_at, i.reporter, i.kind, i.about) < (\(place.lastAt), \(place.reporter), \(place.kind), \(place.about))"
            } else { "1 = 1" }
        return try all(
            StoredIncident.self,
            """
            SELECT i.reporter, i.kind, i.about, i.first_at, i.last_at, i.occurrences, i.settled, i.settled_at, i.settled_by,
                i.settled_last_at FROM incident i
            WHERE \(sql: filter.condition) AND \(sql: behind) AND \(sql: visible)
            ORDER BY i.last_at DESC, i.reporter DESC, i.kind DESC, i.about DESC LIMIT \(limit)
            """)
    }

    /// How many incidents there are, by kind; of all kinds, whichever the filter names.
    package func incidentCounts(_ filter: IncidentFilter, where visible: SQL = "1 = 1") throws -> [String: Int] {
        let condition = IncidentFilter(onlyOpen: filter.onlyOpen).condition
        return Dictionary(
            uniqueKeysWithValues: try all(
                "SELECT i.kind, count(*) FROM incident i WHERE \(sql: condition) AND \(sql: visible) GROUP BY i.kind"
            ) {
                (try $0.text(0), try $0.int(1))
            })
    }

    /// How many nodes said that they obeyed a stop order, or went on: reports of kinds `stop.…` are receipts, and stand in no list of
    /// incidents.
    package func stopReceipts(kind: String, version: Int64) throws -> Int {
        try count("SELECT count(DISTINCT reporter) FROM incident WHERE kind = \(kind) AND about = \(String(version)) AND reporter <> ''")
    }

    /// How many are open, by kind.
    package func openIncidents() throws -> [String: Int] { try incidentCounts(IncidentFilter(onlyOpen: true)) }

    /// A person has seen to what is known of it so far; what comes after that opens it again.
    package func settleIncident(
        reporter: String, kind: String, about: String, occurrences: Int64, through last: Instant, where visible: SQL = "1 = 1", by act: Act
    ) throws {
        let changed = try run(
            """
            UPDATE incident SET settled = \(occurrences), settled_last_at = \(last), settled_at = \(act.at), settled_by = \(act.actor.id)
            WHERE reporter = \(reporter) AND kind = \(kind) AND about = \(about) AND (settled < \(occurrences) OR settled_last_at < \(last))
                AND occurrences >= \(occurrences) AND last_at >= \(last)
                AND EXISTS (SELECT 1 FROM incident i WHERE i.reporter = \(reporter) AND i.kind = \(kind) AND i.about = \(about)
                    AND \(sql: visible))
            """)
        guard changed == 1 else { throw Refusal.notFound("incident") }
        try record("incident.settled", reporter, ["kind": kind, "about": about, "count": String(occurrences)], by: act)
    }
}
