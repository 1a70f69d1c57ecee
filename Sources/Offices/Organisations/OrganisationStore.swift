package import Accounts
package import Basics
import Registry
package import Storage

/// Which organisations somebody asks for.
package struct OrganisationFilter: Sendable {
    var words = SearchWords("")
    var kind: OrganisationKind?
    var state: OrganisationState?

    package init(words: SearchWords = SearchWords(""), kind: OrganisationKind? = nil, state: OrganisationState? = nil) {
        (self.words, self.kind, self.state) = (words, kind, state)
    }
}

extension Statements {
    /// Keeps an organisation, new or changed from what it was.
    package func saveOrganisation(_ new: Organisation, was old: Organisation?, by act: Act) throws {
        try requireNewName(new.name, of: new.id, in: "name")
        let modes = new.modes.map(\.rawValue).joined(separator: ",")
        try run(
            """
            INSERT INTO organisation (id, kind, area_id, name, name_key, duties, named_on, modes, phone, note, state, ended_on)
            VALUES (\(new.id), \(new.kind), \(new.areaID), \(new.name), \(searchKey(new.name)), \(new.duties),
                \(new.namedOn?.description ?? ""), \(modes), \(new.phone), \(new.note), \(new.state), \(new.endedOn?.description ?? ""))
            ON CONFLICT (id) DO UPDATE SET kind = excluded.kind, area_id = excluded.area_id, name = excluded.name,
                name_key = excluded.name_key, duties = excluded.duties, named_on = excluded.named_on, modes = excluded.modes,
                phone = excluded.phone, note = excluded.note
            """)
        try record(
            old == nil ? "organisation.made" : "organisation.changed", new.id, from: old.map(OrganisationFields.texts) ?? [:],
            to: OrganisationFields.texts(new), by: act)
    }

    /// Takes one away that a file brought in. Throws `Refusal.conflict` where an agreement, a paper, a post, a role or a former name is
    /// its.
    package func removeOrganisation(_ one: Organisation, by act: Act) throws {
        guard try !isInUse(one) else { throw Refusal.conflict("import.in_use") }
        try run("DELETE FROM organisation WHERE id = \(one.id)")
        try record("organisation.taken_back", one.id, ["name": one.name], by: act)
    }

    /// Whether an agreement, a paper, a post, a role or a former name is its.
    package func isInUse(_ one: Organisation) throws -> Bool {
        try count(
            """
            SELECT count(*) FROM (SELECT 1 AS one FROM agreement WHERE operator_id = \(one.id)
                UNION ALL SELECT 1 AS one FROM paper WHERE issuer_id = \(one.id)
                UNION ALL SELECT 1 AS one FROM posting WHERE organisation_id = \(one.id)
                UNION ALL SELECT 1 AS one FROM role_grant WHERE object = \("operator:\(one.id)")
                UNION ALL SELECT 1 AS one FROM former_name WHERE organisation_id = \(one.id)) AS uses
            """) > 0
    }

    /// From a day on it is called otherwise; what it was called before stays.
    package func rename(
        _ one: Organisation, to name: String, duties: String, from day: Day, document: String, in scope: Scope, by act: Act, on today: Day
    ) throws {
        try OrganisationLife.rename.check(one.standing, by: act.actor.id, in: scope)
        guard day <= today else { throw Refusal.invalid(["from": "organisation.later"]) }
        guard one.namedOn.map({ $0 < day }) ?? true else {
            throw Refusal.invalid(["from": FieldProblem("organisation.earlier", ["day": one.namedOn?.description ?? ""])])
        }
        guard folded(name) != folded(one.name) || duties != one.duties else {
            throw Refusal.invalid(["new_name": "organisation.same_name"])
        }
        try requireNewName(name, of: one.id, in: "new_name")
        let renamed = try run(
            """
            UPDATE organisation SET name = \(name), name_key = \(searchKey(name)), duties = \(duties), named_on = \(day.description)
            WHERE id = \(one.id) AND name = \(one.name) AND \(sql: OrganisationLife.rename.stands)
            """)
        guard renamed == 1 else { throw Refusal.conflict("organisation.ended") }
        try run(
            """
            INSERT INTO former_name (id, organisation_id, name, name_key, duties, from_on, through_on, document)
            VALUES (\(act.ids.next()), \(one.id), \(one.name), \(searchKey(one.name)), \(one.duties),
                \(one.namedOn?.description ?? ""), \(day.advanced(by: -1).description), \(document))
            """)
        try record(
            OrganisationLife.rename.event, one.id, ["from": one.name, "to": name, "on": day.description, "document": document], by: act)
    }

