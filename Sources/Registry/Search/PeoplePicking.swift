package import Accounts
package import Basics
package import Storage
package import Web

/// Where people are suggested.
package enum PersonAddress {
    package static let pick = FixedAddress("/pick/people")
}

extension Field where Value == String {
    /// A person with a role in the network, by name or login.
    package static func person(_ name: String, _ label: String, isHelped: Bool = false) -> Field {
        .picked(name, label, from: PersonAddress.pick, isHelped: isHelped)
    }
}

extension Account {
    /// As a list of suggestions shows a person, and a form holds him: typed again he is found again.
    package var suggestion: String { "\(name) \(login)" }
}

extension Statements {
    /// The people with a role in a part of the network whose name, pinyin or login holds every word, by login.
    package func people(matching words: SearchWords, on day: Day, in scope: Scope, limit: Int) throws -> [Account] {
        try people(where: words.condition("p.name_key", code: "p.login"), on: day, in: scope, limit: limit)
    }

    /// The person that somebody means by what he typed in a field: a login, a name, or both as a list of suggestions shows them. Throws
    /// `Refusal.invalid` that names what was typed, and who is meant by it when there are several.
    package func person(typed text: String, in field: String, on day: Day, scope: Scope) throws -> Account {
        let login = text.split(whereSeparator: \.isWhitespace).last.map(String.init) ?? ""
        if let named = try people(where: "p.login = \(login)", on: day, in: scope, limit: 1).first,
            [login, named.name, named.suggestion].contains(text)
        {
            return named
        }
        let named = try people(where: "p.name = \(text)", on: day, in: scope, limit: 6)
        let found = named.isEmpty ? try people(matching: SearchWords(text), on: day, in: scope, limit: 6) : named
        guard let person = found.first else { throw Refusal.invalid([field: FieldProblem("person.none", ["text": text])]) }
        guard found.count == 1 else {
            let list = shortened(found.map(\.suggestion), to: 5)
            throw Refusal.invalid([field: FieldProblem("person.several", ["text": text, "list": list])])
        }
        return person
    }

    private func people(where condition: SQL, on day: Day, in scope: Scope, limit: Int) throws -> [Account] {
        try all(
            Account.self,
            """
            SELECT DISTINCT \(sql: Account.columns) FROM account p
            JOIN role_grant g ON g.account_id = p.id AND g.until_day > \(day)
            JOIN area_version a ON a.area_id = g.area_id AND a.from_day <= \(day) AND a.until_day > \(day) AND a.replaced_at IS NULL
            WHERE p.disabled_at IS NULL AND \(sql: condition) AND \(sql: scope.condition("a.code")) ORDER BY p.login LIMIT \(limit)
            """)
    }
}
