import Accounts
import Basics
package import Jobs
import Lists
package import Records
import Registry
package import Storage
package import Web

/// Where organisations are.
package enum OrganisationAddress {
    package static let organisations = RecordAddresses("/organisations")
    /// What is suggested where one of any kind is to be named, and where an operator is.
    package static let pick = FixedAddress("/pick/organisations")
    static let pickOperators = FixedAddress("/pick/operators")
}

/// The form of an organisation, and the columns of a file of them.
enum OrganisationFields {
    static let name = Field.text("name", "organisation.name", most: 100)
    static let kind = Field.choice("kind", "organisation.kind", among: OrganisationKind.allCases, words: "organisation.kind")
    static let area = Field.picked("area", "organisation.area", from: AreaAddress.pick, isHelped: false)
    static let duties = Field.note("duties", "organisation.duties", most: 1000, isNeeded: false)
    static let since = Field.date("since", "organisation.since", isHelped: true).optional
    static let modes = Field.boxes("modes", "organisation.modes", among: SiteMode.allCases, words: "site_mode", isHelped: true)
    static let phone = Field.phone("phone", "organisation.phone", isHelped: true).optional
    static let note = Field.note("note", "organisation.note_field", most: 500, isNeeded: false)
    static let form = Form(name, kind, area, duties, since, modes, phone, note)

    static let newName = Field.text("new_name", "organisation.new_name", most: 100)
    static let from = Field.date("from", "organisation.from")
    static let document = Field.document("organisation.document", from: PaperAddress.pick)
    static let renaming = Form(newName, duties, from, document)
    static let last = Field.date("through", "organisation.through")

    static func texts(_ one: Organisation) -> [String: String] {
        [
            name.name: one.name, kind.name: one.kind.rawValue, area.name: "\(one.areaName) \(one.areaCode)", duties.name: one.duties,
            since.name: one.namedOn?.description ?? "", modes.name: one.modes.map(\.rawValue).joined(separator: ","),
            phone.name: one.phone, note.name: one.note,
        ]
    }
}

extension RecordPage where Record == Organisation {
    /// `posts` shows who holds which post there.
    static func organisations(_ posts: @escaping OrganisationPosts) -> RecordPage {
        var page = RecordPage(
            OrganisationAddress.organisations, topic: "organisation", see: .seeFigures, keep: .keepRegister, form: OrganisationFields.form,
            key: [OrganisationFields.name.name], id: \.id, name: \.name, texts: OrganisationFields.texts,
            find: { try $0.organisation(id: $1, in: $2.scope) },
            match: { statements, values, _ in
                try values.understood(OrganisationFields.name).flatMap { try statements.organisation(named: $0) }
            }, reading: { try Organisation($0, $1, $2, $3) }, save: { try $0.saveOrganisation($2, was: $1, by: $3.act) },
            obstacle: { one, at in
                one.obstacle(in: at.scope) ?? (one.state == .active ? nil : .conflict("organisation.ended"))
            }, state: { one, _ in one.state.rawValue },
            steps: [
                RecordStep(
                    OrganisationLife.rename, .keepRegister, form: OrganisationFields.renaming, standing: \.standing
                ) { statements, one, values, at in
                    let duties = try values[OrganisationFields.duties]
                    try statements.rename(
                        one, to: try values[OrganisationFields.newName], duties: duties.isEmpty ? one.duties : duties,
                        from: try values[OrganisationFields.from], document: try values[OrganisationFields.document], in: at.scope,
                        by: at.act, on: at.today)
                },
                RecordStep(
                    OrganisationLife.end, .keepRegister, form: Form(OrganisationFields.last), standing: \.standing
                ) { statements, one, values, at in
                    let last = try values[OrganisationFields.last]
                    guard last <= at.today else { throw Refusal.invalid([OrganisationFields.last.name: "organisation.later"]) }
                    try statements.take(OrganisationLife.end, one, on: last, in: at.scope, by: at.act)
                },
                RecordStep(OrganisationLife.restore, .keepRegister, standing: \.standing) { statements, one, _, at in
                    try statements.take(OrganisationLife.restore, one, on: nil, in: at.scope, by: at.act)
                },
            ],
            behind: { statements, one, at in
                let former = try statements.formerNames(of: one.id, limit: 100)
                return [try posts(statements, one, at)]
                    + (one.kind == .operator
                        ? [.agreements(try statements.agreements(of: one.id, limit: 100, in: at.visit.scope), at)] : [])
                    + (former.isEmpty ? [] : [.formerNames(former, at)])
            },
            ways: { one, at in
                guard at.visit.may(.keepRegister), one.kind == .operator, one.state == .active else { return [] }
                return [Frame.Link(label: at.text("agreement.new"), url: AgreementAddress.agreements.new().with("operator", one.name))]
            })
        page.undoing = RecordUndoing(kept: OrganisationFields.texts) { try $0.removeOrganisation($1, by: $2.act) }
        return page
    }
}

