import Basics
package import Operations
import Registry
import Web

/// The page `site_day`: the facts of a site's day as they came in.
package struct SiteDayPage: Sendable {
    let day: String
    let previousURL: Location?
    let nextURL: Location?
    let monthURL: Location
    let summary: [String]
    let strip: MinuteStrip
    let minutes: Table
    let late: Table?
    let voids: Table?
    let plays: Table
    /// From when on a play counts, by the formula of the day.
    let note: String

    /// The page of a site's day.
    package init(_ facts: SiteFacts, _ day: SiteMinutes, _ period: Period, rules: FactRules, _ speech: Speech) {
        let (code, date, zone) = (facts.site.code, day.day, rules.zone)
        self.day = date.description
        previousURL = date > rules.firstDay ? FigureAddress.day(code, date.advanced(by: -1)) : nil
        nextURL = date < zone.day(of: period.asOf) ? FigureAddress.day(code, date.advanced(by: 1)) : nil
        monthURL = FigureAddress.site(code, facts.month)
        summary =
            SiteDayPage.sentences(day, facts.days[date], zone: zone, speech)
            + facts.clockErrors.filter { $0.day == date }.map { error in
                speech(
                    "site_day.clock",
                    ["terminal": facts.terminalNames[error.terminal] ?? "", "error": clockErrorText(error.aheadMs, { speech($0, $1) })])
            }
        strip = .of(code, [day], caption: speech("strip.caption_day", ["day": date.description]), speech)
        minutes = .minutes(facts, day, zone: zone, speech)
        late = facts.late.isEmpty ? nil : .late(facts, day, zone: zone, speech)
        voids = facts.voids.isEmpty ? nil : .voids(facts, zone: zone, speech)
        plays = .intervals(day, facts, zone: zone, speech)
        note = speech("intervals.note", ["seconds": String(rules.effectiveMilliseconds(on: date, length: nil) / 1000)])
    }

    private static func sentences(_ day: SiteMinutes, _ row: StoredSiteDay?, zone: NetworkZone, _ speech: Speech) -> [String] {
        let heard = !day.isInService ? "days.outside" : !day.isDue ? "days.not_due" : day.isHeard ? "days.heard" : "days.not_heard"
        let times = day.calledOff.runs.map { runText($0, day.day, zone) }.joined(separator: ", ")
        return [
            speech("site_day.standing", ["standing": speech(heard)]),
            speech(
                day.onByPlay.isEmpty ? "site_day.on" : "site_day.on_by_play",
                ["minutes": String(row?.onMinutes ?? 0), "by_play": String(day.onByPlay.count)]),
            speech(
                "site_day.viewing",
                [
                    "minutes": String(wholeMinutes(row?.effectiveSeconds ?? 0)), "plays": String(row?.plays ?? 0),
                    "effective": String(row?.effectivePlays ?? 0), "demand": String(row?.effectiveDemandPlays ?? 0),
                ]),
        ] + (day.calledOff.isEmpty ? [] : [speech("site_day.called_off", ["minutes": String(day.calledOff.count), "times": times])])
    }
}

extension Speech {
    /// Who said it, and of several how many minutes each added.
    fileprivate func sources(_ shares: [SourceShare]) -> String {
        guard !shares.isEmpty else { return self("source.unknown") }
        return list(
            shares.map { share in
                let source = share.source
                let name =
                    if let edge = source.edge { self("source.edge", ["edge": edge]) } else if !source.relay.isEmpty {
                        self("source.carried", ["edge": source.relay])
                    } else if !source.isTerminal { self("source.file", ["file": source.file]) } else { self("source.self") }
                return share.addedMinutes.map { self("source.share", ["source": name, "count": String($0)]) } ?? name
            })
    }
}

extension Table {
    /// The runs of minutes on of each terminal; the sum counts a minute once, whichever terminal reported it.
    static func minutes(_ facts: SiteFacts, _ day: SiteMinutes, zone: NetworkZone, _ speech: Speech) -> Table {
        let names = facts.terminalNames
        let voided = Set(facts.voids.filter { $0.kind == .facts && $0.withdrawnAt == nil }.map(\.terminal))
        return Table(
            caption: speech("minutes.caption"),
            columns: [
                Column(speech("minutes.column.terminal")), Column(speech("minutes.column.run")),
                Column(speech("minutes.column.count"), isNumber: true),
                Column(speech("minutes.column.standing")), Column(speech("minutes.column.source")),
            ],
            rows: facts.presence.filter { names[$0.terminal] != nil }.flatMap { fact in
                let source = speech.sources(facts.sources[fact.day]?[fact.terminal] ?? [])
                return fact.minutes.runs.map { run in
                    [
                        Cell(names[fact.terminal] ?? ""), Cell(runText(run, day.day, zone)), Cell(run.count),
                        Cell(speech(voided.contains(fact.terminal) ? "plays.voided" : "minutes.counted"), mark: "standing"),
                        Cell(source, mark: "wide"),
                    ]
                }
            }
                + day.onByPlay.runs.map { run in
                    [Cell("—"), Cell(runText(run, day.day, zone)), Cell(run.count), Cell(speech("minutes.by_play"), mark: "standing"), ""]
                }, total: day.on.isEmpty && facts.presence.isEmpty ? nil : [Cell(speech("minutes.total")), "", Cell(day.on.count), "", ""],
            head: 1, empty: speech("minutes.empty"))
    }

