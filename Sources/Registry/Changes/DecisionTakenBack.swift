package import Accounts
package import Basics
package import Storage

/// What becomes of areas and sites when a decision is taken back: the same as when it is made, the other way round.
package struct AreaUndoing: Sendable {
    package let decision: RecordedDecision
    package let effects: [AreaEffect]
    package let siteMoves: [AreaPlan.SiteMove]
}

extension Statements {
    /// A decision on an area that the scope sees wholly.
    package func decision(id: String, in scope: Scope, on today: Day) throws -> RecordedDecision {
        let found = try first(RecordedDecision.self, "SELECT \(sql: RecordedDecision.columns) FROM area_decision WHERE id = \(id)")
        guard let found else { throw Refusal.notFound("decision") }
        for area in [found.areaID, found.otherAreaID].compactMap({ $0 }) {
            // An area that a decision ended has the code that it had last.
            guard let code = try lastCode(of: area), scope.covers(code) else { throw Refusal.notFound("decision") }
        }
        return found
    }

    private func lastCode(of areaID: String) throws -> AreaCode? {
        try first(
            """
            SELECT code FROM area_version WHERE area_id = \(areaID)
            ORDER BY CASE WHEN replaced_at IS NULL THEN 0 ELSE 1 END, until_day DESC, recorded_at DESC LIMIT 1
            """
        ) { try $0.text(0) }.flatMap { AreaCode($0) }
    }

    /// What taking a decision back would do. Throws `Refusal.conflict` where something later stands on it: another decision, a change of a
    /// site, something in an area that it made.
    package func planTakingBack(_ decision: RecordedDecision, uses: RegisterUses) throws -> AreaUndoing {
        guard decision.takenBackAt == nil else { throw Refusal.conflict("area.taken_back") }
        guard decision.madeBy == nil else { throw Refusal.conflict("area.of_file") }
        let id = decision.id
        let made = try areaRows(where: "made_by = \(id)")
        // What was decided before rows knew their cause cannot be told apart from what came later.
        guard try !made.isEmpty || !siteMoves(back: id).isEmpty else { throw Refusal.conflict("area.too_old") }
        let overtaken = try count(
            """
            SELECT count(*) FROM (SELECT 1 AS one FROM area_version WHERE made_by = \(id) AND replaced_at IS NOT NULL
                UNION ALL SELECT 1 AS one FROM site_version WHERE made_by = \(id) AND replaced_at IS NOT NULL) AS later
            """)
        guard overtaken == 0 else { throw Refusal.conflict("area.overtaken") }
        let before = Dictionary(grouping: try areaRows(where: "replaced_by = \(id)"), by: \.areaID)
        let after = Dictionary(grouping: made, by: \.areaID)
        let new = after.keys.filter { before[$0] == nil }.sorted()
        let inside = try count(
            """
            SELECT count(*) FROM (
                SELECT 1 AS one FROM area_version
                    WHERE parent_id IN (\(list: new)) AND replaced_at IS NULL AND coalesce(made_by, '') <> \(id)
                UNION ALL SELECT 1 AS one FROM site_version
                    WHERE area_id IN (\(list: new)) AND replaced_at IS NULL AND coalesce(made_by, '') <> \(id)
                UNION ALL SELECT 1 AS one FROM node WHERE area_id IN (\(list: new))) AS later
            """)
        guard try inside == 0 && (new.isEmpty || uses(self, RegisterThings(areas: new, sites: [], terminals: [])).isEmpty) else {
            throw Refusal.conflict("area.in_use")
        }
        let effects = Set(after.keys).union(before.keys).map { area -> AreaEffect in
            AreaEffect(
                areaID: area, before: after[area]?.last { $0.fromDay >= decision.onDay },
                after: before[area]?.last { $0.untilDay > decision.onDay })
        }.sorted { ($0.before ?? $0.after)?.code ?? "" < ($1.before ?? $1.after)?.code ?? "" }
        return AreaUndoing(decision: decision, effects: effects, siteMoves: try siteMoves(back: id))
    }

    /// Takes a decision back: the rows that it made stay as replaced, those whose place they took are in force again.
    package func takeBack(
        _ decision: RecordedDecision, reason: String, uses: RegisterUses, today: Day, by act: Act
    ) throws {
        guard (1...500).contains(reason.unicodeScalars.count) else { throw Refusal.invalid(["reason": "form.required"]) }
        let plan = try planTakingBack(decision, uses: uses)
        let id = decision.id
        try run("UPDATE area_version SET replaced_at = \(act.at) WHERE made_by = \(id)")
        try run("UPDATE site_version SET replaced_at = \(act.at) WHERE made_by = \(id)")
        try run("UPDATE area_version SET replaced_at = NULL, replaced_by = NULL WHERE replaced_by = \(id)")
        try run("UPDATE site_version SET replaced_at = NULL, replaced_by = NULL WHERE replaced_by = \(id)")
        let nodes = try first("SELECT moved_nodes FROM area_decision WHERE id = \(id)") { try $0.text(0) } ?? ""
        for node in nodes.split(separator: " ").map(String.init) {
            try run("UPDATE node SET area_id = \(decision.areaID) WHERE id = \(node)")
        }
        let taken = try run(
            """
            UPDATE area_decision SET taken_back_at = \(act.at), taken_back_by = \(act.actor.id), taken_back_for = \(reason)
            WHERE id = \(id) AND taken_back_at IS NULL
            """)
        guard taken == 1 else { throw Refusal.conflict("area.taken_back") }
        try placeNodes(on: today, at: act.at)
        try record(
            "area.taken_back", decision.areaID,
            [
                "kind": decision.kind, "on": decision.onDay.description, "reason": reason, "areas": String(plan.effects.count),
                "sites": String(plan.siteMoves.count),
            ], by: act)
    }

    private func areaRows(where condition: SQL) throws -> [AreaVersion] {
        try all(
            AreaVersion.self,
            """
            SELECT id, area_id, code, name, parent_id, from_day, until_day, decision FROM area_version WHERE \(sql: condition)
            ORDER BY area_id, from_day
            """)
    }

    /// The sites that a decision moved, from where they are to where they were.
    private func siteMoves(back id: String) throws -> [AreaPlan.SiteMove] {
        try all(
            """
            SELECT s.num, s.code, v.name, v.kind, v.area_id, w.area_id FROM site_version v JOIN site s ON s.num = v.site
            JOIN site_version w ON w.site = v.site AND w.replaced_by = \(id) AND w.until_day = v.until_day AND w.area_id <> v.area_id
            WHERE v.made_by = \(id) ORDER BY s.code
            """
        ) { row in
            AreaPlan.SiteMove(
                site: PlacedSite(
                    site: try row.int(0), code: try row.text(1), name: try row.text(2), kind: SiteKind(rawValue: try row.text(3)) ?? .other,
                    isOpen: true), fromArea: try row.text(4), toArea: try row.text(5))
        }
    }
}
