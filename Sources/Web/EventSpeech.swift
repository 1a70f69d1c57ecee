package import Accounts
package import Basics
import Foundation
package import Storage

/// What entries of the log of acts say to people, declared by the feature whose acts they are: what their subjects are called, and the
/// words of their details. What nobody declares is said by its key, `event.detail.` and the name of the detail.
package struct EventSpeech: Sendable {
    /// What the subjects of entries are called, by their ids; those that are gone are not in the answer.
    package typealias Names = @Sendable (Statements, [String], Day) throws -> [String: String]

    /// How the codes of its entries begin, such as `area.`; the longest that fits counts.
    let kinds: [String]
    let names: Names
    /// The fields of the forms of which details bear the names.
    let fields: [FieldEntry]
    /// Of details whose values are codes, the beginning of the keys of their words: `role` for `role.officer`.
    let choices: [String: String]

    package init(
        _ kinds: [String], fields: [FieldEntry] = [], choices: [String: String] = [:], names: @escaping Names = { _, _, _ in [:] }
    ) {
        (self.kinds, self.fields, self.choices, self.names) = (kinds, fields, choices, names)
    }
}

/// An entry of the log of acts in words.
package struct SaidEvent: Sendable {
    package let event: Event
    package let actor: String
    /// What was done, and to what.
    package let what: String
    /// Its details, one behind the other.
    package let detail: String
}

extension House {
    /// Entries of the log as sentences in a language.
    package func said(_ events: [Event], _ statements: Statements, _ language: Language) throws -> [SaidEvent] {
        let words = pages.words
        // Details name people and areas by their ids.
        let numbers = Set(events.flatMap { $0.details.values.filter { UUID(uuidString: $0) != nil } })
        let accounts = try statements.namedAccounts(Set(events.map(\.actor)).union(numbers).sorted())
        var known = accounts.mapValues(\.name)
        if let areas = speechPlace("area.") { known.merge(try speech[areas].names(statements, numbers.sorted(), today)) { one, _ in one } }
        let called = known
        var names: [String: String] = [:]
        for (place, group) in Dictionary(grouping: events, by: { speechPlace($0.kind) }) {
            guard let place else { continue }
            let ids = Set(group.map(\.subject)).filter { !$0.isEmpty }.sorted()
            for (id, name) in try speech[place].names(statements, ids, today) { names["\(place) \(id)"] = name }
        }
        return events.map { event in
            let place = speechPlace(event.kind)
            let name = place.flatMap { names["\($0) \(event.subject)"] } ?? subject(event)
            let key = "event.\(event.kind)"
            let act = words.has(key) ? words.text(key, language) : event.kind
            return SaidEvent(
                event: event, actor: words.actor(event.actor, accounts, language),
                what: name.isEmpty ? act : act + words.text("form.colon", language) + name,
                detail: words.detail(event, place.map { speech[$0] }, known: called, language))
        }
    }

    private func speechPlace(_ kind: String) -> Int? {
        var best: (place: Int, length: Int)?
        for (place, one) in speech.enumerated() {
            for beginning in one.kinds where kind.hasPrefix(beginning) && beginning.count > best?.length ?? 0 {
                best = (place, beginning.count)
            }
        }
        return best?.place
    }

    /// What nobody has a name for says itself, unless it is only a number of ours.
    private func subject(_ event: Event) -> String {
        UUID(uuidString: event.subject) == nil ? event.subject : ""
    }
}

extension Event {
    /// Its details by name.
    package var details: [String: String] { (try? JSONDecoder().decode([String: String].self, from: Data(detail.utf8))) ?? [:] }
}

extension Words {
    /// The details of an entry, in the order of the form or of the alphabet: each with its label; of a change from what to what.
    /// `known` are the names of what is named by an id.
    package func detail(_ event: Event, _ speech: EventSpeech?, known: [String: String] = [:], _ language: Language) -> String {
        let values = event.details
        let fields = speech?.fields ?? []
        let order = fields.map(\.name)
        let names = values.keys.sorted { one, other in
            let (first, second) = (order.firstIndex(of: one) ?? order.count, order.firstIndex(of: other) ?? order.count)
            return first == second ? one < other : first < second
        }
        return names.compactMap { name -> String? in
            guard let value = values[name], !value.isEmpty else { return nil }
            let field = fields.first { $0.name == name }
            let label = text(field?.label ?? "event.detail.\(name)", language)
            var parts = value.components(separatedBy: " → ").map { part in
                part.isEmpty ? text("form.nothing", language) : said(known[part] ?? part, field, speech?.choices[name], language)
            }
            // What was nothing before is only what it is now.
            if value.hasPrefix(" → ") { parts.removeFirst() }
            return "\(label)\(text("form.colon", language))\(parts.joined(separator: " → "))"
        }.joined(separator: text("list.semicolon", language))
    }

    /// What the text of a field says to people: the words of what is chosen.
    func said(_ value: String, _ field: FieldEntry?, _ choice: String?, _ language: Language) -> String {
        let codes = value.split(whereSeparator: { $0 == "," || $0 == " " }).map(String.init)
        if let choice {
            return codes.map { has("\(choice).\($0)") ? text("\(choice).\($0)", language) : $0 }.joined(
                separator: text("list.comma", language))
        }
        switch field?.look {
        case .choice(let options), .boxes(let options):
            let chosen = options.filter { codes.contains($0.value) }
            return chosen.map { $0.said { text($0, language) } }.joined(separator: text("list.comma", language))
        case .money: return Fen(written: value).map(grouped) ?? value
        default: return value
        }
    }
}
