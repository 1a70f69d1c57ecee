package import Basics
import Crypto
import Foundation
package import Storage

/// How often somebody may guess.
package enum SignInRule {
    /// So many wrong passwords for one login from one address …
    package static let most = 5
    /// … within so many seconds; nobody looks at further ones until these are over.
    package static let seconds: Int64 = 900
}

extension Statements {
    /// Takes an attempt down before the password is looked at, in one statement, so that attempts at the same moment count like attempts
    /// one after the other. Answers which it is for this login from this address; beyond `SignInRule.most` the password is not to be looked
    /// at.
    package func takeSignInAttempt(login: String, origin: String, at now: Instant) throws -> Int {
        let login = Self.digest(login)
        let begin = now.adding(seconds: -SignInRule.seconds)
        try run("DELETE FROM sign_in_attempt WHERE began_at <= \(begin)")
        return try first(
            """
            INSERT INTO sign_in_attempt (login, origin, failures, began_at) VALUES (\(login), \(origin), 1, \(now))
            ON CONFLICT (login, origin) DO UPDATE SET failures = sign_in_attempt.failures + 1 RETURNING failures
            """
        ) { try $0.int(0) } ?? .max
    }

    /// Takes down that an attempt was wrong, and with the last one that is looked at, that no further one will be. What was typed as the
    /// name of no account is not written: it may be a password.
    package func noteSignInFailed(accountID: String?, attempt: Int, by act: Act) throws {
        try record("session.refused", accountID ?? "", refusal: "sign_in.wrong", by: act)
        if attempt == SignInRule.most, let accountID { try record("account.locked", accountID, refusal: "sign_in.wrong", by: act) }
    }

    /// What was typed as a login may be a password: it is not kept.
    private static func digest(_ login: String) -> String { hexadecimal(SHA256.hash(data: Data(login.utf8))) }

    /// Forgets the attempts for a login from one address, or from all.
    package func forgetSignInAttempts(login: String, origin: String? = nil) throws {
        let login = Self.digest(login)
        if let origin {
            try run("DELETE FROM sign_in_attempt WHERE login = \(login) AND origin = \(origin)")
        } else {
            try run("DELETE FROM sign_in_attempt WHERE login = \(login)")
        }
    }
}
