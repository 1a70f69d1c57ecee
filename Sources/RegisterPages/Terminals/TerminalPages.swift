package import Accounts
package import Basics
import Hummingbird
import Lists
import Registry
package import Storage
package import Web

/// From a day on facts count elsewhere: whoever derives figures is told.
package typealias Rederive = @Sendable (Statements, Day, Act) throws -> Void

private enum PlacingFields {
    static let terminal = Field.text("terminal", "terminal.id", most: 64, isHelped: true)
    static let from = Field.date("from", "site_change.from", isHelped: true).proposed
    static let reason = Field.text("reason", "states.column.reason")
    static let document = Field.document("states.column.document", from: PaperAddress.pick)

    /// The boxes that stand at the site, to choose one from.
    static func present(_ ids: [String]) -> Field<String> {
        Field(
            "old", "terminal.old", look: .choice(ids.map { FieldOption(said: $0) }), most: 64, normal: { $0 },
            reading: { text throws(FieldProblem) in
                guard ids.contains(text) else { throw "form.choice" }
                return text
            })
    }
}

/// A site, and what happens to its boxes.
struct PlacingSubject: Sendable {
    let site: Site
    let matter: TerminalMatter
    /// Those that stand there today.
    let present: [String]

    var form: Form {
        let old = PlacingFields.present(present)
        let rest = (PlacingFields.from, PlacingFields.reason, PlacingFields.document)
        switch matter {
        case .assign: return Form(PlacingFields.terminal, rest.0, rest.1, rest.2)
        case .replace: return Form(old, PlacingFields.terminal, rest.0, rest.1, rest.2)
        case .take: return Form(old, rest.0, rest.1, rest.2)
        }
    }

    func placing(_ values: FormValues) throws -> (id: String, TerminalPlacing) {
        switch matter {
        case .assign: return (try values[PlacingFields.terminal].officeCode, .at(site))
        case .replace:
            return (try values[PlacingFields.terminal].officeCode, .inPlace(of: try values[PlacingFields.present(present)], at: site))
        case .take: return (try values[PlacingFields.present(present)], .takenAway)
        }
    }

    /// The other site that the box leaves; nil for none. Throws what stands against it, and where whoever comes does not see that site: he
    /// neither takes a box from it nor learns where it is.
    func leaving(_ statements: Statements, _ values: FormValues, _ at: FormVisit) throws -> Site? {
        let (id, placing) = try placing(values)
        let plan = try statements.planPlacing(id, placing, from: try values[PlacingFields.from], today: at.today)
        guard let code = plan.leaves?.siteCode, code != site.code else { return nil }
        guard let other = try statements.site(code: code, on: at.today, in: at.visit.scope) else {
            throw Refusal.invalid(["terminal": "terminal.of_others"])
        }
        return other
    }
}

extension Feature {
    /// Boxes: where each stands and stood, and how one is placed, replaced, taken away.
    package static func terminals(rederive: @escaping Rederive) -> Feature {
        Feature(
            "terminals", menu: [MenuEntry(.run, "terminal.title", TerminalAddress.list, .seeFigures)],
            searches: [
                SearchLook(.seeFigures, "terminal.title") { statements, question in
                    try statements.terminals(words: question.words, limit: question.limit, on: question.today, in: question.scope).map {
                        SearchHit(title: $0.id, code: $0.siteCode, detail: $0.siteName, url: TerminalAddress.page($0.id))
                    }
                }
            ],
            sites: [
                SiteLook(.keepRegister) { statements, question in
                    let isBare = try statements.assignments(site: question.site).allSatisfy { $0.untilDay <= question.today }
                    let matters: [TerminalMatter] = isBare ? [.assign] : TerminalMatter.allCases
                    return (
                        [],
                        matters.map {
                            Frame.Link(
                                label: question.text("terminal.matter.\($0.rawValue)"), url: TerminalAddress.placing(question.code, $0))
                        }
                    )
                }
            ]
        ) {
            $0.list(.terminals)
            $0.form(TerminalAddress.placing, .keepRegister, .placing(rederive))
            $0.addTerminal()
        }
    }
}

