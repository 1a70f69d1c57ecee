import Accounts
import Basics
import Lists
import Records
package import Operations
import Registry
import Storage
package import Web
import Wire

/// Where it is seen what plays and what does not.
enum ConnectivityAddress {
    static let areas = FixedAddress("/connectivity")
    static let sites = FixedAddress("/connectivity/sites")
}

/// An area's line: how its sites stand at the end of a day.
struct ConnectivityRow: Sendable {
    let code: String
    let name: String
    var figures = ConnectivityFigures()
}

/// What the address of a page of connectivity asks for.
private struct ConnectivityQuestion {
    let area: String
    let day: Day
    let isNow: Bool

    /// A day that has not come yet is today.
    init(_ question: ListQuestion) {
        let asked = Day(question["day"]) ?? question.today
        day = min(asked, question.today)
        isNow = day == question.today
        let top = question.scope.areas.min { ($0.level, $0.description) < ($1.level, $1.description) }
        area = question["area"].isEmpty ? top?.description ?? "" : question["area"]
    }

    /// The area as it lay on the day, and its sites. Throws `area` for one that the scope does not cover.
    func found(_ statements: Statements, _ question: ListQuestion, _ rules: FactRules) throws -> (area: Area, sites: [SiteLayers]) {
        let scope = try statements.scope(question.scope, on: day, today: question.today)
        guard let area = try statements.area(code: area, on: day, in: scope), let code = area.areaCode else {
            throw Refusal.notFound("area")
        }
        let (inside, spans) = (Scope(areas: [code]), try statements.layerSpans(on: day))
        let sites =
            isNow
            ? try statements.siteLayers(at: question.now, in: inside, spans: spans, rules: rules)
            : try statements.siteConditions(on: day, in: inside, spans: spans, rules: rules)
        return (area, sites)
    }
}

