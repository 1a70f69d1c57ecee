package import Basics
package import Documents
package import Figures
package import Foundation
import Operations
import Registry
import Returns

/// A published bulletin as data: everything that its page shows, and the figures of each site behind it. Its JSON is the edition; page and
/// table are made from it alone, so that they come out the same after any change of register, settings, words or program.
package struct EditionDocument: Codable, Hashable, Sendable {
    package struct Heading: Codable, Hashable, Sendable {
        package let name: String
        package let label: String
    }
    package struct Formula: Codable, Hashable, Sendable {
        package let name: String
        package let text: String
    }
    /// The rules by which the figures were made.
    package struct Rules: Codable, Hashable, Sendable {
        package let closeSeconds: Int64
        package let effectiveMilliseconds: Int64
        package let rank: String
        package let ties: String
        /// The dated setting that was used, and the paper behind it; not in format 1.
        package var meanBase: String?
        package var shares: String?
        package var formula: String?
        package var formulaFrom: String?
        package var formulaDocument: String?
    }
    /// What a site did in the month.
    package struct Site: Codable, Hashable, Sendable {
        /// The site's number in the register, by which it is known whatever its code becomes; not in formats 1 and 2.
        package var site: Int?
        package let code: String
        package let name: String
        package let area: String
        package let onMinutes: Int
        package let onDays: Int
        package let effectiveSeconds: Int
        package let effectivePlays: Int
        package let effectiveDemandPlays: Int
        package let dueDays: Int
        package let heardDays: Int

        init(_ site: SiteMonth) {
            (self.site, code, name, area) = (site.site, site.code, site.name, site.areaCode)
            (onMinutes, onDays, effectiveSeconds) = (site.onMinutes, site.onDays, site.effectiveSeconds)
            (effectivePlays, effectiveDemandPlays, dueDays, heardDays) = (
                site.effectivePlays, site.effectiveDemandPlays, site.dueDays, site.heardDays
            )
        }
    }
    package struct Excluded: Codable, Hashable, Sendable {
        package let code: String
        package let name: String
        package let reason: String
        package let document: String
    }

    /// The form of this document: 1 without a bulletin as it is printed, 2 with it, 3 with sites by number and a table that leaves a dash a
    /// dash.
    package var format = 1
    package let language: String
    package let title: String
    package let month: String
    package let areaCode: String
    package let areaName: String
    package let number: Int
    /// The number of the paper, and who signed it off.
    package let document: String
    package let signedOff: String
    /// Which facts were there: those that had arrived by then.
    package let asOf: Int64
    package let imprint: [Formula]
    package let columns: [Heading]
    /// The printed cells; the last line is the total.
    package let lines: [[String]]
    package let formulas: [Formula]
    package let notes: [String]
    package let excludedTitle: String
    package let excluded: [Excluded]
    package let errataTitle: String
    package let errataColumns: [String]
    /// What changed since the edition before; empty in the first.
    package let errata: [Erratum]
    package let rules: Rules
    package let sites: [Site]
    /// The bulletin as it is printed; none in format 1.
    package var printed: PrintedDocument?

    /// The canonical bytes: sorted keys, no blanks.
    package var json: Data {
        get throws {
            let encoder = JSONEncoder()
            encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
            return try encoder.encode(self)
        }
    }

    /// Reads what `json` wrote.
    package init(json: Data) throws { self = try JSONDecoder().decode(EditionDocument.self, from: json) }

    /// The printed table as comma-separated values.
    package var csv: Data {
        Data(("\u{FEFF}" + CSV.line(columns.map(\.label)) + lines.map { CSV.line($0, guardingDashes: format < 3) }.joined()).utf8)
    }
}

/// One change of a published figure.
package struct Erratum: Codable, Hashable, Sendable {
    /// Code of the line, name of the column, and how the cell read before and reads now; `-` for a line that was or is not there.
    package let line: String
    package let lineName: String
    package let column: String
    package let columnLabel: String
    package let from: String
    package let to: String
}

