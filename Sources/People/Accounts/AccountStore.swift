package import Accounts
package import Basics
import Registry
package import Storage

/// Which accounts somebody asks for.
package struct AccountFilter: Sendable {
    var words = SearchWords("")
    var state: AccountState?
    var role: Role?
    var use: AccountUse?

    package init(words: SearchWords = SearchWords(""), state: AccountState? = nil, role: Role? = nil) {
        (self.words, self.state, self.role) = (words, state, role)
    }

    init(words: SearchWords = SearchWords(""), state: AccountState? = nil, role: Role? = nil, use: AccountUse?) {
        self.init(words: words, state: state, role: role)
        self.use = use
    }
}

extension Statements {
    /// As far as an actor may give roles: everything for commands and the program itself.
    package func giver(_ actor: Actor, on today: Day) throws -> Giver {
        guard actor != .system, actor != .commandLine, Actor.person(actor.id) == nil else {
            return Giver(accountID: actor.id, powers: nil)
        }
        let powers = try roleGrants(accountID: actor.id, on: today).compactMap { grant in
            try area(id: grant.areaID, on: today)?.areaCode.map { Giver.Power(role: grant.role, area: $0) }
        }
        return Giver(accountID: actor.id, powers: powers)
    }

    /// The accounts of the scope: those that have, or had, a role in one of its areas; by login, behind the one with this login.
    package func accountRecords(
        _ filter: AccountFilter, after login: String = "", limit: Int, in scope: Scope, for actor: Actor, on today: Day, at now: Instant
    ) throws -> [AccountRecord] {
        try accountRecords(
            where: "\(sql: try wanted(filter, in: scope, on: today, at: now)) AND p.login > \(login)",
            then: "ORDER BY p.login LIMIT \(limit)", for: actor, on: today)
    }

    /// How many of them there are, counted as far as `most`.
    package func accountRecordCount(_ filter: AccountFilter, most: Int = .max, in scope: Scope, on today: Day, at now: Instant) throws
        -> Int
    {
        let wanted = try wanted(filter, in: scope, on: today, at: now)
        return try count("SELECT count(*) FROM (SELECT p.id FROM account p WHERE \(sql: wanted) LIMIT \(most)) x")
    }

    package func accountRecord(id: String, in scope: Scope, for actor: Actor, on today: Day) throws -> AccountRecord? {
        try accountRecords(where: "p.id = \(id) AND \(sql: try visible(in: scope, on: today))", then: "", for: actor, on: today).first
    }

    /// Those of some logins that the scope sees.
    package func accountRecords(logins: [String], in scope: Scope, for actor: Actor, on today: Day) throws -> [AccountRecord] {
        try accountRecords(
            where: "p.login IN (\(list: logins)) AND \(sql: try visible(in: scope, on: today))", then: "ORDER BY p.login", for: actor,
            on: today)
    }

    private func wanted(_ filter: AccountFilter, in scope: Scope, on today: Day, at now: Instant) throws -> SQL {
        var condition: SQL = "\(sql: try visible(in: scope, on: today)) AND \(sql: filter.words.condition("p.name_key", code: "p.login"))"
        if let state = filter.state { condition = "\(sql: condition) AND p.\(sql: AccountLife.condition(state))" }
        if let role = filter.role {
            condition = """
                \(sql: condition) AND p.id IN (
                    SELECT account_id FROM role_grant WHERE role = \(role) AND until_day > \(today))
                """
        }
        switch filter.use {
        case nil: break
        case .waiting: condition = "\(sql: condition) AND p.disabled_at IS NULL AND p.password = ''"
        case .first: condition = "\(sql: condition) AND p.disabled_at IS NULL AND p.password <> '' AND p.password_is_first = 1"
        case .unused:
            let before = now.adding(seconds: -86_400 * Int64(AccountUse.unusedDays))
            condition = "\(sql: condition) AND p.disabled_at IS NULL AND coalesce(p.signed_in_at, p.made_at) < \(before)"
        case .unguarded:
            condition = """
                \(sql: condition) AND p.disabled_at IS NULL AND p.factor_at IS NULL AND p.id IN (
                    SELECT account_id FROM role_grant WHERE until_day > \(today) AND role IN (\(list: Role.guarded.map(\.rawValue))))
                """
        case .ending:
            condition = """
                \(sql: condition) AND p.disabled_at IS NULL AND p.id IN (
                    SELECT account_id FROM role_grant WHERE until_day > \(today)
                        AND until_day <= \(today.advanced(by: AccountUse.endingDays)))
                """
        }
        return condition
    }

    /// The condition on `p.id` by which a scope sees accounts. Whoever sees the whole network sees those, too, whose areas are gone.
    private func visible(in scope: Scope, on today: Day) throws -> SQL {
        if try isWholeNetwork(scope, on: today) { return "1 = 1" }
        return """
            p.id IN (SELECT g.account_id FROM role_grant g JOIN area_version a ON a.area_id = g.area_id AND a.replaced_at IS NULL
                AND a.from_day <= \(today) AND a.until_day > \(today) AND \(sql: scope.condition("a.code")))
            """
    }

    private func accountRecords(where condition: SQL, then order: SQL, for actor: Actor, on today: Day) throws -> [AccountRecord] {
        let giver = try giver(actor, on: today)
        let found = try all(
            """
            SELECT \(sql: Account.columns), CASE WHEN p.password <> '' THEN 1 ELSE 0 END AS known FROM account p
            WHERE \(sql: condition) \(sql: order)
            """
        ) { (account: try $0.decode(Account.self), hasPassword: try $0.int(9) == 1) }
        let grants = try heldGrants(of: found.map(\.account.id), on: today)
        return found.map { row in
            AccountRecord(
                account: row.account, hasPassword: row.hasPassword, grants: grants[row.account.id] ?? [], giver: giver, today: today)
        }
    }

