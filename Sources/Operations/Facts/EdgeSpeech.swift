import Basics
import Registry
import Storage
import Wire

/// For whom edges may speak, and when: for boxes without a key, on the days on which these stood below the edge's area. Pure.
struct EdgeSpeech {
    private let edges: [String: [Stay]]
    private let terminals: [String: [Stay]]

    init(edges: [String: [Stay]] = [:], terminals: [String: [Stay]] = [:]) {
        self.edges = edges
        self.terminals = terminals
    }

    /// Whether the terminal stood below the edge's area on that day.
    func covers(_ edge: String, _ terminal: String, _ day: Day) -> Bool {
        guard let area = edges[edge]?.first(where: { $0.days.contains(day) })?.area else { return false }
        return terminals[terminal]?.contains { $0.days.contains(day) && area.covers($0.area) } == true
    }

    /// The first day of the stay below the edge's area that lasts until that day; nil when there is none.
    func beginning(_ edge: String, _ terminal: String, until last: Day) -> Day? {
        let spans = (edges[edge] ?? []).flatMap { place in
            (terminals[terminal] ?? []).filter { place.area.covers($0.area) && $0.days.overlaps(place.days) }.map {
                $0.days.clamped(to: place.days)
            }
        }.sorted { $0.lowerBound < $1.lowerBound }
        var stay: Range<Day>?
        for span in spans where span.lowerBound <= last {
            if let before = stay, span.lowerBound <= before.upperBound {
                stay = before.lowerBound..<max(before.upperBound, span.upperBound)
            } else {
                stay = span
            }
        }
        return stay.flatMap { $0.contains(last) ? $0.lowerBound : nil }
    }
}

extension Statements {
    /// What must be known of the edges that sent something themselves, and of those about whom they did.
    func edgeSpeech(_ batches: [ReceivedBatch]) throws -> EdgeSpeech {
        var (edges, terminals): (Set<String>, Set<String>) = ([], [])
        for received in batches {
            // For contacts the one that is named, also where a file says it.
            for case .fact(let fact) in received.batch.entries {
                guard case .contact(let contact) = fact.body else { continue }
                edges.insert(contact.edge)
                terminals.insert(contact.terminal)
            }
            guard case .edge(let edge) = received.sender else { continue }
            edges.insert(edge)
            for case .fact(let fact) in received.batch.entries where fact.subject != edge { terminals.insert(fact.subject) }
        }
        guard !terminals.isEmpty else { return EdgeSpeech() }
        return EdgeSpeech(edges: try areas(ofEdges: edges.sorted()), terminals: try stays(ofTerminals: terminals.sorted()))
    }
}
