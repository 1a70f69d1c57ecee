import Basics
import Documents
import Figures
import Operations
import Registry
import Returns
import Web

extension SectionWriter {
    /// 站点构成: the registered sites by kind; the shares add up to one hundred.
    var kinds: BulletinSection {
        let groups = Dictionary(grouping: facts.record.figures.sites, by: \.kind)
        let present = SiteKind.allCases.filter { groups[$0] != nil }
        guard !present.isEmpty else { return section(.kinds, []) }
        let counts = present.map { groups[$0]?.count ?? 0 }
        let isWhole = facts.bulletin.formula.shares == .whole
        let shares = isWhole ? sharesOfWhole(counts) : counts.map { Rate($0, of: facts.bulletin.total.registered).basisPoints ?? 0 }
        let lines = present.map { BulletinLine(code: "", name: speech("site_kind.\($0.rawValue)"), sites: groups[$0] ?? []) }
        let total = facts.bulletin.total
        func row(_ line: BulletinLine, _ share: Int) -> [String] {
            [
                line.name, String(line.registered), speech.points(share) + "%", String(line.switchedOn), speech.rate(line.bootRate),
                speech.rate(line.viewingRate),
            ]
        }
        let most = lines.map(\.registered).max() ?? 0
        let largest = speech.list(lines.filter { $0.registered == most }.map(\.name))
        let totalRow = [
            speech("figures.total"), String(total.registered), "100.00%", String(total.switchedOn), speech.rate(total.bootRate),
            speech.rate(total.viewingRate),
        ]
        return section(
            .kinds,
            [
                sentence(
                    "kinds", ["kinds": String(present.count), "kind": largest, "kind_count": String(most)])
            ],
            [
                .table(
                    PrintedTable(
                        caption: speech("compose.table.kinds", figures),
                        columns: ["kind", "registered", "share", "switched_on", "boot_rate", "viewing_rate"].map {
                            .init(
                                label: speech(["kind", "share"].contains($0) ? "compose.column.\($0)" : "bulletin.\($0)"),
                                isNumber: $0 != "kind")
                        },
                        rows: zip(lines, shares).map { row($0, $1) } + [totalRow], hasTotal: true)),
                .note(speech(isWhole ? "compose.note.shares" : "compose.note.shares_plain")),
            ])
    }

    /// 开机情况: the boot table with changes of rank, the ranking and the days as pictures.
    var boot: BulletinSection {
        let total = facts.bulletin.total
        // A heard zero is a figure, the unheard is none.
        var sentences: [Sentence?] = [sentence(total.isUnheard ? "boot.nothing" : "boot.total")]
        let compared = facts.previous.flatMap { facts.comparable($0) ? $0 : nil }
        if let previous = compared, let now = total.bootRate.basisPoints, let before = previous.total.bootRate.basisPoints {
            sentences.append(
                change(
                    "boot.change", now - before,
                    [
                        "previous_boot_rate": speech.rate(previous.total.bootRate), "boot_rate_change": speech.points(now - before),
                        "previous_month": speech.month(previous.month),
                    ]))
        }
        let growth = compared.flatMap { Growth(from: $0.total.onMinutes, to: total.onMinutes) }.map(speech.growth)
        let base = facts.bulletin.formula.meanBase
        if !total.isUnheard {
            sentences.append(growth.map { sentence("boot.hours_growth", ["hours_growth": $0]) } ?? sentence("boot.hours"))
            if total.switchedOn > 0 { sentences.append(sentence("boot.mean.\(base.rawValue)")) }
        }
        let (previous, ids) = (facts.rankedBefore, areaIDs)
        let table = table(
            "boot",
            ["registered", "switched_on", "boot_rate", "rank"] + (base == .registered ? [] : ["mean_per_switched_on"])
                + (base == .switchedOn ? [] : ["mean_per_registered"]),
            extra: previous == nil
                ? nil : (speech("compose.column.rank_change"), { speech.rankChange(earlierRank($0, previous, ids), $0.rank) }))
        let isWide = facts.bulletin.lines.count > 1
        return section(
            .boot, sentences,
            [
                table, .note(speech("compose.note.boot", figures)),
                isWide && !ranked.isEmpty ? .picture(svg: ranking, caption: speech("compose.picture.ranking", figures)) : nil,
                isWide && !total.isUnheard ? .picture(svg: heat, caption: speech("compose.picture.heat", figures)) : nil,
            ])
    }

    /// The rank of a line in an earlier month, where so much was heard of both that they can be compared.
    private func earlierRank(_ line: BulletinLine, _ month: PastMonth?, _ ids: [String: String]) -> Int? {
        guard let past = ids[line.code].flatMap({ month?.lines[$0] }), past.isHeard(facts.bulletin.formula),
            line.isHeard(facts.bulletin.formula)
        else { return nil }
        return past.rank
    }

