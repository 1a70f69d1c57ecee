import Basics
import Wire

extension CityNoise {
    /// The fact in overlapping pieces of the same natural key, each with an id of its own; in some cases the fact as it is.
    func pieces(_ fact: Fact, _ generator: inout SeededGenerator) -> [Fact] {
        guard generator.chance(perMille: 500) else { return [fact] }
        let bodies: [Fact.Body] =
            switch fact.body {
            case .presence(let presence): pieces(presence, &generator).map(Fact.Body.presence)
            case .play(let play): pieces(play).map(Fact.Body.play)
            case .watermark, .holding, .incident, .test, .stop, .contact: [fact.body]
            }
        guard bodies.count > 1 else { return [fact] }
        return bodies.enumerated().map { Fact(id: "\(fact.id)-\($0 + 1)", $1) }
    }

    private func pieces(_ presence: Presence, _ generator: inout SeededGenerator) -> [Presence] {
        guard presence.minutes.count > 3, let first = presence.minutes.runs.first?.lowerBound, let last = presence.minutes.last else {
            return [presence]
        }
        let middle = first + 1 + generator.below(last - first)
        let parts = [MinuteSet(first..<middle), MinuteSet(max(first, middle - generator.below(10))..<last + 1)]
        return parts.map { Presence(terminal: presence.terminal, day: presence.day, minutes: presence.minutes.intersection($0)) }
    }

    /// An interval at normal speed is cut in two that overlap by a second; several intervals are told one after another, each with those
    /// before it.
    private func pieces(_ play: Play) -> [Play] {
        func with(_ intervals: [PlayInterval]) -> Play {
            Play(
                terminal: play.terminal, boot: play.boot, sequence: play.sequence, courseware: play.courseware, mode: play.mode,
                intervals: intervals)
        }
        if play.intervals.count > 1 { return play.intervals.indices.map { with(Array(play.intervals[...$0])) } }
        guard let whole = play.intervals.first, whole.rate == 1000, whole.mediaUntil - whole.mediaFrom > 4000 else { return [play] }
        let middle = (whole.mediaFrom + whole.mediaUntil) / 2
        return [
            with([PlayInterval(startedAt: whole.startedAt, mediaFrom: whole.mediaFrom, mediaUntil: middle)]),
            with([
                PlayInterval(
                    startedAt: whole.startedAt.adding(milliseconds: middle - 1000 - whole.mediaFrom), mediaFrom: middle - 1000,
                    mediaUntil: whole.mediaUntil)
            ]),
        ]
    }
}
