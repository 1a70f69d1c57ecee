import Accounts
import Basics
import Records
import Registry
import Storage
import Web

/// The form of a paper, and the columns of a file of them.
enum PaperFields {
    static let number = Field.document("paper.number", name: "number", most: 100, isNeeded: true, isHelped: true)
    static let title = Field.text("title", "paper.name", most: 200)
    static let issuer = Field.picked("issuer", "paper.issuer", from: OrganisationAddress.pick)
    static let kind = Field.choice("kind", "paper.kind", among: PaperKind.allCases, words: "paper.kind")
    static let matter = Field.choice("matter", "paper.matter", among: PaperMatter.allCases, words: "paper.matter", isHelped: true)
    static let signed = Field.date("signed", "paper.signed")
    static let from = Field.date("from", "paper.from", isHelped: true).optional
    static let through = Field.date("through", "paper.through").optional
    static let areas = Field.codes("areas", "paper.areas", atMost: 100, isHelped: true, rows: 2, from: AreaAddress.pick)
    static let access = Field.choice("access", "paper.access", among: PaperAccess.allCases, words: "paper.access")
    static let replaces = numbers("replaces")
    static let amends = numbers("amends")
    static let repeals = numbers("repeals")
    static let body = Field.note("body", "paper.body", most: 20_000, rows: 6, isNeeded: false, isHelped: true)
    static let form = Form(
        number, title, issuer, kind, matter, signed, from, through, areas, access, replaces, amends, repeals, body)
    static let reason = Field.text("reason", "paper.reason", most: 200)
    static let file = Field.file("file", "paper.file", endings: PaperFile.endings, isHelped: true)

    /// Numbers of papers, a line each; they may hold blanks and commas.
    private static func numbers(_ bond: String) -> Field<[String]> {
        Field<[String]>(
            bond, "paper.\(bond)", look: .note(rows: 2, pick: PaperAddress.pick().path), isNeeded: false, isHelped: bond == "replaces",
            most: 2000, normal: { $0.joined(separator: "\n") },
            reading: { text in
                text.split { $0.isNewline || ";；".contains($0) }.map { String($0).trimmedBlanks }.filter { !$0.isEmpty }
            })
    }

    static func texts(_ one: Paper) -> [String: String] {
        func numbers(_ bond: PaperBond) -> String { one.relations.filter { $0.bond == bond }.map(\.number).joined(separator: "\n") }
        return [
            number.name: one.number, title.name: one.title, issuer.name: one.issuer.name, kind.name: one.kind.rawValue,
            matter.name: one.matter.rawValue, signed.name: one.signedOn.description, from.name: one.days.lowerBound.description,
            through.name: one.days.upperBound < .forever ? one.days.upperBound.description : "",
            areas.name: one.areas.map(\.code).joined(separator: "\n"), access.name: one.access.rawValue,
            replaces.name: numbers(.replaces), amends.name: numbers(.amends), repeals.name: numbers(.repeals), body.name: one.body,
        ]
    }
}

extension Paper {
    init(_ statements: Statements, _ old: Paper?, _ values: FormValues, _ at: RecordVisit) throws {
        var problems: FieldProblems = [:]
        let number = try problems.gather { try values[PaperFields.number] }
        let issuer = try problems.gather {
            try statements.organisation(typed: try values[PaperFields.issuer], in: PaperFields.issuer.name, scope: at.scope)
        }
        let signed = values.understood(PaperFields.signed)
        if let number, let issuer, let signed,
            try statements.paper(numbered: number, year: signed.month.year, issuer: issuer).map({ $0.id != old?.id }) ?? false
        {
            problems[PaperFields.number.name] = FieldProblem("paper.known", ["number": number, "issuer": issuer.name])
        }
        let from = (values.understood(PaperFields.from) ?? nil) ?? signed
        let through = (values.understood(PaperFields.through) ?? nil) ?? .forever
        if let from, through < from { problems[PaperFields.through.name] = "paper.days_order" }
        let typed = values.understood(PaperFields.areas) ?? []
        let named = try problems.gather {
            try statements.areas(typed: typed, in: PaperFields.areas.name, on: at.today, scope: at.scope).map {
                Place(areaID: $0.areaID, code: $0.code, name: $0.name)
            }
        }
        var relations: [Relation] = []
        for (bond, field) in [
            (PaperBond.replaces, PaperFields.replaces), (.amends, PaperFields.amends), (.repeals, PaperFields.repeals),
        ] {
            for text in values.understood(field) ?? [] {
                let found = try problems.gather { try statements.paper(typed: text, in: field.name, scope: at.scope) }
                guard let other = found else { continue }
                if other.id == old?.id || relations.contains(where: { $0.id == other.id }) {
                    problems[field.name] = FieldProblem("paper.bound_twice", ["text": text])
                } else if let signed, other.signedOn > signed {
                    problems[field.name] = FieldProblem("paper.bound_later", ["text": text])
                }
                relations.append(Relation(bond: bond, id: other.id, number: other.number, title: other.title))
            }
        }
        guard problems.isEmpty, let number, let issuer, let signed, let from, let named else { throw Refusal.invalid(problems) }
        let home = Place(areaID: issuer.areaID, code: issuer.areaCode, name: issuer.areaName)
        self.init(
            id: old?.id ?? at.act.ids.next(), issuer: issuer, number: number, title: try values[PaperFields.title],
            kind: try values[PaperFields.kind], matter: try values[PaperFields.matter], signedOn: signed, days: from...through,
            areas: named.isEmpty ? [home] : named.sorted { $0.code < $1.code }, access: try values[PaperFields.access],
            body: try values[PaperFields.body], fileName: old?.fileName ?? "", fileHash: old?.fileHash ?? "", state: .draft,
            madeBy: at.act.actor.id, relations: relations, fates: old?.fates ?? [])
        if let refusal = obstacle(in: at.scope) { throw Refusal.invalid([PaperFields.issuer.name: FieldProblem(refusal.code)]) }
    }
}