    /// The identity of each area below by its code.
    var areaIDs: [String: String] { Dictionary(facts.record.below.map { ($0.code, $0.areaID) }, uniquingKeysWith: { first, _ in first }) }

    private var ranking: String {
        let (previous, ids, basis) = (facts.rankedBefore, areaIDs, facts.bulletin.formula.rankBy)
        return Picture.ranking(
            ranked.map { line in
                let old = earlierRank(line, previous, ids)
                return .init(
                    label: name(line), basisPoints: line.rate(basis).basisPoints ?? 0, value: speech.rate(line.rate(basis)),
                    note: previous == nil ? "" : speech.rankChange(old, line.rank))
            }, label: speech("compose.picture.ranking", figures))
    }

    /// County by day: the share of its registered sites that were on.
    private var heat: String {
        let groups = BulletinArea.grouped(facts.record.figures.sites, facts.record.below.map { BulletinArea(code: $0.code, name: $0.name) })
        let days = facts.bulletin.month.days.count
        return Picture.heat(
            facts.bulletin.lines.map { line in
                let sites = groups[line.code] ?? []
                return .init(
                    label: name(line),
                    days: (0..<days).map { day in
                        sites.isEmpty || line.isUnheard || day >= facts.passedDays
                            ? nil : (sites.count { $0.onMask & (1 << day) != 0 } * 200 + sites.count) / (2 * sites.count)
                    })
            }, label: speech("compose.picture.heat", figures))
    }

    /// 走势: the months of this year with last year's behind them.
    var trend: BulletinSection {
        let month = facts.bulletin.month
        func rate(_ year: Int, _ number: Int) -> Rate? {
            if year == month.year, number == month.month { return facts.bulletin.total.bootRate }
            return Month("\(padded(year, 4))-\(padded(number, 2))").flatMap { facts.past[$0]?.total.bootRate }
        }
        func isHeard(_ year: Int, _ number: Int) -> Bool {
            if year == month.year, number == month.month { return facts.bulletin.total.isHeard(facts.bulletin.formula) }
            return Month("\(padded(year, 4))-\(padded(number, 2))").flatMap { facts.past[$0]?.total.isHeard(facts.bulletin.formula) }
                ?? false
        }
        let now = (1...12).map { $0 <= month.month ? rate(month.year, $0) : nil }
        let before = (1...12).map { rate(month.year - 1, $0) }
        guard now.count(where: { $0 != nil }) + before.count(where: { $0 != nil }) > 1 else { return section(.trend, []) }
        let years = ["year": String(month.year), "last_year": String(month.year - 1)]
        let known = zip(1..., now).compactMap { number, rate in
            rate.flatMap { $0.basisPoints == nil || !isHeard(month.year, number) ? nil : (number, $0) }
        }
        var sentences: [Sentence?] = []
        if let highest = known.map(\.1).max(), let lowest = known.map(\.1).min(), lowest < highest {
            func months(_ rate: Rate) -> String {
                speech.list(known.filter { $0.1 == rate }.map { speech("compose.month_number", ["n": String($0.0)]) })
            }
            sentences.append(
                sentence(
                    "trend.span",
                    years.merging([
                        "highest_month": months(highest), "highest_rate": speech.rate(highest), "lowest_month": months(lowest),
                        "lowest_rate": speech.rate(lowest),
                    ]) { $1 }))
        }
        if let last = facts.lastYear, facts.comparable(last), let now = facts.bulletin.total.bootRate.basisPoints,
            let then = last.total.bootRate.basisPoints
        {
            sentences.append(
                change(
                    "trend.year", now - then,
                    years.merging([
                        "last_year_boot_rate": speech.rate(last.total.bootRate), "year_boot_rate_change": speech.points(now - then),
                    ]) { $1 }))
        }
        let picture = Picture.trend(
            zip(1..., zip(now, before)).map {
                .init(label: speech("compose.month_number", ["n": String($0)]), now: $1.0?.basisPoints, before: $1.1?.basisPoints)
            },
            names: (speech("compose.year", ["year": String(month.year)]), speech("compose.year", ["year": String(month.year - 1)])),
            label: speech("compose.picture.trend", figures))
        let numbers = PrintedTable(
            caption: speech("compose.table.trend", figures),
            columns: [.init(label: speech("compose.column.year"), isNumber: false)]
                + (1...12).map { .init(label: speech("compose.month_number", ["n": String($0)]), isNumber: true) },
            rows: [(month.year, now), (month.year - 1, before)].map { year, rates in
                [speech("compose.year", ["year": String(year)])] + rates.map { $0.map { $0.percent ?? "—" } ?? "" }
            }, hasTotal: false)
        return section(
            .trend, sentences,
            [
                .picture(svg: picture, caption: speech("compose.picture.trend", figures)), .table(numbers),
                .note(speech("compose.note.trend")),
            ])
    }

