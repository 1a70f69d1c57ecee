package import Basics
package import Operations

/// Something odd about a site's month. A note stands beside the figures and never counts as merit (metrics.md, "Viewing").
package enum SiteNote: Hashable, Sendable {
    /// On, and no effective play, on so many days in a row.
    case onWithoutPlay(ClosedRange<Day>)
    /// On in every minute between midnight and five.
    case onAllNight(Int)
    /// On in every minute of the day.
    case onAllDay(Int)
    /// The same minutes on so many days.
    case samePattern(Int)
    /// On while not in service.
    case outsideService(days: Int, minutes: Int)
    /// Something played in minutes that a terminal's own complete report calls off.
    case calledOff(CalledOff)

    /// From this many days on a habit is worth a note.
    package static let threshold = 5

    /// What is odd about some days, ascending.
    static func notes(_ days: [SiteMinutes]) -> [SiteNote] {
        var notes: [SiteNote] = []
        var run: [SiteMinutes] = []
        for day in days {
            if !day.on.isEmpty, day.figures.effectivePlays == 0 { run.append(day) } else { notes += withoutPlay(&run) }
        }
        notes += withoutPlay(&run)
        let nights = days.count { isAllNight($0.on) }
        if nights > 0 { notes.append(.onAllNight(nights)) }
        let whole = days.count { isAllDay($0.on, of: $0.length) }
        if whole > 0 { notes.append(.onAllDay(whole)) }
        let same = mostAlike(days.map(\.on))
        if same >= threshold { notes.append(.samePattern(same)) }
        let outside = days.filter { !$0.isInService && !$0.on.isEmpty }
        if !outside.isEmpty { notes.append(.outsideService(days: outside.count, minutes: outside.reduce(0) { $0 + $1.on.count })) }
        if let calledOff = CalledOff(days.map(\.calledOff)) { notes.append(.calledOff(calledOff)) }
        return notes
    }

    /// Whether every minute between midnight and five is there.
    package static func isAllNight(_ minutes: MinuteSet) -> Bool { MinuteSet(0..<300).subtracting(minutes).isEmpty }

    /// Whether every minute of a day of some length is there.
    package static func isAllDay(_ minutes: MinuteSet, of length: Int) -> Bool { MinuteSet(0..<length).subtracting(minutes).isEmpty }

    /// On how many days the same minutes stand at most; days without any are not alike.
    package static func mostAlike(_ days: [MinuteSet]) -> Int {
        Dictionary(grouping: days.filter { !$0.isEmpty }, by: \.self).values.map(\.count).max() ?? 0
    }

    private static func withoutPlay(_ run: inout [SiteMinutes]) -> [SiteNote] {
        defer { run = [] }
        guard run.count >= threshold, let first = run.first?.day, let last = run.last?.day else { return [] }
        return [.onWithoutPlay(first...last)]
    }

    /// The note in words.
    func text(_ speech: Speech) -> String {
        switch self {
        case .onWithoutPlay(let days):
            speech(
                "note.without_play",
                ["from": days.lowerBound.description, "through": days.upperBound.description, "days": String(days.count)])
        case .onAllNight(let count): speech("note.all_night", ["days": String(count)])
        case .onAllDay(let count): speech("note.all_day", ["days": String(count)])
        case .samePattern(let count): speech("note.same_pattern", ["days": String(count)])
        case .outsideService(let days, let minutes): speech("note.outside_service", ["days": String(days), "minutes": String(minutes)])
        case .calledOff(let found): speech("note.called_off", ["days": String(found.days), "minutes": String(found.minutes)])
        }
    }
}
