package import Accounts
package import Basics
import Hummingbird
package import Storage
package import Web

/// Who looks at a list, and for what; all of it stands in the address.
package struct ListQuestion: Sendable {
    package let house: House
    package let visit: Visit
    package let today: Day
    package let now: Instant
    /// What was typed into the box of the list.
    package let words: SearchWords
    /// The same as it was typed.
    package let typed: String
    /// The place behind which the page begins; empty for the first.
    package let after: String
    /// No more rows than so many.
    package let limit: Int
    /// By which column it is sorted; empty for the order of the list itself.
    package let sort: String
    /// Whether it is sorted the other way round: a number begins with the largest, a text with the first.
    package let isReversed: Bool
    private let chosen: [String: String]

    init<Row>(_ house: House, _ visit: Visit, _ query: Query, _ list: ListPage<Row>, after: String? = nil, limit: Int) {
        let filters = list.filters
        (self.house, self.visit, self.today, self.now) = (house, visit, house.today, house.clock.now)
        typed = String(query["q"].prefix(200))
        (words, self.after, self.limit) = (SearchWords(typed), after ?? String(query["after"].prefix(500)), limit)
        let column = query["sort"].hasPrefix("-") ? String(query["sort"].dropFirst()) : query["sort"]
        let isKnown = list.columns.contains { $0.isSortable && $0.name == column }
        (sort, isReversed) = (isKnown ? column : "", isKnown && query["sort"].hasPrefix("-"))
        chosen = Dictionary(
            filters.map { filter in
                (filter.name, filter.options.contains { $0.value == query[filter.name] } ? query[filter.name] : filter.first)
            } + list.fields.map { ($0, String(query[$0].prefix(100))) }
        ) { first, _ in first }
    }

    /// What is chosen in a filter, empty for everything; or what stands in a field that the list carries along.
    package subscript(_ filter: String) -> String { chosen[filter] ?? "" }

    /// The column and the direction as the address has them.
    var order: String { (isReversed ? "-" : "") + sort }

    package var scope: Scope { visit.scope }

    /// Words in the person's language.
    package func text(_ key: String, _ values: [String: String] = [:]) -> String { house.text(key, visit, values) }

    /// Who did something.
    package func actor(_ id: String, _ accounts: [String: NamedAccount]) -> String { house.pages.words.actor(id, accounts, visit.language) }

    package func time(_ instant: Instant?) -> String { instant.map { house.zone.text($0) } ?? "" }

    /// Whether everything is shown.
    func isPlain(_ filters: [ListFilter]) -> Bool { words.isEmpty && filters.allSatisfy { self[$0.name] == $0.first } }
}

/// A choice above a list.
package struct ListFilter: Sendable {
    let name: String
    let label: String
    /// The first one is what is shown when nothing is chosen.
    let options: [FieldOption]
    var first: String { options.first?.value ?? "" }

    /// `options` begin with what holds when nothing is chosen; mostly `""` for everything.
    package init(_ name: String, _ label: String, _ options: [FieldOption]) {
        (self.name, self.label, self.options) = (name, label, options)
    }

    /// One of the values of an enumeration, or any.
    package init<Value: RawRepresentable & CaseIterable>(
        _ name: String, _ label: String, any: String, among type: Value.Type, words: String
    ) where Value.RawValue == String {
        self.init(name, label, [FieldOption("", any)] + type.allCases.map { FieldOption($0.rawValue, "\(words).\($0.rawValue)") })
    }
}

/// A column of a list.
package struct ListColumn<Row: Sendable>: Sendable {
    package let name: String
    let label: String
    let isNumber: Bool
    /// Whether it is shown before anybody chose columns.
    let isUsual: Bool
    /// Whether the list can be sorted by it: then `rows` looks at the question's `sort`.
    let isSortable: Bool
    package let cell: @Sendable (Row, ListQuestion) -> Table.Cell

    package init(
        _ name: String, _ label: String, isNumber: Bool = false, isUsual: Bool = true, isSortable: Bool = false,
        cell: @escaping @Sendable (Row, ListQuestion) -> Table.Cell
    ) {
        (self.name, self.label, self.isNumber, self.isUsual, self.isSortable) = (name, label, isNumber, isUsual, isSortable)
        self.cell = cell
    }
}

/// Something that is done with rows that were chosen.
package struct ListAct: Sendable {
    let name: String
    let label: String
    let right: Right
    /// Does it with the rows of these keys; answers with how many. What cannot be done with one of them leaves the others alone.
    let act: @Sendable (Statements, [String], ListQuestion, Act) throws -> Int

    package init(
        _ name: String, _ label: String, _ right: Right, act: @escaping @Sendable (Statements, [String], ListQuestion, Act) throws -> Int
    ) {
        (self.name, self.label, self.right, self.act) = (name, label, right, act)
    }
}

/// What a list holds for a question.
package struct ListFound<Row: Sendable>: Sendable {
    /// No more than the question's limit.
    package let rows: [Row]
    /// How many there are in all.
    package let count: Int
    /// The place behind which the next page begins, where the list knows it better than from its last row; nil for that.
    var next: String?
    /// The cells of a last line over all rows, by the columns' names.
    var total: [String: Table.Cell] = [:]
    /// What stands behind the list, on its page and in its files.
    var behind: [Table] = []
    /// The name of a file of it, without the ending; nil for that of the list and the day.
    var fileName: String?
    /// The page around the list; nil for the list alone under its title.
    var around: (@Sendable (ListView) -> ListFrame)?

    package init(
        rows: [Row], count: Int, next: String? = nil, total: [String: Table.Cell] = [:], behind: [Table] = [], fileName: String? = nil,
        around: (@Sendable (ListView) -> ListFrame)? = nil
    ) {
        (self.rows, self.count, self.next, self.total, self.behind) = (rows, count, next, total, behind)
        (self.fileName, self.around) = (fileName, around)
    }

    /// The page of a list that is short enough to be made whole at each look; `place` is the list's own.
    package init(
        of all: [Row], _ question: ListQuestion, place: (Row) -> String, around: (@Sendable (ListView) -> ListFrame)? = nil
    ) {
        let from = question.after.isEmpty ? 0 : (all.firstIndex { place($0) == question.after } ?? -1) + 1
        self.init(rows: Array(all.dropFirst(from).prefix(question.limit)), count: all.count, around: around)
    }
}