extension ListPage where Row == ConnectivityRow {
    /// The areas below one, each with its sites by condition; what lies in none of them has a line of its own.
    fileprivate static func connectivity(_ rules: FactRules) -> ListPage {
        @Sendable func sites(_ row: ConnectivityRow, _ condition: SiteCondition?, _ question: ListQuestion) -> Location? {
            ConnectivityAddress.sites().with([
                ("area", row.code), ("day", question["day"]), ("condition", condition?.rawValue ?? ""),
            ])
        }
        @Sendable func count(_ name: String, _ condition: SiteCondition?, _ value: @escaping @Sendable (ConnectivityFigures) -> Int)
            -> ListColumn<ConnectivityRow>
        {
            ListColumn(name, "bulletin.\(name)", isNumber: true) { row, question in
                Table.Cell(value(row.figures), url: sites(row, condition, question))
            }
        }
        @Sendable func rate(_ name: String, _ value: @escaping @Sendable (ConnectivityFigures) -> Rate) -> ListColumn<ConnectivityRow> {
            ListColumn(name, "bulletin.\(name)", isNumber: true) { row, _ in Table.Cell(FigureValue.rate(value(row.figures)).printed) }
        }
        let columns: [ListColumn<ConnectivityRow>] = [
            ListColumn("name", "connectivity.area") { row, question in
                Table.Cell(row.name, url: ConnectivityAddress.areas().with([("area", row.code), ("day", question["day"])]))
            },
            count("registered", nil, \.registered), count("playable", .playable, \.playable), count("faulty", .faulty, \.faulty),
            count("unproven", .unproven, \.unproven), rate("connectivity_rate", \.connectivity), rate("connectivity_bound", \.bound),
            rate("fault_rate", \.faultRate),
            ListColumn("network", "connectivity.network", isNumber: true) { row, question in
                Table.Cell(ConnectivityQuestion(question).isNow ? grouped(row.figures.network) : "–")
            },
            ListColumn("platform", "connectivity.platform", isNumber: true) { row, question in
                Table.Cell(ConnectivityQuestion(question).isNow ? grouped(row.figures.platform) : "–")
            },
            ListColumn("code", "connectivity.code", isUsual: false) { row, _ in Table.Cell(row.code) },
        ]
        return ListPage(
            ConnectivityAddress.areas, .seeFigures, title: "connectivity.title", columns: columns, fields: ["area", "day"],
            find: { question in
                let asked = ConnectivityQuestion(question)
                return try await question.house.database.read { statements in
                    let (area, found) = try asked.found(statements, question, rules)
                    let (spans, heard) = (try statements.layerSpans(on: asked.day), try statements.heardSites(on: asked.day))
                    let below = try statements.children(of: area, on: asked.day, in: .everything)
                    var rows = below.map { ConnectivityRow(code: $0.code, name: $0.name) }
                    var own = ConnectivityRow(
                        code: area.code, name: question.text(below.isEmpty ? "connectivity.all" : "connectivity.rest"))
                    var all = ConnectivityFigures()
                    for site in found {
                        let network = asked.isNow ? spans.answer(.network, heardAt: site.networkAt, at: question.now) : .unknown
                        let platform = asked.isNow ? spans.answer(.platform, heardAt: site.platformAt, at: question.now) : .unknown
                        let isHeard = heard.contains(site.site)
                        all.add(site.found.condition, isHeard: isHeard, network: network, platform: platform)
                        if let place = rows.firstIndex(where: { site.areaCode.hasPrefix($0.code) }) {
                            rows[place].figures.add(site.found.condition, isHeard: isHeard, network: network, platform: platform)
                        } else {
                            own.figures.add(site.found.condition, isHeard: isHeard, network: network, platform: platform)
                        }
                    }
                    if own.figures.registered > 0 || below.isEmpty { rows.append(own) }
                    let from = question.after.isEmpty ? 0 : (rows.firstIndex { $0.code == question.after } ?? -1) + 1
                    let line = ConnectivityRow(code: area.code, name: area.name, figures: all)
                    return ListFound(
                        rows: Array(rows.dropFirst(from).prefix(question.limit)), count: rows.count,
                        total: Dictionary(uniqueKeysWithValues: columns.map { ($0.name, $0.cell(line, question)) }),
                        fileName: "connectivity.\(area.code).\(asked.day)")
                }
            }, place: \.code,
            ways: { question in
                let asked = ConnectivityQuestion(question)
                let rules = Frame.Link(label: question.text("layer_span.title"), url: SpanAddress.rules.list())
                return [-1, 1].compactMap { step in
                    let day = asked.day.advanced(by: step)
                    guard day <= question.today else { return nil }
                    return Frame.Link(
                        label: question.text(step < 0 ? "connectivity.day_before" : "connectivity.day_after", ["day": day.description]),
                        url: ConnectivityAddress.areas().with([("area", asked.area), ("day", day.description)]))
                } + [rules]
            }, note: "connectivity.note", empty: "connectivity.empty")
    }
}

