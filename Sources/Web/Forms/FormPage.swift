package import Accounts
package import Basics
import Foundation
package import Hummingbird
package import Storage

/// Who is at a form, and when.
package struct FormVisit: Sendable {
    package let house: House
    package let visit: Visit
    package let request: Request
    package let act: Act
    package let today: Day
    /// What ``FormPage/preparing`` made.
    package internal(set) var prepared: [String: String] = [:]
    private let context: AppContext

    package init(_ house: House, _ visit: Visit, _ request: Request, _ context: AppContext) {
        (self.house, self.visit, self.request, self.context) = (house, visit, request, context)
        (act, today) = (house.act(visit), house.today)
    }

    /// The parts of the address at which the form stands.
    package func parts<each Part>(_ address: Address<repeat each Part>) throws -> (repeat each Part) { try address.parts(context) }

    /// A field behind the `?` of the address.
    package func query(_ name: String) -> String { Query(request)[name] }

    /// Whether the page is shown after something was done, as its address says, and not because something was refused.
    package func isAfter(_ name: String) -> Bool { request.method == .get && !query(name).isEmpty }

    /// What a text of a field says to people: the words of what is chosen.
    package func said(_ text: String, in field: FieldEntry) -> String { house.pages.words.said(text, field, nil, visit.language) }

    /// Words in the person's language.
    package func text(_ key: String, _ values: [String: String] = [:]) -> String { house.text(key, visit, values) }
}

