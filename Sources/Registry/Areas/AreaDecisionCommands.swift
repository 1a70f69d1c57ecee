package import Accounts
package import Basics
package import Storage

/// A decision as it was recorded.
package struct RecordedDecision: Decodable, Hashable, Sendable {
    package let id: String
    package let kind: String
    package let areaID: String
    package let otherAreaID: String?
    package let onDay: Day
    package let reason: String
    package let document: String
    package let actor: String
    package let recordedAt: Instant
    /// When it was taken back, by whom, and why; nil for one that holds.
    package let takenBackAt: Instant?
    package let takenBackBy: String
    package let takenBackFor: String
    /// The file by which it came; nil for one that somebody made.
    package let madeBy: String?

    static let columns: SQL = """
        id, kind, area_id, other_area_id, on_day, reason, document, actor, recorded_at, taken_back_at, taken_back_by, taken_back_for,
        made_by
        """
}

extension Statements {
    /// What a decision would do; nothing is written. Throws as `AreaPlanner.plan` does, and `Refusal.notFound("area")` for areas outside
    /// the scope.
    package func planArea(_ decision: AreaDecision, on day: Day, today: Day, in scope: Scope, ids: IDs) throws -> AreaPlan {
        guard scope.covers(decision.subject) else { throw Refusal.notFound("area") }
        switch decision {
        case .merge(_, let into): guard scope.covers(into) else { throw Refusal.invalid(["into": "area.unknown"]) }
        case .move(_, let code): guard scope.covers(code) else { throw Refusal.invalid(["code": "area.parent_closed"]) }
        case .rename, .recode, .split, .close: break
        }
        let rows = try all(
            AreaVersion.self,
            "SELECT id, area_id, code, name, parent_id, from_day, until_day, decision FROM area_version WHERE replaced_at IS NULL")
        return try AreaPlanner(rows, today: today).plan(decision, on: day, sites: { try placedSites($0, from: day) }, newID: ids.next())
    }

    /// Makes a decision: writes what its plan says, with the reason and the paper behind it. Rows that it cuts are kept as replaced ones.
    @discardableResult package func decideArea(
        _ decision: AreaDecision, on day: Day, today: Day, reason: String, document: String, in scope: Scope, by act: Act
    ) throws -> AreaPlan {
        var problems: FieldProblems = [:]
        if !(1...500).contains(reason.count) { problems["reason"] = "form.required" }
        if document.count > 200 { problems["document"] = "form.too_large" }
        let plan: AreaPlan
        do { plan = try planArea(decision, on: day, today: today, in: scope, ids: act.ids) } catch Refusal.invalid(let fields) {
            throw Refusal.invalid(fields.merging(problems) { first, _ in first })
        }
        guard problems.isEmpty else { throw Refusal.invalid(problems) }
        let new = plan.effects.filter { $0.before == nil }
        if !new.isEmpty { try run("INSERT INTO area (id, made_at) \(values: new.map { [$0.areaID.bound, act.at.bound] })") }
        let id = act.ids.next()
        try run(
            """
            INSERT INTO area_decision (id, kind, area_id, other_area_id, on_day, reason, document, actor, recorded_at, made_by)
            VALUES (\(id), \(decision.kind), \(plan.subjectID), \(plan.otherID), \(day), \(reason), \(document), \(act.actor.id), \(act.at),
                \(act.cause))
            """)
        let own = act.cause == nil ? act.because(of: id) : act
        try write(plan.effects, decision: id, on: day, by: own)
        for move in Dictionary(grouping: plan.siteMoves, by: { [$0.fromArea, $0.toArea] }).values {
            try write(move, decision: id, on: day, by: own)
        }
        if let target = plan.effects.first(where: { $0.areaID == plan.subjectID && $0.after == nil }).flatMap({
            plan.otherID ?? $0.before?.parentID
        }) {
            let moved = try all("SELECT id FROM node WHERE area_id = \(plan.subjectID) ORDER BY id") { try $0.text(0) }
            try run("UPDATE node SET area_id = \(target) WHERE area_id = \(plan.subjectID)")
            try run("UPDATE area_decision SET moved_nodes = \(moved.joined(separator: " ")) WHERE id = \(id)")
        }
        try placeNodes(on: today, at: act.at)
        try record(
            "area.decided", plan.subjectID,
            [
                "kind": decision.kind.rawValue, "code": decision.subject.description, "on": day.description, "reason": reason,
                "document": document,
                "areas": String(plan.effects.count), "sites": String(plan.siteMoves.count),
            ], by: act)
        return plan
    }

    /// The rows of areas: the old ones stay as replaced, what lay before the day goes on in a row of its own.
    private func write(_ effects: [AreaEffect], decision: String, on day: Day, by act: Act) throws {
        var rows: [[Value]] = []
        func add(_ row: AreaVersion, _ decision: String?) {
            rows.append([
                act.ids.next().bound, row.areaID.bound, row.code.bound, row.name.bound, row.parentID.bound, row.fromDay.number.bound,
                row.untilDay.number.bound,
                act.at.bound, decision.bound, searchKey(row.name).bound, act.cause.bound,
            ])
        }
        for effect in effects {
            if var before = effect.before, before.fromDay < day {
                before.untilDay = day
                add(before, before.decision)
            }
            if let after = effect.after { add(after, decision) }
        }
        let replaced = effects.compactMap { $0.before?.id }
        for start in stride(from: 0, to: replaced.count, by: 500) {
            try run(
                """
                UPDATE area_version SET replaced_at = \(act.at), replaced_by = \(act.cause)
                WHERE id IN (\(list: replaced[start..<min(start + 500, replaced.count)]))
                """)
        }
        for start in stride(from: 0, to: rows.count, by: 500) {
            let part = Array(rows[start..<min(start + 500, rows.count)])
            try run(
                """
                INSERT INTO area_version (id, area_id, code, name, parent_id, from_day, until_day, recorded_at, decision,
                name_key, made_by) \(values: part)
                """
            )
        }
    }

