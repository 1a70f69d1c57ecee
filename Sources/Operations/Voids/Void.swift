package import Accounts
package import Basics
import Registry
package import Storage

/// Whether a void holds.
package enum VoidState: String, CaseIterable, Sendable, Codable { case holds, withdrawn }

/// The life of a void: it holds until somebody withdraws it.
package enum VoidLife {
    package static let withdraw = LifeStep<VoidState>(
        "withdraw", from: [.holds], to: .withdrawn, event: "facts.void_withdrawn", stale: "void.stale")
    package static let cycle = LifeCycle("void", [withdraw])
}

/// A void as people see it: of which box, and at which sites that stood on its days.
package struct PlacedVoid: Hashable, Sendable {
    package let id: String
    package let kind: VoidKind
    package let terminalID: String
    package let days: ClosedRange<Day>
    package let reason: String
    package let actor: String
    package let recordedAt: Instant
    package let withdrawnAt: Instant?
    /// Names and codes, one after the other.
    package internal(set) var sites: [Place] = []

    package struct Place: Hashable, Sendable {
        package let code: String
        package let name: String
        package let areaID: String
        package let areaCode: String
    }

    package var state: VoidState { withdrawnAt == nil ? .holds : .withdrawn }

    /// Why somebody may not make or withdraw it: that the box stood elsewhere too on these days.
    package func obstacle(in scope: Scope) -> Refusal? {
        sites.allSatisfy { AreaCode($0.areaCode).map(scope.covers) ?? false } && (!sites.isEmpty || scope == .everything)
            ? nil : .forbidden("void.elsewhere")
    }
}

extension Statements {
    /// The voids of boxes that stood in the scope on their days, the newest first, behind the one with this id.
    package func voids(matching words: SearchWords, state: VoidState?, after id: String, limit: Int, on today: Day, in scope: Scope) throws
        -> [PlacedVoid]
    {
        let behind: SQL = id.isEmpty ? "1 = 1" : "f.id < \(id)"
        return try placedVoids(
            where: "\(sql: wanted(words, state, today, scope)) AND \(sql: behind)", then: "ORDER BY f.id DESC LIMIT \(limit)", on: today)
    }

    package func voidCount(matching words: SearchWords, state: VoidState?, on today: Day, in scope: Scope) throws -> Int {
        try count(
            """
            SELECT count(*) FROM fact_void f JOIN terminal t ON t.num = f.terminal WHERE \(sql: wanted(words, state, today, scope))
            """)
    }

    package func placedVoid(id: String, on today: Day, in scope: Scope) throws -> PlacedVoid? {
        try placedVoids(where: "f.id = \(id) AND \(sql: wanted(SearchWords(""), nil, today, scope))", then: "", on: today).first
    }

    /// At which sites a box stood on some days, as they lie today.
    package func places(of terminalID: String, within days: ClosedRange<Day>, on today: Day) throws -> [PlacedVoid.Place] {
        try all(
            """
            SELECT DISTINCT s.code, v.name, a.area_id, a.code FROM terminal t \(sql: stood(today))
            WHERE t.id = \(terminalID) AND x.from_day <= \(days.upperBound) AND x.until_day > \(days.lowerBound) ORDER BY s.code
            """
        ) {
            PlacedVoid.Place(code: try $0.text(0), name: try $0.text(1), areaID: try $0.text(2), areaCode: try $0.text(3))
        }
    }

    private func stood(_ today: Day) -> SQL {
        """
        JOIN terminal_assignment x ON x.terminal = t.num AND x.replaced_at IS NULL JOIN site s ON s.num = x.site
        JOIN site_version v ON v.site = x.site AND v.replaced_at IS NULL AND v.from_day <= \(today) AND v.until_day > \(today)
        JOIN area_version a ON a.area_id = v.area_id AND a.replaced_at IS NULL AND a.from_day <= \(today) AND a.until_day > \(today)
        """
    }

    private func wanted(_ words: SearchWords, _ state: VoidState?, _ today: Day, _ scope: Scope) -> SQL {
        let ofState: SQL =
            switch state {
            case nil: "1 = 1"
            case .holds: "f.withdrawn_at IS NULL"
            case .withdrawn: "f.withdrawn_at IS NOT NULL"
            }
        guard scope != .everything || !words.isEmpty else { return ofState }
        return """
            \(sql: ofState) AND f.terminal IN (SELECT t.num FROM terminal t \(sql: stood(today))
                WHERE t.num = f.terminal AND x.from_day < f.until_day AND x.until_day > f.from_day AND \(sql: scope.condition("a.code"))
                    AND \(sql: words.condition("v.name_key", code: "t.id")))
            """
    }

    private func placedVoids(where condition: SQL, then order: SQL, on today: Day) throws -> [PlacedVoid] {
        let found = try all(
            """
            SELECT f.id, f.kind, t.id, f.from_day, f.until_day, f.reason, f.actor, f.recorded_at, f.withdrawn_at
            FROM fact_void f JOIN terminal t ON t.num = f.terminal WHERE \(sql: condition) \(sql: order)
            """
        ) { row in
            let from = try row.day(3)
            return PlacedVoid(
                id: try row.text(0), kind: VoidKind(rawValue: try row.text(1)) ?? .facts, terminalID: try row.text(2),
                days: from...max(from, try row.day(4).advanced(by: -1)), reason: try row.text(5), actor: try row.text(6),
                recordedAt: try row.instant(7), withdrawnAt: try row.optionalInt(8).map { Instant(milliseconds: Int64($0)) })
        }
        return try found.map { one in
            var placed = one
            placed.sites = try places(of: one.terminalID, within: one.days, on: today)
            return placed
        }
    }
}
