import Accounts
import Basics
import Storage

/// A list as somebody keeps it.
struct SavedList: Decodable, Sendable {
    let name: String
    let query: String
}

extension Statements {
    /// What an account keeps of a list, by name.
    func savedLists(accountID: String, path: String) throws -> [SavedList] {
        try all(SavedList.self, "SELECT name, query FROM saved_list WHERE account_id = \(accountID) AND path = \(path) ORDER BY name")
    }

    /// Keeps a list under a name; one of that name before is no more. An account keeps a hundred.
    func saveList(_ name: String, path: String, query: String, by act: Act) throws {
        let others = try count(
            "SELECT count(*) FROM saved_list WHERE account_id = \(act.actor.id) AND NOT (path = \(path) AND name = \(name))")
        guard others < 100 else { throw Refusal.conflict("list.saved_many") }
        try run(
            """
            INSERT INTO saved_list (account_id, path, name, query, saved_at) VALUES (\(act.actor.id), \(path), \(name), \(query), \(act.at))
            ON CONFLICT (account_id, path, name) DO UPDATE SET query = excluded.query, saved_at = excluded.saved_at
            """)
    }

    /// Keeps it no more.
    func forgetList(_ name: String, path: String, by act: Act) throws {
        try run("DELETE FROM saved_list WHERE account_id = \(act.actor.id) AND path = \(path) AND name = \(name)")
    }
}
