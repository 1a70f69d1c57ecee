import Basics
import Documents
import Figures
import Operations
import Registry
import Returns
import Web

extension SectionWriter {
    /// 收视情况: effective plays of any mode.
    var viewing: BulletinSection {
        section(
            .viewing, [facts.bulletin.total.isUnheard ? nil : sentence("viewing.total")],
            [table("viewing", ["registered", "viewing", "viewing_rate", "on_demand", "demand_rate"])])
    }

    /// 点播与课件: how far courseware came.
    var demand: BulletinSection {
        let delivery = facts.delivery
        let counts = [
            ("published", delivery.published), ("delivered", delivery.delivered), ("played", delivery.played),
            ("effective", delivery.effective),
        ]
        let values = Dictionary(counts.map { ("courseware_\($0.0)", String($0.1)) }, uniquingKeysWith: { first, _ in first })
        let picture = Picture.funnel(
            counts.map { name, count in
                .init(
                    label: speech("compose.delivery.\(name)"), count: count,
                    note: name == "published" ? "" : speech.rate(Rate(count, of: delivery.published)))
            }, label: speech("compose.picture.delivery", figures))
        let total = facts.bulletin.total.isUnheard ? nil : sentence("demand.total")
        guard delivery.published > 0 else { return section(.demand, [total]) }
        return section(
            .demand, [total, sentence("demand.delivery", values)],
            [.picture(svg: picture, caption: speech("compose.picture.delivery", figures)), .note(speech("compose.note.delivery"))])
    }

    /// 零点播站点: listed by area, because a list is what people act on.
    var zeroPlay: BulletinSection {
        let sites = facts.record.figures.sites.filter { SiteFilter.zeroPlay.includes($0) }
        let complete = facts.record.figures.sites.count(where: \.isComplete)
        guard complete > 0 else { return section(.zeroPlay, []) }
        let isWhole = complete == facts.record.figures.sites.count
        return section(
            .zeroPlay,
            [
                sentence(
                    !sites.isEmpty ? "zero_play.total" : isWhole ? "zero_play.none" : "zero_play.none_complete",
                    ["complete": String(complete)])
            ],
            list(sites, "zero_play"))
    }

    /// 未上报: what nobody has heard of is no “off”.
    var notHeard: BulletinSection {
        let sites = facts.record.figures.sites.filter { $0.presence == .notHeard }
        let total = facts.bulletin.total
        let isWhole = total.heardDays == total.dueDays
        return section(
            .notHeard, [sentence(!sites.isEmpty ? "not_heard.total" : isWhole ? "not_heard.none" : "not_heard.partly")],
            list(sites, "not_heard"))
    }

    /// As many names as a printed page holds; of more, only how many there are in each area is printed.
    static let mostNames = 200

    /// Sites by the area below in which they lie, with the names of each area's where there are not too many.
    private func list(_ sites: [SiteMonth], _ caption: String, more: String = "names") -> [Block] {
        guard !sites.isEmpty else { return [] }
        let below = facts.record.below.map { BulletinArea(code: $0.code, name: $0.name) }
        let (groups, whole) = (BulletinArea.grouped(sites, below), BulletinArea.grouped(facts.record.figures.sites, below))
        let lines = facts.bulletin.lines.isEmpty ? [facts.bulletin.total] : facts.bulletin.lines
        let isNamed = sites.count <= SectionWriter.mostNames
        let rows = lines.compactMap { line -> [String]? in
            let code = facts.bulletin.lines.isEmpty ? BulletinArea.rest : line.code
            guard let found = groups[code] else { return nil }
            let share = Rate(found.count, of: whole[code]?.count ?? 0)
            return [name(line), String(found.count), isNamed ? speech.list(found.map(\.name)) : speech.rate(share)]
        }
        let total = Rate(sites.count, of: facts.record.figures.sites.count)
        let table = PrintedTable(
            caption: speech("compose.table.\(caption)", figures),
            columns: [
                .init(label: speech("bulletin.name"), isNumber: false), .init(label: speech("compose.column.count"), isNumber: true),
                .init(label: speech(isNamed ? "compose.column.sites" : "compose.column.of_registered"), isNumber: !isNamed),
            ], rows: isNamed ? rows : rows + [[speech("figures.total"), String(sites.count), speech.rate(total)]], hasTotal: !isNamed)
        return isNamed
            ? [.table(table)] : [.table(table), .note(speech("compose.note.\(more)", ["count": String(SectionWriter.mostNames)]))]
    }

    /// 剔除站点, each with the paper behind it.
    var excluded: BulletinSection {
        let sites = facts.bulletin.excluded
        guard !sites.isEmpty else { return section(.excluded, [sentence("excluded.none")]) }
        return section(
            .excluded, [sentence("excluded.total")],
            [
                .table(
                    PrintedTable(
                        caption: speech("compose.table.excluded", figures),
                        columns: ["code", "name", "reason", "document"].map {
                            .init(label: speech("excluded.column.\($0)"), isNumber: false)
                        },
                        rows: sites.map { [$0.code, $0.name, $0.reason, $0.document] }, hasTotal: false))
            ])
    }

