package import Basics
import Crypto
import Foundation
package import Storage

/// Of whom a second factor is asked.
package enum FactorRule: String, CaseIterable, Sendable {
    /// Of all who publish or administer, as their roles' rights say; whoever else wants one may have one.
    case required
    /// Of those who set one up.
    case offered

    /// Whether somebody with these roles must have one.
    package func asks(_ grants: [RoleGrant]) -> Bool {
        self == .required && grants.contains { !$0.role.rights.isDisjoint(with: Right.guarded) }
    }
}

extension Right {
    /// What is done with these goes onto screens, gives rights, or shows what all others did.
    package static let guarded: Set<Right> = [.editLibrary, .approveLibrary, .keepAccounts, .seeSystem, .seeAudit]
}

extension Role {
    /// Those of whom a second factor is asked.
    package static let guarded = Role.allCases.filter { !$0.rights.isDisjoint(with: Right.guarded) }
}

/// Codes on paper for whoever has lost his telephone: each is good once.
package enum RecoveryCodes {
    /// Ten of 80 bits.
    package static func fresh(_ entropy: Entropy) -> [String] { (0..<10).map { _ in PasswordScheme.fresh(entropy) } }
}

extension Statements {
    /// Keeps a fresh key until its first code comes; the one before stays good until then.
    package func beginFactor(_ key: TimeCode, of account: Account, by act: Act) throws {
        try run(
            """
            INSERT INTO second_factor (account_id, key_text, waiting_key, last_step) VALUES (\(account.id), '', \(key.text), 0)
            ON CONFLICT (account_id) DO UPDATE SET waiting_key = excluded.waiting_key
            """)
        try record("account.factor_begun", account.id, by: act)
    }

    /// The key that waits for its first code.
    package func waitingFactor(accountID: String) throws -> TimeCode? {
        try first("SELECT waiting_key FROM second_factor WHERE account_id = \(accountID)") { try $0.text(0) }.flatMap { TimeCode(text: $0) }
    }

    /// The first code of a key has come: it is the account's from now on, with these recovery codes. All other sessions end. Refuses a key
    /// that waits no more.
    package func setFactor(_ key: TimeCode, step: Int64, codes: [String], of account: Account, keeping sessionDigest: String, by act: Act)
        throws
    {
        let set = try run(
            """
            UPDATE second_factor SET key_text = waiting_key, waiting_key = '', last_step = \(step)
            WHERE account_id = \(account.id) AND waiting_key = \(key.text)
            """)
        guard set == 1 else { throw Refusal.conflict("factor.not_begun") }
        try run("UPDATE account SET factor_at = \(act.at) WHERE id = \(account.id)")
        try endSessions(of: account.id, number: nil, except: sessionDigest, by: act)
        try record("account.factor_set", account.id, by: act)
        try keepRecoveryCodes(codes, of: account)
    }

    /// Other recovery codes in place of those before.
    package func renewRecoveryCodes(_ codes: [String], of account: Account, by act: Act) throws {
        try keepRecoveryCodes(codes, of: account)
        try record("account.codes_made", account.id, by: act)
    }

    private func keepRecoveryCodes(_ codes: [String], of account: Account) throws {
        try run("DELETE FROM recovery_code WHERE account_id = \(account.id)")
        for code in codes {
            try run("INSERT INTO recovery_code (account_id, digest) VALUES (\(account.id), \(digest(code)))")
        }
    }

    /// How many of them are left.
    package func recoveryCodesLeft(accountID: String) throws -> Int {
        try count("SELECT count(*) FROM recovery_code WHERE account_id = \(accountID) AND used_at IS NULL")
    }

    /// Takes an account's second factor away: its owner sets up another one before he does anything else, where his roles ask for it.
    package func removeFactor(of account: Account, by act: Act) throws {
        guard account.factorAt != nil else { throw Refusal.conflict("factor.none") }
        try run("DELETE FROM second_factor WHERE account_id = \(account.id)")
        try run("DELETE FROM recovery_code WHERE account_id = \(account.id)")
        try run("UPDATE account SET factor_at = NULL WHERE id = \(account.id)")
        try record("account.factor_removed", account.id, by: act)
    }

    /// Takes an attempt at a code down. Whoever gets here knows the password, so that attempts count from wherever they come; answers
    /// whether it is to be looked at.
    package func takeCodeAttempt(of account: Account, at now: Instant) throws -> Bool {
        try takeSignInAttempt(login: "code:" + account.id, origin: "", at: now) <= SignInRule.most
    }

    /// Whether a code of the account's authenticator, or one of its recovery codes, was typed. Each is good once; a session that gave one
    /// is as fresh as after the password.
    package func useCode(_ typed: String, of account: Account, session tokenDigest: String, by act: Act) throws -> Bool {
        let key = try first("SELECT key_text FROM second_factor WHERE account_id = \(account.id)") { try $0.text(0) }
        guard let code = key.flatMap({ TimeCode(text: $0) }) else { return false }
        var isRight = false
        if let step = code.step(of: typed, at: act.at) {
            isRight =
                try run("UPDATE second_factor SET last_step = \(step) WHERE account_id = \(account.id) AND last_step < \(step)") == 1
        } else {
            isRight =
                try run(
                    """
                    UPDATE recovery_code SET used_at = \(act.at)
                    WHERE account_id = \(account.id) AND digest = \(digest(typed)) AND used_at IS NULL
                    """) == 1
            if isRight { try record("account.code_used", account.id, by: act) }
        }
        guard isRight else {
            try record("session.refused", account.id, refusal: "code.wrong", by: act)
            return false
        }
        try forgetSignInAttempts(login: "code:" + account.id)
        try run("UPDATE session SET code_due = 0 WHERE token_digest = \(tokenDigest)")
        try confirmSession(tokenDigest: tokenDigest, by: act)
        return true
    }
}

/// A recovery code as it is stored, with or without what divides it: nobody guesses 80 bits.
private func digest(_ code: String) -> String { hexadecimal(SHA256.hash(data: Data(code.utf8.filter { $0 != UInt8(ascii: "-") }))) }
