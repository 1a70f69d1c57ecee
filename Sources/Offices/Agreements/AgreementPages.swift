import Accounts
import Basics
package import Jobs
import Lists
import Records
import Registry
import Storage
package import Web

/// Where agreements are.
enum AgreementAddress {
    static let agreements = RecordAddresses("/agreements")
}

/// The form of an agreement, and the columns of a file of them.
enum AgreementFields {
    static let number = Field.document("agreement.number", name: "number", most: 60, isNeeded: true)
    static let title = Field.text("title", "agreement.name", most: 200)
    static let by = Field.picked("operator", "agreement.operator", from: OrganisationAddress.pickOperators, isHelped: false)
    static let area = Field.picked("area", "agreement.area", from: AreaAddress.pick, isHelped: false)
    static let from = Field.date("from", "agreement.from")
    static let through = Field.date("through", "agreement.through")
    static let amount = Field.money("amount", "agreement.amount", isHelped: true)
    static let hours = Field.number("repair_hours", "agreement.repair_hours", in: 1...720, isHelped: true)
    static let duties = Field.note("duties", "agreement.duties", most: 2000, isNeeded: false)
    static let keeper = Field.person("keeper", "agreement.keeper", isHelped: true).optional
    static let form = Form(number, title, by, area, from, through, amount, hours, duties, keeper)
    static let reason = Field.text("reason", "agreement.reason")

    static func texts(_ one: Agreement) -> [String: String] {
        [
            number.name: one.number, title.name: one.title, by.name: one.operatorName, area.name: "\(one.areaName) \(one.areaCode)",
            from.name: one.days.lowerBound.description, through.name: one.days.upperBound.description,
            amount.name: one.amount.description, hours.name: String(one.repairHours), duties.name: one.duties,
            keeper.name: one.keeper?.suggestion ?? "",
        ]
    }
}

extension RecordPage where Record == Agreement {
    static var agreements: RecordPage {
        var page = RecordPage(
            AgreementAddress.agreements, topic: "agreement", see: .seeFigures, keep: .keepRegister, form: AgreementFields.form,
            key: [AgreementFields.number.name], id: \.id, name: { "\($0.number) \($0.title)" }, texts: AgreementFields.texts,
            find: { try $0.agreement(id: $1, in: $2.scope) },
            match: { statements, values, _ in
                try values.understood(AgreementFields.number).flatMap { try statements.agreement(numbered: $0) }
            }, reading: { try Agreement($0, $1, $2, $3) }, save: { try $0.saveAgreement($2, was: $1, by: $3.act) },
            obstacle: { agreement, at in
                guard AreaCode(agreement.areaCode).map(at.scope.covers) ?? false else { return .forbidden("agreement.above") }
                return agreement.state == .draft ? nil : .conflict("agreement.signed_stays")
            }, state: { $0.standing(on: $1) },
            steps: [
                RecordStep(AgreementLife.sign, .keepRegister, asksAgain: true, standing: \.standing) { statements, agreement, _, at in
                    try statements.take(AgreementLife.sign, agreement, in: at.scope, by: at.act)
                },
                RecordStep(AgreementLife.end, .keepRegister, asksAgain: true, form: Form(AgreementFields.reason), standing: \.standing) {
                    statements, agreement, values, at in
                    let reason = try values[AgreementFields.reason]
                    try statements.take(AgreementLife.end, agreement, reason: reason, in: at.scope, by: at.act)
                },
                RecordStep(AgreementLife.drop, .keepRegister, standing: \.standing) { statements, agreement, _, at in
                    try statements.take(AgreementLife.drop, agreement, in: at.scope, by: at.act)
                },
            ],
            ways: { agreement, at in
                [Frame.Link(label: at.text("agreement.to_operator"), url: OrganisationAddress.organisations.one(agreement.operatorID))]
            })
        page.undoing = RecordUndoing(kept: AgreementFields.texts) { try $0.removeAgreement($1, by: $2.act) }
        return page
    }
}