/// A site whose figures differ from the published ones, and the facts that arrived since.
package struct SiteErratum: Hashable, Sendable {
    package let code: String
    package let name: String
    /// The published figures and the present ones; nil for a site that was or is not registered.
    package let before: EditionDocument.Site?
    package let after: EditionDocument.Site?
    package let late: LateFacts?

    /// Whether nothing differs but how many days were reported.
    package var isOnlyHeard: Bool {
        guard let before, let after else { return false }
        return Array(before.figures.dropLast()) == Array(after.figures.dropLast()) && before.heardDays < after.heardDays
    }
}

/// Facts of a site that arrived after an edition's moment: the days they are about, the minutes they added, how many plays came or grew,
/// and when the first and the last of them came.
package struct LateFacts: Hashable, Sendable {
    package private(set) var days: ClosedRange<Day>
    package private(set) var minutes = 0
    package private(set) var plays = 0
    package private(set) var received: ClosedRange<Instant>

    package init(on day: Day, at instant: Instant) {
        days = day...day
        received = instant...instant
    }

    /// Takes one more fact in.
    package mutating func add(on day: Day, at instant: Instant, minutes: Int = 0, plays: Int = 0) {
        days = min(days.lowerBound, day)...max(days.upperBound, day)
        received = min(received.lowerBound, instant)...max(received.upperBound, instant)
        self.minutes += minutes
        self.plays += plays
    }
}

extension EditionDocument {
    /// The cells that read otherwise now, code and name among them. Lines are matched by the identity of their area, never by code or name.
    /// - Parameter identities: which area had which of the document's codes when it was made: `Statements.identities(of:)`.
    package func errata(against record: AreaMonth, identities: [String: String]) -> [Erratum] {
        let ids = Dictionary(([record.area] + record.below).map { ($0.code, $0.areaID) }, uniquingKeysWith: { first, _ in first })
        let present = record.bulletin.lines + [record.bulletin.total]
        let now = Dictionary(present.map { (ids[$0.code] ?? $0.code, $0) }, uniquingKeysWith: { first, _ in first })
        let published = lines.map { (id: identities[$0[0]] ?? $0[0], cells: $0) }
        let known = Set(published.map(\.id))
        let pairs =
            published.map { (before: $0.cells, after: now[$0.id]?.cells) } as [(before: [String]?, after: [String]?)]
            + present.filter { !known.contains(ids[$0.code] ?? $0.code) }.map { (nil, $0.cells) }
        return pairs.flatMap { before, after -> [Erratum] in
            let code = before?[0] ?? after?[0] ?? ""
            return columns.enumerated().compactMap { place, column in
                // A line that is not on both sides is told by its figures; the rest has no name of its own.
                if ["code", "name"].contains(column.name), before == nil || after == nil || code == BulletinArea.rest { return nil }
                let (from, to) = (before?[place] ?? "-", after?[place] ?? "-")
                guard from != to else { return nil }
                return Erratum(
                    line: code, lineName: before?[1] ?? after?[1] ?? "", column: column.name, columnLabel: column.label,
                    from: from.isEmpty ? "-" : from,
                    to: to.isEmpty ? "-" : to)
            }
        }
    }

    /// The sites whose figures differ now, by code; matched by their number, in documents of before by their code.
    package func siteErrata(against sites: [SiteMonth], late: [String: LateFacts]) -> [SiteErratum] {
        let numbers = Dictionary(sites.map { ($0.code, $0.site) }, uniquingKeysWith: { first, _ in first })
        let before = Dictionary(self.sites.map { ($0.site ?? numbers[$0.code] ?? -1, $0) }, uniquingKeysWith: { first, _ in first })
        let after = Dictionary(sites.map { ($0.site, Site($0)) }, uniquingKeysWith: { first, _ in first })
        return Set(before.keys).union(after.keys).compactMap { number in
            let (was, is_) = (before[number], after[number])
            let code = is_?.code ?? was?.code ?? ""
            guard was?.figures != is_?.figures else { return nil }
            return SiteErratum(code: code, name: is_?.name ?? was?.name ?? "", before: was, after: is_, late: late[code])
        }.sorted { $0.code < $1.code }
    }
}

extension EditionDocument.Site {
    /// What counts; a renaming or a move alone is no erratum of the site.
    package var figures: [Int] { [onMinutes, onDays, effectiveSeconds, effectivePlays, effectiveDemandPlays, dueDays, heardDays] }
}
