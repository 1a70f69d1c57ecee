import Basics
import Documents
import Figures
import Operations
import Registry
import Returns
import Web

/// Writes the sections of a bulletin from its facts, in one language. Pure.
struct SectionWriter {
    let facts: BulletinFacts
    let speech: Speech
    /// The figures that any sentence may name.
    let figures: [String: String]

    init(_ facts: BulletinFacts, _ speech: Speech) {
        (self.facts, self.speech) = (facts, speech)
        let (bulletin, total) = (facts.bulletin, facts.bulletin.total)
        let zero = facts.record.figures.sites.count { SiteFilter.zeroPlay.includes($0) }
        let declared = Dictionary(MonthFigure.all.map { ($0.key, $0.value(total).printed) }) { first, _ in first }
        figures = declared.merging([
            "area": bulletin.area.name, "month": speech.month(bulletin.month), "hours": speech.hours(total.onMinutes * 60),
            "effective_hours": speech.hours(total.effectiveSeconds), "zero_play": String(zero),
            "zero_play_share": speech.rate(Rate(zero, of: total.registered)), "excluded": String(bulletin.excluded.count),
            "areas": String(bulletin.lines.count { !$0.code.isEmpty }), "rank_rate": speech("bulletin.\(bulletin.formula.rankBy.rawValue)"),
        ]) { _, own in own }
    }

    /// Every section, in the order of their kinds; one that has nothing to say has neither sentences nor blocks.
    func sections() -> [BulletinSection] { SectionKind.allCases.compactMap(section) }

    private func section(_ kind: SectionKind) -> BulletinSection? {
        switch kind {
        case .kinds: kinds
        case .boot: boot
        case .viewing: viewing
        case .demand: demand
        case .zeroPlay: zeroPlay
        case .trend: trend
        case .extremes: extremes
        case .ranks: rankChanges
        case .notHeard: notHeard
        case .excluded: excluded
        case .typed: typed
        case .quality: quality
        case .errata: errata
        case .free: nil
        }
    }

    func section(_ kind: SectionKind, _ sentences: [Sentence?], _ blocks: [Block?] = []) -> BulletinSection {
        BulletinSection(
            id: kind.rawValue, kind: kind, heading: speech("compose.section.\(kind.rawValue)"), sentences: sentences.compactMap { $0 },
            blocks: blocks.compactMap { $0 })
    }

    /// A sentence of the catalogue, `compose.<name>`, with the common figures and those given.
    func sentence(_ name: String, _ more: [String: String] = [:]) -> Sentence {
        let all = figures.merging(more) { _, new in new }
        return Sentence(name: name, automatic: speech("compose.\(name)", all), figures: all)
    }

    /// A sentence about a change; the words differ by its direction.
    func change(_ name: String, _ difference: Int, _ more: [String: String]) -> Sentence {
        let direction = difference > 0 ? "up" : difference < 0 ? "down" : "same"
        let all = figures.merging(more) { _, new in new }
        return Sentence(name: name, automatic: speech("compose.\(name).\(direction)", all), figures: all)
    }

    /// The areas below that have registered sites, best rank first.
    var ranked: [BulletinLine] {
        facts.bulletin.lines.filter { $0.rank != nil }.sorted { ($0.rank ?? 0, $0.code) < ($1.rank ?? 0, $1.code) }
    }

    func name(_ line: BulletinLine) -> String { line.code == BulletinArea.rest ? speech("bulletin.rest") : line.name }

    /// A table over the areas below with the total under it. The cells come from the bulletin's own columns, so that both say the same.
    func table(
        _ caption: String, _ columns: [String], extra: (label: String, cell: (BulletinLine) -> String)? = nil, lines: [BulletinLine]? = nil
    ) -> Block {
        let lines = lines ?? facts.bulletin.lines
        let places = columns.compactMap { Bulletin.columns.firstIndex(of: $0) }
        func row(_ line: BulletinLine, _ name: String) -> [String] {
            let cells = line.cells
            return [name] + places.map { speech.printed(cells[$0], column: Bulletin.columns[$0]) } + (extra.map { [$0.cell(line)] } ?? [])
        }
        return .table(
            PrintedTable(
                caption: speech("compose.table.\(caption)", figures),
                columns: [PrintedTable.Column(label: speech("bulletin.name"), isNumber: false)]
                    + columns.map { PrintedTable.Column(label: speech("bulletin.\($0)"), isNumber: true) }
                    + (extra.map { [.init(label: $0.label, isNumber: true)] } ?? []),
                rows: lines.map { row($0, name($0)) } + [row(facts.bulletin.total, speech("figures.total"))], hasTotal: true))
    }
}

extension Speech {
    /// A cell of the bulletin as it is printed: rates with their sign, a dash where there is nothing to divide by.
    func printed(_ cell: String, column: String) -> String {
        if cell == "-" { return "—" }
        return MonthFigure.isRate(column) ? cell + "%" : cell
    }

    /// Some seconds in hours with two decimals; in Chinese from ten thousand hours on as 万小时.
    func hours(_ seconds: Int) -> String {
        let hours = Mean(seconds, over: 3600)
        if language == .chinese, seconds >= 36_000_000 {
            return self("compose.wan_hours", ["n": Mean(seconds, over: 36_000_000).decimal ?? ""])
        }
        return self("compose.hours", ["n": hours.decimal ?? ""])
    }

    /// Growth as bulletins print it.
    func growth(_ growth: Growth) -> String {
        switch growth {
        case .basisPoints(0): self("compose.growth.none")
        case .basisPoints(let points): self(points > 0 ? "compose.growth.up" : "compose.growth.down", ["n": self.points(points)])
        case .tenths(let tenths): self("compose.growth.times", ["n": "\(tenths / 10).\(tenths % 10)"])
        }
    }
}
