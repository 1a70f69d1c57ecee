package import Basics
package import Storage

/// A new account as it is asked for; the password is already turned into its stored form.
package struct NewAccount: Sendable {
    package let login: String
    package let name: String
    /// Empty for an account that waits for its first password.
    package let storedPassword: String
    /// Whether its owner must change the password at once.
    package let isFirst: Bool
    package let language: String
    package let grants: [RoleGrant]
    /// Nil for one that is made up.
    package let id: String?

    package init(
        id: String? = nil, login: String, name: String, storedPassword: String, isFirst: Bool = false, language: String = "",
        grants: [RoleGrant]
    ) {
        self.id = id
        (self.login, self.name, self.storedPassword, self.isFirst) = (login, name, storedPassword, isFirst)
        (self.language, self.grants) = (language, grants)
    }
}

/// Where an account stands.
package enum AccountState: String, CaseIterable, Sendable, Codable { case active, disabled }

/// The life of an account. Nobody takes a step of his own account.
package enum AccountLife {
    package static let disable = LifeStep<AccountState>(
        "disable", from: [.active], to: .disabled, by: .other, event: "account.disabled", stale: "account.already_disabled",
        others: "account.own")
    package static let enable = LifeStep<AccountState>(
        "enable", from: [.disabled], to: .active, by: .other, event: "account.enabled", stale: "account.already_enabled",
        others: "account.own")
    package static let cycle = LifeCycle("account", [disable, enable])

    package static func condition(_ state: AccountState) -> SQL { state == .active ? "disabled_at IS NULL" : "disabled_at IS NOT NULL" }
}

extension Account {
    package var state: AccountState { disabledAt == nil ? .active : .disabled }
    /// The maker of an account, for its life, is whoever it belongs to.
    package var standing: LifeStanding<AccountState> { LifeStanding(state, maker: id, area: nil) }
}

extension Statements {
    /// Makes an account; answers its id. Refuses a login that is taken and roles that exclude each other.
    @discardableResult package func addAccount(_ new: NewAccount, by act: Act) throws -> String {
        try checkAccount(login: new.login, name: new.name)
        let id = new.id ?? act.ids.next()
        let added = try run(
            """
            INSERT INTO account (id, login, name, name_key, password, password_is_first, password_set_at, language, made_at)
            VALUES (\(id), \(new.login), \(new.name), \(searchKey(new.name)), \(new.storedPassword), \(new.isFirst), \(act.at),
                \(new.language), \(act.at)) ON CONFLICT (login) DO NOTHING
            """)
        guard added == 1 else { throw Refusal.conflict("account.login_taken") }
        try checkSeparated(new.grants.map(\.role))
        for grant in Set(new.grants) { try keepGrant(grant, accountID: id, by: act) }
        try record("account.added", id, ["login": new.login, "roles": new.grants.map(\.role.rawValue).joined(separator: ",")], by: act)
        return id
    }

    /// Takes an account away that a file brought in, while nobody used it: it never signed in, and did nothing. Throws `Refusal.conflict`
    /// otherwise.
    package func removeAccount(_ account: Account, by act: Act) throws {
        let uses = try count(
            """
            SELECT count(*) FROM (SELECT 1 AS one FROM session WHERE account_id = \(account.id)
                UNION ALL SELECT 1 AS one FROM account WHERE id = \(account.id) AND signed_in_at IS NOT NULL
                UNION ALL SELECT 1 AS one FROM event WHERE actor = \(account.id)) AS uses
            """)
        guard uses == 0 else { throw Refusal.conflict("import.in_use") }
        try run("DELETE FROM role_grant WHERE account_id = \(account.id)")
        try run("DELETE FROM password_before WHERE account_id = \(account.id)")
        try run("DELETE FROM second_factor WHERE account_id = \(account.id)")
        try run("DELETE FROM recovery_code WHERE account_id = \(account.id)")
        do { try run("DELETE FROM account WHERE id = \(account.id)") } catch StorageError.constraint {
            throw Refusal.conflict("import.in_use")
        }
        try record("account.taken_back", account.id, ["login": account.login], by: act)
    }

    /// Gives an account another login or name.
    package func changeAccount(_ account: Account, login: String, name: String, by act: Act) throws {
        try checkAccount(login: login, name: name)
        guard try self.account(login: login).map({ $0.id == account.id }) ?? true else {
            throw Refusal.invalid(["login": "account.login_taken"])
        }
        try run("UPDATE account SET login = \(login), name = \(name), name_key = \(searchKey(name)) WHERE id = \(account.id)")
        try record(
            "account.changed", account.id, from: ["login": account.login, "name": account.name], to: ["login": login, "name": name],
            by: act)
    }

