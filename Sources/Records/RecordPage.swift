package import Accounts
package import Basics
package import Lists
package import Storage
package import Web

/// Who makes, changes or brings in records, and when; a person at a form, or the job that does what he ordered.
package struct RecordVisit: Sendable {
    package let scope: Scope
    package let today: Day
    package let act: Act

    package init(scope: Scope, today: Day, act: Act) { (self.scope, self.today, self.act) = (scope, today, act) }

    init(_ at: FormVisit) { self.init(scope: at.visit.scope, today: at.today, act: at.act) }
}

/// The addresses of records of a kind: their list, what makes one and brings in many, a record, what changes one.
package struct RecordAddresses: Sendable {
    package let list: FixedAddress
    package let one: Address<String>
    package let new: FixedAddress
    package let bringIn: FixedAddress
    let file: Address<String>
    let refusedRows: Address<String>
    let fileColumns: Address<String>
    let fileUndo: Address<String>
    let change: Address<String>

    /// All lie below the address of the list.
    package init(_ list: String) {
        (self.list, new, bringIn) = (FixedAddress(list), FixedAddress(list + "/new"), FixedAddress(list + "/import"))
        (file, refusedRows) = (Address("\(list)/imports/:import"), Address("\(list)/imports/:import/refused.csv"))
        fileColumns = Address("\(list)/imports/:import/columns")
        fileUndo = Address("\(list)/imports/:import/undo")
        (one, change) = (Address("\(list)/:id"), Address("\(list)/:id/change"))
    }

    /// Where a step of a record's life is taken.
    func step<Record>(_ step: RecordStep<Record>) -> Address<String> { one.adding("/" + step.name) }
}

/// Records of a kind, declared once by the feature that owns them. From it come the forms that make and change one, the file of many with
/// its preview, its account and its refused rows, the steps of its life, and the page of one with what may be done with it and its history.
package struct RecordPage<Record: Sendable>: Sendable {
    package let addresses: RecordAddresses
    /// Who sees them, and who makes and changes them.
    let see: Right
    let keep: Right
    /// Its words begin so: `title`, `new`, `note`, `import`, `import_note`; `state.` and `step.`, `will.` of each step where it has a life.
    package let topic: String
    package let form: Form
    /// The fields by which a row of a file names its record.
    let key: [String]
    let id: @Sendable (Record) -> String
    let name: @Sendable (Record) -> String
    /// What a form of it holds.
    package let texts: @Sendable (Record) -> [String: String]
    /// The record of an id, as far as whoever comes sees it.
    let find: @Sendable (Statements, String, RecordVisit) throws -> Record?
    /// The record that a row of a file names by its key.
    let match: @Sendable (Statements, FormValues, RecordVisit) throws -> Record?
    /// The record as it would be: a new one, or the old one changed. Throws `Refusal.invalid` that names what is wrong.
    let reading: @Sendable (Statements, Record?, FormValues, RecordVisit) throws -> Record
    /// Keeps it, with its entry in the log of acts.
    let save: @Sendable (Statements, Record?, Record, RecordVisit) throws -> Void
    /// Why one may not be changed, such as that it lies in another area; nil when it may.
    let obstacle: @Sendable (Record, RecordVisit) -> Refusal?
    /// Where its life stands on a day; nil for what has none.
    let state: (@Sendable (Record, Day) -> String)?
    let steps: [RecordStep<Record>]
    /// What else its page shows, and where one may go from there.
    let behind: @Sendable (Statements, Record, FormVisit) throws -> [Table]
    let ways: @Sendable (Record, FormVisit) -> [Frame.Link]
    /// The fields that change one, where they are not those that make one.
    package var changes: Form?
    /// The fields that make one as they are offered to somebody: fewer choices.
    package var offered: (@Sendable (Statements, FormVisit) throws -> Form)?
    /// What making one would do, where that is more than a record.
    package var preview: (@Sendable (Statements, Record, FormVisit) throws -> FormPreview)?
    /// How a file of them is taken back; nil where it cannot be.
    package var undoing: RecordUndoing<Record>?
    /// Whether many are brought in from a file.
    package var comesInFiles = true
    /// Where a form leads that made one; nil for its page.
    package var next: (@Sendable (Record) -> Location)?

    package init(
        _ addresses: RecordAddresses, topic: String, see: Right, keep: Right, form: Form, key: [String],
        id: @escaping @Sendable (Record) -> String,
        name: @escaping @Sendable (Record) -> String, texts: @escaping @Sendable (Record) -> [String: String],
        find: @escaping @Sendable (Statements, String, RecordVisit) throws -> Record?,
        match: @escaping @Sendable (Statements, FormValues, RecordVisit) throws -> Record?,
        reading: @escaping @Sendable (Statements, Record?, FormValues, RecordVisit) throws -> Record,
        save: @escaping @Sendable (Statements, Record?, Record, RecordVisit) throws -> Void,
        obstacle: @escaping @Sendable (Record, RecordVisit) -> Refusal? = { _, _ in nil },
        state: (@Sendable (Record, Day) -> String)? = nil, steps: [RecordStep<Record>] = [],
        behind: @escaping @Sendable (Statements, Record, FormVisit) throws -> [Table] = { _, _, _ in [] },
        ways: @escaping @Sendable (Record, FormVisit) -> [Frame.Link] = { _, _ in [] }
    ) {
        (self.addresses, self.topic, self.see, self.keep, self.form, self.key) = (addresses, topic, see, keep, form, key)
        (self.id, self.name, self.texts, self.find, self.match, self.reading) = (id, name, texts, find, match, reading)
        (self.save, self.obstacle, self.state, self.steps, self.behind, self.ways) = (save, obstacle, state, steps, behind, ways)
    }

    /// Which kind they are, for what is kept of them.
    var path: String { addresses.list.pattern }

    /// The buttons above the list of them.
    package func ways(_ question: ListQuestion) -> [Frame.Link] {
        guard question.visit.may(keep) else { return [] }
        let new = Frame.Link(label: question.text("\(topic).new"), url: addresses.new())
        guard comesInFiles else { return [new] }
        return [new, Frame.Link(label: question.text("\(topic).import"), url: addresses.bringIn())]
    }
}

/// A step in the life of a record, as people take it.
package struct RecordStep<Record: Sendable>: Sendable {
    let name: String
    let right: Right
    let asksAgain: Bool
    /// Whether somebody else must take it than whoever made the thing: he is told that it waits.
    let isForOthers: Bool
    /// What must be given.
    let form: Form
    /// Why somebody may not take it; nil when he may.
    let obstacle: @Sendable (Record, RecordVisit) -> Refusal?
    let act: @Sendable (Statements, Record, FormValues, RecordVisit) throws -> Void

    /// A step that a life cycle declares; `act` takes it. `unless` says what else stands against it.
    package init<State>(
        _ step: LifeStep<State>, _ right: Right, asksAgain: Bool = false, form: Form = Form([]),
        standing: @escaping @Sendable (Record) -> LifeStanding<State>, unless: @escaping @Sendable (Record) -> Refusal? = { _ in nil },
        act: @escaping @Sendable (Statements, Record, FormValues, RecordVisit) throws -> Void
    ) {
        (name, self.right, self.asksAgain, self.form, self.act) = (step.name, right, asksAgain, form, act)
        isForOthers = step.party == .other
        obstacle = { step.obstacle(standing($0), by: $1.act.actor.id, in: $1.scope) ?? unless($0) }
    }
}