    /// 先进与后进: the first three and the last three of the areas that were heard, when there are enough to speak of.
    var extremes: BulletinSection {
        let (basis, formula) = (facts.bulletin.formula.rankBy, facts.bulletin.formula)
        let lines = ranked.filter { $0.isHeard(formula) }
        guard lines.count >= 4 else { return section(.extremes, []) }
        let (first, last) = SectionWriter.ends(lines.map { $0.rate(basis) }, most: 3)
        let isWhole = lines.count == facts.bulletin.lines.count { $0.registered > 0 && !$0.code.isEmpty }
        func sentence(_ name: String, _ field: String, _ lines: some Collection<BulletinLine>) -> Sentence? {
            guard !lines.isEmpty else { return nil }
            let names = speech.list(
                lines.map { speech("compose.named_rate", ["name": self.name($0), "rate": speech.rate($0.rate(basis))]) })
            return self.sentence(
                isWhole ? name : name + "_of",
                [
                    "count": String(lines.count), field: names, "heard_areas": String(self.ranked.count { $0.isHeard(formula) }),
                    "threshold": String(formula.completeness),
                ])
        }
        return section(
            .extremes, [sentence("extremes.best", "best", lines.prefix(first)), sentence("extremes.last", "last", lines.suffix(last))])
    }

    /// How many of some rates, highest first, stand at either end: as many as asked, and those equal to them. Equal ones stand on one side
    /// of a cut: those that both ends would name belong to the end whose extreme they are, or to none; an end with more than ten is cut at
    /// the rates before.
    static func ends(_ rates: [Rate], most: Int) -> (first: Int, last: Int) {
        guard let highest = rates.first, let lowest = rates.last, lowest < highest else { return (0, 0) }
        let count = min(most, rates.count / 2)
        func group(_ ordered: [Rate], foreign extreme: Rate) -> Int {
            let cut = ordered[count - 1]
            let (before, through) = (ordered.firstIndex(of: cut) ?? 0, (ordered.lastIndex(of: cut) ?? 0) + 1)
            // Equal rates that reach over the middle belong to the other end, when they are its extreme, or to nobody.
            let isShared = through > rates.count - count && (cut == extreme || cut != ordered[0])
            return isShared || through > 10 ? before : through
        }
        return (group(rates, foreign: lowest), group(rates.reversed(), foreign: highest))
    }

    /// 位次变化 against the month before, of the areas that were heard in both.
    var rankChanges: BulletinSection {
        let ids = areaIDs
        guard let previous = facts.rankedBefore, facts.comparable(previous) else { return section(.ranks, []) }
        let compared = ranked.filter { earlierRank($0, previous, ids) != nil }
        let changes = compared.compactMap { line -> (name: String, places: Int)? in
            guard let old = earlierRank(line, previous, ids), let new = line.rank, old != new else { return nil }
            return (name(line), old - new)
        }
        func names(_ changes: [(name: String, places: Int)]) -> String {
            speech.list(changes.map { speech("compose.named_places", ["name": $0.name, "places": String(abs($0.places))]) })
        }
        let (risen, fallen) = (
            changes.filter { $0.places > 0 }.sorted { $0.places > $1.places },
            changes.filter { $0.places < 0 }.sorted { $0.places < $1.places }
        )
        let of = ["previous_month": speech.month(previous.month)]
        // That nothing has moved can be said of all or not at all.
        let isSame =
            changes.isEmpty && !compared.isEmpty && compared.count == facts.bulletin.lines.count { $0.registered > 0 && !$0.code.isEmpty }
        return section(
            .ranks,
            [
                isSame ? sentence("ranks.same", of) : nil,
                risen.isEmpty ? nil : sentence("ranks.risen", of.merging(["risen": names(risen)]) { $1 }),
                fallen.isEmpty ? nil : sentence("ranks.fallen", of.merging(["fallen": names(fallen)]) { $1 }),
            ])
    }
}

extension Speech {
    /// A change of rank as a sign with its size; a dash when there was no rank before.
    func rankChange(_ old: Int?, _ new: Int?) -> String {
        guard let old, let new else { return "—" }
        return old > new ? "↑\(old - new)" : old < new ? "↓\(new - old)" : "="
    }
}