    /// What a login and a name must be. Throws `Refusal.invalid` for anything else.
    package func checkAccount(login: String, name: String) throws {
        guard (2...64).contains(login.count), login.utf8.allSatisfy({ (0x21...0x7E).contains($0) }) else {
            throw Refusal.invalid(["login": "account.login_form"])
        }
        guard !name.isEmpty, name.count <= 100 else { throw Refusal.invalid(["name": "form.required"]) }
    }

    /// Fills in what accounts are found by, where they have nothing: those of before there was any. Answers how many, at most so many.
    package func fillAccountKeys(most: Int) throws -> Int {
        let rows = try all("SELECT id, name FROM account WHERE name_key = '' LIMIT \(most)") { (id: try $0.text(0), name: try $0.text(1)) }
        for row in rows { try run("UPDATE account SET name_key = \(searchKey(row.name)) WHERE id = \(row.id)") }
        return rows.count
    }

    /// Gives an account a role; answers the id of the grant. Refuses one that it has, and one that excludes another one. `area` is what the
    /// log says of its area.
    @discardableResult package func giveRole(
        _ grant: RoleGrant, to account: Account, area: String, on today: Day, by act: Act
    ) throws -> String {
        guard grant.untilDay > today else { throw Refusal.invalid(["through": "account.through_past"]) }
        let held = try roleGrants(accountID: account.id, on: today)
        if held.contains(where: { $0.role == grant.role && $0.areaID == grant.areaID && $0.object == grant.object }) {
            throw Refusal.invalid(["role": "account.role_held"])
        }
        try checkSeparated(held.map(\.role) + [grant.role])
        let id = try keepGrant(grant, accountID: account.id, by: act)
        var detail = ["role": grant.role.rawValue, "area": area, "object": grant.object]
        if grant.untilDay < .forever { detail["through"] = grant.untilDay.advanced(by: -1).description }
        try record("grant.given", account.id, detail, by: act)
        return id
    }

    /// Ends a grant: `until` is the first day on which it holds no more, `area` what the log says of its area.
    package func endGrant(_ grant: RoleGrant, of account: Account, area: String, until: Day, by act: Act) throws {
        let ended = try run("UPDATE role_grant SET until_day = \(until) WHERE id = \(grant.id) AND until_day > \(until)")
        guard ended == 1 else { throw Refusal.conflict("account.grant_ended") }
        try record(
            "grant.ended", account.id,
            ["role": grant.role.rawValue, "area": area, "through": until.advanced(by: -1).description], by: act)
    }

    @discardableResult private func keepGrant(_ grant: RoleGrant, accountID: String, by act: Act) throws -> String {
        let id = act.ids.next()
        try run(
            """
            INSERT INTO role_grant (id, account_id, role, area_id, object, until_day, given_by, given_at)
            VALUES (\(id), \(accountID), \(grant.role), \(grant.areaID), \(grant.object), \(grant.untilDay), \(act.actor.id), \(act.at))
            """)
        return id
    }

    private func checkSeparated(_ roles: [Role]) throws {
        guard Set(roles).intersection(Role.separated).count <= 1 else { throw Refusal.invalid(["role": "account.roles_exclude"]) }
    }

    /// Gives an account a new password, forgets who guessed, and ends its sessions. One that somebody else gives is a first one: its owner
    /// changes it before he does anything else.
    package func resetPassword(of account: Account, storedPassword: String, isFirst: Bool = true, by act: Act) throws {
        try setPassword(storedPassword, isFirst: isFirst, of: account, by: act)
        try endSessions(of: account.id, number: nil, except: "", by: act)
        try record("account.password_reset", account.id, by: act)
    }

    /// The owner's own new password; his other sessions end.
    package func changeOwnPassword(of account: Account, storedPassword: String, keeping sessionDigest: String, by act: Act) throws {
        try setPassword(storedPassword, isFirst: false, of: account, by: act)
        try endSessions(of: account.id, number: nil, except: sessionDigest, by: act)
        try record("account.password_changed", account.id, by: act)
    }

