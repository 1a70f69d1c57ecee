package import Basics
package import Figures
package import Web

/// What approved returns say about sites without machine data. Typed by people, and in no rate of machines.
package struct TypedFigures: Hashable, Sendable {
    package struct Entry: Hashable, Sendable {
        package let site: TypedSite
        package let line: ReturnLine
    }

    /// By code of the site.
    package let entries: [Entry]

    package init(_ entries: [Entry] = []) { self.entries = entries }

    /// All together.
    package func total(code: String, name: String) -> TypedFiguresLine { TypedFiguresLine(code: code, name: name, entries) }

    /// A line for each of some sibling areas with typed data; what lies in none of them is 其他, never dropped.
    package func lines(below areas: [BulletinArea]) -> [TypedFiguresLine] {
        let width = areas.first?.code.utf8.count ?? 0
        let codes = Set(areas.map(\.code))
        let groups = Dictionary(grouping: entries) { entry in
            let prefix = String(entry.site.areaCode.prefix(width))
            return codes.contains(prefix) ? prefix : BulletinArea.rest
        }
        return (areas + [BulletinArea(code: BulletinArea.rest, name: "")]).compactMap { area in
            groups[area.code].map { TypedFiguresLine(code: area.code, name: area.name, $0) }
        }
    }
}

/// An area's typed figures.
package struct TypedFiguresLine: Hashable, Sendable {
    package let code: String
    package let name: String
    /// Sites with typed data, and of these the ones that were on.
    package let sites: Int
    package let on: Int
    package let minutes: Int
    package let shouldAttend: Int
    package let attended: Int

    init(code: String, name: String, _ entries: [TypedFigures.Entry]) {
        func sum(_ field: ReturnField) -> Int { entries.reduce(0) { $0 + ($1.line[field] ?? 0) } }
        (self.code, self.name, sites) = (code, name, entries.count)
        on = entries.count { $0.line[.days] ?? 0 > 0 }
        (minutes, shouldAttend, attended) = (sum(.minutes), sum(.should), sum(.attended))
    }
}

extension Bulletin {
    /// The areas directly below as they are printed.
    package var below: [BulletinArea] { lines.filter { $0.code != BulletinArea.rest }.map { BulletinArea(code: $0.code, name: $0.name) } }

    /// What was typed about its sites, with its lines; nil when nothing was.
    package func table(of typed: TypedFigures, _ speech: Speech, isPrint: Bool) -> Table? {
        typed.entries.isEmpty ? nil : .typed(typed, area: area, below: below, month, speech, isPrint: isPrint)
    }
}

extension Table {
    /// The typed figures of an area, a line for each area directly below; the caption says that they are typed.
    package static func typed(
        _ figures: TypedFigures, area: BulletinArea, below: [BulletinArea], _ month: Month, _ speech: Speech, isPrint: Bool = false
    ) -> Table {
        func row(_ line: TypedFiguresLine, name: String) -> [Cell] {
            // What a village did was typed by its township.
            let url =
                isPrint || line.code.isEmpty ? nil : ReturnAddress.one(month, String(line.code.prefix(AreaLevel.township.rawValue)))
            return [
                Cell(line.code), Cell(name, url: url), Cell(line.sites), Cell(line.on), Cell(line.minutes), Cell(line.shouldAttend),
                Cell(line.attended),
                Cell(speech.rate(Rate(line.attended, of: line.shouldAttend))),
            ]
        }
        return Table(
            caption: speech("typed.caption", ["area": area.name, "month": speech.month(month)]),
            columns: ["code", "name", "sites", "on", "minutes", "should", "attended", "participation"].map {
                Column(speech("typed.column.\($0)"), isNumber: !["code", "name"].contains($0))
            },
            rows: below.isEmpty
                ? [] : figures.lines(below: below).map { row($0, name: $0.code.isEmpty ? speech("bulletin.rest") : $0.name) },
            total: row(figures.total(code: area.code, name: area.name), name: speech("figures.total")), head: 1)
    }
}
