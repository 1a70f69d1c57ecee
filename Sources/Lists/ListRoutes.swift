import Accounts
import Basics
import Hummingbird
import Storage
package import Web

/// So many rows stand on a page, and so many are in a file.
private let (pageSize, mostRows) = (50, 50_000)

extension Routes {
    /// A list: its page, its files, and what is done with rows that were chosen.
    package mutating func list<Row>(_ list: ListPage<Row>) {
        let house = house
        let path = list.address.pattern
        lists.append(path)
        get(list.address, list.right) { request, _, visit in
            let query = Query(request)
            let question = ListQuestion(house, visit, query, list, limit: pageSize + 1)
            if let place = list.leads?(question) { return seeOther(place) }
            let found = try await list.find(question)
            let saved = try await house.database.read { try $0.savedLists(accountID: visit.account.id, path: path) }
            let view = ListView(list, found, saved: saved, query, question)
            let frame = found.around?(view) ?? ListFrame("list", view, title: question.text(list.title))
            return try house.page(frame.template, frame.page, title: frame.title, crumbs: frame.crumbs, for: visit, request)
        }
        exports[path] = Export(right: list.right) { try await house.whole(list, $0, $1) }
        for ending in ["csv", "xlsx"] {
            get(list.file(ending), list.right) { request, _, visit in
                let question = ListQuestion(house, visit, Query(request), list, after: "", limit: 1)
                let count = try await list.find(question).count
                if let waiting = try await house.orderedExport(path, list.right, ending, count: count, request, visit) {
                    return waiting
                }
                let (tables, name) = try await house.whole(list, Query(request), visit)
                guard ending == "csv" else { return try await spreadsheet(tables, name: name) }
                return download(tables.files, name: name + ".csv", type: "text/csv; charset=utf-8")
            }
        }
        for act in list.acts {
            post(list.acting(act), act.right) { form, _, visit in
                let query = Query(form.raw("list"))
                let keys = form.all.keys.filter { $0.hasPrefix("row.") }.map { String($0.dropFirst(4)) }.sorted()
                let (question, done) = (ListQuestion(house, visit, query, list, limit: pageSize + 1), house.act(visit))
                // What is done to several things at once is looked at first.
                if keys.count > 1, form["form_step"] != "act" {
                    let view = ListActView(list, act, try await list.find(question).rows, keys, form.raw("list"), question)
                    let crumbs = [Frame.Link(label: question.text(list.title), url: list.address())]
                    return try house.page("list_act", view, title: question.text(act.label), crumbs: crumbs, for: visit, form.request)
                }
                let count = keys.isEmpty ? 0 : try await house.database.write { try act.act($0, keys, question, done) }
                let fields = query.all.filter { $0.0 != "done" } + [("done", "\(count)/\(keys.count)")]
                return seeOther(list.address().with(fields))
            }
        }
    }

    /// What the pages of lists need besides: views that are kept, and the files of long lists.
    package mutating func addLists() {
        addExports()
        addSavedLists()
    }

    /// `/saved-lists`: a list as it is shown, kept under a name, by each account for itself.
    private mutating func addSavedLists() {
        let house = house
        post(ListAddress.saved, .ownAccount) { form, _, visit in
            let (path, query, name, act) = (
                form["path"], String(String.UnicodeScalarView(form["query"].unicodeScalars.prefix(2000))), form["name"], house.act(visit)
            )
            guard path.utf8.count <= 60, path.wholeMatch(of: /(\/[a-z-]+)+/) != nil else { throw Refusal.notFound("page") }
            if form["step"] == "forget" {
                try await house.database.write { try $0.forgetList(name, path: path, by: act) }
            } else {
                guard (1...60).contains(name.unicodeScalars.count) else {
                    throw Refusal.invalid([
                        "name": name.isEmpty
                            ? "form.required" : FieldProblem("form.too_long", ["most": "60", "length": String(name.unicodeScalars.count)])
                    ])
                }
                try await house.database.write { try $0.saveList(name, path: path, query: query, by: act) }
            }
            return seeOther(Location(asked: "\(path)?\(query)"))
        }
    }
}

