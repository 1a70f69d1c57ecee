import Basics
import Figures
package import Foundation
import Registry
package import Returns
import Web

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

    private struct Key: CodingKey {
        let stringValue: String
        var intValue: Int? { nil }

        init(_ name: String) { stringValue = name }
        init?(stringValue: String) { self.stringValue = stringValue }
        init?(intValue: Int) { nil }
    }

    func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: Key.self)
        try container.encode(line.code, forKey: Key("code"))
        try container.encode(line.name, forKey: Key("name"))
        try container.encode(line.effectiveSeconds, forKey: Key("effective_seconds"))
        try container.encodeIfPresent(line.rank, forKey: Key("rank"))
        for figure in MonthFigure.all {
            let value = figure.value(line)
            switch value {
            case .count(let count): try container.encode(count, forKey: Key(figure.key))
            case .rate(let rate):
                let fraction = Fraction(numerator: rate.numerator, denominator: rate.denominator, printed: value.plain)
                try container.encode(fraction, forKey: Key(figure.key))
            case .mean(let mean):
                let fraction = Fraction(numerator: mean.total, denominator: mean.count, printed: value.plain)
                try container.encode(fraction, forKey: Key(figure.key))
            }
        }
    }
}
