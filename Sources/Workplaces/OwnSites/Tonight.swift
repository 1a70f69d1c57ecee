import Accounts
package import Basics
import Lists
import Operations
import Registry
package import Storage
import Web

/// A courseware that a box at a site has, or is fetching.
package struct ReadyCourseware: Hashable, Sendable {
    package let id: String
    package let title: String
    package let category: String
    package let seconds: Int
    package let publishedAt: Instant
    package let isWhole: Bool
    /// Of one that is being fetched.
    package let percent: Int
}

/// Where it is seen what may be watched at a site this evening.
enum TonightAddress {
    static let list = FixedAddress("/tonight")
}

extension Statements {
    /// What is published and lies at a site's boxes, or is on its way there: whole ones first, the newest first. What runs no program of
    /// ours says nothing of what it has.
    package func readyCourseware(at site: Int, on today: Day, limit: Int) throws -> [ReadyCourseware] {
        try all(
            """
            SELECT c.id, c.title, c.category, c.duration_ms, c.published_at,
                max(CASE h.state WHEN 'complete' THEN 1 ELSE 0 END) AS whole, max(h.done_bytes), max(h.total_bytes)
            FROM terminal_assignment x JOIN terminal t ON t.num = x.terminal JOIN holding h ON h.node = t.id
            JOIN courseware c ON c.id = h.courseware_id AND c.version = h.version
            WHERE x.site = \(site) AND x.replaced_at IS NULL AND x.from_day <= \(today) AND x.until_day > \(today)
                AND c.state = 'published' AND h.state IN ('complete', 'fetching')
            GROUP BY c.id, c.title, c.category, c.duration_ms, c.published_at ORDER BY whole DESC, c.published_at DESC, c.id LIMIT \(limit)
            """
        ) { row in
            let (done, total) = (try row.int(6), try row.int(7))
            return ReadyCourseware(
                id: try row.text(0), title: try row.text(1), category: try row.text(2), seconds: try row.int(3) / 1000,
                publishedAt: try row.instant(4), isWhole: try row.int(5) == 1, percent: total > 0 ? min(99, done * 100 / total) : 0)
        }
    }
}

extension ListPage where Row == ReadyCourseware {
    /// So many are looked at: a box has no room for more.
    fileprivate static var most: Int { 500 }

    fileprivate static var tonight: ListPage {
        ListPage(
            TonightAddress.list, .seeFigures, title: "tonight.title",
            columns: [
                ListColumn("title", "tonight.courseware") { one, _ in Table.Cell(one.title) },
                ListColumn("minutes", "tonight.minutes", isNumber: true) { one, _ in Table.Cell((one.seconds + 30) / 60) },
                ListColumn("category", "tonight.category") { one, question in
                    Table.Cell(one.category.isEmpty ? "" : question.text("library.category.\(one.category)"))
                },
                ListColumn("state", "tonight.state") { one, question in
                    Table.Cell(
                        one.isWhole ? question.text("tonight.ready") : question.text("tonight.fetching", ["percent": String(one.percent)]),
                        mark: "standing")
                },
                ListColumn("published", "tonight.published") { one, question in Table.Cell(question.time(one.publishedAt)) },
            ], fields: ["site"], search: "tonight.search",
            find: { question in
                // Without a site it is nobody's evening.
                guard !question["site"].isEmpty else { return ListFound(rows: [], count: 0) }
                let (site, all) = try await question.house.database.read { statements in
                    let site = try statements.site(code: question["site"], on: question.today, in: question.scope)
                    guard let site else { throw Refusal.notFound("site") }
                    return (site, try statements.readyCourseware(at: site.num, on: question.today, limit: most))
                }
                let typed = folded(question.typed)
                let shown = typed.isEmpty ? all : all.filter { searchKey($0.title).contains(typed) }
                return ListFound(of: shown, question, place: \.id) { view in
                    ListFrame(
                        "tonight", TonightPage(siteName: site.name, siteURL: SiteAddress.page(site.code), list: view),
                        title: question.text("tonight.title_of", ["site": site.name]))
                }
            }, place: \.id, note: "tonight.note", empty: "tonight.empty")
    }
}

/// The page `tonight`.
struct TonightPage: Sendable {
    let siteName: String
    let siteURL: Location
    let list: ListView
}

extension Routes {
    mutating func tonight() { list(.tonight) }
}

extension TodayEntry {
    /// What may be watched this evening at a site that somebody keeps.
    static func tonight(_ site: OwnSite, _ ready: [ReadyCourseware]) -> TodayEntry {
        let whole = ready.filter(\.isWhole)
        let key = whole.isEmpty ? ready.isEmpty ? "today.own.nothing_tonight" : "today.own.fetching_tonight" : "today.own.tonight"
        return TodayEntry(
            .own, key, count: 1, at: TonightAddress.list().with("site", site.code),
            values: [
                "site": site.name, "number": String(whole.count), "newest": whole.first?.title ?? ready.first?.title ?? "",
            ])
    }
}