    private func setPassword(_ stored: String, isFirst: Bool, of account: Account, by act: Act) throws {
        try run(
            """
            INSERT INTO password_before (account_id, set_at, password)
            SELECT id, password_set_at, password FROM account WHERE id = \(account.id) AND password <> ''
            ON CONFLICT (account_id, set_at) DO NOTHING
            """)
        try run(
            """
            DELETE FROM password_before WHERE account_id = \(account.id) AND set_at NOT IN (
                SELECT set_at FROM password_before WHERE account_id = \(account.id) ORDER BY set_at DESC
                LIMIT \(PasswordPolicy.mostRemembered))
            """)
        try run(
            """
            UPDATE account SET password = \(stored), password_is_first = \(isFirst), password_set_at = \(act.at)
            WHERE id = \(account.id)
            """)
        try forgetSignInAttempts(login: account.login)
    }

    /// The same password, stored in a better way.
    package func renewStoredPassword(accountID: String, from old: String, to new: String) throws {
        try run("UPDATE account SET password = \(new) WHERE id = \(accountID) AND password = \(old)")
    }

    /// Disables an account and ends its sessions, or takes it into use again.
    package func take(_ step: LifeStep<AccountState>, _ account: Account, by act: Act) throws {
        try step.check(account.standing, by: act.actor.id, in: .everything)
        let disabledAt: Instant? = step.to == .disabled ? act.at : nil
        let taken = try run(
            "UPDATE account SET disabled_at = \(disabledAt) WHERE id = \(account.id) AND (\(sql: step.stands(AccountLife.condition)))")
        guard taken == 1 else { throw Refusal.conflict(step.stale) }
        if step.to == .disabled { try endSessions(of: account.id, number: nil, except: "", by: act) }
        try record(step.event, account.id, by: act)
    }

    /// Sets the language of an account's pages.
    package func setLanguage(_ language: String, accountID: String, by act: Act) throws {
        guard ["", "zh-Hans", "en"].contains(language) else { throw Refusal.invalid(["language": "form.choice"]) }
        try run("UPDATE account SET language = \(language) WHERE id = \(accountID)")
        try record("account.language_set", accountID, ["language": language], by: act)
    }

    /// Opens a session of twelve hours after a right password; with `codeDue` it waits for a code of the second factor.
    package func openSession(accountID: String, codeDue: Bool = false, tokenDigest: String, csrf: String, by act: Act) throws {
        try run("DELETE FROM session WHERE expires_at < \(act.at.adding(seconds: -24 * 3600))")
        try run(
            """
            INSERT INTO session (token_digest, account_id, csrf, made_at, seen_at, confirmed_at, expires_at, address, agent, code_due)
            VALUES (\(tokenDigest), \(accountID), \(csrf), \(act.at), \(act.at), \(act.at), \(act.at.adding(seconds: 12 * 3600)),
                \(act.place.address), \(act.place.agent), \(codeDue))
            """)
        try run("UPDATE account SET signed_in_at = \(act.at) WHERE id = \(accountID)")
        try record("session.opened", accountID, by: act)
    }

    /// Takes down that a session was used, so that it does not end.
    package func sessionSeen(tokenDigest: String, at now: Instant) throws {
        try run("UPDATE session SET seen_at = \(now) WHERE token_digest = \(tokenDigest)")
    }

    /// The password was given once more.
    package func confirmSession(tokenDigest: String, by act: Act) throws {
        try run("UPDATE session SET confirmed_at = \(act.at), seen_at = \(act.at) WHERE token_digest = \(tokenDigest)")
    }

    /// Ends a session; nothing happens when there is none.
    package func closeSession(tokenDigest: String, by act: Act) throws {
        let accountID = try first(
            "UPDATE session SET ended_at = \(act.at) WHERE token_digest = \(tokenDigest) AND ended_at IS NULL RETURNING account_id"
        ) {
            try $0.text(0)
        }
        if let accountID { try record("session.closed", accountID, by: act) }
    }

    /// Ends one session of an account, or with nil all but the one that it is asked from; answers how many. A session of another account is
    /// not found.
    @discardableResult package func endSessions(of accountID: String, number: String?, except own: String, by act: Act) throws -> Int {
        let ended = try sessions(accountID: accountID, at: act.at).filter { number == nil ? $0.tokenDigest != own : $0.number == number }
        guard number == nil || !ended.isEmpty else { throw Refusal.notFound("session") }
        for session in ended { try closeSession(tokenDigest: session.tokenDigest, by: act) }
        return ended.count
    }
}
