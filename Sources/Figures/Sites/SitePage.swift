import Basics
package import Operations
import Registry
package import Web

/// The page `site`: a site's month from the register down to the minutes.
package struct SitePage: Sendable {
    struct Fact: Sendable {
        let term: String
        let detail: String
    }
    let monthBar: MonthBar
    let head: [Fact]
    let provisional: Bool
    /// Why no figure counts the site, when none does.
    let uncounted: String?
    let totals: [OverviewPage.Card]
    let notes: [String]
    let strip: MinuteStrip
    let days: Table
    let plays: Table
    let terminals: Table
    let states: Table
    /// Whom to ring, and what may be done.
    let top: SiteTop?
    /// Its state has just been changed.
    let isChanged: Bool
    let exclusions: Table?
    let bulletinURL: Location?

    /// The page of a site in a month; `days` are all days of it.
    package init(
        _ facts: SiteFacts, _ days: [SiteMinutes], _ period: Period, rules: FactRules, top: SiteTop? = nil, isChanged: Bool = false,
        _ speech: Speech
    ) {
        let (site, month) = (facts.site, facts.month)
        monthBar = MonthBar(period, at: SiteAddress.page(site.code), fixed: speech)
        head = [
            Fact(term: speech("site.code"), detail: site.code),
            Fact(term: speech("site.area"), detail: facts.path.map(\.name).joined(separator: " › ")),
            Fact(term: speech("site.kind"), detail: speech("site_kind.\(site.kind.rawValue)")),
            Fact(term: speech("site.mode"), detail: speech("site_mode.\(site.mode.rawValue)")),
            Fact(term: speech("site.state"), detail: speech("site_state.\(site.state?.rawValue ?? "none")")),
        ]
        provisional = period.isProvisional
        uncounted = facts.counted == nil ? speech(facts.service.isEmpty ? "site.not_registered" : "site.excluded") : nil
        totals = facts.counted.map { SitePage.cards($0, at: FigureAddress.site(site.code, month).at("days"), speech) } ?? []
        notes = SiteNote.notes(days).map { $0.text(speech) }
        strip = .of(site.code, days, caption: speech("strip.caption", ["month": speech.month(month)]), speech)
        self.days = .days(of: site.code, days, facts.days, facts.counted, month, speech)
        plays = .plays(
            days, facts.courseware, caption: speech("plays.caption", ["month": speech.month(month)]), site: site.code, zone: rules.zone,
            speech)
        terminals = .terminals(facts, zone: rules.zone, speech)
        states = .states(facts.states, facts.accounts, zone: rules.zone, speech.words, speech.language)
        (self.top, self.isChanged) = (top, isChanged)
        exclusions = facts.exclusions.isEmpty ? nil : .exclusions(facts.exclusions, accounts: facts.accounts, speech)
        bulletinURL = facts.path.last.map { BulletinAddress.bulletin($0.code, month) }
    }

    /// What the bulletin counts of the site, each figure the sum of the table of days below.
    private static func cards(_ counted: SiteMonth, at days: Location, _ speech: Speech) -> [OverviewPage.Card] {
        func card(_ name: String, _ value: String, _ made: String) -> OverviewPage.Card {
            OverviewPage.Card(cardLabel: speech("sites.column.\(name)"), cardValue: value, cardMade: made, cardURL: days)
        }
        return [
            card("presence", speech("presence.\(counted.presence.rawValue)"), speech("site.on_days", ["days": String(counted.onDays)])),
            card("on_minutes", String(counted.onMinutes), speech("site.in_service_only")),
            card(
                "effective_minutes", String(wholeMinutes(counted.effectiveSeconds)),
                speech("site.seconds", ["seconds": String(counted.effectiveSeconds)])),
            card(
                "effective_plays", String(counted.effectivePlays),
                speech("site.demand_plays", ["count": String(counted.effectiveDemandPlays)])),
            card("heard_days", String(counted.heardDays), speech("site.due_days", ["days": String(counted.dueDays)])),
        ]
    }
}

