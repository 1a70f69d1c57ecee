import Accounts
import Basics
import Foundation
import Hummingbird
package import Jobs
import Storage
package import Web

extension Routes {
    /// Everything of a kind of records but their list: the forms that make and change one, the file of many, its steps, and its page.
    /// `bell` wakes the jobs of ``Feature`` that do the imports.
    package mutating func records<Record>(_ page: RecordPage<Record>, bell: JobBell) {
        let (house, addresses) = (house, page.addresses)
        form(addresses.new, page.keep, page.making)
        if page.comesInFiles {
            form(addresses.bringIn, page.keep, page.importing)
            form(addresses.file, page.keep, page.applying(bell: bell))
            form(addresses.fileColumns, page.keep, page.choosing)
            form(addresses.fileUndo, page.keep, page.undoing(bell: bell))
            get(addresses.refusedRows, page.keep) { request, context, visit in
                try await page.refusedRows(FormVisit(house, visit, request, context))
            }
        }
        get(addresses.one, page.see) { request, context, visit in
            try await page.look(FormVisit(house, visit, request, context))
        }
        form(addresses.change, page.keep, page.changing)
        for step in page.steps { form(addresses.step(step), step.right, asksAgain: step.asksAgain, page.taking(step)) }
    }
}

/// The page `record`: what it is, what may be done with it, what happened to it.
struct RecordView: Sendable {
    let isSaved: Bool
    let stateText: String?
    let ways: [Frame.Link]
    /// Why a step waits for somebody else.
    let waits: [String]
    let facts: Table
    let tables: [Table]
    let history: Table
}

extension RecordPage {
    /// The page of a record.
    func look(_ at: FormVisit) async throws -> Response {
        let found = try await at.house.database.read { statements in
            let record = try self.record(statements, at)
            let events = try statements.events(about: id(record))
            return (record, events, try statements.namedAccounts(Set(events.map(\.actor)).sorted()), try behind(statements, record, at))
        }
        let (record, events, accounts, tables) = found
        var (ways, waits) = (self.ways(record, at), [String]())
        for step in steps where at.visit.may(step.right) {
            switch step.obstacle(record, RecordVisit(at)) {
            case nil: ways.append(Frame.Link(label: at.text("\(topic).step.\(step.name)"), url: addresses.step(step)(id(record))))
            case .forbidden(let code) where step.isForOthers: waits.append(at.text("refusal.\(code)"))
            default: break
            }
        }
        if at.visit.may(keep), obstacle(record, RecordVisit(at)) == nil {
            ways.append(Frame.Link(label: at.text("record.change"), url: addresses.change(id(record))))
        }
        let view = RecordView(
            isSaved: at.isAfter("saved"), stateText: state.map { at.text("\(topic).state.\($0(record, at.today))") }, ways: ways,
            waits: Set(waits).sorted(),
            facts: facts(record, at),
            tables: tables, history: history(events, accounts, at))
        return try at.house.page(
            FormFrame(title: name(record), crumbs: [crumb(at)], template: "record", content: view), at)
    }

    /// What the record says, field by field.
    func facts(_ record: Record, _ at: FormVisit) -> Table {
        let texts = form.shown(self.texts(record))
        return Table(
            caption: at.text("record.facts"),
            columns: [Table.Column(at.text("record.field")), Table.Column(at.text("record.content"))],
            rows: form.fields.compactMap { field in
                let said = at.said(texts[field.name] ?? "", in: field)
                return said.isEmpty ? nil : [Table.Cell(at.text(field.label)), Table.Cell(said, mark: "wide")]
            })
    }

    private func history(_ events: [Event], _ accounts: [String: NamedAccount], _ at: FormVisit) -> Table {
        let words = at.house.pages.words
        return Table(
            caption: at.text("record.history"),
            columns: [
                Table.Column(at.text("record.at")), Table.Column(at.text("record.by")), Table.Column(at.text("record.what")),
                Table.Column(at.text("record.detail")),
            ],
            rows: events.map { event in
                [
                    Table.Cell(at.house.zone.text(event.happenedAt)), Table.Cell(words.actor(event.actor, accounts, at.visit.language)),
                    Table.Cell(at.text("event.\(event.kind)")), Table.Cell(detail(event, at), mark: "wide"),
                ]
            })
    }

    /// What an entry of the log says of fields, in words: from what to what.
    private func detail(_ event: Event, _ at: FormVisit) -> String {
        // How it was made stands above, or in what was changed since.
        event.kind.hasSuffix(".made") ? "" : at.house.pages.words.detail(event, speech([]), at.visit.language)
    }

    /// What the log of acts says of these records: codes of entries begin with `kinds`.
    package func speech(_ kinds: [String], choices: [String: String] = [:]) -> EventSpeech {
        EventSpeech(kinds, fields: form.fields + steps.flatMap(\.form.fields), choices: choices) { statements, ids, today in
            let visit = RecordVisit(scope: .everything, today: today, act: Act(by: .system, at: Instant(milliseconds: 0), ids: .system))
            let found = try ids.compactMap { try find(statements, $0, visit) }
            return Dictionary(found.map { (id($0), name($0)) }) { first, _ in first }
        }
    }
}