    /// What some accounts hold and held, by their ids: those that hold on a day first.
    private func heldGrants(of ids: [String], on today: Day) throws -> [String: [HeldGrant]] {
        var held: [String: [HeldGrant]] = [:]
        for start in stride(from: 0, to: ids.count, by: 500) {
            try each(
                """
                SELECT g.id, g.role, g.area_id, g.object, g.until_day, a.code, a.name, coalesce(o.name, ''), g.given_at, g.given_by,
                    g.account_id
                FROM role_grant g JOIN area_version a ON \(sql: lastVersion(of: "g.area_id"))
                LEFT JOIN organisation o ON g.object = 'operator:' || o.id
                WHERE g.account_id IN (\(list: ids[start..<min(start + 500, ids.count)]))
                ORDER BY CASE WHEN g.until_day > \(today) THEN 0 ELSE 1 END, g.given_at, g.id
                """
            ) { row in
                let one = HeldGrant(
                    grant: try row.decode(RoleGrant.self), areaCode: try row.text(5), areaName: try row.text(6),
                    objectName: try row.text(7), givenAt: try row.instant(8), givenBy: try row.text(9))
                held[try row.text(10), default: []].append(one)
            }
        }
        return held
    }

    /// Makes an account that waits for its first password, or changes its login and name; and gives it the role that is asked for.
    package func saveAccount(_ new: AccountRecord, was old: AccountRecord?, by act: Act) throws {
        if let asked = new.asked { try requirePower(of: new.giver, over: asked) }
        guard let old else {
            try addAccount(
                NewAccount(
                    id: new.id, login: new.account.login, name: new.account.name, storedPassword: "", isFirst: true,
                    grants: new.asked.map { [$0.grant] } ?? []), by: act)
            return
        }
        if let obstacle = old.obstacle { throw obstacle }
        if (old.account.login, old.account.name) != (new.account.login, new.account.name) {
            try changeAccount(old.account, login: new.account.login, name: new.account.name, by: act)
        }
        if let asked = new.asked { try giveRole(asked.grant, to: old.account, area: asked.area, on: new.today, by: act) }
    }

    /// Gives an account one more role.
    package func give(_ held: HeldGrant, to record: AccountRecord, by act: Act) throws {
        if let obstacle = record.obstacle { throw obstacle }
        try requirePower(of: record.giver, over: held)
        try giveRole(held.grant, to: record.account, area: held.area, on: record.today, by: act)
    }

    /// Ends one of an account's roles after a day; nil for at once.
    package func end(_ held: HeldGrant, of record: AccountRecord, through: Day?, by act: Act) throws {
        if let obstacle = record.obstacle { throw obstacle }
        if let through, through < record.today { throw Refusal.invalid(["through": "account.through_past"]) }
        try requireKeeper(besides: record, [held])
        let until = through.map { $0.advanced(by: 1) } ?? record.today
        try endGrant(held.grant, of: record.account, area: held.area, until: until, by: act)
    }

    /// Disables an account, or takes it into use again.
    package func take(_ step: LifeStep<AccountState>, _ record: AccountRecord, by act: Act) throws {
        if let obstacle = record.obstacle { throw obstacle }
        if step.to == .disabled { try requireKeeper(besides: record, record.live) }
        try take(step, record.account, by: act)
    }

    /// Gives an account a password that somebody else made up.
    package func setFirstPassword(_ stored: String, of record: AccountRecord, by act: Act) throws {
        if let obstacle = record.obstacle { throw obstacle }
        try resetPassword(of: record.account, storedPassword: stored, by: act)
    }

    /// Takes an account's second factor away for somebody who has lost it; his sessions end.
    package func takeFactor(of record: AccountRecord, by act: Act) throws {
        if let obstacle = record.obstacle { throw obstacle }
        try removeFactor(of: record.account, by: act)
        try endSessions(of: record.id, number: nil, except: "", by: act)
    }

    private func requirePower(of giver: Giver, over held: HeldGrant) throws {
        guard AreaCode(held.areaCode).map({ giver.may(give: held.grant.role, in: $0) }) ?? false else {
            throw Refusal.invalid(["role": "account.not_yours_to_give"])
        }
    }

    /// Throws where an area that has a security administrator, of its own or above, would be left without one who stays and can sign in.
    private func requireKeeper(besides record: AccountRecord, _ ending: [HeldGrant]) throws {
        for held in ending where held.grant.role == .securityAdministrator {
            guard let area = AreaCode(held.areaCode) else { continue }
            let above = sequence(first: area, next: \.parent).map(\.description)
            let others = try count(
                """
                SELECT count(*) FROM role_grant g JOIN account p ON p.id = g.account_id AND p.disabled_at IS NULL AND p.password <> ''
                JOIN area_version a ON a.area_id = g.area_id AND a.replaced_at IS NULL AND a.from_day <= \(record.today)
                    AND a.until_day > \(record.today)
                WHERE g.role = 'security_administrator' AND g.until_day = \(Day.forever) AND g.account_id <> \(record.id)
                    AND a.code IN (\(list: above))
                """)
            guard others > 0 else { throw Refusal.conflict("account.last_keeper") }
        }
    }
}
