package import Basics
import Figures
package import Registry

/// By when a return is due. Late ones are marked, never refused.
package struct ReturnDeadline: Hashable, Sendable {
    /// The days of the next month on which the area submits and the county approves at the latest.
    package static let submitDay = 3
    package static let approveDay = 5

    package let submit: Day
    package let approve: Day

    package init(_ month: Month) {
        submit = month.end.advanced(by: ReturnDeadline.submitDay - 1)
        approve = month.end.advanced(by: ReturnDeadline.approveDay - 1)
    }
}

/// How something stands against its last day.
package enum Punctuality: Hashable, Sendable {
    case left(Int)
    case onTime
    case late(Int)

    /// `done` is the day on which it was done; nil while it is not.
    package init(done: Day?, until last: Day, today: Day) {
        let spare = (done ?? today).distance(to: last)
        self = spare < 0 ? .late(-spare) : done == nil ? .left(spare) : .onTime
    }

    package var daysLate: Int {
        if case .late(let days) = self { days } else { 0 }
    }
}

/// An area whose return of a month is due, or was made although it is due no more.
package struct ReturnStanding: Sendable {
    package let area: Area
    /// Whose figures are due; empty when all of them got terminals.
    package let sites: [TypedSite]
    package let monthlyReturn: MonthlyReturn?
    /// What was typed, by the number of the site; sites that are not due any more are among them.
    package let lines: [Int: ReturnLine]

    package init(area: Area, sites: [TypedSite], monthlyReturn: MonthlyReturn?, lines: [Int: ReturnLine]) {
        self.area = area
        self.sites = sites
        self.monthlyReturn = monthlyReturn
        self.lines = lines
    }

    package var state: ReturnState { monthlyReturn?.state ?? .open }
    package var isDue: Bool { !sites.isEmpty }
    package var isSubmitted: Bool { state == .submitted || state == .approved }
    /// Sites whose line is filled in.
    package var filled: Int { sites.count { lines[$0.num]?.isFilled == true } }
    /// The sum of a field over the sites that are due.
    package func sum(_ field: ReturnField) -> Int { sites.reduce(0) { $0 + (lines[$1.num]?[field] ?? 0) } }
    /// Sites that were on.
    package var on: Int { sites.count { lines[$0.num]?[.days] ?? 0 > 0 } }

    /// The first submission counts: what is sent back later was not late.
    package func submission(_ deadline: ReturnDeadline, zone: NetworkZone, today: Day) -> Punctuality {
        Punctuality(done: monthlyReturn?.firstSubmittedAt.map(zone.day), until: deadline.submit, today: today)
    }

    package func approval(_ deadline: ReturnDeadline, zone: NetworkZone, today: Day) -> Punctuality {
        Punctuality(done: state == .approved ? monthlyReturn?.decidedAt.map(zone.day) : nil, until: deadline.approve, today: today)
    }
}

/// How many returns of an area are there: due, submitted, approved, late, and whose are missing.
package struct ReturnCompleteness: Sendable {
    package let code: String
    package let name: String
    package let due: Int
    package let submitted: Int
    package let approved: Int
    package let late: Int
    /// The names of the areas that have not submitted.
    package let missing: [String]

    package var rate: Rate { Rate(submitted, of: due) }

    package init(
        code: String, name: String, _ standings: some Sequence<ReturnStanding>, _ deadline: ReturnDeadline, zone: NetworkZone, today: Day
    ) {
        let due = standings.filter(\.isDue)
        (self.code, self.name) = (code, name)
        self.due = due.count
        submitted = due.count(where: \.isSubmitted)
        approved = due.count { $0.state == .approved }
        late = due.count { $0.submission(deadline, zone: zone, today: today).daysLate > 0 }
        missing = due.filter { !$0.isSubmitted }.map(\.area.name)
    }

    /// A line for each of some areas with returns due; what lies in none of them follows as 其他 with an empty code.
    package static func lines(_ standings: [ReturnStanding], below areas: [Area], _ deadline: ReturnDeadline, zone: NetworkZone, today: Day)
        -> [ReturnCompleteness]
    {
        let groups = Dictionary(grouping: standings.filter(\.isDue)) { standing in
            areas.first { standing.area.code.hasPrefix($0.code) }?.code ?? BulletinArea.rest
        }
        return (areas.map { ($0.code, $0.name) } + [(BulletinArea.rest, "")]).compactMap { code, name in
            groups[code].map { ReturnCompleteness(code: code, name: name, $0, deadline, zone: zone, today: today) }
        }
    }
}
