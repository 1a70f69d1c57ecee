package import Basics
package import Figures
package import Operations
import Registry
package import Returns
import Web

/// A line of an earlier month: as it was published, or as it stands now where nothing was published.
package struct PastLine: Hashable, Sendable {
    package let registered: Int
    package let switchedOn: Int
    package let onMinutes: Int
    package let rank: Int?
    package let dueDays: Int
    package let heardDays: Int

    package init(registered: Int, switchedOn: Int, onMinutes: Int, rank: Int?, dueDays: Int, heardDays: Int) {
        self.dueDays = dueDays
        self.heardDays = heardDays
        self.registered = registered
        self.switchedOn = switchedOn
        self.onMinutes = onMinutes
        self.rank = rank
    }

    package var bootRate: Rate { heardDays == 0 && switchedOn == 0 ? Rate(0, of: 0) : Rate(switchedOn, of: registered) }

    /// Whether so much of it was heard that it may be compared.
    package func isHeard(_ formula: Formula) -> Bool { dueDays > 0 && heardDays * 100 >= formula.completeness * dueDays }
}

/// An earlier month of the same area. What was published is what people remember, so that a comparison is made with it.
package struct PastMonth: Hashable, Sendable {
    package let month: Month
    package let isPublished: Bool
    /// By which rate, and how equal ones are numbered: ranks made otherwise cannot be compared.
    package let rankedBy: String
    package let total: PastLine
    /// The lines by the identity of their area.
    package let lines: [String: PastLine]

    package init(month: Month, isPublished: Bool, rankedBy: String, total: PastLine, lines: [String: PastLine]) {
        self.month = month
        self.isPublished = isPublished
        self.rankedBy = rankedBy
        self.total = total
        self.lines = lines
    }
}

extension PastMonth {
    /// The month as it stands now.
    package init(present record: AreaMonth) {
        let bulletin = record.bulletin
        let ids = Dictionary(record.below.map { ($0.code, $0.areaID) }, uniquingKeysWith: { first, _ in first })
        func line(_ line: BulletinLine) -> PastLine {
            PastLine(
                registered: line.registered, switchedOn: line.switchedOn, onMinutes: line.onMinutes, rank: line.rank, dueDays: line.dueDays,
                heardDays: line.heardDays)
        }
        self.init(
            month: record.month, isPublished: false, rankedBy: bulletin.rankedBy, total: line(bulletin.total),
            lines: Dictionary(
                bulletin.lines.compactMap { one in ids[one.code].map { ($0, line(one)) } }, uniquingKeysWith: { first, _ in first }))
    }

    /// The month as an edition printed it; `ids` says which area had which code at that month's end. Nil when the document's table is not
    /// the one we know.
    package init?(published document: EditionDocument, _ month: Month, ids: [String: String]) {
        let places = Dictionary(document.columns.enumerated().map { ($1.name, $0) }, uniquingKeysWith: { first, _ in first })
        guard let registered = places["registered"], let on = places["switched_on"], let minutes = places["on_minutes"],
            let rank = places["rank"],
            let due = places["due_days"], let heard = places["heard_days"]
        else { return nil }
        func line(_ cells: [String]) -> PastLine {
            func number(_ place: Int) -> Int { Int(cells[place]) ?? 0 }
            return PastLine(
                registered: number(registered), switchedOn: number(on), onMinutes: number(minutes), rank: Int(cells[rank]),
                dueDays: number(due), heardDays: number(heard))
        }
        guard let total = document.lines.last else { return nil }
        self.init(
            month: month, isPublished: true, rankedBy: "\(document.rules.rank) \(document.rules.ties)", total: line(total),
            lines: Dictionary(
                document.lines.dropLast().compactMap { cells in ids[cells[0]].map { ($0, line(cells)) } },
                uniquingKeysWith: { first, _ in first }))
    }
}

/// An earlier edition that would read otherwise now.
package struct EarlierErrata: Hashable, Sendable {
    package let month: Month
    package let number: Int
    package let cells: Int
    package let sites: Int
    /// The area's boot rate as published and as it is now.
    package let from: String
    package let to: String

    package init(month: Month, number: Int, cells: Int, sites: Int, from: String, to: String) {
        self.month = month
        self.number = number
        self.cells = cells
        self.sites = sites
        self.from = from
        self.to = to
    }
}

