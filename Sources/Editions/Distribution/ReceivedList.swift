import Accounts
import Basics
import Bulletins
import Figures
import Lists
import Registry
import Returns
import Storage
import Web

extension ListPage where Row == ReceivedEdition {
    /// The editions that were sent to the account's areas, newest first.
    static var received: ListPage {
        ListPage(
            EditionAddress.received, .seeFigures, title: "distribution.received",
            columns: [
                ListColumn("edition", "distribution.column.edition") { one, question in
                    let speech = Speech(question.house, question.visit)
                    let values = [
                        "issuer": one.issuer, "month": Month(one.month).map(speech.month) ?? one.month, "number": String(one.number),
                        "document": one.document,
                    ]
                    return Table.Cell(speech("distribution.line", values), url: EditionAddress.one(one.edition))
                },
                ListColumn("area", "distribution.column.area") { one, _ in Table.Cell("\(one.areaName) \(one.areaCode)") },
                ListColumn("sent", "distribution.column.sent") { Table.Cell($1.time($0.sentAt)) },
                ListColumn("received", "distribution.column.received") { one, question in
                    one.receivedAt.map { Table.Cell(question.time($0)) }
                        ?? Table.Cell(question.text("distribution.open"), mark: "standing")
                },
                ListColumn("reminders", "distribution.column.reminders", isNumber: true) { one, _ in Table.Cell(one.reminders) },
                ListColumn("paper", "distribution.column.paper") { one, _ in Table.Cell("PDF", url: EditionAddress.file(.pdf)(one.edition))
                },
            ],
            filters: [
                ListFilter(
                    "state", "distribution.column.received",
                    [
                        FieldOption("", "distribution.any"), FieldOption("open", "distribution.open"),
                        FieldOption("received", "distribution.confirmed"),
                    ])
            ],
            rows: { statements, question in
                try statements.received(
                    in: question.scope, isOpen: question.isOpen, after: ReceivedPlace(question.after), limit: question.limit)
            }, count: { try $0.receivedCount(in: $1.scope, isOpen: $1.isOpen) }, place: { ReceivedPlace($0).text },
            acts: [
                ListAct("confirm", "distribution.confirm", .keepRegister) { statements, keys, question, act in
                    try keys.count { try statements.confirm($0, question, act) }
                }
            ], isOpen: { $0.receivedAt == nil }, note: "distribution.lead", empty: "distribution.empty")
    }
}

extension ListQuestion {
    /// Whether those are looked for that nobody confirmed yet; nil for all.
    fileprivate var isOpen: Bool? { self["state"].isEmpty ? nil : self["state"] == "open" }
}

extension Statements {
    /// Confirms a row of the list for its area, where it was sent to one of the asker's own and waits; answers whether it did.
    fileprivate func confirm(_ key: String, _ question: ListQuestion, _ act: Act) throws -> Bool {
        guard let place = ReceivedPlace(key), let code = AreaCode(place.area), question.scope.topmost.contains(code),
            let area = try area(code: place.area, on: question.today, in: question.scope),
            try isSent(place.edition, to: Scope(areas: [code]))
        else { return false }
        return try confirmReceipt(edition: place.edition, areaID: area.areaID, by: act)
    }
}
