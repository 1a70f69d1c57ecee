import Accounts
import Basics
import Registry
import Storage
import Web

/// How the parts for a new area are named.
enum SplitWay: String, CaseIterable, Sendable { case parts, named, kind }

/// The forms of decisions on the tree, one a kind.
enum AreaFields {
    static let on = Field.date("on", "area.field.on", isHelped: true)
    static let name = Field.text("name", "area.field.name", most: 100, isHelped: true)
    static let code = Field.areaCode("code", "area.field.code", isHelped: true)
    static let into = Field.picked("into", "area.field.into", from: AreaAddress.pick)
    static let rule = Field.choice("rule", "area.field.rule", among: SplitWay.allCases, words: "area.rule", isHelped: true)
    static let parts = Field.codes("parts", "area.field.parts", isHelped: true, from: SiteAddress.pick)
    static let named = Field.text("named", "area.field.named", most: 100, isNeeded: false)
    static let kind = Field.choice("kind", "area.field.kind", among: SiteKind.allCases, words: "site_kind").optional
    static let reason = Field.text("reason", "area.field.reason")
    static let document = Field.document("area.field.document", from: PaperAddress.pick)

    static func form(_ kind: AreaDecision.Kind) -> Form {
        switch kind {
        case .rename: Form(on, name, reason, document)
        case .recode, .move: Form(on, code, reason, document)
        case .merge: Form(on, into, reason, document)
        case .split: Form(on, code, name, rule, parts, named, self.kind, reason, document)
        case .close: Form(on, reason, document)
        }
    }
}

/// A decision on an area, before it is typed.
struct AreaDecisionSubject: Sendable {
    let area: Area
    let kind: AreaDecision.Kind

    /// The decision that was typed.
    func decision(_ values: FormValues, _ statements: Statements, _ at: FormVisit) throws -> AreaDecision {
        guard let subject = area.areaCode else { throw Refusal.notFound("area") }
        switch kind {
        case .rename: return .rename(subject, to: try values[AreaFields.name])
        case .recode: return .recode(subject, to: try values[AreaFields.code])
        case .move: return .move(subject, to: try values[AreaFields.code])
        case .merge:
            // As it was called on the day before the decision.
            let into = try statements.area(
                typed: try values[AreaFields.into], in: AreaFields.into.name, on: try values[AreaFields.on].advanced(by: -1),
                scope: at.visit.scope)
            guard let code = into.areaCode else { throw Refusal.notFound("area") }
            return .merge(subject, into: code)
        case .split:
            return .split(subject, off: try values[AreaFields.code], named: try values[AreaFields.name], taking: try splitRule(values))
        case .close: return .close(subject)
        }
    }

    private func splitRule(_ values: FormValues) throws -> AreaDecision.SplitRule {
        switch try values[AreaFields.rule] {
        case .parts:
            let parts = try values[AreaFields.parts]
            guard !parts.isEmpty else { throw Refusal.invalid([AreaFields.parts.name: "form.required"]) }
            return .parts(parts)
        case .named:
            let text = try values[AreaFields.named]
            guard !text.isEmpty else { throw Refusal.invalid([AreaFields.named.name: "form.required"]) }
            return .sitesNamed(text)
        case .kind:
            guard let kind = try values[AreaFields.kind] else { throw Refusal.invalid([AreaFields.kind.name: "form.required"]) }
            return .sitesOfKind(kind)
        }
    }
}

extension FormPage where Subject == AreaDecisionSubject {
    /// A decision on the tree: what it would do, with the closed months that it reaches back into, and then it is made.
    static func areaDecision(_ settled: @escaping SettledMonths) -> FormPage {
        FormPage(
            submit: "area.plan.decide", cancel: { subject, _ in AreaAddress.history(subject.area.code) },
            subject: { statements, at in
                let (code, kind) = try at.parts(AreaAddress.decision)
                guard let area = try statements.area(code: code, on: at.today, in: at.visit.scope) else {
                    throw Refusal.notFound("area")
                }
                return AreaDecisionSubject(area: area, kind: kind)
            }, form: { AreaFields.form($0.kind) }, texts: { _, at in [AreaFields.on.name: at.today.description] },
            preview: { statements, subject, values, at in
                let day = try values[AreaFields.on]
                let decision = try subject.decision(values, statements, at)
                let plan = try statements.planArea(decision, on: day, today: at.today, in: at.visit.scope, ids: at.act.ids)
                let months = try settled(statements, day.month, try statements.path(to: subject.area, on: at.today).map(\.areaID))
                var what =
                    "\(at.text("area.decision.\(subject.kind.rawValue)"))\(at.text("form.colon"))\(subject.area.name) \(subject.area.code)"
                if case .merge(_, let into) = decision,
                    let target = try statements.area(code: into.description, on: day.advanced(by: -1), in: .everything)
                {
                    what += " → \(target.name) \(target.code)"
                }
                return FormPreview(plan.effects, plan.siteMoves, what, months, at)
            },
            act: { statements, subject, values, at in
                try statements.decideArea(
                    try subject.decision(values, statements, at), on: try values[AreaFields.on], today: at.today,
                    reason: try values[AreaFields.reason],
                    document: try values[AreaFields.document], in: at.visit.scope, by: at.act)
                let now = try statements.area(id: subject.area.areaID, on: at.today)
                return AreaAddress.history(now?.code ?? subject.area.code).with("decided", 1)
            },
            page: { form, subject, at in
                FormFrame(
                    title: at.text(
                        "area.decision.title", ["kind": at.text("area.decision.\(subject.kind.rawValue)"), "area": subject.area.name]),
                    crumbs: [Frame.Link(label: subject.area.name, url: AreaAddress.history(subject.area.code))],
                    note: at.text("area.note.\(subject.kind.rawValue)"), form)
            })
    }
}