    /// The rows of sites that go from one area to another, those that begin later included.
    private func write(_ moves: [AreaPlan.SiteMove], decision: String, on day: Day, by act: Act) throws {
        guard let first = moves.first else { return }
        for start in stride(from: 0, to: moves.count, by: 500) {
            let sites = moves[start..<min(start + 500, moves.count)].map(\.site.site)
            let old = try all(
                SiteVersion.self,
                """
                SELECT id, site, name, kind, mode, from_day, until_day, decision, change_id, placed_by FROM site_version
                WHERE site IN (\(list: sites)) AND area_id = \(first.fromArea) AND until_day > \(day) AND replaced_at IS NULL
                """)
            try run("UPDATE site_version SET replaced_at = \(act.at), replaced_by = \(act.cause) WHERE id IN (\(list: old.map(\.id)))")
            var rows: [[Value]] = []
            func add(_ row: SiteVersion, _ area: String, _ days: Range<Day>, _ decision: String?, _ from: SiteVersion?) {
                rows.append([
                    act.ids.next().bound, row.site.bound, row.name.bound, area.bound, row.kind.bound, row.mode.bound,
                    days.lowerBound.number.bound,
                    days.upperBound.number.bound, act.at.bound, decision.bound, (from?.changeID).bound, (from?.placedBy).bound,
                    searchKey(row.name).bound, act.cause.bound,
                ])
            }
            for row in old {
                if row.fromDay < day { add(row, first.fromArea, row.fromDay..<day, row.decision, row) }
                add(row, first.toArea, max(row.fromDay, day)..<row.untilDay, decision, nil)
            }
            guard !rows.isEmpty else { continue }
            try run(
                """
                INSERT INTO site_version (id, site, name, area_id, kind, mode, from_day, until_day, recorded_at, decision,
                change_id, placed_by, name_key, made_by) \(values: rows)
                """
            )
        }
    }

    /// The sites directly in an area from a day on.
    private func placedSites(_ areaID: String, from day: Day) throws -> [PlacedSite] {
        try all(
            """
            SELECT s.num, s.code, v.name, v.kind,
                EXISTS (SELECT 1 FROM site_state t WHERE t.site = s.num AND t.replaced_at IS NULL AND t.until_day > \(day)
                    AND t.state <> 'closed')
            FROM site_version v JOIN site s ON s.num = v.site
            WHERE v.area_id = \(areaID) AND v.until_day > \(day) AND v.replaced_at IS NULL
                AND NOT EXISTS (SELECT 1 FROM site_version w WHERE w.site = v.site AND w.area_id = v.area_id AND w.replaced_at IS NULL
                    AND w.until_day > \(day)
                    AND w.from_day < v.from_day)
            ORDER BY s.code
            """
        ) { row in
            PlacedSite(
                site: try row.int(0), code: try row.text(1), name: try row.text(2), kind: SiteKind(rawValue: try row.text(3)) ?? .other,
                isOpen: try row.int(4) != 0)
        }
    }

    /// The decisions on an area or in which it had a part, newest first.
    package func decisions(about areaID: String) throws -> [RecordedDecision] {
        try all(
            RecordedDecision.self,
            """
            SELECT \(sql: RecordedDecision.columns) FROM area_decision
            WHERE area_id = \(areaID) OR other_area_id = \(areaID) ORDER BY on_day DESC, recorded_at DESC, id DESC
            """)
    }

    /// Every row of an area, replaced ones included, newest first.
    package func areaRows(_ areaID: String) throws -> [AreaRow] {
        try all(
            AreaRow.self,
            """
            SELECT v.code, v.name, p.code AS parent_code, p.name
                AS parent_name, v.from_day, v.until_day, v.recorded_at, v.replaced_at, v.decision FROM area_version v
            LEFT JOIN area_version p ON p.area_id = v.parent_id AND p.replaced_at IS NULL AND p.from_day <= v.from_day
                AND p.until_day > v.from_day
            WHERE v.area_id = \(areaID) ORDER BY v.from_day DESC, v.recorded_at DESC, v.id
            """)
    }
}

/// One row of an area's history as people read it.
package struct AreaRow: Decodable, Hashable, Sendable {
    package let code: String
    package let name: String
    package let parentCode: String?
    package let parentName: String?
    package let fromDay: Day
    package let untilDay: Day
    package let recordedAt: Instant
    package let replacedAt: Instant?
    package let decision: String?
}

private struct SiteVersion: Decodable {
    let id: String
    let site: Int
    let name: String
    let kind: String
    let mode: String
    let fromDay: Day
    let untilDay: Day
    let decision: String?
    let changeID: String?
    let placedBy: String?
}