/// Shows who holds which post at an organisation: given by the target of people, which stands above.
package typealias OrganisationPosts = @Sendable (Statements, Organisation, FormVisit) throws -> Table

extension Organisation {
    fileprivate init(_ statements: Statements, _ old: Organisation?, _ values: FormValues, _ at: RecordVisit) throws {
        var problems: FieldProblems = [:]
        let name = try problems.gather { try values[OrganisationFields.name] }
        if let name, try statements.organisation(named: name).map({ $0.id != old?.id }) ?? false {
            problems[OrganisationFields.name.name] = FieldProblem("organisation.known", ["name": name])
        }
        let area = try problems.gather {
            try statements.area(typed: try values[OrganisationFields.area], in: OrganisationFields.area.name, on: at.today, scope: at.scope)
        }
        // Who sees its people and whose word its papers are stands on its area.
        if let old, let area, area.areaID != old.areaID, try statements.isInUse(old) {
            problems[OrganisationFields.area.name] = "organisation.area_used"
        }
        let (kind, modes) = (values.understood(OrganisationFields.kind), values.understood(OrganisationFields.modes))
        if let kind, let modes, kind != .operator, !modes.isEmpty { problems[OrganisationFields.modes.name] = "organisation.modes" }
        let since = values.understood(OrganisationFields.since) ?? nil
        if let since, since > at.today { problems[OrganisationFields.since.name] = "organisation.later" }
        guard problems.isEmpty, let name, let area, let kind else { throw Refusal.invalid(problems) }
        self.init(
            id: old?.id ?? at.act.ids.next(), kind: kind, areaID: area.areaID, areaCode: area.code, areaName: area.name, name: name,
            duties: try values[OrganisationFields.duties], namedOn: since, modes: modes ?? [],
            phone: try values[OrganisationFields.phone] ?? "", note: try values[OrganisationFields.note], state: old?.state ?? .active,
            endedOn: old?.endedOn)
    }
}

extension ListPage where Row == Organisation {
    static func organisations(_ record: RecordPage<Organisation>) -> ListPage {
        @Sendable func filter(_ question: ListQuestion) -> OrganisationFilter {
            OrganisationFilter(
                words: question.words, kind: OrganisationKind(rawValue: question["kind"]),
                state: OrganisationState(rawValue: question["state"]))
        }
        return ListPage(
            record.addresses.list, .seeFigures, title: "organisation.title",
            columns: [
                ListColumn("name", "organisation.name") { one, _ in
                    Table.Cell(one.name, url: OrganisationAddress.organisations.one(one.id))
                },
                ListColumn("kind", "organisation.kind") { Table.Cell($1.text("organisation.kind.\($0.kind.rawValue)")) },
                ListColumn("area", "organisation.area") { one, _ in Table.Cell("\(one.areaName) \(one.areaCode)") },
                ListColumn("phone", "organisation.phone") { one, _ in Table.Cell(one.phone) },
                ListColumn("duties", "organisation.duties") { one, _ in Table.Cell(one.duties, mark: "wide") },
                ListColumn("modes", "organisation.modes") { one, question in
                    Table.Cell(one.modes.map { question.text("site_mode.\($0.rawValue)") }.joined(separator: question.text("list.comma")))
                },
                ListColumn("state", "organisation.state_column") { one, question in
                    Table.Cell(question.text("organisation.state.\(one.state.rawValue)"), mark: "standing")
                },
                ListColumn("since", "organisation.since", isUsual: false) { one, _ in Table.Cell(one.namedOn?.description ?? "") },
                ListColumn("note", "organisation.note_field", isUsual: false) { one, _ in Table.Cell(one.note, mark: "wide") },
            ],
            filters: [
                ListFilter("kind", "organisation.kind", any: "organisation.any", among: OrganisationKind.self, words: "organisation.kind"),
                ListFilter(
                    "state", "organisation.state_column", any: "organisation.any", among: OrganisationState.self,
                    words: "organisation.state"),
            ], search: "organisation.search",
            rows: { try $0.organisations(filter($1), after: $1.after, limit: $1.limit, in: $1.scope) },
            count: { try $0.organisationCount(filter($1), in: $1.scope) }, place: { searchKey($0.name) }, ways: { record.ways($0) },
            empty: "organisation.empty")
    }
}