    /// It ends with a day, or is there again.
    package func take(
        _ step: LifeStep<OrganisationState>, _ one: Organisation, on day: Day?, in scope: Scope, by act: Act
    ) throws {
        try step.check(one.standing, by: act.actor.id, in: scope)
        let taken = try run(
            """
            UPDATE organisation SET state = \(step.to), ended_on = \(day?.description ?? "")
            WHERE id = \(one.id) AND \(sql: step.stands)
            """)
        guard taken == 1 else { throw Refusal.conflict(step.stale) }
        try record(step.event, one.id, day.map { ["on": $0.description] } ?? [:], by: act)
    }

    private func requireNewName(_ name: String, of id: String, in field: String) throws {
        guard try organisation(named: name).map({ $0.id == id }) ?? true else {
            throw Refusal.invalid([field: FieldProblem("organisation.known", ["name": name])])
        }
    }

    /// Organisations of the scope and of the areas above it, by name, behind the one with this key.
    package func organisations(_ filter: OrganisationFilter = OrganisationFilter(), after key: String = "", limit: Int, in scope: Scope)
        throws -> [Organisation]
    {
        try organisations(
            where: "\(sql: wanted(filter)) AND o.name_key > \(key) AND \(sql: scope.reach("a.code"))",
            then: "ORDER BY o.name_key LIMIT \(limit)")
    }

    package func organisationCount(_ filter: OrganisationFilter, in scope: Scope) throws -> Int {
        try count(
            """
            SELECT count(*) FROM organisation o JOIN area_version a ON \(sql: lastVersion(of: "o.area_id"))
            WHERE \(sql: wanted(filter)) AND \(sql: scope.reach("a.code"))
            """)
    }

    package func organisation(id: String, in scope: Scope) throws -> Organisation? {
        try organisations(where: "o.id = \(id) AND \(sql: scope.reach("a.code"))", then: "").first
    }

    package func organisation(named name: String) throws -> Organisation? {
        try organisations(where: "o.name_key = \(searchKey(name))", then: "").first
    }

    /// The organisation that somebody means by a name, pinyin or its beginning, of a kind or of any. Throws `Refusal.invalid` for none, or
    /// several.
    package func organisation(typed text: String, kind: OrganisationKind? = nil, in field: String, scope: Scope) throws -> Organisation {
        let isFitting = { (one: Organisation) in kind == nil || one.kind == kind }
        if let exact = try organisation(named: text), isFitting(exact), try organisation(id: exact.id, in: scope) != nil { return exact }
        let found = try organisations(OrganisationFilter(words: SearchWords(text), kind: kind, state: .active), limit: 2, in: scope)
        guard let only = found.first, found.count == 1 else {
            let code = found.isEmpty ? "organisation.none" : "organisation.several"
            throw Refusal.invalid([field: FieldProblem(code, ["text": text])])
        }
        return only
    }

    /// What an organisation was called before, the latest first.
    package func formerNames(of id: String, limit: Int) throws -> [FormerName] {
        try all(
            """
            SELECT name, duties, from_on, through_on, document FROM former_name WHERE organisation_id = \(id)
            ORDER BY through_on DESC, id DESC LIMIT \(limit)
            """
        ) { row in
            FormerName(
                name: try row.text(0), duties: try row.text(1), from: Day(try row.text(2)), through: Day(try row.text(3)) ?? .forever,
                document: try row.text(4))
        }
    }

    private func wanted(_ filter: OrganisationFilter) -> SQL {
        var condition: SQL = """
            (\(sql: filter.words.condition("o.name_key")) OR EXISTS (SELECT 1 FROM former_name f WHERE f.organisation_id = o.id
                AND \(sql: filter.words.condition("f.name_key"))))
            """
        if let kind = filter.kind { condition = "\(sql: condition) AND o.kind = \(kind)" }
        if let state = filter.state { condition = "\(sql: condition) AND o.state = \(state)" }
        return condition
    }

    private func organisations(where condition: SQL, then order: SQL) throws -> [Organisation] {
        try all(
            """
            SELECT o.id, o.kind, o.area_id, a.code, a.name, o.name, o.duties, o.named_on, o.modes, o.phone, o.note, o.state, o.ended_on
            FROM organisation o JOIN area_version a ON \(sql: lastVersion(of: "o.area_id")) WHERE \(sql: condition) \(sql: order)
            """
        ) { row in
            Organisation(
                id: try row.text(0), kind: OrganisationKind(rawValue: try row.text(1)) ?? .office, areaID: try row.text(2),
                areaCode: try row.text(3), areaName: try row.text(4), name: try row.text(5), duties: try row.text(6),
                namedOn: Day(try row.text(7)),
                modes: try row.text(8).split(separator: ",").compactMap { SiteMode(rawValue: String($0)) }, phone: try row.text(9),
                note: try row.text(10), state: OrganisationState(rawValue: try row.text(11)) ?? .ended, endedOn: Day(try row.text(12)))
        }
    }
}
