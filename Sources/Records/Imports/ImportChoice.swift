import Accounts
import Basics
import Foundation
import Storage
import Web

/// Which headings of a file somebody said to be which columns: a heading as it is compared, and the name of the column; empty for none.
package typealias ImportChoice = [String: String]

/// A file of a table, with what somebody said of its columns.
package struct ImportSource: Sendable {
    package let bytes: [UInt8]
    package let chosen: ImportChoice

    package init(_ bytes: [UInt8], chosen: ImportChoice = [:]) { (self.bytes, self.chosen) = (bytes, chosen) }
}

extension ImportTable {
    /// A heading as it is compared.
    static func plain(_ heading: String) -> String { heading.officeCode.lowercased().filter { !$0.isWhitespace } }

    /// Whether a file is a table whose columns somebody can name, and was refused only because they are not recognised.
    static func isUnrecognised(_ refusal: any Error) -> Bool {
        guard case Refusal.invalid(let problems) = refusal else { return false }
        return !problems.isEmpty && problems.values.allSatisfy { ["csv.header_missing", "csv.column_missing"].contains($0.code) }
    }
}

/// A column that somebody may name a heading for.
struct ImportColumn: Sendable {
    let name: String
    /// The key of its words.
    let label: String
    let isNeeded: Bool
}

/// The form in which somebody says which heading of a file is which column.
struct ImportColumnsForm: Sendable {
    let columns: [ImportColumn]
    let headings: [String]

    /// As a list shows the heading at a place: with its number, so that none stands there twice.
    private func option(_ place: Int) -> String { "\(place + 1) \(headings[place])" }

    private func field(_ column: ImportColumn) -> Field<Int?> {
        let places = headings.indices.filter { !headings[$0].isEmpty }
        let options = [FieldOption("", "import.no_column")] + places.map { FieldOption(said: option($0)) }
        return Field<Int?>(
            "column.\(column.name)", column.label, look: .choice(options), isNeeded: column.isNeeded, most: 200,
            normal: { $0.map(option) ?? "" }
        ) { text throws(FieldProblem) in
            if text.isEmpty { return nil }
            guard let place = places.first(where: { option($0) == text }) else { throw "form.choice" }
            return place
        }
    }

    var form: Form { Form(columns.map { field($0).entry }) }

    /// What the form holds at first: the headings as they are understood.
    func texts(_ known: [ImportTable.Column], _ chosen: ImportChoice) -> [String: String] {
        let names = ImportTable.names(of: headings, known, chosen)
        return Dictionary(
            columns.compactMap { column in
                names.firstIndex(of: column.name).map { ("column.\(column.name)", option($0)) }
            }
        ) { first, _ in first }
    }

    /// What was chosen. Throws `Refusal.invalid` for a heading that is to be two columns.
    func chosen(_ values: FormValues, _ known: [ImportTable.Column]) throws -> ImportChoice {
        var (places, problems): ([Int: String], FieldProblems) = ([:], [:])
        for column in columns {
            guard let place = try values[field(column)] else { continue }
            if places[place] != nil { problems["column.\(column.name)"] = "import.heading_twice" }
            places[place] = column.name
        }
        guard problems.isEmpty else { throw Refusal.invalid(problems) }
        // What would be recognised and was not chosen is none.
        let names = ImportTable.names(of: headings, known, [:])
        return Dictionary(
            headings.indices.compactMap { place in
                let key = ImportTable.plain(headings[place])
                guard !key.isEmpty, places[place] != nil || !names[place].isEmpty else { return nil }
                return (key, places[place] ?? "")
            }
        ) { first, _ in first }
    }
}

extension Statements {
    /// So many headings an account has remembered.
    private static var mostChoices: Int { 500 }

    /// What somebody said of the headings of such files before.
    func importChoice(of accountID: String, topic: String) throws -> ImportChoice {
        var chosen: ImportChoice = [:]
        try each("SELECT heading, column_name FROM import_choice WHERE account_id = \(accountID) AND topic = \(topic)") {
            chosen[try $0.text(0)] = try $0.text(1)
        }
        return chosen
    }

    /// Remembers it for the next file.
    func remember(_ chosen: ImportChoice, topic: String, by act: Act) throws {
        for (heading, column) in chosen.sorted(by: { $0.key < $1.key }) where heading.unicodeScalars.count <= 200 {
            try run(
                """
                INSERT INTO import_choice (account_id, topic, heading, column_name, chosen_at)
                VALUES (\(act.actor.id), \(topic), \(heading), \(column), \(act.at))
                ON CONFLICT (account_id, topic, heading) DO UPDATE SET column_name = excluded.column_name, chosen_at = excluded.chosen_at
                """)
        }
        try run(
            """
            DELETE FROM import_choice WHERE account_id = \(act.actor.id) AND (topic, heading) IN (
                SELECT topic, heading FROM import_choice WHERE account_id = \(act.actor.id)
                ORDER BY chosen_at DESC, topic, heading LIMIT 1000000 OFFSET \(Self.mostChoices))
            """)
    }
}

extension ImportChoice {
    /// As it is kept with a file.
    var stored: String { isEmpty ? "" : (try? String(decoding: JSONEncoder().encode(self), as: UTF8.self)) ?? "" }

    init(stored: String) { self = (try? JSONDecoder().decode([String: String].self, from: Data(stored.utf8))) ?? [:] }
}
