import Basics
import Bulletins
import Editions
import Figures
import Operations
import Registry
import Returns
import Testing
import Web

/// A random month of a city and of what was before it. Small numbers, so that ties, zeros and silence are common.
private struct RandomMonth {
    let facts: BulletinFacts
    let areas: [(area: Area, sites: [SiteMonth])]

    init(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed &* 104_729)
        let month = try #require(Month("2011-04"))
        let city = Area(areaID: "city", code: "9901", name: "云溪市", parentID: nil)
        let silence = [0, 20, 300, 1000][random.below(4)]
        let areas = (1...(2 + random.below(8))).map { number -> (area: Area, sites: [SiteMonth]) in
            let code = "99010\(number)"
            let isSilent = random.chance(perMille: silence)
            let sites = (0..<random.below(5)).map { site -> SiteMonth in
                let heard = isSilent || random.chance(perMille: silence) ? [0, 0, random.below(30)][random.below(3)] : 30
                let days = heard == 0 ? 0 : random.below(3)
                let plays = days == 0 ? 0 : random.below(2)
                return SiteMonth(
                    site: number * 100 + site, code: "S\(number)-\(site)", name: "站\(number)\(site)", areaCode: code, onMinutes: days * 60,
                    onMask: (1 << days) - 1,
                    effectiveSeconds: plays * 300, effectivePlays: plays, effectiveDemandPlays: plays == 0 ? 0 : random.below(2),
                    dueDays: 30, heardDays: max(heard, days))
            }
            return (Area(areaID: "id\(number)", code: code, name: "县\(number)", parentID: "city"), sites)
        }
        self.areas = areas
        let record = AreaMonth(
            month: month, network: .then, formula: .standard, asOf: NetworkZone.shanghai.start(of: month.end.advanced(by: 3)), area: city,
            path: [city],
            below: areas.map(\.area), figures: MonthFigures(sites: areas.flatMap(\.sites), excluded: [], outsideService: []))
        var past: [Month: PastMonth] = [:]
        for earlier in ["2010-04", "2011-01", "2011-02", "2011-03"].compactMap({ Month($0) }) where random.chance(perMille: 800) {
            func line(rank: Int?) -> PastLine {
                let (registered, heard) = (10, random.chance(perMille: 700) ? 300 : random.below(300))
                return PastLine(
                    registered: registered, switchedOn: heard == 0 ? 0 : random.below(4), onMinutes: random.below(3) * 60,
                    rank: heard == 0 ? nil : rank, dueDays: 300,
                    heardDays: heard)
            }
            past[earlier] = PastMonth(
                month: earlier, isPublished: random.chance(perMille: 500), rankedBy: "boot_rate shared", total: line(rank: nil),
                lines: Dictionary(uniqueKeysWithValues: areas.map { ($0.area.areaID, line(rank: 1 + random.below(4))) }))
        }
        facts = BulletinFacts(
            record: record, past: past, errata: [], delivery: Delivery(), oddities: MonthOddities(), typed: TypedFigures(), passedDays: 30)
    }

    /// The sums of some sites, made here and nowhere else.
    static func sums(_ sites: [SiteMonth]) -> (registered: Int, on: Int, off: Int, silent: Int, due: Int, heard: Int) {
        let on = sites.count { $0.onMinutes > 0 }
        let off = sites.count { $0.onMinutes == 0 && $0.heardDays == $0.dueDays }
        return (sites.count, on, off, sites.count - on - off, sites.reduce(0) { $0 + $1.dueDays }, sites.reduce(0) { $0 + $1.heardDays })
    }
    var all: [SiteMonth] { areas.flatMap(\.sites) }
    func isHeard(_ sites: [SiteMonth]) -> Bool {
        let sums = RandomMonth.sums(sites)
        return sums.due > 0 && sums.heard * 10 >= sums.due * 9
    }
    func isHeard(_ line: PastLine) -> Bool { line.heardDays * 10 >= line.dueDays * 9 && line.dueDays > 0 }
    func sites(named name: String) -> [SiteMonth] { areas.first { $0.area.name == name }?.sites ?? [] }
}

/// What a printed sentence says, read from its words alone and held against the table.
private struct Reader {
    let month: RandomMonth
    let text: String

    /// The numbers of the sentence in their order.
    var numbers: [String] { text.matches(of: /[0-9]+(?:\.[0-9]+)?/).map { String($0.output) } }
    /// Names with what stands in the brackets behind them.
    var named: [(name: String, value: String)] {
        text.matches(of: /(县[0-9]+)（([0-9.]+)(?:%|位)）/).map { (String($0.output.1), String($0.output.2)) }
    }

    private func percent(_ part: Int, _ whole: Int) -> String {
        let points = (part * 20_000 + whole) / (2 * whole)
        let cents = points % 100
        return "\(points / 100).\(cents < 10 ? "0" : "")\(cents)"
    }