    /// Minutes that came after the close of the day.
    static func late(_ facts: SiteFacts, _ day: SiteMinutes, zone: NetworkZone, _ speech: Speech) -> Table {
        let names = facts.terminalNames
        return Table(
            caption: speech("late.caption"),
            columns: [
                Column(speech("minutes.column.terminal")), Column(speech("late.column.received")), Column(speech("minutes.column.run")),
                Column(speech("minutes.column.count"), isNumber: true),
            ],
            rows: facts.late.filter { names[$0.terminal] != nil }.map { fact in
                [
                    Cell(names[fact.terminal] ?? ""), Cell(zone.text(fact.receivedAt)),
                    Cell(fact.minutes.runs.map { runText($0, day.day, zone) }.joined(separator: ", "), mark: "wide"),
                    Cell(fact.minutes.count),
                ]
            })
    }

    /// Decisions that facts of the day do not count, withdrawn ones included.
    static func voids(_ facts: SiteFacts, zone: NetworkZone, _ speech: Speech) -> Table {
        let names = facts.terminalNames
        return Table(
            caption: speech("voids.caption"),
            columns: ["terminal", "kind", "from", "through", "reason", "recorded", "standing"].map { Column(speech("voids.column.\($0)")) },
            rows: facts.voids.map { void in
                [
                    Cell(names[void.terminal] ?? ""), Cell(speech("voids.kind.\(void.kind.rawValue)")), Cell(void.fromDay.description),
                    Cell(void.untilDay == .forever ? speech("span.open_end") : void.untilDay.advanced(by: -1).description),
                    Cell(void.reason, mark: "wide"),
                    Cell(zone.text(void.recordedAt)),
                    Cell(void.withdrawnAt.map { speech("voids.withdrawn", ["time": zone.text($0)]) } ?? speech("voids.valid")),
                ]
            })
    }

    /// The day's plays with what was watched of each.
    static func intervals(_ day: SiteMinutes, _ facts: SiteFacts, zone: NetworkZone, _ speech: Speech) -> Table {
        let names = facts.terminalNames
        return Table(
            caption: speech("intervals.caption"),
            columns: ["courseware", "mode", "terminal", "intervals"].map { Column(speech("intervals.column.\($0)")) }
                + ["watched", "distinct"].map { Column(speech("plays.column.\($0)"), isNumber: true) } + [
                    Column(speech("plays.column.standing"))
                ],
            rows: day.plays.map { played in
                let id = played.play.courseware
                let spans = played.wall.intervals.map { span in
                    [span.lowerBound, span.upperBound].map { String(zone.text(Instant(milliseconds: $0)).suffix(5)) }.joined(separator: "–")
                }
                let standing = played.isVoided ? "plays.voided" : day.effectiveCourseware.contains(id) ? "plays.effective" : "plays.short"
                return [
                    Cell(facts.courseware[id]?.title ?? id, mark: "wide"),
                    Cell(speech("play_mode.\(String(describing: played.play.mode))")),
                    Cell(names[played.play.terminal] ?? ""), Cell(spans.joined(separator: ", "), mark: "wide"),
                    Cell(clockText(played.wall.total)),
                    Cell(clockText(played.media.total)), Cell(speech(standing), mark: "standing"),
                ]
            },
            total: day.plays.isEmpty
                ? nil
                : [
                    Cell(speech("intervals.total")), "", "", "",
                    Cell(clockText(day.plays.filter { !$0.isVoided }.reduce(0) { $0 + $1.wall.total })),
                    Cell(clockText(Int64(day.figures.effectiveSeconds) * 1000)), "",
                ], empty: speech("plays.empty"))
    }
}

extension SiteFacts {
    /// The terminals that stood at the site, by number.
    var terminalNames: [Int: String] { Dictionary(assignments.map { ($0.terminal, $0.terminalID) }) { first, _ in first } }
}

/// A run of minutes by the wall clock, its end not included; the day's last minute ends at 24:00.
func runText(_ run: Range<Int>, _ day: Day, _ zone: NetworkZone) -> String {
    let start = zone.start(of: day)
    let end = start.adding(seconds: Int64(run.upperBound) * 60)
    let until = zone.day(of: end) > day ? "24:00" : String(zone.text(end).suffix(5))
    return "\(zone.text(start.adding(seconds: Int64(run.lowerBound) * 60)).suffix(5))–\(until)"
}
