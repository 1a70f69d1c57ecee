import Figures
package import Returns
import Basics
package import Foundation
import Registry

extension Bulletin {
    /// The bulletin as JSON with sorted keys: every rate with numerator and denominator. What was typed has a list of its own, which is
    /// left out when nothing was.
    package func json(typed: TypedFigures = TypedFigures()) throws -> Data {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .prettyPrinted, .withoutEscapingSlashes]
        let typedLines = typed.entries.isEmpty ? nil : typed.lines(below: below) + [typed.total(code: area.code, name: area.name)]
        return try encoder.encode(
            ExportedBulletin(
                month: month.description, network: network, area: area.code, areaName: area.name, asOf: asOf,
                lines: lines.map(ExportedLine.init), total: ExportedLine(total),
                excluded: excluded, outsideService: outsideService, typed: typedLines?.map(ExportedTyped.init)))
    }

    /// The columns of the table, in order; the words of each stand in the catalogues as `bulletin.<column>`.
    package static let columns = [
        "code", "name", "registered", "switched_on", "off", "not_heard", "boot_rate", "rank", "on_minutes", "mean_per_switched_on",
        "mean_per_registered", "viewing",
        "viewing_rate", "on_demand", "demand_rate", "heard_days", "due_days", "completeness",
    ]

    /// The table as CSV with the columns' codes as header; the last line is the total. Excluded sites follow after an empty line.
    package var csv: String {
        var text = CSV.line(Bulletin.columns)
        for line in lines + [total] { text += CSV.line(line.cells) }
        if !excluded.isEmpty {
            text += "\r\n" + CSV.line(["excluded_code", "excluded_name", "reason", "document"])
            for site in excluded { text += CSV.line([site.code, site.name, site.reason, site.document]) }
        }
        return text
    }
}

extension BulletinLine {
    /// The printed cells in the order of `Bulletin.columns`; `-` where there is nothing to divide by.
    package var cells: [String] {
        [
            code, name, String(registered), String(switchedOn), String(off), String(notHeard), bootRate.percent ?? "-",
            rank.map(String.init) ?? "", String(onMinutes),
            meanPerSwitchedOn.whole.map(String.init) ?? "-", meanPerRegistered.whole.map(String.init) ?? "-", String(viewing),
            viewingRate.percent ?? "-",
            String(onDemand), demandRate.percent ?? "-", String(heardDays), String(dueDays), completeness.percent ?? "-",
        ]
    }
}

private struct ExportedBulletin: Encodable {
    let month: String
    let network: NetworkView
    let area: String
    let areaName: String
    let asOf: Instant
    let lines: [ExportedLine]
    let total: ExportedLine
    let excluded: [ExcludedSite]
    let outsideService: [OutsideService]
    let typed: [ExportedTyped]?

    private enum CodingKeys: String, CodingKey {
        case month, network, area, lines, total, excluded, typed
        case areaName = "area_name"
        case asOf = "as_of"
        case outsideService = "outside_service"
    }
}

/// Typed figures of an area; the last one is the total.
private struct ExportedTyped: Encodable {
    let source = "typed"
    let code: String
    let name: String
    let sites: Int
    let on: Int
    let minutes: Int
    let shouldAttend: Int
    let attended: Int

    private enum CodingKeys: String, CodingKey {
        case source, code, name, sites, on, minutes, attended
        case shouldAttend = "should_attend"
    }

    init(_ line: TypedFiguresLine) {
        (code, name, sites, on, minutes) = (line.code, line.name, line.sites, line.on, line.minutes)
        (shouldAttend, attended) = (line.shouldAttend, line.attended)
    }
}

private struct ExportedLine: Encodable {
    let line: BulletinLine

    init(_ line: BulletinLine) { self.line = line }

    private struct Fraction: Encodable {
        let numerator: Int
        let denominator: Int
        let printed: String?
    }

    private enum Key: String, CodingKey {
        case code, name, registered, off, rank, viewing
        case switchedOn = "switched_on"
        case notHeard = "not_heard"
        case onMinutes = "on_minutes"
        case effectiveSeconds = "effective_seconds"
        case onDemand = "on_demand"
        case bootRate = "boot_rate"
        case viewingRate = "viewing_rate"
        case demandRate = "demand_rate"
        case completeness
        case meanPerSwitchedOn = "mean_per_switched_on"
        case meanPerRegistered = "mean_per_registered"
    }

    func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: Key.self)
        try container.encode(line.code, forKey: .code)
        try container.encode(line.name, forKey: .name)
        try container.encode(line.registered, forKey: .registered)
        try container.encode(line.switchedOn, forKey: .switchedOn)
        try container.encode(line.off, forKey: .off)
        try container.encode(line.notHeard, forKey: .notHeard)
        try container.encode(line.onMinutes, forKey: .onMinutes)
        try container.encode(line.effectiveSeconds, forKey: .effectiveSeconds)
        try container.encode(line.viewing, forKey: .viewing)
        try container.encode(line.onDemand, forKey: .onDemand)
        try container.encodeIfPresent(line.rank, forKey: .rank)
        func fraction(_ rate: Rate) -> Fraction {
            Fraction(numerator: rate.numerator, denominator: rate.denominator, printed: rate.percent)
        }
        try container.encode(fraction(line.bootRate), forKey: .bootRate)
        try container.encode(fraction(line.viewingRate), forKey: .viewingRate)
        try container.encode(fraction(line.demandRate), forKey: .demandRate)
        try container.encode(fraction(line.completeness), forKey: .completeness)
        func mean(_ mean: Mean) -> Fraction {
            Fraction(numerator: mean.total, denominator: mean.count, printed: mean.whole.map(String.init))
        }
        try container.encode(mean(line.meanPerSwitchedOn), forKey: .meanPerSwitchedOn)
        try container.encode(mean(line.meanPerRegistered), forKey: .meanPerRegistered)
    }
}