    /// Exact comparison of boot rates of two places.
    private func isMore(_ left: [SiteMonth], _ right: [SiteMonth]) -> Bool {
        let (a, b) = (RandomMonth.sums(left), RandomMonth.sums(right))
        return a.on * b.registered > b.on * a.registered
    }

    private func past(_ text: String) -> PastMonth? { Month(text).flatMap { month.facts.past[$0] } }

    /// Whether the sentence with a name is true.
    func isTrue(_ name: String) -> Bool {
        let total = RandomMonth.sums(month.all)
        let wasHeard = past("2011-03").map { month.isHeard($0.total) } ?? false
        switch name {
        case "kinds": return numbers.contains(String(total.registered))
        case "boot.nothing": return total.heard == 0 && total.on == 0
        case "boot.total":
            return total.heard > 0
                && numbers == [total.on, total.registered].map(String.init) + [percent(total.on, total.registered)]
                    + [total.off, total.silent].map(String.init)
        case "boot.change":
            guard month.isHeard(month.all), wasHeard, let before = past("2011-03")?.total else { return false }
            let (a, b) = (
                (total.on * 20_000 + total.registered) / (2 * total.registered),
                (before.switchedOn * 20_000 + before.registered) / (2 * before.registered)
            )
            return text.contains(a > b ? "上升" : a < b ? "下降" : "持平")
        case "boot.hours": return total.heard > 0 && !text.contains("增长") && !text.contains("比上月")
        case "boot.hours_growth": return month.isHeard(month.all) && wasHeard
        case "boot.mean.both", "boot.mean.switched_on", "boot.mean.registered": return total.on > 0
        case "viewing.total": return total.heard > 0 && numbers[0] == String(month.all.count { $0.effectivePlays > 0 })
        case "demand.total": return total.heard > 0 && numbers[0] == String(month.all.count { $0.effectiveDemandPlays > 0 })
        case "zero_play.total": return numbers[0] == String(month.all.count { $0.effectiveDemandPlays == 0 && $0.heardDays == $0.dueDays })
        case "zero_play.none": return month.all.allSatisfy { $0.heardDays == $0.dueDays && $0.effectiveDemandPlays > 0 }
        case "zero_play.none_complete":
            let complete = month.all.filter { $0.heardDays == $0.dueDays }
            return !complete.isEmpty && complete.allSatisfy { $0.effectiveDemandPlays > 0 } && numbers[0] == String(complete.count)
        case "not_heard.none": return total.heard == total.due && total.silent == 0
        case "not_heard.partly": return total.silent == 0 && total.heard < total.due
        case "not_heard.total": return total.silent > 0 && numbers.contains(String(total.silent))
        case "excluded.none": return month.facts.bulletin.excluded.isEmpty
        case "quality.none": return total.heard > 0
        case "trend.span": return isSpanTrue
        case "trend.year": return month.isHeard(month.all) && (past("2010-04").map { month.isHeard($0.total) } ?? false)
        case "extremes.best", "extremes.best_of", "extremes.last", "extremes.last_of":
            return isExtremeTrue(first: name.contains("best"), ofAll: !name.hasSuffix("_of"))
        case "ranks.same":
            return wasHeard && month.isHeard(month.all) && rankMoves.allSatisfy { $0.value == 0 }
                && month.areas.allSatisfy { $0.sites.isEmpty || rankMoves[$0.area.name] != nil }
        case "ranks.risen", "ranks.fallen":
            return wasHeard && month.isHeard(month.all) && !named.isEmpty
                && named.allSatisfy { rankMoves[$0.name] == (name == "ranks.risen" ? Int($0.value) : Int($0.value).map { -$0 }) }
        default: return false
        }
    }

    /// By how many places each area that was heard in both months has risen.
    private var rankMoves: [String: Int] {
        var moves: [String: Int] = [:]
        for (area, sites) in month.areas where !sites.isEmpty {
            guard month.isHeard(sites), let old = past("2011-03")?.lines[area.areaID], month.isHeard(old), let rank = old.rank else {
                continue
            }
            let ranked = month.areas.filter {
                !$0.sites.isEmpty && (RandomMonth.sums($0.sites).heard > 0 || RandomMonth.sums($0.sites).on > 0)
            }
            moves[area.name] = rank - (1 + ranked.count { isMore($0.sites, sites) })
        }
        return moves
    }

    /// All places of one rate stand on one side, every named one is better (or worse) than every one that is not named, and all of them
    /// were heard.
    private func isExtremeTrue(first: Bool, ofAll: Bool) -> Bool {
        let names = Set(named.map(\.name))
        let known = month.areas.filter { !$0.sites.isEmpty && month.isHeard($0.sites) }
        guard !names.isEmpty, names.count == named.count, names.isSubset(of: known.map(\.area.name)) else { return false }
        if ofAll, known.count != month.areas.count(where: { !$0.sites.isEmpty }) { return false }
        if !ofAll, !numbers.contains(String(known.count)) { return false }
        for (name, value) in named {
            let sums = RandomMonth.sums(month.sites(named: name))
            guard value == percent(sums.on, sums.registered) else { return false }
        }
        let others = known.filter { !names.contains($0.area.name) }
        guard !others.isEmpty else { return false }
        return names.allSatisfy { name in
            others.allSatisfy { first ? isMore(month.sites(named: name), $0.sites) : isMore($0.sites, month.sites(named: name)) }
        }
    }

