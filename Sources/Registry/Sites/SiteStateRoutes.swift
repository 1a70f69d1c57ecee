import Accounts
import Basics
import Foundation
import Hummingbird
import Storage
package import Web

extension Feature {
    /// Changes and corrections of a site's state.
    package static var siteStates: Feature {
        Feature("site_states") { $0.addSiteStates() }
    }
}

extension Routes {
    /// Changes and corrections of a site's state.
    fileprivate mutating func addSiteStates() {
        let house = house
        get("/sites/:code/state", .keepRegister) { request, context, visit in
            let site = try await house.presentSite(context, visit)
            return try await house.statePage(SiteStateForm(site, on: house.today), site, [:], request, visit)
        }
        post("/sites/:code/state", .keepRegister) { form, context, visit in
            let site = try await house.presentSite(context, visit)
            let typed = SiteStateForm(form)
            let (today, act) = (house.today, house.act(visit))
            do {
                let (state, from, through) = try typed.read()
                try await house.database.write {
                    try $0.setSiteState(state, site: site, from: from, through: through, today: today, reason: typed.reason, document: typed.document, by: act)
                }
            } catch Refusal.invalid(let problems) {
                return try await house.statePage(typed, site, problems, form.request, visit)
            }
            return seeOther("\(site.pageURL)?changed=1#states")
        }
    }
}

extension House {
    fileprivate func presentSite(_ context: AppContext, _ visit: Visit) async throws -> Site {
        let (code, today) = (try context.parameters.require("code").removingPercentEncoding ?? "", today)
        guard let site = try await database.read({ try $0.site(code: code, on: today, in: visit.scope) }) else { throw Refusal.notFound("site") }
        return site
    }

    fileprivate func statePage(_ form: SiteStateForm, _ site: Site, _ problems: [String: String], _ request: Request, _ visit: Visit) async throws -> Response {
        let (history, accounts) = try await database.read { statements in
            let history = try statements.stateHistory(site: site.num)
            return (history, try statements.namedAccounts(Set(history.map(\.actor)).sorted()))
        }
        return try page(
            "site_state", SiteStatePage(form, site: site, history, accounts, problems: problems, self, visit), title: text("states.change", visit, ["site": site.name]),
            crumbs: [Frame.Link(label: site.name, url: site.pageURL)], for: visit, request, status: problems.isEmpty ? .ok : .unprocessableContent)
    }
}

extension Site {
    /// The site's page; any printable character may stand in its code.
    package var pageURL: String { "/sites/" + (code.addingPercentEncoding(withAllowedCharacters: .alphanumerics) ?? code) }
    /// The form that records or corrects its state.
    package var stateURL: String { pageURL + "/state" }
}
