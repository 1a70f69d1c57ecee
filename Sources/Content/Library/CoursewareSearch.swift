import Accounts
import Basics
import Jobs
package import Storage
import Web

/// What a courseware is found by.
func coursewareKey(_ title: String, _ speaker: String, _ unit: String) -> String {
    [title, speaker, unit].filter { !$0.isEmpty }.map(searchKey).joined(separator: " ")
}

extension Statements {
    /// Fills in what courseware is found by, where it has nothing: that of before there was any. Answers how many it filled, at most so
    /// many.
    @discardableResult package func fillCoursewareKeys(most: Int) throws -> Int {
        let rows = try all("SELECT id, title, speaker, unit FROM courseware WHERE search_key = '' LIMIT \(most)") {
            (id: try $0.text(0), key: coursewareKey(try $0.text(1), try $0.text(2), try $0.text(3)))
        }
        for row in rows { try run("UPDATE courseware SET search_key = \(row.key) WHERE id = \(row.id)") }
        return rows.count
    }
}

extension SearchLook {
    /// Courseware by title, speaker, unit or their pinyin.
    static let courseware = SearchLook(.seeLibrary, "search.courseware") { statements, question in
        try statements.coursewareList(
            CoursewareFilter(words: question.words), on: question.today, in: question.scope, after: nil, limit: question.limit
        ).map {
            SearchHit(title: $0.title, detail: $0.areaName, url: CoursewareAddress.one($0.id))
        }
    }
}

/// Fills in what is missing at every start.
func coursewareKeys(_ database: Database) -> PeriodicWork {
    PeriodicWork("courseware keys", every: .seconds(3600)) {
        while try await database.write({ try $0.fillCoursewareKeys(most: 200) }) > 0 { try Task.checkCancellation() }
    }
}
