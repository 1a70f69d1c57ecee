import Accounts
package import Basics
import Bulletins
import Figures
import Foundation
import Operations
package import Registry
package import Storage

/// Everything that the first edition of a month is made of, as it was when the month was closed. A closed month is frozen (metrics.md,
/// "Closing a month").
struct ClosedFigures: Codable, Sendable {
    let asOf: Instant
    let area: Area
    let below: [Area]
    let sites: [SiteMonth]
    let excluded: [ExcludedSite]
    let outsideService: [OutsideService]
    let delivery: Delivery
    let habits: [Int: Habits]
    /// Months that were closed by an earlier program have none.
    let calledOff: [Int: CalledOff]?

    var oddities: MonthOddities { MonthOddities(habits: habits, calledOff: calledOff ?? [:]) }

    /// The area's month as it was then; `path` leads to the area as it is now.
    func record(_ month: Month, _ formula: Formula, path: [Area]) -> AreaMonth {
        AreaMonth(
            month: month, network: .then, formula: formula, asOf: asOf, area: area, path: path, below: below,
            figures: MonthFigures(sites: sites, excluded: excluded, outsideService: outsideService))
    }
}

extension Statements {
    /// Keeps the figures of an area's month as they are now.
    func keepFigures(of month: Month, area: Area, rules: FactRules, by act: Act) throws {
        guard let record = try areaMonth(code: area.code, month: month, in: .everything, zone: rules.zone, at: act.at) else {
            throw Refusal.notFound("area")
        }
        let inside = Scope(areas: [record.area.areaCode].compactMap { $0 })
        let oddities = try oddities(month: month, in: inside, zone: rules.zone)
        let figures = ClosedFigures(
            asOf: act.at, area: record.area, below: record.below, sites: record.figures.sites, excluded: record.figures.excluded,
            outsideService: record.figures.outsideService,
            delivery: try delivery(month: month, in: inside, rules: rules), habits: oddities.habits, calledOff: oddities.calledOff)
        try run(
            """
            INSERT INTO closed_figures (area_id, month, as_of_at, body)
            VALUES (\(area.areaID), \(month.description), \(act.at), \([UInt8](try JSONEncoder().encode(figures))))
            """)
    }

    /// The figures with which a month was closed, as long as nothing of it is published; nil for a month that is open, or was closed by an
    /// earlier program.
    func unpublishedFigures(of month: Month, area id: String) throws -> ClosedFigures? {
        guard try count("SELECT count(*) FROM edition WHERE area_id = \(id) AND month = \(month.description)") == 0 else { return nil }
        let body = try first("SELECT body FROM closed_figures WHERE area_id = \(id) AND month = \(month.description)") { try $0.bytes(0) }
        return try body.map { try JSONDecoder().decode(ClosedFigures.self, from: Data($0)) }
    }

    /// The months from one on that some areas have closed, with how many editions each has: what a decision that reaches back into them
    /// does not change any more.
    package func settledMonths(from first: Month, areas ids: [String]) throws -> [SettledMonth] {
        try all(
            """
            SELECT a.name, c.month, (SELECT count(*) FROM edition e WHERE e.area_id = c.area_id AND e.month = c.month) FROM month_closing c
            JOIN area_version a ON \(sql: lastVersion(of: "c.area_id"))
            WHERE c.month >= \(first.description) AND c.area_id IN (\(list: ids)) ORDER BY c.month, a.code
            """
        ) { SettledMonth(area: try $0.text(0), month: try $0.text(1), editions: try $0.int(2)) }
    }
}
