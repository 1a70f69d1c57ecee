import Accounts
import Basics
package import Registry
import Storage
package import Web

/// The forms by which a site is called otherwise, is something else, lies elsewhere: one thing at a time, from a day on or through another.
enum SiteChangeFields {
    static let name = Field.text("name", "site_change.name", most: 100)
    static let kind = Field.choice("kind", "site_change.kind", among: SiteKind.allCases, words: "site_kind")
    static let mode = Field.choice("mode", "site_change.mode", among: SiteMode.allCases, words: "site_mode")
    static let area = Field.picked("area", "site_change.area", from: AreaAddress.pick)
    static let sites = Field.codes("site", "site_change.sites", isNeeded: true, isHelped: true, from: SiteAddress.pick)
    static let from = Field.date("from", "site_change.from", isHelped: true).proposed
    static let through = Field.date("through", "site_change.through", isHelped: true).optional
    static let reason = Field.text("reason", "states.column.reason")
    static let document = Field.document("states.column.document", from: PaperAddress.pick)
    /// Of which the log speaks.
    static let said = Form(name, kind, mode, area)
    static let moving = Form(sites, area, from, through, reason, document)

    static func form(_ matter: SiteMatter) -> Form {
        switch matter {
        case .name: Form(name, from, through, reason, document)
        case .kind: Form(kind, from, through, reason, document)
        case .mode: Form(mode, from, through, reason, document)
        case .area: Form(area, from, through, reason, document)
        }
    }
}

/// A site, and what is to be other about it.
struct SiteChangeSubject: Sendable {
    let site: Site
    let matter: SiteMatter
    let areaName: String

    /// As the register has it today.
    var text: String {
        switch matter {
        case .name: site.name
        case .kind: site.kind.rawValue
        case .mode: site.mode.rawValue
        case .area: "\(areaName) \(site.areaCode)"
        }
    }

    func change(_ statements: Statements, _ values: FormValues, _ at: FormVisit) throws -> SiteChange {
        switch matter {
        case .name: SiteChange(name: try values[SiteChangeFields.name])
        case .kind: SiteChange(kind: try values[SiteChangeFields.kind])
        case .mode: SiteChange(mode: try values[SiteChangeFields.mode])
        case .area: SiteChange(areaID: try statements.newPlace(values, at).areaID)
        }
    }
}

extension Statements {
    /// The area that was typed, as it is today: whoever moves a site must see both places.
    fileprivate func newPlace(_ values: FormValues, _ at: FormVisit) throws -> Area {
        try area(typed: try values[SiteChangeFields.area], in: SiteChangeFields.area.name, on: at.today, scope: at.visit.scope)
    }

    /// The site that an address names.
    func addressedSite(_ code: String, _ at: FormVisit) throws -> Site {
        guard let site = try site(code: code, on: at.today, in: at.visit.scope) else { throw Refusal.notFound("site") }
        return site
    }

    /// The sites of a form for several. Names every one that is none, or several.
    fileprivate func typedSites(_ values: FormValues, _ at: FormVisit) throws -> [Site] {
        var (found, unknown): ([Site], [String]) = ([], [])
        for text in try values[SiteChangeFields.sites] {
            do { found.append(try site(typed: text, in: "site", on: at.today, scope: at.visit.scope)) } catch Refusal.invalid {
                unknown.append(text)
            }
        }
        guard unknown.isEmpty else {
            let list = unknown.prefix(10).joined(separator: "、") + (unknown.count > 10 ? "…" : "")
            throw Refusal.invalid(["site": FieldProblem("site.not_here", ["list": list, "count": String(unknown.count)])])
        }
        var seen: Set<Int> = []
        return found.filter { seen.insert($0.num).inserted }
    }
}