extension House {
    /// The whole list as it is shown: the rows of all pages, the columns that were chosen, what stands behind it; and what its file is
    /// called.
    fileprivate func whole<Row>(_ list: ListPage<Row>, _ query: Query, _ visit: Visit) async throws -> ([Table], String) {
        let question = ListQuestion(self, visit, query, list, after: "", limit: mostRows + 1)
        let found = try await list.find(question)
        let columns = list.columns(query)
        var cells = found.rows.prefix(mostRows).map { row in columns.map { $0.cell(row, question) } }
        // A file that leaves something out says so in its last line.
        if found.rows.count > mostRows || found.next != nil {
            cells.append(
                [Table.Cell(question.text("list.rest", ["count": String(mostRows)]))] + columns.dropFirst().map { _ in Table.Cell("") })
        }
        let table = Table(
            caption: question.text(list.title), columns: columns.map { Table.Column(question.text($0.label), isNumber: $0.isNumber) },
            rows: cells, total: found.total.isEmpty ? nil : columns.map { found.total[$0.name] ?? Table.Cell("") })
        return ([table] + found.behind, found.fileName ?? "\(list.fileName)-\(today)")
    }
}

/// The page `list_act`: what would be done with several rows.
private struct ListActView: Sendable {
    let csrf: String
    let actURL: Location
    let actLabel: String
    let query: String
    let cancelURL: Location
    let says: String
    let keys: [String]
    let table: Table

    init<Row>(_ list: ListPage<Row>, _ act: ListAct, _ rows: [Row], _ keys: [String], _ query: String, _ question: ListQuestion) {
        let (chosen, columns) = (Set(keys), Array(list.columns.filter(\.isUsual).prefix(4)))
        let shown = rows.filter { chosen.contains(list.place($0)) }
        (csrf, self.query, self.keys) = (question.visit.csrf, query, keys)
        (actURL, actLabel) = (list.acting(act)(), question.text(act.label))
        cancelURL = list.address().with(Query(query).all)
        says = question.text("list.act_rows", ["act": actLabel, "count": String(keys.count)])
        table = Table(
            caption: question.text(list.title), columns: columns.map { Table.Column(question.text($0.label), isNumber: $0.isNumber) },
            rows: shown.map { row in columns.map { $0.cell(row, question) } })
    }
}

extension ListPage {
    fileprivate var fileName: String { address.pattern.split(separator: "/").joined(separator: "-") }
}

