package import Basics
package import Storage

/// A new account as it is asked for; the password is already turned into its stored form.
package struct NewAccount: Sendable {
    package let login: String
    package let name: String
    package let storedPassword: String
    package let language: String
    package let grants: [RoleGrant]

    package init(login: String, name: String, storedPassword: String, language: String = "", grants: [RoleGrant]) {
        self.login = login
        self.name = name
        self.storedPassword = storedPassword
        self.language = language
        self.grants = grants
    }
}

extension Statements {
    /// Makes an account; answers its id. Refuses a login that is taken and roles that exclude each other.
    @discardableResult package func addAccount(_ new: NewAccount, by act: Act) throws -> String {
        guard (2...64).contains(new.login.count), new.login.utf8.allSatisfy({ (0x21...0x7E).contains($0) }) else {
            throw Refusal.invalid(["login": "account.login_form"])
        }
        guard !new.name.isEmpty, new.name.count <= 100 else { throw Refusal.invalid(["name": "form.required"]) }
        guard Set(new.grants.map(\.role)).intersection(Role.separated).count <= 1 else {
            throw Refusal.invalid(["roles": "account.roles_exclude"])
        }
        let id = act.ids.next()
        let added = try run(
            """
            INSERT INTO account (id, login, name, password, language, made_at)
            VALUES (\(id), \(new.login), \(new.name), \(new.storedPassword), \(new.language), \(act.at)) ON CONFLICT (login) DO NOTHING
            """)
        guard added == 1 else { throw Refusal.conflict("account.login_taken") }
        for grant in new.grants {
            try run(
                """
                INSERT INTO role_grant (account_id, role, area_id)
                VALUES (\(id), \(grant.role), \(grant.areaID)) ON CONFLICT (account_id, role, area_id) DO NOTHING
                """
            )
        }
        try record("account.added", id, ["login": new.login, "roles": new.grants.map(\.role.rawValue).joined(separator: ",")], by: act)
        return id
    }

    /// Gives an account a new password, forgets who guessed, and ends its sessions.
    package func resetPassword(login: String, storedPassword: String, by act: Act) throws {
        let id = try first("UPDATE account SET password = \(storedPassword) WHERE login = \(login) RETURNING id") { try $0.text(0) }
        guard let id else { throw Refusal.notFound("account") }
        try forgetSignInAttempts(login: login)
        try run("UPDATE session SET ended_at = \(act.at) WHERE account_id = \(id) AND ended_at IS NULL")
        try record("account.password_reset", id, by: act)
    }

    /// The same password, stored in a better way.
    package func renewStoredPassword(accountID: String, from old: String, to new: String) throws {
        try run("UPDATE account SET password = \(new) WHERE id = \(accountID) AND password = \(old)")
    }

    /// Disables an account and ends its sessions.
    package func disableAccount(login: String, by act: Act) throws {
        let id = try first("UPDATE account SET disabled_at = \(act.at) WHERE login = \(login) AND disabled_at IS NULL RETURNING id") {
            try $0.text(0)
        }
        guard let id else {
            throw try account(login: login) == nil ? Refusal.notFound("account") : Refusal.conflict("account.already_disabled")
        }
        try run("UPDATE session SET ended_at = \(act.at) WHERE account_id = \(id) AND ended_at IS NULL")
        try record("account.disabled", id, by: act)
    }

    /// Sets the language of an account's pages.
    package func setLanguage(_ language: String, accountID: String, by act: Act) throws {
        guard ["", "zh-Hans", "en"].contains(language) else { throw Refusal.invalid(["language": "form.choice"]) }
        try run("UPDATE account SET language = \(language) WHERE id = \(accountID)")
        try record("account.language_set", accountID, ["language": language], by: act)
    }

    /// Opens a session of twelve hours after a right password.
    package func openSession(accountID: String, tokenDigest: String, csrf: String, by act: Act) throws {
        try run("DELETE FROM session WHERE expires_at < \(act.at.adding(seconds: -24 * 3600))")
        try run(
            """
            INSERT INTO session (token_digest, account_id, csrf, made_at, seen_at, confirmed_at, expires_at, address, agent)
            VALUES (\(tokenDigest), \(accountID), \(csrf), \(act.at), \(act.at), \(act.at), \(act.at.adding(seconds: 12 * 3600)),
                \(act.place.address), \(act.place.agent))
            """)
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
