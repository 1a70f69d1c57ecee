package import Accounts
package import Basics
package import Storage

extension Statements {
    /// The area that somebody means by what he typed in a field: its code, its name, or both as a list of suggestions shows them. Throws
    /// `Refusal.invalid` that names what was typed, and which areas have the name when there are several.
    package func area(typed text: String, in field: String, on day: Day, scope: Scope) throws -> Area {
        // As a suggestion has it: `青山镇 990101001`.
        let last = text.split(whereSeparator: \.isWhitespace).last.map(String.init) ?? ""
        if let code = AreaCode(written: last) {
            guard let area = try area(code: code.description, on: day, in: scope) else {
                throw Refusal.invalid([field: FieldProblem("area.not_here", ["text": text])])
            }
            return area
        }
        let named = try all(
            Area.self,
            """
            SELECT area_id, code, name, parent_id FROM area_version
            WHERE name = \(text) AND from_day <= \(day) AND until_day > \(day) AND replaced_at IS NULL
                AND \(sql: scope.condition("code")) ORDER BY code
            LIMIT 6
            """)
        let found = named.isEmpty ? try areas(matching: SearchWords(text), on: day, in: scope, limit: 6).map(\.area) : named
        guard let area = found.first else { throw Refusal.invalid([field: FieldProblem("area.not_here", ["text": text])]) }
        guard found.count == 1 else {
            throw Refusal.invalid([
                field: FieldProblem("area.several", ["text": text, "list": shortened(found.map { "\($0.name) \($0.code)" }, to: 5)])
            ])
        }
        return area
    }

    /// The areas that somebody means by some codes or names. Throws `Refusal.invalid` that names every one that is none, or several.
    package func areas(typed texts: [String], in field: String, on day: Day, scope: Scope) throws -> [Area] {
        var (found, unknown): ([Area], [String]) = ([], [])
        let names = texts.count { AreaCode(written: $0) == nil }
        guard names <= AreaPicking.mostNames else {
            throw Refusal.invalid([field: FieldProblem("form.too_many", ["most": String(AreaPicking.mostNames), "count": String(names)])])
        }
        for text in texts {
            do { found.append(try area(typed: text, in: field, on: day, scope: scope)) } catch Refusal.invalid { unknown.append(text) }
        }
        guard unknown.isEmpty else {
            throw Refusal.invalid([field: FieldProblem("area.none_of", ["list": shortened(unknown), "count": String(unknown.count)])])
        }
        return found
    }

    /// The site that somebody means by what he typed in a field: its code, its name, or both as a list of suggestions shows them. Throws
    /// `Refusal.invalid` that names what was typed, and which sites have the name when there are several.
    package func site(typed text: String, in field: String, on day: Day, scope: Scope) throws -> Site {
        let last = text.split(whereSeparator: \.isWhitespace).last.map(String.init) ?? ""
        if let site = try site(code: last, on: day, in: scope) { return site }
        let named = try sites(named: text, on: day, in: scope)
        guard let site = named.first else {
            throw Refusal.invalid([field: FieldProblem("site.not_here", ["list": text, "count": "1"])])
        }
        guard named.count == 1 else {
            throw Refusal.invalid([field: FieldProblem("site.several", ["text": text, "list": shortened(named.map(\.code), to: 5)])])
        }
        return site
    }

    /// The numbers of the sites below an area that somebody means by codes or names. Throws `Refusal.invalid` that names every one that is
    /// none, or several.
    package func sites(typed texts: [String], in field: String, on day: Day, below code: AreaCode) throws -> [Int] {
        let inside = Scope(areas: [code])
        var (found, unknown): ([Int], [String]) = ([], [])
        for text in texts {
            if let site = try site(code: text, on: day, in: inside) {
                found.append(site.num)
                continue
            }
            let named = try sites(named: text, on: day, in: inside)
            guard named.count <= 1 else {
                throw Refusal.invalid([field: FieldProblem("site.several", ["text": text, "list": shortened(named.map(\.code), to: 5)])])
            }
            if let site = named.first { found.append(site.num) } else { unknown.append(text) }
        }
        guard unknown.isEmpty else {
            throw Refusal.invalid([field: FieldProblem("site.not_here", ["list": shortened(unknown), "count": String(unknown.count)])])
        }
        return Set(found).sorted()
    }
}

private enum AreaPicking {
    /// A name that is no code is looked for through the whole register; a code is found at once.
    static let mostNames = 30
}

/// The first of some items, for a sentence.
func shortened(_ items: [String], to most: Int = 10) -> String {
    items.prefix(most).joined(separator: "、") + (items.count > most ? "…" : "")
}