extension Feature {
    /// What changes about sites besides their states, one or several at once, and all that was recorded of each.
    package static func siteChanges(_ house: House, settled: @escaping SettledMonths) -> Feature {
        Feature(
            "site_changes",
            sites: [
                SiteLook(.keepRegister) { _, question in
                    let changes = SiteMatter.allCases.map {
                        Frame.Link(label: question.text("site_change.title.\($0.rawValue)"), url: SiteAddress.change(question.code, $0))
                    }
                    return ([], changes)
                },
                SiteLook(.seeFigures) {
                    ([], [Frame.Link(label: $1.text("site_history.title"), url: SiteAddress.history($1.code))])
                },
            ], sample: FeatureSample { try $0.makeSampleChanges(on: $1, by: $2, house.pages.words) }
        ) {
            $0.form(SiteAddress.move, .keepRegister, .sitesMove(settled))
            $0.form(SiteAddress.change, .keepRegister, .siteChange(settled))
            $0.addSiteHistory()
        }
    }
}

extension FormPage where Subject == SiteChangeSubject {
    fileprivate static func siteChange(_ settled: @escaping SettledMonths) -> FormPage {
        FormPage(
            submit: "site_change.submit", cancel: { subject, _ in SiteAddress.page(subject.site.code) },
            subject: { statements, at in
                let (code, matter) = try at.parts(SiteAddress.change)
                let site = try statements.addressedSite(code, at)
                let area = try statements.area(id: site.areaID, on: at.today)
                return SiteChangeSubject(site: site, matter: matter, areaName: area?.name ?? "")
            }, form: { SiteChangeFields.form($0.matter) },
            texts: { subject, at in [subject.matter.rawValue: subject.text, SiteChangeFields.from.name: at.today.description] },
            record: \.site.id,
            preview: { statements, subject, values, at in
                let plans = try statements.planSites(
                    try subject.change(statements, values, at), [subject.site], from: try values[SiteChangeFields.from],
                    through: try values[SiteChangeFields.through], today: at.today)
                return try FormPreview(plans, [subject.site], settled, statements, at)
            },
            act: { statements, subject, values, at in
                try statements.changeSites(
                    try subject.change(statements, values, at), [subject.site], from: try values[SiteChangeFields.from],
                    through: try values[SiteChangeFields.through], today: at.today, reason: try values[SiteChangeFields.reason],
                    document: try values[SiteChangeFields.document], by: at.act)
                return SiteAddress.history(subject.site.code).with("changed", 1)
            },
            page: { form, subject, at in
                FormFrame(
                    title: "\(at.text("site_change.title.\(subject.matter.rawValue)"))\(at.text("form.colon"))\(subject.site.name)",
                    crumbs: [Frame.Link(label: subject.site.name, url: SiteAddress.page(subject.site.code))],
                    note: at.text("site_change.note"), form)
            })
    }
}

extension FormPage where Subject == Void {
    /// Several sites go to another area at once.
    fileprivate static func sitesMove(_ settled: @escaping SettledMonths) -> FormPage {
        FormPage(
            submit: "site_change.submit", cancel: { _, _ in SiteAddress.list() }, subject: { _, _ in },
            form: { _ in SiteChangeFields.moving },
            texts: { _, at in [SiteChangeFields.sites.name: at.query("site"), SiteChangeFields.from.name: at.today.description] },
            preview: { statements, _, values, at in
                var problems: FieldProblems = [:]
                let sites = try problems.gather { try statements.typedSites(values, at) }
                let area = try problems.gather { try statements.newPlace(values, at) }
                guard let sites, let area else { throw Refusal.invalid(problems) }
                let plans = try statements.planSites(
                    SiteChange(areaID: area.areaID), sites, from: try values[SiteChangeFields.from],
                    through: try values[SiteChangeFields.through], today: at.today)
                return try FormPreview(plans, sites, settled, statements, at)
            },
            act: { statements, _, values, at in
                let area = try statements.newPlace(values, at)
                try statements.changeSites(
                    SiteChange(areaID: area.areaID), try statements.typedSites(values, at), from: try values[SiteChangeFields.from],
                    through: try values[SiteChangeFields.through], today: at.today, reason: try values[SiteChangeFields.reason],
                    document: try values[SiteChangeFields.document], by: at.act)
                return SiteAddress.list().with("area", area.code)
            },
            page: { form, _, at in
                FormFrame(
                    title: at.text("site_change.move_many"), crumbs: [Frame.Link(label: at.text("nav.sites"), url: SiteAddress.list())],
                    note: at.text("site_change.note"), form)
            })
    }
}

