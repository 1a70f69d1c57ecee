import Accounts
import Basics
import Storage

/// For so long a form that was sent is known, and what was typed after a session's end is kept.
private let day: Int64 = 24 * 3600

extension Statements {
    /// What came of a form that was sent with this token before, and what stands for its contents; nil when it was not.
    func sentForm(_ token: String, accountID: String) throws -> (path: String, digest: String)? {
        guard !token.isEmpty else { return nil }
        return try first("SELECT path, digest FROM form_sent WHERE account_id = \(accountID) AND token = \(token)") {
            (path: try $0.text(0), digest: try $0.text(1))
        }
    }

    /// The last form of an account with the very same contents within a day: its token, what came of it, and when.
    func sentForm(digest: String, accountID: String, at now: Instant) throws -> (token: String, path: String, at: Instant)? {
        try first(
            """
            SELECT token, path, sent_at FROM form_sent
            WHERE account_id = \(accountID) AND digest = \(digest)
            AND sent_at > \(now.adding(seconds: -day)) ORDER BY sent_at DESC, token LIMIT 1
            """
        ) { (token: try $0.text(0), path: try $0.text(1), at: try $0.instant(2)) }
    }

    /// Notes that a form was sent, and what came of it, and forgets those of before yesterday.
    func noteSentForm(_ token: String, digest: String, path: String, by act: Act) throws {
        try run("DELETE FROM form_sent WHERE sent_at <= \(act.at.adding(seconds: -day))")
        try run(
            """
            INSERT INTO form_sent (account_id, token, digest, path, sent_at)
                VALUES (\(act.actor.id), \(token), \(digest), \(path), \(act.at))
            ON CONFLICT (account_id, token) DO NOTHING
            """)
    }

    /// Keeps what was typed, sealed; of an account the last twenty.
    func keepForm(id: String, accountID: String, action: String, sealed: String, at now: Instant) throws {
        try run("DELETE FROM kept_form WHERE kept_at <= \(now.adding(seconds: -day))")
        try run(
            "INSERT INTO kept_form (id, account_id, action, sealed, kept_at) VALUES (\(id), \(accountID), \(action), \(sealed), \(now))")
        try run(
            """
            DELETE FROM kept_form WHERE account_id = \(accountID)
                AND id NOT IN (SELECT id FROM kept_form WHERE account_id = \(accountID) ORDER BY kept_at DESC, id DESC LIMIT 20)
            """)
    }

    /// What an account typed, sealed.
    func keptForm(id: String, accountID: String, at now: Instant) throws -> (action: String, sealed: String)? {
        try first(
            "SELECT action, sealed FROM kept_form WHERE id = \(id) AND account_id = \(accountID) AND kept_at > \(now.adding(seconds: -day))"
        ) {
            (action: try $0.text(0), sealed: try $0.text(1))
        }
    }

    /// Whether something is kept under an id.
    func isKept(id: String, at now: Instant) throws -> Bool {
        try count("SELECT count(*) FROM kept_form WHERE id = \(id) AND kept_at > \(now.adding(seconds: -day))") > 0
    }

    /// Forgets what was kept, once it was sent.
    func forgetKeptForm(id: String, accountID: String) throws {
        try run("DELETE FROM kept_form WHERE id = \(id) AND account_id = \(accountID)")
    }
}
