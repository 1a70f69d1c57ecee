import Accounts
import Basics
import Jobs
import Registry
package import Storage
package import Web

extension Feature {
    /// Finding areas and sites, in the search box and in fields of forms.
    package static func registerSearch(_ database: Database) -> Feature {
        let keys = PeriodicWork("search keys", every: .seconds(3600)) {
            while try await database.write({ try $0.fillSearchKeys(most: 200) }) > 0 { try Task.checkCancellation() }
        }
        let areas = SearchLook(.seeFigures, "search.areas") { statements, question in
            try statements.areas(matching: question.words, on: question.today, in: question.scope, limit: question.limit).map {
                SearchHit(title: $0.area.name, code: $0.area.code, detail: $0.parentName, url: AreaAddress.page($0.area.code))
            }
        }
        let sites = SearchLook(.seeFigures, "search.sites") { statements, question in
            try statements.sites(matching: question.words, on: question.today, in: question.scope, limit: question.limit).map {
                SearchHit(title: $0.name, code: $0.code, detail: $0.areaName, url: SiteAddress.page($0.code))
            }
        }
        return Feature("register_search", timers: [FeatureTimer(keys)], searches: [areas, sites]) { $0.addPicks() }
    }
}

extension Routes {
    /// What fields for areas suggest while somebody types, within what he sees.
    fileprivate mutating func addPicks() {
        for (address, right) in [
            (AreaAddress.pick, Right.seeFigures), (AreaAddress.pickForLibrary, .seeLibrary), (AreaAddress.pickForAccounts, .keepAccounts),
        ] {
            pick(address, right) { statements, question, _ in
                try statements.areas(matching: question.words, on: question.today, in: question.scope, limit: question.limit).map {
                    ["\($0.area.name) \($0.area.code)", $0.parentName]
                }
            }
        }
        pick(PersonAddress.pick, .seeFigures) { statements, question, _ in
            try statements.people(matching: question.words, on: question.today, in: question.scope, limit: question.limit).map {
                [$0.suggestion, ""]
            }
        }
        pick(SiteAddress.pick, .seeFigures) { statements, question, query in
            // An area that is half typed yet is none.
            let within = query["area"]
            let area =
                within.isEmpty
                ? nil : try? statements.area(typed: within, in: "area", on: question.today, scope: question.scope).areaCode
            return try statements.sites(
                matching: question.words, on: question.today, in: area.map { Scope(areas: [$0]) } ?? question.scope, limit: question.limit
            ).map { ["\($0.name) \($0.code)", $0.areaName] }
        }
    }
}
