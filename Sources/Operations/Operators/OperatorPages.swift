import Accounts
import Basics
package import Jobs
import Lists
import Records
import Registry
import Storage
package import Web

/// Where operators and their agreements are.
enum OperatorAddress {
    static let operators = RecordAddresses("/operators")
    static let agreements = RecordAddresses("/agreements")
    static let pick = FixedAddress("/pick/operators")
}

/// The form of an operator, and the columns of a file of them.
enum OperatorFields {
    static let name = Field.text("name", "operator.name", most: 100)
    static let area = Field.picked("area", "operator.area", from: AreaAddress.pick, isHelped: false)
    static let modes = Field.boxes("modes", "operator.modes", among: SiteMode.allCases, words: "site_mode")
    static let hotline = Field.phone("hotline", "operator.hotline", isHelped: true)
    static let note = Field.note("note", "operator.note_field", most: 500, isNeeded: false)
    static let form = Form(name, area, modes, hotline, note)

    static func texts(_ one: NetworkOperator) -> [String: String] {
        [
            name.name: one.name, area.name: "\(one.areaName) \(one.areaCode)", modes.name: one.modes.map(\.rawValue).joined(separator: ","),
            hotline.name: one.hotline, note.name: one.note,
        ]
    }
}

/// The form of an agreement, and the columns of a file of them.
enum AgreementFields {
    static let number = Field.document("agreement.number", name: "number", most: 60, isNeeded: true)
    static let title = Field.text("title", "agreement.name", most: 200)
    static let by = Field.picked("operator", "agreement.operator", from: OperatorAddress.pick, isHelped: false)
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

extension RecordPage where Record == NetworkOperator {
    static var operators: RecordPage {
        RecordPage(
            OperatorAddress.operators, topic: "operator", see: .seeFigures, keep: .keepRegister, form: OperatorFields.form,
            key: [OperatorFields.name.name],
            id: \.id, name: \.name, texts: OperatorFields.texts, find: { try $0.networkOperator(id: $1, in: $2.scope) },
            match: { statements, values, _ in
                try values.understood(OperatorFields.name).flatMap { try statements.networkOperator(named: $0) }
            },
            reading: { statements, old, values, at in
                let name = try values[OperatorFields.name]
                guard try statements.networkOperator(named: name).map({ $0.id == old?.id }) ?? true else {
                    throw Refusal.invalid([OperatorFields.name.name: FieldProblem("operator.known", ["name": name])])
                }
                let area = try statements.area(
                    typed: try values[OperatorFields.area], in: OperatorFields.area.name, on: at.today, scope: at.scope)
                return NetworkOperator(
                    id: old?.id ?? at.act.ids.next(), areaID: area.areaID, areaCode: area.code, areaName: area.name, name: name,
                    modes: try values[OperatorFields.modes], hotline: try values[OperatorFields.hotline],
                    note: try values[OperatorFields.note])
            }, save: { try $0.saveOperator($2, was: $1, by: $3.act) }, obstacle: { $0.obstacle(in: $1.scope) },
            behind: { statements, one, at in
                [.agreements(try statements.agreements(of: one.id, limit: 100, in: at.visit.scope), at)]
            },
            ways: { one, at in
                guard at.visit.may(.keepRegister) else { return [] }
                return [Frame.Link(label: at.text("agreement.new"), url: OperatorAddress.agreements.new().with("operator", one.name))]
            })
    }
}

extension NetworkOperator {
    /// Why an office may not change it: that it works for an office above.
    fileprivate func obstacle(in scope: Scope) -> Refusal? {
        AreaCode(areaCode).map(scope.covers) ?? false ? nil : .forbidden("operator.above")
    }
}

extension RecordPage where Record == Agreement {
    static var agreements: RecordPage {
        RecordPage(
            OperatorAddress.agreements, topic: "agreement", see: .seeFigures, keep: .keepRegister, form: AgreementFields.form,
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
                [Frame.Link(label: at.text("agreement.to_operator"), url: OperatorAddress.operators.one(agreement.operatorID))]
            })
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
            try statements.networkOperator(
                typed: try values[AgreementFields.by], in: AgreementFields.by.name, scope: at.scope)
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

extension ListPage where Row == NetworkOperator {
    static var operators: ListPage {
        let record = RecordPage.operators
        return ListPage(
            record.addresses.list, .seeFigures, title: "operator.title",
            columns: [
                ListColumn("name", "operator.name") { one, _ in Table.Cell(one.name, url: OperatorAddress.operators.one(one.id)) },
                ListColumn("area", "operator.area") { one, _ in Table.Cell("\(one.areaName) \(one.areaCode)") },
                ListColumn("modes", "operator.modes") { one, question in
                    Table.Cell(one.modes.map { question.text("site_mode.\($0.rawValue)") }.joined(separator: question.text("list.comma")))
                },
                ListColumn("hotline", "operator.hotline") { one, _ in Table.Cell(one.hotline) },
                ListColumn("note", "operator.note_field", isUsual: false) { one, _ in Table.Cell(one.note, mark: "wide") },
            ], search: "operator.search",
            rows: { try $0.networkOperators(matching: $1.words, after: $1.after, limit: $1.limit, in: $1.scope) },
            count: { try $0.networkOperatorCount(matching: $1.words, in: $1.scope) }, place: { searchKey($0.name) },
            ways: { record.ways($0) }, empty: "operator.empty")
    }
}

extension ListPage where Row == Agreement {
    static var agreements: ListPage {
        let record = RecordPage.agreements
        return ListPage(
            record.addresses.list, .seeFigures, title: "agreement.title",
            columns: [
                ListColumn("number", "agreement.number") { one, _ in Table.Cell(one.number, url: OperatorAddress.agreements.one(one.id)) },
                ListColumn("title", "agreement.name") { one, _ in Table.Cell(one.title, mark: "wide") },
                ListColumn("operator", "agreement.operator") { one, _ in
                    Table.Cell(one.operatorName, url: OperatorAddress.operators.one(one.operatorID))
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
    fileprivate static func agreements(_ agreements: [Agreement], _ at: FormVisit) -> Table {
        let columns = ["number", "name", "area", "from", "through", "state_column"].map { Column(at.text("agreement.\($0)")) }
        return Table(
            caption: at.text("agreement.title"), columns: columns,
            rows: agreements.map { one in
                [
                    Cell(one.number, url: OperatorAddress.agreements.one(one.id)), Cell(one.title, mark: "wide"),
                    Cell("\(one.areaName) \(one.areaCode)"),
                    Cell(one.days.lowerBound.description), Cell(one.days.upperBound.description),
                    Cell(at.text("agreement.state.\(one.standing(on: at.today))"), mark: "standing"),
                ]
            }, empty: at.text("agreement.none_yet"))
    }
}

extension Feature {
    /// Operators and their agreements: the example of a feature made of declarations alone (docs/adding-a-feature.md).
    package static func operators(_ house: House, bell: JobBell) -> Feature {
        let (operators, agreements) = (RecordPage.operators, RecordPage.agreements)
        return Feature(
            "operators",
            menu: [
                MenuEntry(.run, "operator.title", operators.addresses.list, .seeFigures),
                MenuEntry(.run, "agreement.title", agreements.addresses.list, .seeFigures),
            ], jobs: [operators.importJob(house, bell: bell), agreements.importJob(house, bell: bell)],
            today: [
                TodayLook(.keepRegister) { statements, question in
                    let drafts = try statements.agreements(state: .draft, limit: 500, in: question.scope)
                    let mine = drafts.filter { AgreementLife.sign.isOpen($0.standing, by: question.account, in: question.scope) }
                    let ending = try statements.agreementsEnding(
                        question.today...question.today.advanced(by: 60), limit: 500, in: question.scope)
                    let own = ending.count { $0.keeper.map { $0.id == question.account } ?? true }
                    func entry(_ group: TodayGroup, _ key: String, _ count: Int, _ state: AgreementState) -> TodayEntry {
                        let place = OperatorAddress.agreements.list().with("state", state.rawValue)
                        return TodayEntry(group, "today.agreements.\(key)", count: count, at: place, most: 500)
                    }
                    return [
                        entry(.mine, "drafts", mine.count, .draft), entry(.mine, "ending", own, .inForce),
                        entry(.others, "ending_others", ending.count - own, .inForce),
                    ]
                }
            ],
            searches: [
                SearchLook(.seeFigures, "operator.title") { statements, question in
                    try statements.networkOperators(matching: question.words, limit: question.limit, in: question.scope).map {
                        SearchHit(title: $0.name, detail: $0.areaName, url: OperatorAddress.operators.one($0.id))
                    }
                },
                SearchLook(.seeFigures, "agreement.title") { statements, question in
                    try statements.agreements(matching: question.words, limit: question.limit, in: question.scope).map {
                        SearchHit(title: $0.title, code: $0.number, detail: $0.operatorName, url: OperatorAddress.agreements.one($0.id))
                    }
                },
            ], speech: [operators.speech(["operator."]), agreements.speech(["agreement."])],
            sample: FeatureSample { try $0.makeSampleOperators(on: $1, by: $2, house.pages.words) }
        ) {
            $0.list(.operators)
            $0.records(operators, bell: bell)
            $0.pick(OperatorAddress.pick, .seeFigures) { statements, question, _ in
                try statements.networkOperators(matching: question.words, limit: question.limit, in: question.scope).map {
                    [$0.name, $0.areaName]
                }
            }
            $0.list(.agreements)
            $0.records(agreements, bell: bell)
        }
    }
}

extension Statements {
    /// Two operators of the demo's city, one agreement in force and one that waits for its signature.
    fileprivate func makeSampleOperators(on today: Day, by act: Act, _ words: Words) throws {
        guard let city = try rootAreas(on: today).first else { return }
        func say(_ key: String, _ values: [String: String] = [:]) -> String { words.text(key, .chinese, values) }
        let other = Act(by: .commandLine, at: act.at, ids: act.ids)
        let companies = [("operator.sample.cable", [SiteMode.cable], "96000"), ("operator.sample.net", [.iptv, .internet], "10000")]
        for (number, company) in companies.enumerated() {
            let one = NetworkOperator(
                id: act.ids.next(), areaID: city.areaID, areaCode: city.code, areaName: city.name, name: say(company.0),
                modes: company.1, hotline: company.2, note: "")
            try saveOperator(one, was: nil, by: act)
            let start = today.advanced(by: -320 + 300 * number)
            let agreement = Agreement(
                id: act.ids.next(), operatorID: one.id, operatorName: one.name, areaID: city.areaID, areaCode: city.code,
                areaName: city.name,
                number: say("agreement.sample.number", ["year": String(start.month.year), "number": String(number + 1)]),
                title: say("agreement.sample.title"), days: start...start.advanced(by: 364), amount: Fen(48_000_000 + 12_000_000 * number),
                repairHours: 24 + 24 * number, duties: say("agreement.sample.duties"), state: .draft, madeBy: other.actor.id)
            try saveAgreement(agreement, was: nil, by: other)
            if number == 0 { try take(AgreementLife.sign, agreement, in: .everything, by: act) }
        }
    }
}