/// How far courseware came by the end of a month: what could be played in it, what had reached a terminal of the area, what was played
/// there in the month, and what effectively.
package struct Delivery: Hashable, Codable, Sendable {
    package let published: Int
    package let delivered: Int
    package let played: Int
    package let effective: Int

    package init(published: Int = 0, delivered: Int = 0, played: Int = 0, effective: Int = 0) {
        self.published = published
        self.delivered = delivered
        self.played = played
        self.effective = effective
    }
}

/// What is odd about the month of a site; a matter of data quality, never of merit (metrics.md, "Viewing").
package struct Habits: OptionSet, Hashable, Codable, Sendable {
    package let rawValue: Int

    package init(rawValue: Int) { self.rawValue = rawValue }

    /// On for five days or more without one effective play in the month.
    package static let idle = Habits(rawValue: 1)
    /// On in every minute from midnight to five, at least once.
    package static let allNight = Habits(rawValue: 2)
    /// On in every minute of a day, at least once.
    package static let allDay = Habits(rawValue: 4)
    /// The same minutes on five days or more.
    package static let samePattern = Habits(rawValue: 8)

    package static let all: [(habit: Habits, name: String)] = [
        (.idle, "idle"), (.allNight, "nights"), (.allDay, "whole_days"), (.samePattern, "same"),
    ]

    /// The habits that the minutes of a site's days show; `length` is the number of minutes of a day.
    package static func seen(in days: [(minutes: MinuteSet, length: Int)]) -> Habits {
        var habits: Habits = []
        if days.contains(where: { SiteNote.isAllNight($0.minutes) }) { habits.insert(.allNight) }
        if days.contains(where: { SiteNote.isAllDay($0.minutes, of: $0.length) }) { habits.insert(.allDay) }
        if SiteNote.mostAlike(days.map(\.minutes)) >= SiteNote.threshold { habits.insert(.samePattern) }
        return habits
    }
}

/// What is odd about the minutes of sites in a month, by the number of the site; those without any are left out. No figure counts it.
package struct MonthOddities: Hashable, Sendable {
    package let habits: [Int: Habits]
    package let calledOff: [Int: CalledOff]

    package init(habits: [Int: Habits] = [:], calledOff: [Int: CalledOff] = [:]) {
        self.habits = habits
        self.calledOff = calledOff
    }
}

/// Everything that the sections of a bulletin are written from. A value: the same facts make the same text.
package struct BulletinFacts: Sendable {
    package let record: AreaMonth
    package let bulletin: Bulletin
    /// The months of this year up to this one and all of last year's, those that are known.
    package let past: [Month: PastMonth]
    package let errata: [EarlierErrata]
    package let delivery: Delivery
    /// By the number of the site; those without any are left out.
    package let habits: [Int: Habits]
    /// What was played in minutes that complete reports call off, by the number of the site.
    package let calledOff: [Int: CalledOff]
    /// What people typed about sites without machine data.
    package let typed: TypedFigures
    /// How many days of the month have passed.
    package let passedDays: Int

    package init(
        record: AreaMonth, past: [Month: PastMonth], errata: [EarlierErrata], delivery: Delivery, oddities: MonthOddities,
        typed: TypedFigures, passedDays: Int
    ) {
        self.record = record
        bulletin = record.bulletin
        self.past = past
        self.errata = errata
        self.delivery = delivery
        self.typed = typed
        self.passedDays = passedDays
        calledOff = oddities.calledOff
        var all = oddities.habits
        for site in record.figures.sites where site.onDays >= SiteNote.threshold && site.effectivePlays == 0 {
            all[site.site, default: []].insert(.idle)
        }
        self.habits = all
    }

    /// The month before, when it is known.
    package var previous: PastMonth? { past[record.month.previous] }

    /// The month before, when its ranks were made by the same rule.
    var rankedBefore: PastMonth? { previous.flatMap { $0.rankedBy == bulletin.rankedBy ? $0 : nil } }

    /// Whether so much was heard of the month and of an earlier one that they may be compared.
    func comparable(_ other: PastMonth) -> Bool { bulletin.total.isHeard(bulletin.formula) && other.total.isHeard(bulletin.formula) }

    /// The same month a year ago, when it is known.
    package var lastYear: PastMonth? { Month("\(padded(record.month.year - 1, 4))-\(padded(record.month.month, 2))").flatMap { past[$0] } }
}

extension Bulletin {
    /// By which rate its areas are ranked, and how equal ones are numbered.
    var rankedBy: String { "\(formula.rankBy.rawValue) \(formula.ties.rawValue)" }
}
