package import Basics
package import Wire

/// The intervals of one play, merged: the union of whatever copies of it arrived. Pure.
package struct PlayCoverage: Hashable, Sendable {
    /// Intervals that lie on the same line of wall clock against media join; a seek or a pause begins another line.
    private struct Line: Hashable, Comparable {
        let rate: Int64
        /// `startedAt · rate − mediaFrom · 1000`, the same for all intervals on the line.
        let offset: Int64

        static func < (left: Line, right: Line) -> Bool { (left.offset, left.rate) < (right.offset, right.rate) }
    }
    private var lines: [Line: IntervalSet] = [:]

    /// Nothing watched.
    package init() {}

    /// What the given intervals cover together.
    package init(_ intervals: some Sequence<PlayInterval>) { for interval in intervals { insert(interval) } }

    private mutating func insert(_ interval: PlayInterval) {
        let line = Line(rate: interval.rate, offset: interval.startedAt.milliseconds * interval.rate - interval.mediaFrom * 1000)
        lines[line, default: IntervalSet()].insert(interval.mediaFrom..<interval.mediaUntil)
    }

    /// The union of both.
    package func union(_ other: PlayCoverage) -> PlayCoverage {
        var result = self
        for interval in other.intervals { result.insert(interval) }
        return result
    }

    /// The intervals, by start.
    package var intervals: [PlayInterval] {
        lines.flatMap { line, set in
            set.intervals.map {
                PlayInterval(
                    startedAt: Instant(milliseconds: (line.offset + $0.lowerBound * 1000) / line.rate), mediaFrom: $0.lowerBound,
                    mediaUntil: $0.upperBound, rate: line.rate)
            }
        }.sorted { ($0.startedAt, $0.mediaFrom, $0.rate) < ($1.startedAt, $1.mediaFrom, $1.rate) }
    }

    /// First and last local day that the play touches.
    package func days(_ zone: NetworkZone) -> ClosedRange<Day> {
        let all = intervals
        let first = all.map(\.startedAt).min() ?? Instant(milliseconds: 0)
        let last = all.map { $0.endedAt.adding(milliseconds: -1) }.max() ?? first
        return zone.day(of: first)...max(zone.day(of: first), zone.day(of: last))
    }

    /// The media that was watched on one local day, and the wall-clock time in which it was. The day is that of the wall clock; an interval
    /// over midnight is cut there.
    package func watched(on day: Day, _ zone: NetworkZone) -> (media: IntervalSet, wall: IntervalSet) {
        let (start, end) = (zone.start(of: day), zone.end(of: day))
        var media: [Range<Int64>] = []
        var wall: [Range<Int64>] = []
        for interval in intervals where interval.endedAt > start && interval.startedAt < end {
            let from = max(interval.startedAt, start)
            let until = min(interval.endedAt, end)
            wall.append(from.milliseconds..<until.milliseconds)
            let mediaFrom = interval.mediaFrom + from.milliseconds(since: interval.startedAt) * interval.rate / 1000
            let mediaUntil =
                until == interval.endedAt
                ? interval.mediaUntil : interval.mediaFrom + until.milliseconds(since: interval.startedAt) * interval.rate / 1000
            media.append(mediaFrom..<max(mediaFrom, mediaUntil))
        }
        return (IntervalSet(media), IntervalSet(wall))
    }

    /// The wall-clock milliseconds of all intervals on one local day, those at the same time counted each.
    func playing(on day: Day, _ zone: NetworkZone) -> Int64 {
        let (start, end) = (zone.start(of: day), zone.end(of: day))
        return intervals.reduce(0) { $0 + max(0, min($1.endedAt, end).milliseconds(since: max($1.startedAt, start))) }
    }

    /// The stored form: LEB128 numbers, for each interval start (after the first: since the one before), media from, length, rate.
    package var encoded: [UInt8] {
        var bytes: [UInt8] = []
        var previous: Int64 = 0
        for interval in intervals {
            appendLEB128(UInt64(interval.startedAt.milliseconds - previous), to: &bytes)
            appendLEB128(UInt64(interval.mediaFrom), to: &bytes)
            appendLEB128(UInt64(interval.mediaUntil - interval.mediaFrom), to: &bytes)
            appendLEB128(UInt64(interval.rate), to: &bytes)
            previous = interval.startedAt.milliseconds
        }
        return bytes
    }

    /// Reads the stored form; nil when it is not one.
    package init?(encoded bytes: some Collection<UInt8>) {
        var reader = LEB128Reader(bytes)
        var previous: Int64 = 0
        while !reader.isAtEnd {
            guard let start = reader.next(), let from = reader.next(), let length = reader.next(), let rate = reader.next(), rate > 0,
                length > 0
            else { return nil }
            previous += Int64(start)
            insert(
                PlayInterval(
                    startedAt: Instant(milliseconds: previous), mediaFrom: Int64(from), mediaUntil: Int64(from + length), rate: Int64(rate))
            )
        }
    }
}