extension Table {
    fileprivate static func formerNames(_ names: [FormerName], _ at: FormVisit) -> Table {
        Table(
            caption: at.text("organisation.former"),
            columns: ["name", "duties", "from", "through", "document"].map { Column(at.text("organisation.\($0)")) },
            rows: names.map { one in
                [
                    Cell(one.name), Cell(one.duties, mark: "wide"), Cell(one.from?.description ?? ""), Cell(one.through.description),
                    Cell(paper: one.document),
                ]
            })
    }
}

extension Feature {
    /// Offices, operators, suppliers and partners.
    package static func organisations(_ house: House, bell: JobBell, posts: @escaping OrganisationPosts) -> Feature {
        let record = RecordPage.organisations(posts)
        return Feature(
            "organisations", menu: [MenuEntry(.run, "organisation.title", record.addresses.list, .seeFigures)],
            jobs: [record.importJob(house, bell: bell)],
            searches: [
                SearchLook(.seeFigures, "organisation.title") { statements, question in
                    try statements.organisations(OrganisationFilter(words: question.words), limit: question.limit, in: question.scope).map {
                        SearchHit(title: $0.name, detail: $0.areaName, url: OrganisationAddress.organisations.one($0.id))
                    }
                }
            ], speech: [record.speech(["organisation.", "operator.made", "operator.changed"])],
            sample: FeatureSample { try $0.makeSampleOrganisations(on: $1, by: $2, house.pages.words) }
        ) {
            $0.list(.organisations(record))
            $0.records(record, bell: bell)
            for (address, kind) in [(OrganisationAddress.pick, nil), (OrganisationAddress.pickOperators, OrganisationKind.operator)] {
                $0.pick(address, .seeFigures) { statements, question, _ in
                    let filter = OrganisationFilter(words: question.words, kind: kind, state: .active)
                    return try statements.organisations(filter, limit: question.limit, in: question.scope).map { [$0.name, $0.areaName] }
                }
            }
        }
    }
}

extension Statements {
    /// The city's office, which was called otherwise, its two operators, a supplier and a department that takes part.
    fileprivate func makeSampleOrganisations(on today: Day, by act: Act, _ words: Words) throws {
        guard let city = try rootAreas(on: today).first else { return }
        func make(_ key: String, _ kind: OrganisationKind, _ phone: String, _ modes: [SiteMode] = []) throws -> Organisation {
            let one = Organisation(
                id: act.ids.next(), kind: kind, areaID: city.areaID, areaCode: city.code, areaName: city.name,
                name: words.text(key, .chinese), duties: words.text("\(key).duties", .chinese), namedOn: today.advanced(by: -2000),
                modes: modes, phone: phone)
            try saveOrganisation(one, was: nil, by: act)
            return one
        }
        let office = try make("organisation.sample.office", .office, "0999-2200001")
        try rename(
            office, to: words.text("organisation.sample.renamed", .chinese), duties: office.duties, from: today.advanced(by: -500),
            document: words.text("organisation.sample.document", .chinese), in: .everything, by: act, on: today)
        _ = try make("organisation.sample.cable", .operator, "96000", [.cable])
        _ = try make("organisation.sample.net", .operator, "10000", [.iptv, .internet])
        _ = try make("organisation.sample.boxes", .supplier, "400-0000-000")
        _ = try make("organisation.sample.farming", .partner, "0999-2200009")
    }
}
