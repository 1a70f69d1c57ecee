import Accounts
import Basics
import Registry
import Storage
import Web

/// The form of a proposal.
enum ProposalFields {
    static let area = Field.picked("area", "exclusion.form.area", from: AreaAddress.pick)
    static let cause = Field.choice("cause", "exclusion.column.cause", among: ExclusionCause.allCases, words: "exclusion.cause")
    static let from = Field.date("from", "exclusion.form.from")
    static let through = Field.date("through", "exclusion.form.through")
    static let sites = Field.codes("sites", "exclusion.form.sites", isHelped: true, from: SiteAddress.pick)
    static let reason = Field.text("reason", "exclusion.column.reason")
    static let document = Field.document("exclusion.column.document", from: PaperAddress.pick)
    static let form = Form(area, cause, from, through, sites, reason, document)

    static func proposal(_ values: FormValues) throws -> NewProposal {
        let (first, last) = (try values[from], try values[through])
        guard first <= last else { throw Refusal.invalid([through.name: "exclusion.days_order"]) }
        return NewProposal(
            cause: try values[cause], days: first...last, reason: try values[reason], document: try values[document],
            sites: try values[sites])
    }
}

/// The form of an answer to a proposal that is not approved.
enum RefusalFields {
    static let answer = Field.text("answer", "exclusion.column.answer", isHelped: true)
    static let form = Form(answer)
    static let reason = Field.text("reason", "exclusion.column.reason")
    static let takeBack = Form(reason)
}

extension FormPage where Subject == Void {
    /// Asks to leave sites out: shows which and how many, and what that does to figures, before it is sent.
    static var proposal: FormPage {
        FormPage(
            submit: "exclusion.form.submit", cancel: { _, _ in ExclusionAddress.list() }, subject: { _, _ in },
            form: { _ in ProposalFields.form },
            texts: { _, at in [ProposalFields.area.name: at.query("area")] },
            check: { statements, _, values, at in
                var problems: FieldProblems = [:]
                if let first = values.understood(ProposalFields.from), let last = values.understood(ProposalFields.through), first > last {
                    problems[ProposalFields.through.name] = "exclusion.days_order"
                }
                guard let text = values.understood(ProposalFields.area) else { return problems }
                _ = try problems.gather {
                    try statements.area(typed: text, in: ProposalFields.area.name, on: at.today, scope: at.visit.scope)
                }
                return problems
            },
            preview: { statements, _, values, at in
                let new = try ProposalFields.proposal(values)
                let area = try statements.area(
                    typed: try values[ProposalFields.area], in: ProposalFields.area.name, on: at.today, scope: at.visit.scope)
                let sites = try statements.proposedSites(new, area: area, on: at.today)
                let effect = try statements.exclusionEffect(sites: sites, days: new.days)
                let says = at.text(
                    new.sites.isEmpty ? "exclusion.plan_all" : "exclusion.plan",
                    [
                        "area": "\(area.name) \(area.code)", "count": String(sites.count), "from": "\(new.days.lowerBound)",
                        "through": "\(new.days.upperBound)",
                    ])
                let named = try statements.sites(numbered: sites, on: at.today, atMost: 200)
                let table = Table.sites(
                    named,
                    caption: at.text(
                        sites.count > named.count ? "exclusion.sites_some" : "exclusion.sites",
                        ["count": String(sites.count), "shown": String(named.count)]),
                    at)
                let changes = ExclusionEffect.sentence(effect, at.house, at.visit)
                return FormPreview(effect.isEmpty ? [says] : [says, changes], warnings: effect.isEmpty ? [changes] : [], tables: [table])
            },
            act: { statements, _, values, at in
                let area = try statements.area(
                    typed: try values[ProposalFields.area], in: ProposalFields.area.name, on: at.today, scope: at.visit.scope)
                let id = try statements.proposeExclusion(try ProposalFields.proposal(values), area: area, on: at.today, by: at.act)
                return ExclusionAddress.one(id).with("saved", 1)
            },
            page: { form, _, at in
                FormFrame(
                    title: at.text("exclusion.new"), crumbs: [Frame.Link(label: at.text("exclusion.title"), url: ExclusionAddress.list())],
                    note: at.text("exclusion.form.note"), form)
            })
    }
}

extension FormPage where Subject == ExclusionProposal {
    /// Does not approve a proposal, with an answer; on the page of the proposal.
    static var refusal: FormPage {
        FormPage(
            submit: "exclusion.refuse",
            subject: { try $0.proposal($1) }, form: { _ in RefusalFields.form }, texts: { _, _ in [:] },
            act: { statements, proposal, values, at in
                try statements.refuseExclusion(proposal, answer: try values[RefusalFields.answer], in: at.visit.scope, by: at.act)
                return ExclusionAddress.one(proposal.id).with("saved", 1)
            },
            page: { form, proposal, at in try await at.house.proposalFrame(proposal.id, form, at) })
    }
}