extension FormPage where Subject == PlacingSubject {
    fileprivate static func placing(_ rederive: @escaping Rederive) -> FormPage {
        FormPage(
            submit: "terminal.submit", cancel: { subject, _ in SiteAddress.page(subject.site.code) },
            subject: { statements, at in
                let (code, matter) = try at.parts(TerminalAddress.placing)
                let site = try statements.addressedSite(code, at)
                let present = try statements.assignments(site: site.num).filter { $0.untilDay > at.today }.map(\.terminalID)
                if matter != .assign, present.isEmpty { throw Refusal.conflict("terminal.none_here") }
                return PlacingSubject(site: site, matter: matter, present: present)
            }, form: { $0.form }, texts: { _, at in [PlacingFields.from.name: at.today.description] },
            preview: { statements, subject, values, at in
                let (id, leaves) = (try subject.placing(values).id, try subject.leaving(statements, values, at))
                var says = [
                    at.text(
                        "terminal.plan.\(subject.matter.rawValue)",
                        ["terminal": id, "site": subject.site.name, "from": try values[PlacingFields.from].description])
                ]
                if let leaves { says.append(at.text("terminal.leaves", ["site": "\(leaves.name) \(leaves.code)"])) }
                return FormPreview(says + [at.text("terminal.facts_stay")])
            },
            act: { statements, subject, values, at in
                let ((id, placing), from) = (try subject.placing(values), try values[PlacingFields.from])
                _ = try subject.leaving(statements, values, at)
                try statements.place(
                    id, placing, from: from, today: at.today, reason: try values[PlacingFields.reason],
                    document: try values[PlacingFields.document], by: at.act)
                try rederive(statements, from, at.act)
                return SiteAddress.history(subject.site.code).with("changed", 1)
            },
            page: { form, subject, at in
                FormFrame(
                    title: "\(at.text("terminal.matter.\(subject.matter.rawValue)"))\(at.text("form.colon"))\(subject.site.name)",
                    crumbs: [Frame.Link(label: subject.site.name, url: SiteAddress.page(subject.site.code))],
                    note: at.text("terminal.note"), form)
            })
    }
}

extension ListPage where Row == TerminalRecord {
    fileprivate static var terminals: ListPage {
        ListPage(
            TerminalAddress.list, .seeFigures, title: "terminal.title",
            columns: [
                ListColumn("id", "terminal.id") { row, _ in Table.Cell(row.id, url: TerminalAddress.page(row.id)) },
                ListColumn("site", "site_change.column.site") { row, _ in
                    Table.Cell("\(row.siteName) \(row.siteCode)", url: SiteAddress.page(row.siteCode))
                },
                ListColumn("area", "site_change.column.area") { row, _ in Table.Cell("\(row.areaName) \(row.areaCode)") },
                ListColumn("from", "site_change.column.from_day") { row, _ in Table.Cell(row.fromDay.description) },
                ListColumn("through", "site_change.column.through_day") { row, question in
                    Table.Cell(row.untilDay == .forever ? question.text("span.open_end") : row.untilDay.advanced(by: -1).description)
                },
                ListColumn("standing", "terminal.standing") { row, question in
                    Table.Cell(question.text("terminal.standing.\(row.untilDay > question.today ? "placed" : "nowhere")"), mark: "standing")
                },
                ListColumn("node", "terminal.node", isUsual: false) { row, question in
                    Table.Cell(question.text(row.isNode ? "terminal.node.own" : "terminal.node.other"))
                },
            ],
            filters: [
                ListFilter("standing", "terminal.standing", any: "terminal.any", among: TerminalStanding.self, words: "terminal.standing")
            ], search: "terminal.search",
            rows: { statements, question in
                try statements.terminals(
                    TerminalStanding(rawValue: question["standing"]), words: question.words, after: question.after, limit: question.limit,
                    on: question.today, in: question.scope)
            },
            count: {
                try $0.terminalCount(
                    TerminalStanding(rawValue: $1["standing"]), words: $1.words, on: $1.today, in: $1.scope)
            }, place: \.id, note: "terminal.list_note", empty: "terminal.empty")
    }
}

/// The page `terminal`: where a box stands and stood.
struct TerminalPage: Sendable {
    let place: String
    let placeURL: Location
    let isPlaced: Bool
    let stays: Table
}

extension Routes {
    /// `/terminals/:id`.
    fileprivate mutating func addTerminal() {
        let house = house
        get(TerminalAddress.page, .seeFigures) { request, context, visit in
            let (id, today) = (try TerminalAddress.page.parts(context), house.today)
            let found = try await house.database.read { statements in
                guard let record = try statements.terminal(id: id, on: today, in: visit.scope) else { throw Refusal.notFound("terminal") }
                let stays = try statements.terminalStays(id).filter { stay in
                    try statements.site(code: stay.siteCode, on: today, in: visit.scope) != nil
                }
                return (record, stays, try statements.namedAccounts(Set(stays.map(\.actor)).subtracting([""]).sorted()))
            }
            let (record, stays, accounts) = found
            let page = TerminalPage(
                place: "\(record.siteName) \(record.siteCode)", placeURL: SiteAddress.page(record.siteCode),
                isPlaced: record.untilDay > today,
                stays: .stays(stays, isSite: false, accounts, house, visit))
            return try house.page(
                "terminal", page, title: house.text("terminal.of", visit, ["terminal": record.id]),
                crumbs: [Frame.Link(label: house.text("terminal.title", visit), url: TerminalAddress.list())], for: visit, request)
        }
    }
}