extension FormPreview {
    /// What a change does to some sites, with the closed months of the places that they leave and reach.
    fileprivate init(
        _ plans: [SitePlan], _ sites: [Site], _ settled: SettledMonths, _ statements: Statements, _ at: FormVisit
    ) throws {
        let codes = Dictionary(sites.map { ($0.num, $0) }) { first, _ in first }
        let areas = try statements.areaNames(Set(plans.flatMap { ($0.before + $0.after).map(\.areaID) }).sorted())
        func said(_ span: SiteSpan?) -> String {
            guard let span else { return "" }
            let words = [span.name, at.text("site_kind.\(span.kind.rawValue)"), at.text("site_mode.\(span.mode.rawValue)")]
            return (words + [areas[span.areaID] ?? ""]).joined(separator: at.text("list.comma"))
        }
        let rows = plans.flatMap { plan in
            plan.after.filter { plan.days.overlaps($0.days) }.map { span in
                let before = plan.before.last { $0.fromDay <= span.fromDay }
                let site = codes[plan.site]
                return [
                    Table.Cell(site?.code ?? ""), Table.Cell(site?.name ?? ""), Table.Cell(span.fromDay.description),
                    Table.Cell(span.untilDay == .forever ? at.text("span.open_end") : span.untilDay.advanced(by: -1).description),
                    Table.Cell(said(before), mark: "wide"), Table.Cell(said(span), mark: "wide"),
                ]
            }
        }
        let table = Table(
            caption: at.text(rows.count > 200 ? "site_change.rows_some" : "site_change.rows", ["count": String(rows.count)]),
            columns: ["code", "site", "from_day", "through_day", "before", "after"].map {
                Table.Column(at.text("site_change.column.\($0)"))
            },
            rows: Array(rows.prefix(200)))
        let first = plans.map(\.days.lowerBound).min() ?? at.today
        var paths: Set<String> = []
        if first.month < at.today.month {
            for id in Set(plans.flatMap { ($0.before + $0.after).map(\.areaID) }) {
                guard let area = try statements.area(id: id, on: at.today) else { continue }
                paths.formUnion(try statements.path(to: area, on: at.today).map(\.areaID))
            }
        }
        let months = paths.isEmpty ? [] : try settled(statements, first.month, paths.sorted())
        self.init(
            [at.text("site_change.plan", ["count": String(plans.count), "left": String(sites.count - plans.count)])],
            warnings: [months.sentence(at)].compactMap { $0 }, tables: [table])
    }
}

extension Statements {
    /// In the demo's city: a township that went to the county beside its own, and a box that was replaced.
    fileprivate func makeSampleChanges(on today: Day, by act: Act, _ words: Words) throws {
        guard let city = try rootAreas(on: today).first else { return }
        let counties = try children(of: city, on: today, in: .everything)
        guard counties.count > 2, let from = counties.last, let to = counties[counties.count - 2].areaCode,
            let township = try children(of: from, on: today, in: .everything).last?.areaCode,
            let target = AreaCode("\(to)\(township.description.suffix(3))")
        else { return }
        func say(_ key: String) -> String { words.text("site_change.sample.\(key)", .chinese) }
        let free = try area(code: target.description, on: today, in: .everything) == nil ? target : AreaCode("\(to)901") ?? target
        try decideArea(
            .move(township, to: free), on: today.advanced(by: -10), today: today, reason: say("move"), document: say("document"),
            in: .everything, by: act)
        let box = try terminals(.placed, limit: 1, on: today, in: Scope(areas: [to])).first
        guard let box, let site = try site(code: box.siteCode, on: today, in: .everything) else { return }
        try place(
            "\(box.id)N", .inPlace(of: box.id, at: site), from: today.advanced(by: -3), today: today, reason: say("replace"), document: "",
            by: act)
    }
}