extension FormPage where Subject == ExclusionProposal {
    /// Approves a proposal: shows which sites, and what that does to figures.
    static var approval: FormPage {
        FormPage(
            submit: "exclusion.approve", cancel: { proposal, _ in ExclusionAddress.one(proposal.id) },
            subject: { try $0.proposal($1) }, form: { _ in Form([]) }, texts: { _, _ in [:] },
            preview: { statements, proposal, _, at in
                try ExclusionLife.approve.check(proposal.standing, by: at.visit.account.id, in: at.visit.scope)
                let effect = try statements.exclusionEffect(ofProposal: proposal)
                let says = ExclusionEffect.sentence(effect, at.house, at.visit)
                return FormPreview(
                    effect.isEmpty ? [] : [at.text("exclusion.approve_note"), says], warnings: effect.isEmpty ? [says] : [],
                    tables: [try Table.sites(of: proposal, statements, at)])
            },
            act: { statements, proposal, _, at in
                try statements.approveExclusion(proposal, in: at.visit.scope, by: at.act)
                return ExclusionAddress.one(proposal.id).with("saved", 1)
            },
            page: { form, proposal, at in
                FormFrame(
                    title: at.text("exclusion.approve"),
                    crumbs: proposal.crumbs(at),
                    note:
                        "\(proposal.areaName) · \(proposal.fromDay) – \(proposal.untilDay.advanced(by: -1)) · \(proposal.reason)", form)
            })
    }

    /// Takes an approval back, with its reason; shows what counts again.
    static func takingBack(_ settled: @escaping SettledMonths) -> FormPage {
        FormPage(
            submit: "exclusion.take_back", cancel: { proposal, _ in ExclusionAddress.one(proposal.id) },
            subject: { try $0.proposal($1) }, form: { _ in RefusalFields.takeBack }, texts: { _, _ in [:] },
            preview: { statements, proposal, _, at in
                try ExclusionLife.takeBack.check(proposal.standing, by: at.visit.account.id, in: at.visit.scope)
                guard try statements.settledMonths(of: proposal, settled, on: at.today).isEmpty else {
                    throw Refusal.conflict("exclusion.settled")
                }
                let says = at.text(
                    "exclusion.counts_again",
                    [
                        "area": proposal.areaName, "count": String(proposal.siteCount), "from": "\(proposal.fromDay)",
                        "through": "\(proposal.untilDay.advanced(by: -1))",
                    ])
                return FormPreview([says], tables: [try Table.sites(of: proposal, statements, at)])
            },
            act: { statements, proposal, values, at in
                try statements.takeBackExclusion(
                    proposal, reason: try values[RefusalFields.reason],
                    settled: try statements.settledMonths(of: proposal, settled, on: at.today), in: at.visit.scope, by: at.act)
                return ExclusionAddress.one(proposal.id).with("saved", 1)
            },
            page: { form, proposal, at in
                FormFrame(
                    title: at.text("exclusion.take_back"),
                    crumbs: proposal.crumbs(at), note: at.text("exclusion.take_back_note"), form)
            })
    }
}

extension Table {
    /// The sites of a proposal, the first two hundred by name.
    fileprivate static func sites(of proposal: ExclusionProposal, _ statements: Statements, _ at: FormVisit) throws -> Table {
        let named = try statements.sites(ofProposal: proposal.id, on: at.today)
        let counts = ["count": String(named.count), "shown": String(min(200, named.count))]
        return sites(
            Array(named.prefix(200)), caption: at.text(named.count > 200 ? "exclusion.sites_some" : "exclusion.sites", counts), at)
    }

    fileprivate static func sites(_ sites: [(code: String, name: String)], caption: String, _ at: FormVisit) -> Table {
        Table(
            caption: caption, columns: [Column(at.text("exclusion.column.code")), Column(at.text("exclusion.column.name"))],
            rows: sites.map { [Cell($0.code), Cell($0.name)] },
            head: 1)
    }
}

extension Statements {
    /// The proposal that an address names.
    fileprivate func proposal(_ at: FormVisit) throws -> ExclusionProposal {
        guard let proposal = try exclusionProposal(id: try at.parts(ExclusionAddress.one), in: at.visit.scope) else {
            throw Refusal.notFound("proposal")
        }
        return proposal
    }
}

extension ExclusionProposal {
    /// The way to its page.
    fileprivate func crumbs(_ at: FormVisit) -> [Frame.Link] {
        [
            Frame.Link(label: at.text("exclusion.title"), url: ExclusionAddress.list()),
            Frame.Link(label: at.text("exclusion.one", ["area": areaName]), url: ExclusionAddress.one(id)),
        ]
    }
}
