import Accounts
import Basics
package import Jobs
import Lists
import Records
package import Registry
import Storage
package import Web

/// Where it is decided that facts do not count.
enum VoidAddress {
    static let voids = RecordAddresses("/voids")
}

enum VoidFields {
    static let terminal = Field.text("terminal", "void.terminal", most: 64)
    static let from = Field.date("from", "void.from")
    static let through = Field.date("through", "void.through")
    static let kind = Field.choice("kind", "void.kind", among: VoidKind.allCases, words: "void.kind", isHelped: true)
    static let reason = Field.text("reason", "void.reason", most: 500)
    static let form = Form(terminal, from, through, kind, reason)

    static func texts(_ one: PlacedVoid) -> [String: String] {
        [
            terminal.name: one.terminalID, from.name: one.days.lowerBound.description, through.name: one.days.upperBound.description,
            kind.name: one.kind.rawValue, reason.name: one.reason,
        ]
    }
}

extension RecordPage where Record == PlacedVoid {
    /// `settled` tells which closed months one reaches back into.
    static func voids(_ rules: FactRules, _ settled: @escaping SettledMonths) -> RecordPage {
        var page = RecordPage(
            VoidAddress.voids, topic: "void", see: .seeFigures, keep: .keepRegister, form: VoidFields.form, key: [VoidFields.terminal.name],
            id: \.id, name: { "\($0.terminalID) \($0.days.lowerBound) – \($0.days.upperBound)" }, texts: VoidFields.texts,
            find: { try $0.placedVoid(id: $1, on: $2.today, in: $2.scope) }, match: { _, _, _ in nil },
            reading: { statements, _, values, at in
                var problems: FieldProblems = [:]
                let (from, through) = (values.understood(VoidFields.from), values.understood(VoidFields.through))
                let (terminal, kind) = (values.understood(VoidFields.terminal), values.understood(VoidFields.kind))
                if let terminal, try statements.terminalNumbers([terminal]).isEmpty {
                    problems[VoidFields.terminal.name] = FieldProblem("void.no_box", ["text": terminal])
                }
                if let from, let through, through < from { problems[VoidFields.through.name] = "void.days_order" }
                if let through, through > at.today { problems[VoidFields.through.name] = "void.later" }
                guard problems.isEmpty, let from, let through, let terminal, let kind else { throw Refusal.invalid(problems) }
                var void = PlacedVoid(
                    id: at.act.ids.next(), kind: kind, terminalID: terminal, days: from...through, reason: try values[VoidFields.reason],
                    actor: at.act.actor.id, recordedAt: at.act.at, withdrawnAt: nil)
                void.sites = try statements.places(of: terminal, within: from...through, on: at.today)
                // A box that stood elsewhere is no more known here than one that is none.
                if void.obstacle(in: at.scope) != nil {
                    throw Refusal.invalid([VoidFields.terminal.name: FieldProblem("void.no_box", ["text": terminal])])
                }
                return void
            },
            save: { statements, _, void, at in
                _ = try statements.voidFacts(
                    id: void.id, terminalID: void.terminalID, days: void.days, void.kind, reason: void.reason, rules: rules, by: at.act)
            },
            obstacle: { _, _ in .conflict("void.stays") }, state: { one, _ in one.state.rawValue },
            steps: [
                RecordStep(VoidLife.withdraw, .keepRegister, standing: { LifeStanding($0.state, maker: $0.actor, area: nil) }) {
                    statements, void, _, at in
                    if let refusal = void.obstacle(in: at.scope) { throw refusal }
                    try statements.withdrawVoid(id: void.id, rules: rules, by: at.act)
                }
            ],
            behind: { _, void, at in [.places(void.sites, at)] })
        page.comesInFiles = false
        page.preview = { statements, void, at in
            let number = try statements.terminalNumbers([void.terminalID])[void.terminalID]
            let days = try number.map { try statements.heardDays(terminal: $0, days: void.days, rules: rules).count } ?? 0
            let areas = try void.sites.compactMap { try statements.area(id: $0.areaID, on: at.today) }
            let above = try areas.flatMap { try statements.path(to: $0, on: at.today).map(\.areaID) }
            let months = try settled(statements, void.days.lowerBound.month, Array(Set(above)).sorted())
            let says = at.text(
                "void.would.\(void.kind.rawValue)",
                [
                    "terminal": void.terminalID, "from": void.days.lowerBound.description, "through": void.days.upperBound.description,
                    "days": String(days),
                ])
            return FormPreview([says], warnings: [months.sentence(at)].compactMap { $0 }, tables: [.places(void.sites, at)])
        }
        return page
    }
}

extension Table {
    fileprivate static func places(_ sites: [PlacedVoid.Place], _ at: FormVisit) -> Table {
        Table(
            caption: at.text("void.sites"), columns: [Column(at.text("void.site"))],
            rows: sites.map { [Cell("\($0.name) \($0.code)", url: SiteAddress.page($0.code))] }, empty: at.text("void.nowhere"))
    }
}

extension ListPage where Row == PlacedVoid {
    static func voids(_ record: RecordPage<PlacedVoid>) -> ListPage {
        ListPage(
            record.addresses.list, .seeFigures, title: "void.title",
            columns: [
                ListColumn("terminal", "void.terminal") { one, _ in Table.Cell(one.terminalID, url: VoidAddress.voids.one(one.id)) },
                ListColumn("site", "void.site") { one, question in
                    Table.Cell(one.sites.map { "\($0.name) \($0.code)" }.joined(separator: question.text("list.comma")))
                },
                ListColumn("from", "void.from") { one, _ in Table.Cell(one.days.lowerBound.description) },
                ListColumn("through", "void.through") { one, _ in Table.Cell(one.days.upperBound.description) },
                ListColumn("kind", "void.kind") { Table.Cell($1.text("void.kind.\($0.kind.rawValue)")) },
                ListColumn("reason", "void.reason") { one, _ in Table.Cell(one.reason, mark: "wide") },
                ListColumn("at", "void.at") { Table.Cell($1.time($0.recordedAt)) },
                ListColumn("state", "void.state_column") { Table.Cell($1.text("void.state.\($0.state.rawValue)"), mark: "standing") },
            ],
            filters: [ListFilter("state", "void.state_column", any: "void.any", among: VoidState.self, words: "void.state")],
            search: "void.search",
            rows: {
                try $0.voids(
                    matching: $1.words, state: VoidState(rawValue: $1["state"]), after: $1.after, limit: $1.limit, on: $1.today,
                    in: $1.scope)
            },
            count: { try $0.voidCount(matching: $1.words, state: VoidState(rawValue: $1["state"]), on: $1.today, in: $1.scope) },
            place: \.id,
            ways: { record.ways($0) }, note: "void.list_note", empty: "void.empty")
    }
}

extension Feature {
    /// Decisions that what a box said of some days does not count.
    package static func voids(_ house: House, _ rules: FactRules, settled: @escaping SettledMonths, bell: JobBell) -> Feature {
        let record = RecordPage.voids(rules, settled)
        return Feature(
            "voids", menu: [MenuEntry(.run, "void.title", record.addresses.list, .seeFigures)],
            speech: [record.speech(["facts.voided", "facts.completeness_voided", "facts.void_withdrawn"])]
        ) {
            $0.list(.voids(record))
            $0.records(record, bell: bell)
        }
    }
}