extension ListPage where Row == SiteLayers {
    /// The sites of an area with the evidence of each layer.
    fileprivate static func layers(_ rules: FactRules) -> ListPage {
        ListPage(
            ConnectivityAddress.sites, .seeFigures, title: "connectivity.sites",
            columns: [
                ListColumn("name", "connectivity.site") { row, _ in Table.Cell(row.name, url: TestPlayAddress.page(row.code)) },
                ListColumn("code", "connectivity.code") { row, _ in Table.Cell(row.code, url: SiteAddress.page(row.code)) },
                ListColumn("area", "connectivity.area") { row, _ in Table.Cell("\(row.areaName) \(row.areaCode)") },
                ListColumn("condition", "connectivity.condition") { row, question in
                    Table.Cell(question.text("connectivity.condition.\(row.found.condition.rawValue)"), mark: "standing")
                },
                ListColumn("proof", "connectivity.proof") { row, question in Table.Cell(row.found.proof?.said(question) ?? "") },
                ListColumn("failure", "connectivity.failure") { row, question in Table.Cell(row.found.failure?.said(question) ?? "") },
                ListColumn("faulty_from", "connectivity.faulty_from") { row, question in Table.Cell(question.time(row.found.faultyFrom)) },
                ListColumn("network", "connectivity.network") { row, question in Table.Cell(question.time(row.networkAt)) },
                ListColumn("platform", "connectivity.platform") { row, question in Table.Cell(question.time(row.platformAt)) },
                ListColumn("source", "connectivity.source", isUsual: false) { row, question in
                    Table.Cell(row.isOperatorData ? question.text("connectivity.operator_data") : "")
                },
            ],
            filters: [
                ListFilter(
                    "condition", "connectivity.condition", any: "connectivity.any", among: SiteCondition.self,
                    words: "connectivity.condition")
            ], fields: ["area", "day"], search: "connectivity.search",
            find: { question in
                let (asked, wanted) = (ConnectivityQuestion(question), SiteCondition(rawValue: question["condition"]))
                return try await question.house.database.read { statements in
                    let all = try asked.found(statements, question, rules).sites.filter { site in
                        (wanted.map { $0 == site.found.condition } ?? true)
                            && question.words.match(site)
                    }
                    return ListFound(of: all, question, place: \.code)
                }
            }, place: \.code, note: "connectivity.sites_note", empty: "connectivity.no_site")
    }
}

extension SearchWords {
    fileprivate func match(_ site: SiteLayers) -> Bool {
        if isEmpty { return true }
        let key = "\(searchKey(site.name)) \(site.code.lowercased())"
        return words.allSatisfy { key.contains($0) }
    }
}

extension PlayEvent {
    /// When, and what it was.
    func said(_ question: ListQuestion) -> String { said(question.house.zone) { question.text($0) } }

    func said(_ zone: NetworkZone, _ text: (String) -> String) -> String {
        switch kind {
        // An effective play by its day where nothing asked for the instant.
        case .play: terminal == 0 ? "\(day) \(text("connectivity.play"))" : "\(zone.text(at)) \(text("connectivity.play"))"
        case .test(let outcome): "\(zone.text(at)) \(text("test_play.outcome.\(outcome.rawValue)"))"
        }
    }
}

extension Feature {
    /// What plays and what does not, by area and site; connectivity and fault rate as figures of a day.
    package static func connectivity(_ rules: FactRules) -> Feature {
        func figure(_ key: String, _ unit: Figure.Unit, _ merit: Figure.Merit, _ condition: SiteCondition?) -> Figure {
            Figure(FigureKey(rawValue: key), unit, merit, periods: [.day]) { area, month in
                let address = condition == nil ? ConnectivityAddress.areas() : ConnectivityAddress.sites()
                return address.with([
                    ("area", area.description), ("day", month.days.upperBound.description), ("condition", condition?.rawValue ?? ""),
                ])
            }
        }
        let today = TodayLook(.keepRegister) { statements, question in
            let faulty = try statements.faultySites(
                on: question.today, most: 100, in: question.scope, spans: try statements.layerSpans(on: question.today), rules: rules)
            return [
                TodayEntry(
                    .late, "today.faulty", count: faulty,
                    at: ConnectivityAddress.sites().with("condition", SiteCondition.faulty.rawValue), most: 100)
            ]
        }
        return Feature(
            "connectivity", menu: [MenuEntry(.run, "connectivity.title", ConnectivityAddress.areas, .seeFigures)], today: [today],
            figures: [
                figure("playable", .sites, .more, .playable), figure("faulty", .sites, .less, .faulty),
                figure("unproven", .sites, .less, .unproven), figure("connectivity_rate", .percent, .more, nil),
                figure("connectivity_bound", .percent, .more, nil), figure("fault_rate", .percent, .less, nil),
            ]
        ) {
            $0.list(.connectivity(rules))
            $0.list(.layers(rules))
        }
    }
}
