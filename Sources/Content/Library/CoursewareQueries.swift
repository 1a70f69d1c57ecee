package import Accounts
package import Basics
import Registry
package import Storage

/// Which courseware a list shows.
package struct CoursewareFilter: Hashable, Sendable {
    /// Of title, speaker or unit; none for any.
    package let words: SearchWords
    /// Nil for every state but `archived`.
    package let state: CoursewareState?
    /// Nil for any.
    package let category: CoursewareCategory?

    package init(words: SearchWords = SearchWords(""), state: CoursewareState? = nil, category: CoursewareCategory? = nil) {
        self.words = words
        self.state = state
        self.category = category
    }
}

extension Statements {
    /// What courseware is called, by its ids.
    func coursewareTitles(_ ids: [String]) throws -> [String: String] {
        try names(ids) { "SELECT id, title FROM courseware WHERE id IN (\(sql: $0))" }
    }

    /// A courseware, when the scope covers the area to which it belongs.
    package func courseware(id: String, on day: Day, in scope: Scope) throws -> Courseware? {
        guard var found = try first(Courseware.self, coursewareSelection(on: day, in: scope, where: "c.id = \(id)")) else { return nil }
        found.audienceAreas = try found.audienceAreas.split(separator: " ").map { try presentCode(String($0), on: day) }.joined(
            separator: " ")
        return found
    }

    /// The code that an area has today which had this one before; the code itself when it has it still, or is no more.
    private func presentCode(_ code: String, on day: Day) throws -> String {
        if try area(code: code, on: day, in: .everything) != nil { return code }
        let present = try first(
            """
            SELECT p.code FROM area_version a JOIN area_version p ON p.area_id = a.area_id AND p.replaced_at IS NULL
                AND p.from_day <= \(day) AND p.until_day > \(day)
            WHERE a.code = \(code) AND a.replaced_at IS NULL ORDER BY a.until_day DESC LIMIT 1
            """
        ) { try $0.text(0) }
        return present ?? code
    }

    /// The courseware of a scope, newest first, after the given one of an earlier page.
    package func coursewareList(
        _ filter: CoursewareFilter, on day: Day, in scope: Scope, after last: (madeAt: Instant, id: String)?, limit: Int
    ) throws
        -> [Courseware]
    {
        let older: SQL = last.map { "AND (c.made_at, c.id) < (\($0.madeAt), \($0.id))" } ?? ""
        return try all(
            Courseware.self,
            """
            \(sql: coursewareSelection(on: day, in: scope, where: condition(of: filter))) \(sql: older)
                ORDER BY c.made_at DESC, c.id DESC LIMIT \(limit)
            """)
    }

    /// How many courseware the same list has in all.
    package func coursewareCount(_ filter: CoursewareFilter, on day: Day, in scope: Scope) throws -> Int {
        try count(
            """
            SELECT count(*) FROM courseware c
            JOIN area_version a ON a.area_id = c.area_id AND a.replaced_at IS NULL AND a.from_day <= \(day) AND a.until_day > \(day)
            WHERE \(sql: scope.condition("a.code")) AND \(sql: condition(of: filter))
            """)
    }

    private func condition(of filter: CoursewareFilter) -> SQL {
        var condition: SQL = filter.state.map { "c.state = \($0)" } ?? "c.state <> 'archived'"
        if let category = filter.category { condition = "\(sql: condition) AND c.category = \(category)" }
        return filter.words.isEmpty ? condition : "\(sql: condition) AND \(sql: filter.words.condition("c.search_key"))"
    }

    private func coursewareSelection(on day: Day, in scope: Scope, where condition: SQL) -> SQL {
        """
        SELECT c.id, c.title, c.category, c.speaker, c.unit, c.area_id, a.code AS area_code, a.name
            AS area_name, c.state, c.problem, c.problem_values, c.duration_ms,
            c.source_hash, c.source_name, c.source_bytes, c.audience_areas, c.audience_kinds, c.version, c.manifest_hash, c.manifest_bytes,
                c.poster_hash,
            c.preview_hash, c.made_by, c.made_at, c.published_at, c.withdrawn_at
        FROM courseware c
        JOIN area_version a ON a.area_id = c.area_id AND a.replaced_at IS NULL AND a.from_day <= \(day) AND a.until_day > \(day)
        WHERE \(sql: scope.condition("a.code")) AND \(sql: condition)
        """
    }
}
