package import Basics
package import Storage

/// What an account is called.
package struct NamedAccount: Hashable, Sendable {
    package let login: String
    package let name: String
}

extension Statements {
    /// The account with an id.
    package func account(id: String) throws -> Account? {
        try first(Account.self, "SELECT \(sql: Account.columns) FROM account p WHERE p.id = \(id)")
    }

    /// The account with a login.
    package func account(login: String) throws -> Account? {
        try first(Account.self, "SELECT \(sql: Account.columns) FROM account p WHERE p.login = \(login)")
    }

    /// Accounts by id, for pages that say who did something; other actors are not in the answer.
    package func namedAccounts(_ ids: [String]) throws -> [String: NamedAccount] {
        var named: [String: NamedAccount] = [:]
        for start in stride(from: 0, to: ids.count, by: 500) {
            try each("SELECT id, login, name FROM account WHERE id IN (\(list: ids[start..<min(start + 500, ids.count)]))") {
                named[try $0.text(0)] = NamedAccount(login: try $0.text(1), name: try $0.text(2))
            }
        }
        return named
    }

    /// The stored form of an account's password.
    package func storedPassword(accountID: String) throws -> String? {
        try first("SELECT password FROM account WHERE id = \(accountID)") { try $0.text(0) }
    }

    /// The passwords, as they are stored, that an account had before, the newest first.
    package func storedPasswordsBefore(accountID: String, most: Int) throws -> [String] {
        try all("SELECT password FROM password_before WHERE account_id = \(accountID) ORDER BY set_at DESC LIMIT \(most)") {
            try $0.text(0)
        }
    }

    /// The roles that an account has on a day; with nil all that it ever had.
    package func roleGrants(accountID: String, on day: Day?) throws -> [RoleGrant] {
        let holding: SQL = if let day { "until_day > \(day)" } else { "1 = 1" }
        return try all(
            RoleGrant.self,
            """
            SELECT id, role, area_id, object, until_day FROM role_grant
            WHERE account_id = \(accountID) AND \(sql: holding) ORDER BY role, area_id, object, id
            """)
    }

    /// A session that is still good, with its account, when that is not disabled. It ends at its time, and when it was not used for so many
    /// seconds.
    package func session(tokenDigest: String, idleSeconds: Int64 = .max, at now: Instant) throws -> (Session, Account)? {
        let session = try first(
            Session.self,
            """
            SELECT token_digest, account_id, csrf, made_at, seen_at, confirmed_at, expires_at, address, agent, code_due FROM session
            WHERE token_digest = \(tokenDigest) AND expires_at > \(now) AND ended_at IS NULL
            """)
        guard let session, now.milliseconds(since: session.seenAt) / 1000 < idleSeconds else { return nil }
        let account = try first(
            Account.self,
            "SELECT \(sql: Account.columns) FROM account p WHERE p.id = \(session.accountID) AND p.disabled_at IS NULL")
        return account.map { (session, $0) }
    }

    /// The account of a session by the token of its forms, also for a day after it has ended; nil when the account is disabled.
    package func endedSession(csrf: String, at now: Instant) throws -> String? {
        try first(
            """
            SELECT s.account_id FROM session s JOIN account a ON a.id = s.account_id
            WHERE s.csrf = \(csrf) AND CASE WHEN s.ended_at < s.expires_at
                THEN s.ended_at ELSE s.expires_at END > \(now.adding(seconds: -24 * 3600)) AND a.disabled_at IS NULL
            """
        ) { try $0.text(0) }
    }

    /// The sessions of an account that have not reached their end, the newest first.
    package func sessions(accountID: String, at now: Instant) throws -> [Session] {
        try all(
            Session.self,
            """
            SELECT token_digest, account_id, csrf, made_at, seen_at, confirmed_at, expires_at, address, agent, code_due FROM session
            WHERE account_id = \(accountID) AND expires_at > \(now) AND ended_at IS NULL ORDER BY made_at DESC, token_digest
            """)
    }

    /// All accounts, by login.
    package func accounts() throws -> [Account] {
        try all(Account.self, "SELECT \(sql: Account.columns) FROM account p ORDER BY p.login")
    }
}
