package import Accounts
package import Basics
import Hummingbird
import Listener
package import Storage

/// Who looks for what.
package struct SearchQuestion: Sendable {
    package let words: SearchWords
    /// As it was typed.
    package let text: String
    /// For the right of the look.
    package let scope: Scope
    package let today: Day
    /// No more than so many are shown.
    package let limit: Int
}

/// Something that was found.
package struct SearchHit: Sendable {
    package let title: String
    /// Empty for what has none.
    package let code: String
    /// What else tells it from others of the name: where it lies.
    package let detail: String
    package let url: Location

    package init(title: String, code: String = "", detail: String, url: Location) {
        (self.title, self.code, self.detail, self.url) = (title, code, detail, url)
    }

    /// As a list of suggestions shows it; typed again it is found again.
    var suggestion: String { code.isEmpty ? title : "\(title) \(code)" }
}

/// What a feature looks through for whoever has a right.
package struct SearchLook: Sendable {
    let right: Right
    /// The key of the words above what it finds.
    let title: String
    let find: @Sendable (Statements, SearchQuestion) throws -> [SearchHit]

    package init(_ right: Right, _ title: String, _ find: @escaping @Sendable (Statements, SearchQuestion) throws -> [SearchHit]) {
        (self.right, self.title, self.find) = (right, title, find)
    }
}

/// The page `search`: what was found, by what it is.
struct SearchPage: Sendable {
    struct Hit: Sendable {
        let hitTitle: String
        let hitDetail: String
        let hitURL: Location
    }
    struct Part: Sendable {
        let partTitle: String
        let hits: [Hit]
        /// That there are more.
        let more: String?
    }
    let typed: String
    let parts: [Part]
    let isEmpty: Bool
    let isAsked: Bool
}

extension Routes {
    /// `/search`: one box for everything that has a name or a code; `/search.json` for those who still type.
    mutating func addSearch() {
        let house = house
        get(HouseAddress.search, .ownAccount) { request, _, visit in
            let (text, limit) = (Query(request)["q"], 50)
            let found = try await house.finding(visit) { try await house.found(text, limit: limit, visit) }
            // The very thing: a code, or what was picked from the suggestions.
            let all = found.flatMap(\.hits)
            let exact = all.filter { folded($0.suggestion) == folded(text) || !$0.code.isEmpty && folded($0.code) == folded(text) }
            if exact.count == 1 { return seeOther(exact[0].url) }
            let parts = found.map { look, hits in
                SearchPage.Part(
                    partTitle: house.text(look.title, visit),
                    hits: hits.prefix(limit).map {
                        .init(
                            hitTitle: $0.title, hitDetail: [$0.code, $0.detail].filter { !$0.isEmpty }.joined(separator: " "),
                            hitURL: $0.url)
                    },
                    more: hits.count > limit ? house.text("search.more", visit, ["count": String(limit)]) : nil)
            }
            let page = SearchPage(typed: text, parts: parts, isEmpty: parts.isEmpty && !text.isEmpty, isAsked: !text.isEmpty)
            return try house.page("search", page, title: house.text("search.title", visit), for: visit, request)
        }
        get(HouseAddress.suggestions, .ownAccount) { request, _, visit in
            let text = Query(request)["q"]
            let found = try await house.finding(visit) { try await house.found(text, limit: 8, visit) }
            return try jsonResponse(found.flatMap(\.hits).prefix(12).map { [$0.suggestion, $0.detail] })
        }
    }
}

extension Routes {
    /// What a field suggests while somebody types, within what he sees: what is typed for it, and what tells it from others.
    package mutating func pick(
        _ address: FixedAddress, _ right: Right, _ find: @escaping @Sendable (Statements, SearchQuestion, Query) throws -> [[String]]
    ) {
        let house = house
        get(address, right) { request, _, visit in
            let query = Query(request)
            let question = SearchQuestion(
                words: SearchWords(query["q"]), text: query["q"], scope: visit.scope, today: house.today, limit: 10)
            return try jsonResponse(try await house.finding(visit) { try await house.database.read { try find($0, question, query) } })
        }
    }
}

extension House {
    /// Looks through the register behind the door before such work.
    func finding<Found: Sendable>(_ visit: Visit, _ look: @Sendable () async throws -> Found) async throws -> Found {
        try await finds.admit(visit.account.id) { try await look() }
    }

    /// What the features find for a text, without those that find nothing; one more than `limit` where there are more.
    fileprivate func found(_ text: String, limit: Int, _ visit: Visit) async throws -> [(look: SearchLook, hits: [SearchHit])] {
        let words = SearchWords(text)
        guard !words.isEmpty else { return [] }
        let (looks, scope, today) = (searches.filter { visit.may($0.right) }, scope, today)
        return try await database.read { statements in
            try looks.compactMap { look in
                let question = SearchQuestion(
                    words: words, text: text, scope: try scope(statements, visit.grants, look.right, today), today: today, limit: limit + 1)
                let hits = try look.find(statements, question)
                return hits.isEmpty ? nil : (look, hits)
            }
        }
    }
}
