import Basics
package import Bulletins
import Figures
package import Foundation
import Returns

/// Everything behind one cell of an edition, out of the edition's own document: the sites that it counts or sums, and the fraction that
/// they make.
package struct CellEvidence: Encodable, Hashable, Sendable {
    package let title: String
    package let number: Int
    package let month: String
    package let line: String
    package let column: String
    /// As the edition prints it.
    package let printed: String
    /// What the sites below make: a count or a sum, over a count or a sum where the cell is a rate or a mean.
    package let numerator: Int
    package let denominator: Int?
    package let rules: EditionDocument.Rules
    package let sites: [EditionDocument.Site]
    /// The minutes and plays behind each of the sites, when they are asked for.
    package var minutes: [SiteEvidence]?
    /// Sites left out of the whole month; given where the cell has registered sites in it.
    package let excluded: [EditionDocument.Excluded]

    /// The whole evidence as JSON with sorted keys.
    package var json: Data {
        get throws {
            let encoder = JSONEncoder()
            encoder.outputFormatting = [.sortedKeys, .prettyPrinted, .withoutEscapingSlashes]
            return try encoder.encode(self)
        }
    }
}

extension EditionDocument {
    /// The evidence of a cell, by the code of its line and the name of its column. Throws `Refusal.notFound("cell")` where there is none.
    package func evidence(line code: String, column name: String) throws -> CellEvidence {
        guard let place = columns.firstIndex(where: { $0.name == name }), let line = lines.first(where: { $0[0] == code }),
            !["code", "name"].contains(name)
        else {
            throw Refusal.notFound("cell")
        }
        let inside = sites.filter { belongs($0, to: code) }
        var (kept, numerator, denominator) = EditionDocument.fraction(of: name == "rank" ? rules.rank : name, inside)
        // Where nothing was heard there is no rate; documents of before printed nought.
        let isRate = ["boot_rate", "viewing_rate", "demand_rate", "rank", "mean_per_registered"].contains(name)
        if format >= 3, isRate, inside.allSatisfy({ $0.heardDays == 0 && $0.onMinutes == 0 }) { (numerator, denominator) = (0, 0) }
        return CellEvidence(
            title: title, number: number, month: month, line: code, column: name, printed: line[place], numerator: numerator,
            denominator: denominator, rules: rules,
            sites: kept,
            excluded: ["registered", "boot_rate", "rank", "viewing_rate", "demand_rate", "mean_per_registered"].contains(name)
                ? excluded : [])
    }

    /// Whether a site stands in a line: below its area, or, in the line of the rest, below none of those listed.
    private func belongs(_ site: Site, to code: String) -> Bool {
        guard code != areaCode else { return true }
        guard code == BulletinArea.rest else { return site.area.hasPrefix(code) }
        return !lines.contains { !$0[0].isEmpty && $0[0] != areaCode && site.area.hasPrefix($0[0]) }
    }

    private static func fraction(of column: String, _ all: [Site]) -> (sites: [Site], numerator: Int, denominator: Int?) {
        func counted(_ condition: (Site) -> Bool, of whole: Bool = false) -> ([Site], Int, Int?) {
            let kept = all.filter(condition)
            return (kept, kept.count, whole ? all.count : nil)
        }
        func summed(_ figure: KeyPath<Site, Int>, over count: Int? = nil) -> ([Site], Int, Int?) {
            let kept = all.filter { $0[keyPath: figure] > 0 }
            return (kept, kept.reduce(0) { $0 + $1[keyPath: figure] }, count)
        }
        let isOn: (Site) -> Bool = { $0.onMinutes > 0 }
        let isOff: (Site) -> Bool = { $0.onMinutes == 0 && $0.dueDays > 0 && $0.heardDays == $0.dueDays }
        return switch column {
        case "switched_on": counted(isOn)
        case "off": counted(isOff)
        case "not_heard": counted { !isOn($0) && !isOff($0) }
        case "boot_rate": counted(isOn, of: true)
        case "on_minutes": summed(\.onMinutes)
        case "mean_per_switched_on": summed(\.onMinutes, over: all.count(where: isOn))
        case "mean_per_registered": summed(\.onMinutes, over: all.count)
        case "viewing": counted { $0.effectivePlays > 0 }
        case "viewing_rate": counted({ $0.effectivePlays > 0 }, of: true)
        case "on_demand": counted { $0.effectiveDemandPlays > 0 }
        case "demand_rate": counted({ $0.effectiveDemandPlays > 0 }, of: true)
        case "heard_days": summed(\.heardDays)
        case "due_days": summed(\.dueDays)
        case "completeness": summed(\.heardDays, over: all.reduce(0) { $0 + $1.dueDays })
        default: counted { _ in true }
        }
    }
}
