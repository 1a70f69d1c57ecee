import Basics
package import Wire

extension Fact.Body {
    /// What the centre counts the fact under, as one text: kind, subject and the rest of its natural key.
    package var naturalKey: String {
        switch self {
        case .presence(let presence): "presence/\(presence.terminal)/\(presence.day)"
        case .play(let play): "play/\(play.terminal)/\(play.boot)/\(play.sequence)"
        case .watermark(let watermark): "watermark/\(watermark.terminal)"
        case .holding(let holding): "holding/\(holding.node)/\(holding.courseware)/\(holding.version)"
        case .incident(let incident): "incident/\(incident.node)/\(incident.kind)/\(incident.about)"
        case .test(let test): "test/\(test.terminal)/\(test.boot)/\(test.sequence)"
        case .stop(let stop): "stop/\(stop.terminal)/\(stop.boot)"
        case .contact(let contact): "contact/\(contact.edge)/\(contact.terminal)/\(contact.day)"
        }
    }

    /// One fact that says what both say; nil when their natural keys differ. Of two watermarks the later made one stands, also when it
    /// names the earlier moment: a clock that ran ahead has been set right in between.
    package func merged(with later: Fact.Body) -> Fact.Body? {
        guard naturalKey == later.naturalKey else { return nil }
        switch (self, later) {
        case (.presence(let first), .presence(let second)):
            return .presence(Presence(terminal: first.terminal, day: first.day, minutes: first.minutes.union(second.minutes)))
        case (.play(let first), .play(let second)):
            return .play(
                Play(
                    terminal: first.terminal, boot: first.boot, sequence: first.sequence, courseware: first.courseware, mode: first.mode,
                    intervals: first.intervals.merged(with: second.intervals)))
        case (.holding(let first), .holding(let second)): return .holding(second.revision >= first.revision ? second : first)
        case (.incident(let first), .incident(let second)): return .incident(first.merged(with: second))
        case (.test(let first), .test(let second)): return .test(first.merged(with: second))
        case (.stop(let first), .stop(let second)): return .stop(first.merged(with: second))
        case (.contact(let first), .contact(let second)):
            return .contact(
                Contact(edge: first.edge, terminal: first.terminal, day: first.day, minutes: first.minutes.union(second.minutes)))
        default: return later
        }
    }

    /// About how many bytes the fact takes in a batch; rather too many than too few.
    var weight: Int {
        switch self {
        case .presence(let presence): 200 + presence.minutes.runs.count * 10
        case .play(let play): 320 + play.intervals.count * 90
        case .watermark: 200
        case .holding(let holding): 400 + holding.reason.utf8.count * 6
        case .incident: 420
        case .test: 360
        case .stop: 260
        case .contact(let contact): 270 + contact.minutes.runs.count * 10
        }
    }
}

extension [PlayInterval] {
    /// The union: an interval is known by its start on both clocks and its rate, and the longer report of it stands.
    package func merged(with later: [PlayInterval]) -> [PlayInterval] {
        var result = self
        for interval in later {
            if let index = result.firstIndex(where: { $0.isSameStretch(as: interval) }) {
                if interval.mediaUntil > result[index].mediaUntil { result[index] = interval }
            } else {
                result.append(interval)
            }
        }
        return result
    }
}

extension PlayInterval {
    func isSameStretch(as other: PlayInterval) -> Bool {
        startedAt == other.startedAt && mediaFrom == other.mediaFrom && rate == other.rate
    }
}
