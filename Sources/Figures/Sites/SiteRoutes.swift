import Accounts
import Basics
import Foundation
import Hummingbird
package import Operations
import Registry
import Storage
package import Web

extension Feature {
    /// A site: its months, its days.
    package static func sites(_ rules: FactRules) -> Feature {
        Feature("sites") { $0.addSites(rules) }
    }
}

extension Routes {
    fileprivate mutating func addSites(_ rules: FactRules) {
        let house = house
        get(SiteAddress.page, .seeFigures) { request, context, visit in
            let (code, speech) = (try SiteAddress.page.parts(context), Speech(house, visit))
            let period = try Period(Query(request)["month"], rules: rules, at: house.clock.now)
            let (facts, top) = try await house.database.read { statements in
                guard
                    let facts = try statements.siteFacts(
                        code: code, month: period.month, in: visit.scope, zone: rules.zone, at: period.asOf)
                else { throw Refusal.notFound("site") }
                return (facts, try SiteTop(statements, SiteVisit(house, visit, site: facts.site.num, code: code)))
            }
            let days = period.month.days.map { SiteMinutes($0, facts, rules: rules) }
            return try house.page(
                "site",
                SitePage(
                    facts, days, period, rules: rules, top: top,
                    isChanged: request.uri.queryParameters["changed"] != nil, speech),
                title: speech("site.title", ["site": facts.site.name, "month": speech.month(period.month)]), crumbs: facts.crumbs,
                for: visit, request)
        }
        get(FigureAddress.day, .seeFigures) { request, context, visit in
            let ((code, day), speech) = (try FigureAddress.day.parts(context), Speech(house, visit))
            let period = try Period(day.month.description, rules: rules, at: house.clock.now)
            let found = try await house.database.read {
                try $0.siteFacts(code: code, month: period.month, only: day, in: visit.scope, zone: rules.zone, at: period.asOf)
            }
            guard let facts = found else { throw Refusal.notFound("site") }
            return try house.page(
                "site_day", SiteDayPage(facts, SiteMinutes(day, facts, rules: rules), period, rules: rules, speech),
                title: speech("site_day.title", ["site": facts.site.name, "day": day.description]),
                crumbs: facts.crumbs + [Frame.Link(label: facts.site.name, url: FigureAddress.site(code, period.month))], for: visit,
                request)
        }
    }
}

extension SiteFacts {
    fileprivate var crumbs: [Frame.Link] { path.map { Frame.Link(label: $0.name, url: FigureAddress.area($0.code, month)) } }
}