/// The page `list`.
package struct ListView: Sendable {
    struct Filter: Sendable {
        let filterName: String
        let filterLabel: String
        let choices: [Choice]
    }
    struct Head: Sendable {
        let headLabel: String
        let headIsNumber: Bool
        /// The list sorted by this column.
        let headURL: Location?
        /// `ascending` or `descending` when it is.
        let headDirection: String?
    }
    struct Cell: Sendable {
        let cellText: String
        let cellURL: Location?
        let cellMark: String?
        let cellLabel: String
        let cellIsNumber: Bool
        let cellIsHead: Bool
    }
    struct Line: Sendable {
        let rowKey: String
        let isChoosable: Bool
        let cells: [Cell]
    }
    struct Button: Sendable {
        let actURL: Location
        let actLabel: String
    }
    struct Tick: Sendable {
        let columnName: String
        let columnLabel: String
        let isShown: Bool
    }
    struct Saved: Sendable {
        let savedName: String
        let savedURL: Location
    }
    struct Hidden: Sendable {
        let hiddenName: String
        let hiddenText: String
    }
    let path: Location
    let csrf: String
    let note: String?
    let done: String?
    let filters: [Filter]
    let searchLabel: String?
    let typed: String
    let hasFilter: Bool
    let ways: [Frame.Link]
    let count: String
    let heads: [Head]
    let rows: [Line]
    /// The last line, over all rows.
    let total: [Cell]
    let hasTotal: Bool
    let behind: [Table]
    let isEmpty: Bool
    let empty: String
    let allURL: Location?
    let csvURL: Location
    let xlsxURL: Location
    let firstURL: Location?
    let nextURL: Location?
    let acts: [Button]
    let hasActs: Bool
    /// The list as its address has it, from its first page on, and where it is now.
    let query: String
    let here: String
    let columns: String
    /// Besides the columns; and of these what the form of the filters does not ask for.
    let hidden: [Hidden]
    let kept: [Hidden]
    let ticks: [Tick]
    let saved: [Saved]

    init<Row>(_ list: ListPage<Row>, _ found: ListFound<Row>, saved: [SavedList], _ asked: Query, _ question: ListQuestion) {
        let columns = list.columns(asked)
        let (shown, count) = (found.rows.prefix(pageSize), found.count)
        let carried = list.fields.map { ($0, question[$0]) }
        let chosen = [("q", asked["q"])] + list.filters.map { ($0.name, asked[$0.name]) } + carried
        let fields = chosen + [("sort", question.order), ("columns", asked.columns)]
        let mayAct = list.acts.filter { question.visit.may($0.right) }
        let place = list.address()
        path = place
        csrf = question.visit.csrf
        note = list.note.map { question.text($0) }
        let parts = asked["done"].split(separator: "/").compactMap { Int($0) }
        done =
            parts.count == 2
            ? question.text(
                parts[1] == 0 ? "list.none_chosen" : "list.done",
                ["done": String(parts[0]), "skipped": String(max(0, parts[1] - parts[0]))]) : nil
        filters = list.filters.map { filter in
            Filter(
                filterName: filter.name, filterLabel: question.text(filter.label),
                choices: filter.options.map {
                    Choice(choiceValue: $0.value, choiceLabel: question.text($0.label), chosen: $0.value == question[filter.name])
                })
        }
        searchLabel = list.search.map { question.text($0) }
        typed = asked["q"]
        hasFilter = !list.filters.isEmpty || list.search != nil
        ways = list.ways(question)
        self.count = question.text(count < list.mostCounted ? "list.count" : "list.count_more", ["count": grouped(count)])
        heads = columns.map { column in
            let isSorted = column.name == question.sort
            let descends = column.isNumber != question.isReversed
            let order = isSorted && !question.isReversed ? "-" + column.name : column.name
            return Head(
                headLabel: question.text(column.label), headIsNumber: column.isNumber,
                headURL: column.isSortable ? place.with(chosen + [("sort", order), ("columns", asked.columns)]) : nil,
                headDirection: isSorted ? (descends ? "descending" : "ascending") : nil)
        }
        func cell(_ cell: Table.Cell, _ column: ListColumn<Row>, isFirst: Bool) -> Cell {
            Cell(
                cellText: column.isNumber ? Int(cell.text).map(grouped) ?? cell.text : cell.text, cellURL: cell.url, cellMark: cell.mark,
                cellLabel: question.text(column.label), cellIsNumber: column.isNumber, cellIsHead: isFirst)
        }
        rows = shown.map { row in
            Line(
                rowKey: list.place(row), isChoosable: !mayAct.isEmpty && list.isOpen(row),
                cells: columns.enumerated().map { cell($1.cell(row, question), $1, isFirst: $0 == 0) })
        }
        hasTotal = !found.total.isEmpty && !shown.isEmpty
        total = columns.enumerated().map { cell(found.total[$1.name] ?? Table.Cell(""), $1, isFirst: $0 == 0) }
        behind = found.behind
        isEmpty = shown.isEmpty
        let isWhole = question.isPlain(list.filters) && question.after.isEmpty
        empty = question.text(isWhole ? list.empty : "list.nothing_fits")
        allURL = isWhole ? nil : place.with(carried)
        (csvURL, xlsxURL) = (list.file("csv")().with(fields), list.file("xlsx")().with(fields))
        firstURL = question.after.isEmpty ? nil : place.with(fields)
        let next = found.next ?? (found.rows.count > pageSize ? shown.last.map(list.place) : nil)
        nextURL = next.map { place.with(fields + [("after", $0)]) }
        acts = mayAct.map { Button(actURL: list.acting($0)(), actLabel: question.text($0.label)) }
        hasActs = !mayAct.isEmpty && shown.contains(where: list.isOpen)
        query = Query.text(fields)
        here = Query.text(fields + [("after", question.after)])
        self.columns = asked.columns
        kept = (carried + [("sort", question.order)]).filter { !$0.1.isEmpty }.map { Hidden(hiddenName: $0.0, hiddenText: $0.1) }
        hidden = fields.dropLast().filter { !$0.1.isEmpty }.map { Hidden(hiddenName: $0.0, hiddenText: $0.1) }
        ticks = list.columns.dropFirst().map { column in
            Tick(columnName: column.name, columnLabel: question.text(column.label), isShown: columns.contains { $0.name == column.name })
        }
        self.saved = saved.map { Saved(savedName: $0.name, savedURL: list.address().with(Query($0.query).all)) }
    }
}