/// A page with a form, from the first look to what comes of it, declared once. The house does the rest: it reads what was typed, says
/// beside each field and above the form what is wrong, shows what would be done before it is done, sees that what is sent twice is done
/// once and that of two editors the second decides field by field, and keeps what was typed when a session ended.
package struct FormPage<Subject: Sendable>: Sendable {
    /// What the form is about, as far as the person may change it: what takes long before the transaction, then the rest in it. Throws
    /// `Refusal.notFound` for anything else.
    let subject: @Sendable (FormVisit) async throws -> (@Sendable (Statements) throws -> Subject)
    let form: @Sendable (Subject) -> Form
    /// The texts with which the form begins.
    let texts: @Sendable (Subject, FormVisit) -> [String: String]
    /// Of a form that changes a record: its id in the log of acts, empty where that does not say who changed it. Then `texts` are what is
    /// stored.
    let record: (@Sendable (Subject) -> String)?
    /// What is wrong besides what no field can be read: told together with that. What cannot be read is nil.
    let check: (@Sendable (Statements, Subject, FormValues, FormVisit) throws -> FieldProblems)?
    /// What the words of labels and help name.
    let values: @Sendable (Subject) -> [String: String]
    /// What `act` would do, to be shown before it is done; nil for what is done at once.
    let preview: (@Sendable (Statements, Subject, FormValues, FormVisit) throws -> FormPreview)?
    /// Does it, in the transaction in which all was checked; answers the address of what came of it.
    let act: @Sendable (Statements, Subject, FormValues, FormVisit) throws -> Location
    /// After it is done.
    package var after: @Sendable () -> Void
    /// The page with the form.
    let page: @Sendable (FormView, Subject, FormVisit) async throws -> FormFrame
    /// The key of the words on its button.
    let submit: String
    /// Buttons for something else that is done with the same fields.
    let ways: @Sendable (Subject) -> [FormWay]
    /// Stands before the names of fields as ids, where a page has several forms of a kind.
    let mark: @Sendable (Subject) -> String
    /// Where somebody goes who does not want to; nil where there is no other way.
    let cancel: (@Sendable (Subject, FormVisit) -> Location?)?
    /// So many bytes are read of one with a file; of any other as many as of any form.
    package var mostBytes = 0
    /// Whether nothing is recorded by it alone, so that nobody is asked when he sends the very same once more.
    package var isOnlyLooking = false
    /// What takes long and needs no transaction, such as hashing a password, before `act`; throws `Refusal.invalid` like that.
    package var preparing: (@Sendable (Typed, FormVisit) async throws -> [String: String])?
    /// The page that is shown once in answer to what was done, in place of the address of what came of it: for what is told once.
    package var answering: (@Sendable (Subject, FormVisit) async throws -> FormFrame)?

    package init(
        submit: String, cancel: (@Sendable (Subject, FormVisit) -> Location?)? = nil,
        ways: @escaping @Sendable (Subject) -> [FormWay] = { _ in [] },
        mark: @escaping @Sendable (Subject) -> String = { _ in "" }, subject: @escaping @Sendable (Statements, FormVisit) throws -> Subject,
        form: @escaping @Sendable (Subject) -> Form,
        texts: @escaping @Sendable (Subject, FormVisit) -> [String: String], record: (@Sendable (Subject) -> String)? = nil,
        values: @escaping @Sendable (Subject) -> [String: String] = { _ in [:] },
        check: (@Sendable (Statements, Subject, FormValues, FormVisit) throws -> FieldProblems)? = nil,
        preview: (@Sendable (Statements, Subject, FormValues, FormVisit) throws -> FormPreview)? = nil,
        act: @escaping @Sendable (Statements, Subject, FormValues, FormVisit) throws -> Location,
        after: @escaping @Sendable () -> Void = {},
        page: @escaping @Sendable (FormView, Subject, FormVisit) async throws -> FormFrame
    ) {
        self.init(
            submit: submit, cancel: cancel, ways: ways, mark: mark, reading: { at in { try subject($0, at) } }, form: form, texts: texts,
            record: record, values: values,
            check: check, preview: preview, act: act, after: after, page: page)
    }

    /// A form about something that is not read from the database alone.
    package init(
        submit: String, cancel: (@Sendable (Subject, FormVisit) -> Location?)? = nil,
        ways: @escaping @Sendable (Subject) -> [FormWay] = { _ in [] },
        mark: @escaping @Sendable (Subject) -> String = { _ in "" },
        reading: @escaping @Sendable (FormVisit) async throws -> (@Sendable (Statements) throws -> Subject),
        form: @escaping @Sendable (Subject) -> Form, texts: @escaping @Sendable (Subject, FormVisit) -> [String: String],
        record: (@Sendable (Subject) -> String)? = nil,
        values: @escaping @Sendable (Subject) -> [String: String] = { _ in [:] },
        check: (@Sendable (Statements, Subject, FormValues, FormVisit) throws -> FieldProblems)? = nil,
        preview: (@Sendable (Statements, Subject, FormValues, FormVisit) throws -> FormPreview)? = nil,
        act: @escaping @Sendable (Statements, Subject, FormValues, FormVisit) throws -> Location,
        after: @escaping @Sendable () -> Void = {},
        page: @escaping @Sendable (FormView, Subject, FormVisit) async throws -> FormFrame
    ) {
        (self.submit, self.cancel, self.ways, self.mark, self.subject, self.form, self.texts, self.record) = (
            submit, cancel, ways, mark, reading, form, texts, record
        )
        (self.values, self.check, self.preview, self.act, self.after, self.page) = (values, check, preview, act, after, page)
    }
}

/// A button of a form besides its own.
package struct FormWay: Sendable {
    let name: String
    let label: String
    let isMain: Bool

    /// `name` is what the values of the form say, `label` the key of its words; the main one is what most people came for.
    package init(_ name: String, _ label: String, isMain: Bool = false) { (self.name, self.label, self.isMain) = (name, label, isMain) }
}

/// What stands around a form on its page.
package struct FormFrame: Sendable {
    let title: String
    let crumbs: [Frame.Link]
    let template: String
    let content: any Sendable

    /// A template with a struct that holds the form.
    package init(title: String, crumbs: [Frame.Link] = [], template: String, content: any Sendable) {
        (self.title, self.crumbs, self.template, self.content) = (title, crumbs, template, content)
    }

    /// The form alone, below a sentence that says what it is for.
    package init(title: String, crumbs: [Frame.Link] = [], note: String, _ form: FormView) {
        self.init(title: title, crumbs: crumbs, template: "form_page", content: FormAlone(note: note, form: form))
    }
}

/// The page `form_page`.
struct FormAlone: Sendable {
    let note: String
    let form: FormView
}