extension FormPreview {
    /// What a decision, or its taking back, does to areas and sites.
    fileprivate init(
        _ effects: [AreaEffect], _ siteMoves: [AreaPlan.SiteMove], _ what: String, _ settled: [SettledMonth], _ at: FormVisit
    ) {
        func columns(_ names: [String]) -> [Table.Column] { names.map { Table.Column(at.text("area.column.\($0)")) } }
        let areas = Table(
            caption: at.text(effects.count > 200 ? "area.plan.areas_some" : "area.plan.areas", ["count": String(effects.count)]),
            columns: columns(["code_before", "name_before", "code_after", "name_after"]),
            rows: effects.prefix(200).map { effect in
                [
                    Table.Cell(effect.before?.code ?? "—"), Table.Cell(effect.before?.name ?? at.text("area.plan.new")),
                    Table.Cell(effect.after?.code ?? "—"),
                    Table.Cell(effect.after?.name ?? at.text("area.plan.ends")),
                ]
            }, empty: at.text("area.plan.no_areas"))
        let sites = Table(
            caption: at.text(
                siteMoves.count > 200 ? "area.plan.sites_some" : "area.plan.sites", ["count": String(siteMoves.count)]),
            columns: columns(["site_code", "site_name"]),
            rows: siteMoves.prefix(200).map { [Table.Cell($0.site.code), Table.Cell($0.site.name)] })
        self.init(
            [what, at.text("area.plan.text", ["areas": String(effects.count), "sites": String(siteMoves.count)])],
            warnings: [settled.sentence(at)].compactMap { $0 },
            tables: siteMoves.isEmpty ? [areas] : [areas, sites])
    }
}

extension FormPage where Subject == RecordedDecision {
    /// A decision is taken back while nothing later stands on it: what that would do, as when it was made.
    static func takingBack(_ settled: @escaping SettledMonths, uses: @escaping RegisterUses) -> FormPage {
        FormPage(
            submit: "area.take_back", cancel: { _, at in (try? at.parts(AreaAddress.takeBack)).map { AreaAddress.history($0.0) } },
            subject: { statements, at in
                try statements.decision(id: try at.parts(AreaAddress.takeBack).1, in: at.visit.scope, on: at.today)
            }, form: { _ in Form(AreaFields.reason) }, texts: { _, _ in [:] },
            preview: { statements, decision, _, at in
                let plan = try statements.planTakingBack(decision, uses: uses)
                let subject = try statements.area(id: decision.areaID, on: at.today)
                let path = try subject.map { try statements.path(to: $0, on: at.today).map(\.areaID) } ?? [decision.areaID]
                let months = try settled(statements, decision.onDay.month, path)
                let what = at.text(
                    "area.take_back.what",
                    ["kind": at.text("area.decision.\(decision.kind)"), "day": decision.onDay.description, "reason": decision.reason])
                return FormPreview(plan.effects, plan.siteMoves, what, months, at)
            },
            act: { statements, decision, values, at in
                try statements.takeBack(decision, reason: try values[AreaFields.reason], uses: uses, today: at.today, by: at.act)
                let now = try statements.area(id: decision.areaID, on: at.today)
                return AreaAddress.history(try now?.code ?? at.parts(AreaAddress.takeBack).0).with("decided", 2)
            },
            page: { form, decision, at in
                let code = try at.parts(AreaAddress.takeBack).0
                let area = try await at.house.database.read { try $0.area(code: code, on: at.today, in: at.visit.scope) }
                return FormFrame(
                    title: at.text("area.take_back"), crumbs: [Frame.Link(label: area?.name ?? code, url: AreaAddress.history(code))],
                    note: at.text("area.take_back.note"), form)
            })
    }
}