    /// 手工填报: what people typed, marked as typed and in no rate.
    var typed: BulletinSection {
        let area = facts.bulletin.area
        guard !facts.typed.entries.isEmpty else { return section(.typed, []) }
        let total = facts.typed.total(code: area.code, name: area.name)
        func row(_ line: TypedFiguresLine, _ name: String) -> [String] {
            [name] + [line.sites, line.on, line.minutes, line.shouldAttend, line.attended].map(String.init) + [
                speech.rate(Rate(line.attended, of: line.shouldAttend))
            ]
        }
        let lines = facts.typed.lines(below: facts.record.below.map { BulletinArea(code: $0.code, name: $0.name) })
        let values = [
            "typed_sites": String(total.sites), "typed_on": String(total.on), "should_attend": String(total.shouldAttend),
            "attended": String(total.attended),
            "participation": speech.rate(Rate(total.attended, of: total.shouldAttend)),
        ]
        return section(
            .typed, [sentence("typed.total", values)],
            [
                .table(
                    PrintedTable(
                        caption: speech("typed.caption", ["area": area.name, "month": speech.month(facts.bulletin.month)]),
                        columns: ["name", "sites", "on", "minutes", "should", "attended", "participation"].map {
                            .init(label: speech("typed.column.\($0)"), isNumber: $0 != "name")
                        },
                        rows: lines.map { row($0, $0.code.isEmpty ? speech("bulletin.rest") : $0.name) } + [
                            row(total, speech("figures.total"))
                        ], hasTotal: true))
            ])
    }

    /// 数据质量提示: beside the figures, never merit.
    var quality: BulletinSection {
        let sites = facts.record.figures.sites
        func count(_ habit: Habits, _ sites: [SiteMonth]) -> Int { sites.count { facts.habits[$0.site]?.contains(habit) ?? false } }
        let values = Dictionary(Habits.all.map { ($0.name, String(count($0.habit, sites))) }, uniquingKeysWith: { first, _ in first })
        let outside = facts.bulletin.outsideService.count
        let calledOff = sites.filter { facts.calledOff[$0.site] != nil }
        let minutes = calledOff.reduce(0) { $0 + (facts.calledOff[$1.site]?.minutes ?? 0) }
        let contradicted =
            calledOff.isEmpty
            ? nil : sentence("quality.called_off", ["called_off": String(calledOff.count), "called_off_minutes": String(minutes)])
        guard sites.contains(where: { facts.habits[$0.site] != nil }) || outside > 0 else {
            let none = facts.bulletin.total.isUnheard ? nil : sentence("quality.none")
            return section(.quality, [contradicted ?? none], list(calledOff, "called_off", more: "called_off_names"))
        }
        let groups = BulletinArea.grouped(sites, facts.record.below.map { BulletinArea(code: $0.code, name: $0.name) })
        func row(_ name: String, _ sites: [SiteMonth]) -> [String] { [name] + Habits.all.map { String(count($0.habit, sites)) } }
        return section(
            .quality, [sentence("quality.total", values.merging(["outside": String(outside)]) { $1 }), contradicted],
            [
                .table(
                    PrintedTable(
                        caption: speech("compose.table.quality", figures),
                        columns: [.init(label: speech("bulletin.name"), isNumber: false)]
                            + Habits.all.map { .init(label: speech("compose.column.\($0.name)"), isNumber: true) },
                        rows: facts.bulletin.lines.map { row(name($0), groups[$0.code] ?? []) } + [row(speech("figures.total"), sites)],
                        hasTotal: true)),
                .note(speech("compose.note.quality")),
            ] + list(calledOff, "called_off", more: "called_off_names"))
    }

    /// 以前月份的勘误: what earlier editions would say otherwise now.
    var errata: BulletinSection {
        let errata = facts.errata.filter { $0.cells > 0 || $0.sites > 0 }
        guard !errata.isEmpty else { return section(.errata, []) }
        let values = ["months": String(errata.count), "cells": String(errata.reduce(0) { $0 + $1.cells })]
        return section(
            .errata, [sentence("errata.total", values)],
            [
                .table(
                    PrintedTable(
                        caption: speech("compose.table.errata", figures),
                        columns: ["month", "edition", "cells", "sites_changed", "from", "to"].map {
                            .init(label: speech("compose.column.\($0)"), isNumber: !["month", "edition"].contains($0))
                        },
                        rows: errata.map {
                            [
                                speech.month($0.month), speech("edition.nth", ["number": String($0.number)]), String($0.cells),
                                String($0.sites), $0.from, $0.to,
                            ]
                        }, hasTotal: false))
            ])
    }
}
