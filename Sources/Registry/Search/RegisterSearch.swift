package import Accounts
package import Basics
package import Storage

/// An area that was looked for, and in which one it lies.
package struct FoundArea: Hashable, Sendable {
    package let area: Area
    /// From the county down to the area above it.
    package let parentName: String
}

/// A site that was looked for, and in which area it lies.
package struct FoundSite: Hashable, Sendable {
    package let code: String
    package let name: String
    /// From the county down to the area in which it lies.
    package let areaName: String
}

extension Statements {
    /// Areas of the scope by name, pinyin or code, the higher ones first.
    package func areas(matching words: SearchWords, on day: Day, in scope: Scope, limit: Int) throws -> [FoundArea] {
        guard !words.isEmpty else { return [] }
        return try all(
            """
            SELECT v.area_id, v.code, v.name, v.parent_id, p.name AS parent_name FROM area_version v
            LEFT JOIN area_version p ON p.area_id = v.parent_id AND p.replaced_at IS NULL AND p.from_day <= \(day) AND p.until_day > \(day)
            WHERE v.from_day <= \(day) AND v.until_day > \(day) AND v.replaced_at IS NULL AND \(sql: scope.condition("v.code"))
                AND \(sql: words.condition("v.name_key", code: "v.code"))
            ORDER BY length(v.code), v.code LIMIT \(limit)
            """
        ) { row in
            FoundArea(
                area: Area(areaID: try row.text(0), code: try row.text(1), name: try row.text(2), parentID: try row.optionalText(3)),
                parentName: try row.optionalText(4) ?? "")
        }
    }

    /// Sites of the scope by name, pinyin or code.
    package func sites(matching words: SearchWords, on day: Day, in scope: Scope, limit: Int) throws -> [FoundSite] {
        guard !words.isEmpty else { return [] }
        let found = try all(
            """
            SELECT s.code, v.name, a.code AS area_code FROM site_version v
            JOIN site s ON s.num = v.site
            JOIN area_version a ON a.area_id = v.area_id AND a.replaced_at IS NULL AND a.from_day <= \(day) AND a.until_day > \(day)
            WHERE v.replaced_at IS NULL AND v.from_day <= \(day) AND v.until_day > \(day) AND \(sql: scope.condition("a.code"))
                AND \(sql: words.condition("v.name_key", code: "s.code"))
            ORDER BY v.name_key, s.code LIMIT \(limit)
            """
        ) { (code: try $0.text(0), name: try $0.text(1), area: try $0.text(2)) }
        let names = try areaNames(above: found.map(\.area), on: day)
        return found.map { FoundSite(code: $0.code, name: $0.name, areaName: names[$0.area] ?? "") }
    }

    /// For codes of areas the names from the county down to each, with blanks between: what tells two of a name apart.
    package func areaNames(above codes: [String], on day: Day) throws -> [String: String] {
        let levels = [AreaLevel.county, .township, .village].map(\.rawValue)
        func above(_ code: String) -> [String] { levels.filter { $0 <= code.utf8.count }.map { String(code.prefix($0)) } }
        var names: [String: String] = [:]
        let wanted = Set(codes.flatMap(above)).sorted()
        for start in stride(from: 0, to: wanted.count, by: 500) {
            try each(
                """
                SELECT code, name FROM area_version WHERE code IN (\(list: wanted[start..<min(start + 500, wanted.count)]))
                    AND replaced_at IS NULL
                    AND from_day <= \(day) AND until_day > \(day)
                """
            ) { names[try $0.text(0)] = try $0.text(1) }
        }
        return Dictionary(codes.map { code in (code, above(code).compactMap { names[$0] }.joined(separator: " ")) }) { first, _ in first }
    }

    /// Fills in what names are found by, where a row has none: those of before there was any. Answers how many it filled, at most so many.
    @discardableResult package func fillSearchKeys(most: Int) throws -> Int {
        let areas = try all("SELECT id, name FROM area_version WHERE name_key = '' LIMIT \(most)") {
            (id: try $0.text(0), name: try $0.text(1))
        }
        for row in areas { try run("UPDATE area_version SET name_key = \(searchKey(row.name)) WHERE id = \(row.id)") }
        let sites = try all("SELECT id, name FROM site_version WHERE name_key = '' LIMIT \(most - areas.count)") {
            (id: try $0.text(0), name: try $0.text(1))
        }
        for row in sites { try run("UPDATE site_version SET name_key = \(searchKey(row.name)) WHERE id = \(row.id)") }
        return areas.count + sites.count + (try fillAccountKeys(most: most - areas.count - sites.count))
    }
}
