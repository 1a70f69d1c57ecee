package import Basics
package import Operations
import Registry
import Web

/// What the base facts say about the minutes of a site's day: what the minute strip draws and the day's page lists. Pure; its counts equal
/// the derived row.
package struct SiteMinutes: Sendable {
    /// A play on this day.
    package struct Played: Sendable {
        package let play: StoredPlay
        package let wall: IntervalSet
        package let media: IntervalSet
        package let isVoided: Bool
    }
    package let day: Day
    package let isInService: Bool
    /// The day is over, so that its report is due.
    package let isDue: Bool
    package private(set) var isHeard = false
    /// Minutes that the day has.
    package let length: Int
    /// Minutes on: those of beats, and those in which something played.
    package var on = MinuteSet()
    /// Those of them that only a play says.
    package var onByPlay = MinuteSet()
    /// Minutes in which a terminal played something though its own complete report calls them off.
    package var calledOff = MinuteSet()
    package var voided = MinuteSet()
    package var late = MinuteSet()
    package var playing = MinuteSet()
    /// Minutes of plays whose courseware reaches the threshold on this day.
    package var effective = MinuteSet()
    /// Minutes that have passed and that no report covers.
    package var unheard = MinuteSet()
    package var plays: [Played] = []
    /// Courseware that reaches the threshold on this day.
    package var effectiveCourseware: Set<String> = []
    package var figures = SiteDay()

    /// The site's day from its facts.
    package init(_ day: Day, _ facts: SiteFacts, rules: FactRules) {
        self.day = day
        let rules = rules.dated(facts.formulas)
        let (start, end) = (rules.zone.start(of: day), rules.zone.end(of: day))
        length = min(MinuteSet.limit, Int(end.milliseconds(since: start) / 60_000))
        isInService = facts.service.contains { $0.contains(day) }
        isDue = isInService && facts.asOf >= end
        let terminals = facts.assignments.filter { $0.fromDay <= day && $0.untilDay > day }.map(\.terminal)
        let voidedTerminals = Set(
            facts.voids.filter { $0.kind == .facts && $0.withdrawnAt == nil && $0.fromDay <= day && $0.untilDay > day }.map(\.terminal))
        for fact in facts.presence where fact.day == day && terminals.contains(fact.terminal) {
            if voidedTerminals.contains(fact.terminal) { voided.formUnion(fact.minutes) } else { on.formUnion(fact.minutes) }
        }
        for fact in facts.late where fact.day == day && terminals.contains(fact.terminal) { late.formUnion(fact.minutes) }
        for play in facts.plays where terminals.contains(play.terminal) {
            let watched = play.coverage.watched(on: day, rules.zone)
            guard watched.wall.total > 0 else { continue }
            plays.append(Played(play: play, wall: watched.wall, media: watched.media, isVoided: voidedTerminals.contains(play.terminal)))
        }
        takePlays(facts.courseware.mapValues(\.lengthMs), start: start, rules: rules)
        isHeard = facts.heard.contains(day) || !on.isEmpty
        let reports = facts.completeReports(rules.zone)
        for terminal in terminals {
            let played = plays.filter { $0.play.terminal == terminal && !$0.isVoided }.reduce(into: MinuteSet()) {
                $0.formUnion($1.wall.minutes(from: start))
            }
            let reported = facts.presence.filter { $0.day == day && $0.terminal == terminal }.reduce(into: MinuteSet()) {
                $0.formUnion($1.minutes)
            }
            calledOff.formUnion(reports.calledOff(played, reported: reported, by: terminal, on: day))
        }
        let known = terminals.map { reports.minutes(of: $0, on: day) }.min() ?? 0
        let passed = Int(min(max(0, facts.asOf.milliseconds(since: start) / 60_000), Int64(length)))
        if isInService, known < passed { unheard = MinuteSet(known..<passed).subtracting(on) }
    }

    private mutating func takePlays(_ lengths: [String: Int64], start: Instant, rules: FactRules) {
        let counted = plays.filter { !$0.isVoided }
        figures = SiteDay(day, minutes: on, plays: counted.map(\.play), lengths: lengths, rules: rules)
        for (courseware, group) in Dictionary(grouping: counted, by: \.play.courseware) {
            let one = SiteDay(day, minutes: MinuteSet(), plays: group.map(\.play), lengths: lengths, rules: rules)
            if one.effectivePlays > 0 { effectiveCourseware.insert(courseware) }
            for minutes in group.map({ $0.wall.minutes(from: start) }) {
                playing.formUnion(minutes)
                if one.effectivePlays > 0 { effective.formUnion(minutes) }
            }
        }
        onByPlay = playing.subtracting(on)
        on.formUnion(playing)
    }

    /// The layers of the minute strip, those without minutes included.
    package var layers: [(layer: Layer, minutes: MinuteSet)] {
        [
            (.outside, isInService ? MinuteSet() : MinuteSet(0..<length)), (.unheard, unheard), (.on, on.subtracting(onByPlay)),
            (.byplay, onByPlay),
            (.play, playing.subtracting(effective)), (.effective, effective),
            (.voided, voided), (.late, late),
        ]
    }

    package typealias Layer = MinuteStrip.Layer
}