    private var isSpanTrue: Bool {
        var rates: [(Int, Int, Int)] = []
        for number in 1...3 {
            if let line = past("2011-0\(number)")?.total, month.isHeard(line) { rates.append((number, line.switchedOn, line.registered)) }
        }
        let now = RandomMonth.sums(month.all)
        if month.isHeard(month.all) { rates.append((4, now.on, now.registered)) }
        guard let best = rates.max(by: { $0.1 * $1.2 < $1.1 * $0.2 }), let worst = rates.min(by: { $0.1 * $1.2 < $1.1 * $0.2 }) else {
            return false
        }
        func months(_ rate: (Int, Int, Int)) -> String {
            rates.filter { $0.1 * rate.2 == rate.1 * $0.2 }.map { "\($0.0)月" }.joined(separator: "、")
        }
        return best.1 * worst.2 > worst.1 * best.2 && text.contains("最高的是\(months(best))（\(percent(best.1, best.2))%）")
            && text.contains("最低的是\(months(worst))（")
    }
}

@Suite struct SentenceTruthTests {
    /// Every sentence that is printed is true of the table; a reader written apart from the writer says so.
    @Test(arguments: 0..<10)
    func everySentenceIsTrueOfTheTable(_ group: UInt64) throws {
        let words = try Words(resources)
        var seen: Set<String> = []
        for seed in group * 40..<group * 40 + 40 {
            let month = try RandomMonth(seed: seed)
            for section in Composition(month.facts, arranged: [], edits: [], Speech(words, .chinese)).sections {
                for sentence in section.sentences {
                    seen.insert(sentence.name)
                    #expect(
                        Reader(month: month, text: sentence.text).isTrue(sentence.name),
                        """
                        seed \(seed), \(sentence.name): \
                        \(sentence.text)\n\(month.areas.map { "\($0.area.name) \(RandomMonth.sums($0.sites))" })\n\(month.facts.past)
                        """
                    )
                }
                if section.kind == .extremes, section.sentences.count == 2 {
                    let sides = section.sentences.map { Set(Reader(month: month, text: $0.text).named.map(\.name)) }
                    #expect(sides[0].isDisjoint(with: sides[1]), "seed \(seed)")
                }
            }
            for line in month.facts.bulletin.lines where RandomMonth.sums(month.sites(named: line.name)).heard == 0 {
                #expect(line.rank == nil && line.bootRate.percent == nil, "seed \(seed) \(line.name)")
            }
        }
        #expect(seen.count > 12, "\(seen)")
    }

    /// Where rates are equal, all of them stand on one side or on none.
    @Test(arguments: [
        ([50, 50, 50, 50, 0, 0], 4, 2), ([20, 0, 0, 0, 0, 0], 1, 5), ([0, 0, 0, 0, 0, 0], 0, 0), ([90, 50, 50, 50, 50, 10], 1, 1),
        ([9, 8, 7, 6, 5, 4], 3, 3),
        ([9, 8, 7, 6], 2, 2),
    ])
    func equalRatesStandOnOneSide(_ rates: [Int], _ first: Int, _ last: Int) throws {
        let month = try #require(Month("2011-04"))
        let city = Area(areaID: "city", code: "9901", name: "市", parentID: nil)
        let areas = rates.indices.map { Area(areaID: "id\($0)", code: "99010\($0)", name: "县\($0 + 1)", parentID: "city") }
        let sites = rates.enumerated().flatMap { place, rate in
            (0..<100).map { number in
                SiteMonth(
                    site: place * 100 + number, code: "\(place)-\(number)", name: "", areaCode: areas[place].code,
                    onMinutes: number < rate ? 1 : 0, onMask: number < rate ? 1 : 0,
                    dueDays: 30,
                    heardDays: 30)
            }
        }
        let record = AreaMonth(
            month: month, network: .then, formula: .standard, asOf: NetworkZone.shanghai.start(of: month.end), area: city, path: [city],
            below: areas,
            figures: MonthFigures(sites: sites, excluded: [], outsideService: []))
        let facts = BulletinFacts(
            record: record, past: [:], errata: [], delivery: Delivery(), oddities: MonthOddities(), typed: TypedFigures(), passedDays: 30)
        let section = try #require(
            Composition(facts, arranged: [], edits: [], Speech(try Words(resources), .chinese)).sections.first { $0.kind == .extremes })
        let counts = ["extremes.best", "extremes.last"].map { name in
            section.sentences.first { $0.name == name }.map { $0.text.matches(of: /县[0-9]+/).count } ?? 0
        }
        #expect(counts == [first, last])
    }
}