/// A page around a list: its template shows the list as the partial `list`.
package struct ListFrame: Sendable {
    let template: String
    let page: any Sendable
    let title: String
    let crumbs: [Frame.Link]

    package init(_ template: String, _ page: any Sendable, title: String, crumbs: [Frame.Link] = []) {
        (self.template, self.page, self.title, self.crumbs) = (template, page, title, crumbs)
    }
}

/// A list, declared once by the feature that owns it: from it come the page with its filters, search, pages, choice of columns and saved
/// views, and the files of exactly what is shown. The first column names the row and stays in sight.
package struct ListPage<Row: Sendable>: Sendable {
    let address: FixedAddress
    let right: Right
    /// The key of the words above it.
    let title: String
    let columns: [ListColumn<Row>]
    let filters: [ListFilter]
    /// The key of the label of the search box; nil for a list that is not searched.
    let search: String?
    /// Further fields of the address, such as the month: links of the list carry them along.
    let fields: [String]
    /// At most `limit` rows behind the place `after`, as the question asks, and how many there are.
    let find: @Sendable (ListQuestion) async throws -> ListFound<Row>
    /// So many are counted at most.
    let mostCounted: Int
    /// The place of a row in the order of the list, and its key.
    let place: @Sendable (Row) -> String
    let acts: [ListAct]
    /// Whether a row can be chosen for the acts.
    let isOpen: @Sendable (Row) -> Bool
    /// The next steps: buttons above the list.
    let ways: @Sendable (ListQuestion) -> [Frame.Link]
    /// The keys of the sentences above the list and in place of an empty one: what it is for and the next step; that nothing fits the
    /// filter is said by the house.
    let note: String?
    let empty: String
    /// Where an address leads that means no list, such as one that names a single thing; nil for the list.
    package var leads: (@Sendable (ListQuestion) -> Location?)?

    package init(
        _ address: FixedAddress, _ right: Right, title: String, columns: [ListColumn<Row>], filters: [ListFilter] = [],
        search: String? = nil,
        rows: @escaping @Sendable (Statements, ListQuestion) throws -> [Row],
        count: @escaping @Sendable (Statements, ListQuestion) throws -> Int, mostCounted: Int = .max,
        place: @escaping @Sendable (Row) -> String, acts: [ListAct] = [], isOpen: @escaping @Sendable (Row) -> Bool = { _ in true },
        ways: @escaping @Sendable (ListQuestion) -> [Frame.Link] = { _ in [] }, note: String? = nil, empty: String
    ) {
        self.init(
            address, right, title: title, columns: columns, filters: filters, search: search,
            find: { question in
                try await question.house.database.read {
                    ListFound(rows: try rows($0, question), count: try count($0, question))
                }
            }, mostCounted: mostCounted, place: place, acts: acts, isOpen: isOpen, ways: ways, note: note, empty: empty)
    }

    /// A list whose rows do not come out of one statement: `find` answers with rows, sums, what stands around and behind.
    package init(
        _ address: FixedAddress, _ right: Right, title: String, columns: [ListColumn<Row>], filters: [ListFilter] = [],
        fields: [String] = [],
        search: String? = nil, find: @escaping @Sendable (ListQuestion) async throws -> ListFound<Row>, mostCounted: Int = .max,
        place: @escaping @Sendable (Row) -> String, acts: [ListAct] = [], isOpen: @escaping @Sendable (Row) -> Bool = { _ in true },
        ways: @escaping @Sendable (ListQuestion) -> [Frame.Link] = { _ in [] }, note: String? = nil, empty: String
    ) {
        (self.address, self.right, self.title, self.columns, self.filters, self.search) = (address, right, title, columns, filters, search)
        (self.fields, self.find, self.place, self.acts, self.isOpen, self.ways) = (fields, find, place, acts, isOpen, ways)
        (self.note, self.empty, self.mostCounted) = (note, empty, mostCounted)
    }

    /// The list as a file, by the ending.
    func file(_ ending: String) -> FixedAddress { address.adding("." + ending) }

    /// Where an act on chosen rows is sent.
    func acting(_ act: ListAct) -> FixedAddress { address.adding("/" + act.name) }

    /// The columns that an address names, the first always; those that are usual when it names none.
    func columns(_ query: Query) -> [ListColumn<Row>] {
        let named = Set(query.columns.split(separator: ",").map(String.init))
        let isNamed = columns.contains { named.contains($0.name) }
        return columns.enumerated().filter { $0.offset == 0 || (isNamed ? named.contains($0.element.name) : $0.element.isUsual) }.map(
            \.element)
    }
}

extension Query {
    /// The columns that are chosen, with commas between: as a link has them, or one by one as boxes are ticked.
    var columns: String {
        let ticked = all.map(\.0).filter { $0.hasPrefix("column.") }.map { String($0.dropFirst(7)) }
        return ticked.isEmpty ? self["columns"] : ticked.joined(separator: ",")
    }
}