extension Agreement {
    fileprivate init(_ statements: Statements, _ old: Agreement?, _ values: FormValues, _ at: RecordVisit) throws {
        var problems: FieldProblems = [:]
        let number = try problems.gather { try values[AgreementFields.number] }
        if let number, try statements.agreement(numbered: number).map({ $0.id != old?.id }) ?? false {
            problems[AgreementFields.number.name] = FieldProblem("agreement.known", ["number": number])
        }
        let operated = try problems.gather {
            try statements.organisation(
                typed: try values[AgreementFields.by], kind: .operator, in: AgreementFields.by.name, scope: at.scope)
        }
        let area = try problems.gather {
            try statements.area(typed: try values[AgreementFields.area], in: AgreementFields.area.name, on: at.today, scope: at.scope)
        }
        let keeper = try problems.gather {
            try values[AgreementFields.keeper].map {
                try statements.person(typed: $0, in: AgreementFields.keeper.name, on: at.today, scope: at.scope)
            }
        }
        let (from, through) = (values.understood(AgreementFields.from), values.understood(AgreementFields.through))
        if let from, let through, through < from { problems[AgreementFields.through.name] = "agreement.days_order" }
        guard problems.isEmpty, let number, let operated, let area, let from, let through else { throw Refusal.invalid(problems) }
        self.init(
            id: old?.id ?? at.act.ids.next(), operatorID: operated.id, operatorName: operated.name, areaID: area.areaID,
            areaCode: area.code, areaName: area.name, number: number, title: try values[AgreementFields.title], days: from...through,
            amount: try values[AgreementFields.amount], repairHours: try values[AgreementFields.hours],
            duties: try values[AgreementFields.duties], keeper: keeper ?? nil, state: old?.state ?? .draft, madeBy: at.act.actor.id)
    }
}

extension ListPage where Row == Agreement {
    static var agreements: ListPage {
        let record = RecordPage.agreements
        return ListPage(
            record.addresses.list, .seeFigures, title: "agreement.title",
            columns: [
                ListColumn("number", "agreement.number") { one, _ in Table.Cell(one.number, url: AgreementAddress.agreements.one(one.id)) },
                ListColumn("title", "agreement.name") { one, _ in Table.Cell(one.title, mark: "wide") },
                ListColumn("operator", "agreement.operator") { one, _ in
                    Table.Cell(one.operatorName, url: OrganisationAddress.organisations.one(one.operatorID))
                },
                ListColumn("area", "agreement.area") { one, _ in Table.Cell("\(one.areaName) \(one.areaCode)") },
                ListColumn("from", "agreement.from") { one, _ in Table.Cell(one.days.lowerBound.description) },
                ListColumn("through", "agreement.through") { one, _ in Table.Cell(one.days.upperBound.description) },
                ListColumn("amount", "agreement.amount", isNumber: true) { one, _ in Table.Cell(grouped(one.amount)) },
                ListColumn("repair_hours", "agreement.repair_hours", isNumber: true) { one, _ in Table.Cell(one.repairHours) },
                ListColumn("state", "agreement.state_column") { one, question in
                    Table.Cell(question.text("agreement.state.\(one.standing(on: question.today))"), mark: "standing")
                },
                ListColumn("keeper", "agreement.keeper") { one, _ in Table.Cell(one.keeper?.name ?? "") },
                ListColumn("duties", "agreement.duties", isUsual: false) { one, _ in Table.Cell(one.duties, mark: "wide") },
            ],
            filters: [
                ListFilter("state", "agreement.state_column", any: "agreement.any", among: AgreementState.self, words: "agreement.state")
            ], search: "agreement.search",
            rows: { statements, question in
                try statements.agreements(
                    state: AgreementState(rawValue: question["state"]), matching: question.words, after: question.after,
                    limit: question.limit, in: question.scope)
            },
            count: { try $0.agreementCount(state: AgreementState(rawValue: $1["state"]), matching: $1.words, in: $1.scope) }, place: \.id,
            ways: { record.ways($0) }, empty: "agreement.empty")
    }
}

