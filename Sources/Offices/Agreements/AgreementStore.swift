package import Accounts
package import Basics
import Registry
package import Storage

extension Statements {
    /// Keeps an agreement, new or changed; one that is in force or over stays as it was signed. Whoever changed it last drew it up: he does
    /// not sign his own words.
    package func saveAgreement(_ new: Agreement, was old: Agreement?, by act: Act) throws {
        guard try agreement(numbered: new.number).map({ $0.id == new.id }) ?? true else {
            throw Refusal.invalid(["number": FieldProblem("agreement.known", ["number": new.number])])
        }
        let saved = try run(
            """
            INSERT INTO agreement (id, operator_id, area_id, number, title, from_on, through_on, amount_fen, repair_hours, duties,
                keeper_id, state, made_by, end_reason)
            VALUES (\(new.id), \(new.operatorID), \(new.areaID), \(new.number), \(new.title), \(new.days.lowerBound.description),
                \(new.days.upperBound.description), \(new.amount.number), \(new.repairHours), \(new.duties),
                \(new.keeper?.id ?? ""), 'draft', \(act.actor.id), '')
            ON CONFLICT (id) DO UPDATE SET operator_id = excluded.operator_id, area_id = excluded.area_id, number = excluded.number,
                title = excluded.title, from_on = excluded.from_on, through_on = excluded.through_on, amount_fen = excluded.amount_fen,
                repair_hours = excluded.repair_hours, duties = excluded.duties, keeper_id = excluded.keeper_id,
                made_by = excluded.made_by WHERE agreement.state = 'draft'
            """)
        guard saved == 1 else { throw Refusal.conflict("agreement.stale") }
        try record(
            old == nil ? "agreement.made" : "agreement.changed", new.id, from: old.map(AgreementFields.texts) ?? [:],
            to: AgreementFields.texts(new), by: act)
    }

    /// How many agreements somebody sees to.
    package func agreementsKept(by accountID: String) throws -> Int {
        try count("SELECT count(*) FROM agreement WHERE keeper_id = \(accountID)")
    }

    /// Takes a draft away that a file brought in.
    package func removeAgreement(_ agreement: Agreement, by act: Act) throws {
        guard try run("DELETE FROM agreement WHERE id = \(agreement.id) AND state = 'draft'") == 1 else {
            throw Refusal.conflict("agreement.stale")
        }
        try record("agreement.taken_back", agreement.id, ["number": agreement.number], by: act)
    }

    /// Takes a step of an agreement's life.
    package func take(
        _ step: LifeStep<AgreementState>, _ agreement: Agreement, reason: String = "", in scope: Scope, by act: Act
    ) throws {
        try step.check(agreement.standing, by: act.actor.id, in: scope)
        let taken = try run(
            "UPDATE agreement SET state = \(step.to), end_reason = \(reason) WHERE id = \(agreement.id) AND \(sql: step.stands)")
        guard taken == 1 else { throw Refusal.conflict(step.stale) }
        try record(step.event, agreement.id, reason.isEmpty ? [:] : ["reason": reason], by: act)
    }

    /// Agreements of the scope and of the areas above it, newest first, behind the one with this id.
    package func agreements(
        state: AgreementState? = nil, of operatorID: String? = nil, matching words: SearchWords = SearchWords(""), after id: String = "",
        limit: Int, in scope: Scope
    ) throws -> [Agreement] {
        let behind: SQL = id.isEmpty ? "1 = 1" : "g.id < \(id)"
        return try agreements(
            where: "\(sql: wanted(state, operatorID, words, scope)) AND \(sql: behind)", then: "ORDER BY g.id DESC LIMIT \(limit)")
    }

    package func agreementCount(state: AgreementState?, matching words: SearchWords, in scope: Scope) throws -> Int {
        try count(
            """
            SELECT count(*) FROM agreement g JOIN organisation o ON o.id = g.operator_id
            JOIN area_version a ON \(sql: lastVersion(of: "g.area_id")) WHERE \(sql: wanted(state, nil, words, scope))
            """)
    }

    package func agreement(id: String, in scope: Scope) throws -> Agreement? {
        try agreements(where: "g.id = \(id) AND \(sql: scope.reach("a.code"))", then: "").first
    }

    package func agreement(numbered number: String) throws -> Agreement? {
        try agreements(where: "g.number = \(number)", then: "").first
    }

    /// Agreements of the scope in force that end on these days.
    package func agreementsEnding(_ days: ClosedRange<Day>, limit: Int, in scope: Scope) throws -> [Agreement] {
        try agreements(
            where: """
                g.state = 'in_force' AND g.through_on >= \(days.lowerBound.description) AND g.through_on <= \(days.upperBound.description)
                AND \(sql: scope.condition("a.code"))
                """, then: "ORDER BY g.through_on, g.id LIMIT \(limit)")
    }

    private func wanted(_ state: AgreementState?, _ operatorID: String?, _ words: SearchWords, _ scope: Scope) -> SQL {
        let ofState: SQL = if let state { "g.state = \(state)" } else { "1 = 1" }
        let ofOperator: SQL = if let operatorID { "g.operator_id = \(operatorID)" } else { "1 = 1" }
        let found = words.condition("o.name_key", code: "g.number")
        return "\(sql: ofState) AND \(sql: ofOperator) AND \(sql: found) AND \(sql: scope.reach("a.code"))"
    }

    private func agreements(where condition: SQL, then order: SQL) throws -> [Agreement] {
        try all(
            """
            SELECT g.id, g.operator_id, o.name, g.area_id, a.code, a.name, g.number, g.title, g.from_on, g.through_on, g.amount_fen,
                g.repair_hours, g.duties, g.state, g.made_by, p.id, p.login, p.name
            FROM agreement g JOIN organisation o ON o.id = g.operator_id JOIN area_version a ON \(sql: lastVersion(of: "g.area_id"))
            LEFT JOIN account p ON p.id = g.keeper_id WHERE \(sql: condition) \(sql: order)
            """
        ) { row in
            let (from, through) = (Day(try row.text(8)) ?? .forever, Day(try row.text(9)) ?? .forever)
            let keeper = try row.optionalText(15).map {
                Account(id: $0, login: try row.text(16), name: try row.text(17))
            }
            return Agreement(
                id: try row.text(0), operatorID: try row.text(1), operatorName: try row.text(2), areaID: try row.text(3),
                areaCode: try row.text(4), areaName: try row.text(5), number: try row.text(6), title: try row.text(7),
                days: from...max(from, through), amount: Fen(try row.int(10)), repairHours: try row.int(11), duties: try row.text(12),
                keeper: keeper, state: AgreementState(rawValue: try row.text(13)) ?? .dropped, madeBy: try row.text(14))
        }
    }
}
