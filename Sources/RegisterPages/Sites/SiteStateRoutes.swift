import Accounts
import Basics
import Foundation
package import Registry
import Storage
package import Web

/// The form of a change or correction of a site's state.
enum SiteStateFields {
    static let state = Field.choice("state", "states.column.state", among: SiteState.allCases, words: "site_state")
    static let from = Field.date("from", "states.form.from").proposed
    static let through = Field.date("through", "states.form.through", isHelped: true).optional
    static let reason = Field.text("reason", "states.column.reason")
    static let document = Field.document("states.column.document", from: PaperAddress.pick)
    static let form = Form(state, from, through, reason, document)
}

extension Feature {
    /// Changes and corrections of a site's state; `settled` tells which closed months one reaches back into.
    package static func siteStates(settled: @escaping SettledMonths) -> Feature {
        Feature(
            "site_states",
            speech: [
                EventSpeech(
                    ["site."], fields: SiteChangeFields.said.fields,
                    choices: ["state": "site_state", "kind": "site_kind", "mode": "site_mode"]
                ) { statements, ids, _ in
                    try statements.siteNames(ids).merging(["import": ""]) { one, _ in one }
                }
            ],
            sites: [
                SiteLook(.keepRegister) {
                    ([], [Frame.Link(label: $1.text("states.change_link"), url: SiteAddress.state($1.code))])
                }
            ]
        ) { $0.form(SiteAddress.state, .keepRegister, .siteState(settled)) }
    }
}

extension FormPage where Subject == Site {
    /// A state is shown before it is recorded, one of the past with the closed months that it reaches into.
    fileprivate static func siteState(_ settled: @escaping SettledMonths) -> FormPage {
        FormPage(
            submit: "states.form.submit", cancel: { site, _ in SiteAddress.page(site.code) },
            subject: { statements, at in
                guard let site = try statements.site(code: try at.parts(SiteAddress.state), on: at.today, in: at.visit.scope) else {
                    throw Refusal.notFound("site")
                }
                return site
            }, form: { _ in SiteStateFields.form },
            texts: { site, at in
                [SiteStateFields.state.name: (site.state ?? .planned).rawValue, SiteStateFields.from.name: at.today.description]
            }, record: \.id,
            preview: { statements, site, values, at in
                let (from, through) = (try values[SiteStateFields.from], try values[SiteStateFields.through])
                try statements.checkSiteState(try values[SiteStateFields.state], site: site, from: from, through: through, today: at.today)
                let area = from.month < at.today.month ? try statements.area(id: site.areaID, on: at.today) : nil
                let months =
                    try area.map { try settled(statements, from.month, try statements.path(to: $0, on: at.today).map(\.areaID)) } ?? []
                let says = at.text(
                    through == nil ? "states.plan_since" : "states.plan",
                    [
                        "site": site.name, "state": at.text("site_state.\(try values[SiteStateFields.state].rawValue)"),
                        "from": from.description,
                        "through": (through ?? at.today).description,
                    ])
                return FormPreview([says], warnings: [months.sentence(at)].compactMap { $0 })
            },
            act: { statements, site, values, at in
                try statements.setSiteState(
                    try values[SiteStateFields.state], site: site, from: try values[SiteStateFields.from],
                    through: try values[SiteStateFields.through], today: at.today,
                    reason: try values[SiteStateFields.reason], document: try values[SiteStateFields.document], by: at.act)
                return SiteAddress.page(site.code).with("changed", 1).at("states")
            },
            page: { form, site, at in
                let (history, accounts) = try await at.house.database.read { statements in
                    let history = try statements.stateHistory(site: site.num)
                    return (history, try statements.namedAccounts(Set(history.map(\.actor)).sorted()))
                }
                let states = Table.states(history, accounts, zone: at.house.zone, at.house.pages.words, at.visit.language)
                return FormFrame(
                    title: at.text("states.change", ["site": site.name]),
                    crumbs: [Frame.Link(label: site.name, url: SiteAddress.page(site.code))],
                    template: "site_state",
                    content: SiteStatePage(form: form, states: states))
            })
    }
}