extension MinuteStrip {
    /// The picture of some days of a site.
    static func of(_ code: String, _ days: [SiteMinutes], caption: String, _ speech: Speech) -> MinuteStrip {
        MinuteStrip(
            caption: caption,
            days: days.map { day in
                Day(
                    label: padded(day.day.civil.day, 2), url: FigureAddress.day(code, day.day),
                    summary: speech(
                        day.onByPlay.isEmpty ? "strip.day" : "strip.day_by_play",
                        [
                            "day": day.day.description, "on": String(day.on.count), "playing": String(day.playing.count),
                            "effective": String(day.effective.count),
                            "unheard": String(day.unheard.count), "late": String(day.late.count), "by_play": String(day.onByPlay.count),
                        ]), layers: day.layers)
            }, width: days.map(\.length).max() ?? 1440,
            legend: [ChartLegend(mark: "off", label: speech("strip.off"))]
                + [Layer.on, .byplay, .play, .effective, .unheard, .late, .voided, .outside].map {
                    ChartLegend(mark: $0.rawValue, label: speech("strip.\($0.rawValue)"))
                })
    }
}

extension Table {
    /// The strip as numbers. The sums are those of days in service, as the bulletin counts them.
    static func days(
        of code: String, _ days: [SiteMinutes], _ stored: [Day: StoredSiteDay], _ counted: SiteMonth?, _ month: Month, _ speech: Speech
    ) -> Table {
        let names = ["on", "playing", "effective_minutes", "effective_plays", "effective_demand_plays", "late", "voided"]
        return Table(
            caption: speech("days.caption", ["month": speech.month(month)]),
            columns: [Column(speech("days.column.day"))] + names.map { Column(speech("days.column.\($0)"), isNumber: true) } + [
                Column(speech("days.column.heard"))
            ],
            rows: days.map { day in
                let row = stored[day.day]
                let heard = !day.isInService ? "days.outside" : !day.isDue ? "days.not_due" : day.isHeard ? "days.heard" : "days.not_heard"
                return [
                    Cell(day.day.description, url: FigureAddress.day(code, day.day)), Cell(row?.onMinutes ?? 0), Cell(day.playing.count),
                    Cell(wholeMinutes(row?.effectiveSeconds ?? 0)), Cell(row?.effectivePlays ?? 0), Cell(row?.effectiveDemandPlays ?? 0),
                    Cell(day.late.count),
                    Cell(day.voided.count), Cell(speech(heard), mark: "standing"),
                ]
            },
            total: counted.map { counted in
                [
                    Cell(speech("days.total")), Cell(counted.onMinutes),
                    Cell(days.filter(\.isInService).reduce(0) { $0 + $1.playing.count }),
                    Cell(wholeMinutes(counted.effectiveSeconds)), Cell(counted.effectivePlays), Cell(counted.effectiveDemandPlays),
                    Cell(days.filter(\.isInService).reduce(0) { $0 + $1.late.count }),
                    Cell(days.filter(\.isInService).reduce(0) { $0 + $1.voided.count }),
                    Cell("\(counted.heardDays) / \(counted.dueDays)"),
                ]
            })
    }

    /// A row for each play and day.
    static func plays(
        _ days: [SiteMinutes], _ courseware: [String: NamedCourseware], caption: String, site code: String, zone: NetworkZone,
        _ speech: Speech
    ) -> Table {
        Table(
            caption: caption,
            columns: ["from", "through", "courseware", "mode"].map { Column(speech("plays.column.\($0)")) }
                + ["watched", "distinct"].map { Column(speech("plays.column.\($0)"), isNumber: true) } + [
                    Column(speech("plays.column.standing"))
                ],
            rows: days.flatMap { day in
                day.plays.map { played in
                    let (from, through) = (played.wall.intervals.first?.lowerBound ?? 0, played.wall.intervals.last?.upperBound ?? 0)
                    let id = played.play.courseware
                    let standing =
                        played.isVoided ? "plays.voided" : day.effectiveCourseware.contains(id) ? "plays.effective" : "plays.short"
                    return [
                        Cell(zone.text(Instant(milliseconds: from)), url: FigureAddress.day(code, day.day)),
                        Cell(zone.text(Instant(milliseconds: through)).suffix(5).description),
                        Cell(courseware[id]?.title ?? id, mark: "wide"), Cell(speech("play_mode.\(String(describing: played.play.mode))")),
                        Cell(clockText(played.wall.total)), Cell(clockText(played.media.total)), Cell(speech(standing), mark: "standing"),
                    ]
                }
            }, empty: speech("plays.empty"))
    }
}

/// A length of time as `M:SS`.
func clockText(_ milliseconds: Int64) -> String { "\(milliseconds / 60_000):\(padded(Int(milliseconds / 1000 % 60), 2))" }