extension Table {
    static func agreements(_ agreements: [Agreement], _ at: FormVisit) -> Table {
        let columns = ["number", "name", "area", "from", "through", "state_column"].map { Column(at.text("agreement.\($0)")) }
        return Table(
            caption: at.text("agreement.title"), columns: columns,
            rows: agreements.map { one in
                [
                    Cell(one.number, url: AgreementAddress.agreements.one(one.id)), Cell(one.title, mark: "wide"),
                    Cell("\(one.areaName) \(one.areaCode)"),
                    Cell(one.days.lowerBound.description), Cell(one.days.upperBound.description),
                    Cell(at.text("agreement.state.\(one.standing(on: at.today))"), mark: "standing"),
                ]
            }, empty: at.text("agreement.none_yet"))
    }
}

extension Feature {
    /// Agreements with operators: the example of a feature made of declarations alone (docs/adding-a-feature.md).
    package static func agreements(_ house: House, bell: JobBell) -> Feature {
        let agreements = RecordPage.agreements
        return Feature(
            "agreements", menu: [MenuEntry(.run, "agreement.title", agreements.addresses.list, .seeFigures)],
            jobs: [agreements.importJob(house, bell: bell)],
            today: [
                TodayLook(.keepRegister) { statements, question in
                    let drafts = try statements.agreements(state: .draft, limit: 500, in: question.scope)
                    let mine = drafts.filter { AgreementLife.sign.isOpen($0.standing, by: question.account, in: question.scope) }
                    let ending = try statements.agreementsEnding(
                        question.today...question.today.advanced(by: 60), limit: 500, in: question.scope)
                    let own = ending.count { $0.keeper.map { $0.id == question.account } ?? true }
                    func entry(_ group: TodayGroup, _ key: String, _ count: Int, _ state: AgreementState) -> TodayEntry {
                        let place = AgreementAddress.agreements.list().with("state", state.rawValue)
                        return TodayEntry(group, "today.agreements.\(key)", count: count, at: place, most: 500)
                    }
                    return [
                        entry(.mine, "drafts", mine.count, .draft), entry(.mine, "ending", own, .inForce),
                        entry(.others, "ending_others", ending.count - own, .inForce),
                    ]
                }
            ],
            searches: [
                SearchLook(.seeFigures, "agreement.title") { statements, question in
                    try statements.agreements(matching: question.words, limit: question.limit, in: question.scope).map {
                        SearchHit(title: $0.title, code: $0.number, detail: $0.operatorName, url: AgreementAddress.agreements.one($0.id))
                    }
                }
            ], speech: [agreements.speech(["agreement."])],
            sample: FeatureSample { try $0.makeSampleAgreements(on: $1, by: $2, house.pages.words) }
        ) {
            $0.list(.agreements)
            $0.records(agreements, bell: bell)
        }
    }
}

extension Statements {
    /// An agreement in force with one of the demo's operators, and one with the other that waits for its signature.
    fileprivate func makeSampleAgreements(on today: Day, by act: Act, _ words: Words) throws {
        func say(_ key: String, _ values: [String: String] = [:]) -> String { words.text(key, .chinese, values) }
        let other = Act(by: .commandLine, at: act.at, ids: act.ids)
        let operators = try organisations(OrganisationFilter(kind: .operator), limit: 2, in: .everything)
        for (number, one) in operators.enumerated() {
            let start = today.advanced(by: -320 + 300 * number)
            let agreement = Agreement(
                id: act.ids.next(), operatorID: one.id, operatorName: one.name, areaID: one.areaID, areaCode: one.areaCode,
                areaName: one.areaName,
                number: say("agreement.sample.number", ["year": String(start.month.year), "number": String(number + 1)]),
                title: say("agreement.sample.title"), days: start...start.advanced(by: 364), amount: Fen(48_000_000 + 12_000_000 * number),
                repairHours: 24 + 24 * number, duties: say("agreement.sample.duties"), state: .draft, madeBy: other.actor.id)
            try saveAgreement(agreement, was: nil, by: other)
            if number == 0 { try take(AgreementLife.sign, agreement, in: .everything, by: act) }
        }
    }
}
