package import Accounts
package import Basics
import Figures
package import Storage
import Web

extension Statements {
    /// Editions of the scope, or sent into it, whose area's present name or pinyin, number of the paper or month is
    /// looked for, the latest first.
    package func editions(matching words: SearchWords, on day: Day, in scope: Scope, limit: Int) throws -> [FoundEdition] {
        try all(
            FoundEdition.self,
            """
            SELECT e.id, a.name, e.month, e.number, e.document FROM edition e
            JOIN area_version a ON a.area_id = e.area_id AND a.replaced_at IS NULL AND a.from_day <= \(day) AND a.until_day > \(day)
            WHERE (\(sql: scope.condition("a.code")) OR EXISTS (SELECT 1 FROM edition_recipient r
                    JOIN area_version b ON b.area_id = r.area_id AND b.replaced_at IS NULL AND b.from_day <= \(day) AND b.until_day > \(day)
                    WHERE r.edition = e.id AND b.code IN (\(list: scope.topmost.map(\.description)))))
                AND \(sql: words.condition("(a.name_key || ' ' || lower(e.document))", code: "e.month"))
            ORDER BY e.sequence DESC LIMIT \(limit)
            """)
    }
}

/// An edition as the search box shows it.
package struct FoundEdition: Decodable, Hashable, Sendable {
    package let id: String
    package let name: String
    package let month: String
    package let number: Int
    package let document: String
}

extension SearchLook {
    /// Published bulletins by area, month and number of the paper.
    static let editions = SearchLook(.seeFigures, "search.editions") { statements, question in
        try statements.editions(matching: question.words, on: question.today, in: question.scope, limit: question.limit).map {
            SearchHit(title: "\($0.name) \($0.month)", detail: $0.document, url: "/editions/\($0.id)")
        }
    }
}
