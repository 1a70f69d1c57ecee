package import Accounts
package import Basics
import Figures
import Lists
import Registry
package import Storage
import Web

/// An edition as lists and the search box show it.
package struct FoundEdition: Decodable, Hashable, Sendable {
    package let sequence: Int
    package let id: String
    package let areaCode: String
    package let areaName: String
    package let month: String
    package let number: Int
    package let document: String
    package let publishedBy: String
    package let publishedAt: Instant
    /// Whether no later edition of the month corrects it.
    package let isLast: Bool
}

extension Statements {
    /// Editions of the scope, or sent into it, whose area's last name or pinyin, number of the paper or month is looked for, the latest
    /// first, behind the one of a sequence.
    package func editions(
        matching words: SearchWords, isLast: Bool? = nil, after sequence: Int = .max, on day: Day, in scope: Scope, limit: Int
    ) throws -> [FoundEdition] {
        try all(
            FoundEdition.self,
            """
            SELECT e.sequence, e.id, a.code AS area_code, a.name AS area_name, e.month, e.number, e.document, e.published_by,
                e.published_at, CASE WHEN \(sql: Self.corrected) THEN 0 ELSE 1 END AS is_last
            \(sql: sought(words, isLast, day, scope)) AND e.sequence < \(sequence) ORDER BY e.sequence DESC LIMIT \(limit)
            """)
    }

    package func editionCount(matching words: SearchWords, isLast: Bool?, on day: Day, in scope: Scope) throws -> Int {
        try count("SELECT count(*) \(sql: sought(words, isLast, day, scope))")
    }

    private static var corrected: SQL {
        "EXISTS (SELECT 1 FROM edition l WHERE l.area_id = e.area_id AND l.month = e.month AND l.number > e.number)"
    }

    private func sought(_ words: SearchWords, _ isLast: Bool?, _ day: Day, _ scope: Scope) -> SQL {
        let standing: SQL = isLast.map { $0 ? "AND NOT \(sql: Self.corrected)" : "AND \(sql: Self.corrected)" } ?? ""
        return """
            FROM edition e
            JOIN area_version a ON \(sql: lastVersion(of: "e.area_id"))
            WHERE (\(sql: scope.condition("a.code")) OR EXISTS (SELECT 1 FROM edition_recipient r
                    JOIN area_version b ON b.area_id = r.area_id AND b.replaced_at IS NULL AND b.from_day <= \(day) AND b.until_day > \(day)
                    WHERE r.edition = e.id AND b.code IN (\(list: scope.topmost.map(\.description)))))
                AND \(sql: words.condition("(a.name_key || ' ' || lower(e.document))", code: "e.month")) \(sql: standing)
            """
    }
}

/// An edition of the list, with the names that it needs.
struct ListedEdition: Sendable {
    let edition: FoundEdition
    let accounts: [String: NamedAccount]
}

extension ListPage where Row == ListedEdition {
    /// Everything that was published in the scope or sent into it, the latest first.
    static var editions: ListPage {
        ListPage(
            EditionAddress.list, .seeFigures, title: "edition.list.title",
            columns: [
                ListColumn("edition", "edition.list.edition") { row, question in
                    let one = row.edition
                    return Table.Cell(
                        question.text("edition.list.line", ["area": one.areaName, "month": one.month, "number": String(one.number)]),
                        url: EditionAddress.one(one.id))
                },
                ListColumn("document", "edition.list.document") { row, _ in Table.Cell(row.edition.document) },
                ListColumn("state", "edition.list.state") { row, question in
                    Table.Cell(question.text(row.edition.isLast ? "edition.list.valid" : "edition.list.corrected"), mark: "standing")
                },
                ListColumn("at", "edition.list.at") { row, question in Table.Cell(question.time(row.edition.publishedAt)) },
                ListColumn("by", "edition.list.by") { row, question in
                    Table.Cell(question.actor(row.edition.publishedBy, row.accounts))
                },
                ListColumn("paper", "distribution.column.paper") { row, _ in
                    Table.Cell("PDF", url: EditionAddress.file(.pdf)(row.edition.id))
                },
                ListColumn("month", "edition.list.month", isUsual: false) { row, _ in
                    Table.Cell(
                        row.edition.month, url: Month(row.edition.month).map { BulletinAddress.editions($0, row.edition.areaCode) })
                },
            ],
            filters: [
                ListFilter(
                    "state", "edition.list.state",
                    [
                        FieldOption("", "distribution.any"), FieldOption("valid", "edition.list.valid"),
                        FieldOption("corrected", "edition.list.corrected"),
                    ])
            ], search: "edition.list.search",
            rows: { statements, question in
                let found = try statements.editions(
                    matching: question.words, isLast: question.isLast, after: Int(question.after) ?? .max, on: question.today,
                    in: question.scope, limit: question.limit)
                let accounts = try statements.namedAccounts(Set(found.map(\.publishedBy)).sorted())
                return found.map { ListedEdition(edition: $0, accounts: accounts) }
            },
            count: { try $0.editionCount(matching: $1.words, isLast: $1.isLast, on: $1.today, in: $1.scope) },
            place: { String($0.edition.sequence) }, empty: "edition.list.empty")
    }
}

extension ListQuestion {
    /// Whether only those are looked for that nothing corrects, or only the others; nil for all.
    fileprivate var isLast: Bool? { self["state"].isEmpty ? nil : self["state"] == "valid" }
}

extension SearchLook {
    /// Published bulletins by area, month and number of the paper.
    static let editions = SearchLook(.seeFigures, "search.editions") { statements, question in
        try statements.editions(matching: question.words, on: question.today, in: question.scope, limit: question.limit).map {
            SearchHit(title: "\($0.areaName) \($0.month)", detail: $0.document, url: EditionAddress.one($0.id))
        }
    }
}
