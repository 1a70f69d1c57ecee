package import Basics
import Synchronization

/// What this centre noticed and has not written yet: counted in memory, written once a second, so that who attacks makes no transactions.
package final class IncidentTally: Sendable {
    private struct Matter: Hashable {
        let kind: String
        let about: String
    }
    private struct Count {
        let firstAt: Instant
        var lastAt: Instant
        var count: Int64
    }

    private let matters = Mutex<[Matter: Count]>([:])

    package init() {}

    /// Counts one. At most a thousand matters are told apart between two writings.
    package func note(_ kind: String, about: String, at now: Instant) {
        matters.withLock { matters in
            let matter = Matter(kind: kind, about: about)
            let key = matters[matter] != nil || matters.count < 1000 ? matter : Matter(kind: kind, about: "")
            matters[key, default: Count(firstAt: now, lastAt: now, count: 0)].count += 1
            matters[key]?.lastAt = now
        }
    }

    /// What could not be written comes back.
    package func putBack(_ reports: [IncidentReport]) {
        matters.withLock { matters in
            for report in reports {
                let matter = Matter(kind: report.kind, about: report.about)
                let since = matters[matter]
                matters[matter] = Count(
                    firstAt: report.firstAt, lastAt: since?.lastAt ?? report.lastAt, count: report.count + (since?.count ?? 0))
            }
        }
    }

    /// What to write; it is forgotten here.
    package func take() -> [IncidentReport] {
        matters.withLock { matters in
            defer { matters = [:] }
            return matters.map {
                IncidentReport(
                    reporter: "", kind: $0.key.kind, about: $0.key.about, firstAt: $0.value.firstAt, lastAt: $0.value.lastAt,
                    count: $0.value.count)
            }
            .sorted { ($0.kind, $0.about) < ($1.kind, $1.about) }
        }
    }
}
