import Accounts
import Basics
import Storage
import Web

extension RecordPage {
    /// The form that makes one; what the address names of its fields stands there already.
    var making: FormPage<Form> {
        FormPage(
            submit: "record.make", cancel: { _, _ in addresses.list() }, subject: { try offered?($0, $1) ?? form }, form: { $0 },
            texts: { form, at in Dictionary(form.fields.map { ($0.name, at.query($0.name)) }) { first, _ in first } },
            check: { try problems($0, nil, $2, RecordVisit($3)) },
            preview: previewing,
            act: { statements, _, values, at in try saved(statements, nil, values, RecordVisit(at)) },
            page: { view, _, at in
                FormFrame(title: at.text("\(topic).new"), crumbs: [crumb(at)], note: at.text("\(topic).note"), view)
            })
    }

    /// The form that changes one.
    var changing: FormPage<Record> {
        FormPage(
            submit: "record.save", cancel: { record, _ in addresses.one(id(record)) },
            subject: { statements, at in
                let record = try self.record(statements, at)
                if let refusal = obstacle(record, RecordVisit(at)) { throw refusal }
                return record
            }, form: { _ in changes ?? form }, texts: { record, _ in texts(record) }, record: id,
            check: { try problems($0, $1, $2, RecordVisit($3)) },
            act: { statements, record, values, at in try saved(statements, record, values, RecordVisit(at)) },
            page: { view, record, at in
                FormFrame(
                    title: name(record),
                    crumbs: [crumb(at), Frame.Link(label: name(record), url: addresses.one(id(record)))],
                    note: at.text("\(topic).note"), view)
            })
    }

    /// The page on which a step is taken: what it does, what must be given, and then the act.
    func taking(_ step: RecordStep<Record>) -> FormPage<Record> {
        FormPage(
            submit: "\(topic).step.\(step.name)", cancel: { record, _ in addresses.one(id(record)) },
            subject: { statements, at in try record(statements, at) }, form: { _ in step.form }, texts: { _, _ in [:] },
            preview: { _, record, _, at in
                if let refusal = step.obstacle(record, RecordVisit(at)) { throw refusal }
                return FormPreview([at.text("\(topic).will.\(step.name)", ["name": name(record)])], tables: [facts(record, at)])
            },
            act: { statements, record, values, at in
                try step.act(statements, record, values, RecordVisit(at))
                return addresses.one(id(record)).with("saved", 1)
            },
            page: { view, record, at in
                FormFrame(
                    title: at.text("\(topic).step.\(step.name)"),
                    crumbs: [crumb(at), Frame.Link(label: name(record), url: addresses.one(id(record)))], note: name(record), view)
            })
    }

    /// What making one would do, as a form shows it before.
    private var previewing: (@Sendable (Statements, Form, FormValues, FormVisit) throws -> FormPreview)? {
        guard let preview else { return nil }
        return { statements, _, values, at in try preview(statements, try reading(statements, nil, values, RecordVisit(at)), at) }
    }

    func crumb(_ at: FormVisit) -> Frame.Link { Frame.Link(label: at.text("\(topic).title"), url: addresses.list()) }

    /// The record that an address names.
    func record(_ statements: Statements, _ at: FormVisit) throws -> Record {
        guard let record = try find(statements, try at.parts(addresses.one), RecordVisit(at)) else { throw Refusal.notFound("record") }
        return record
    }

    /// What is wrong with the record that some values would make, as far as they can be read.
    func problems(_ statements: Statements, _ old: Record?, _ values: FormValues, _ at: RecordVisit) throws -> FieldProblems {
        do { _ = try reading(statements, old, values, at) } catch Refusal.invalid(let problems) { return problems }
        return [:]
    }

    private func saved(_ statements: Statements, _ old: Record?, _ values: FormValues, _ at: RecordVisit) throws -> Location {
        let new = try reading(statements, old, values, at)
        try save(statements, old, new, at)
        return (old == nil ? next?(new) : nil) ?? addresses.one(id(new)).with("saved", 1)
    }
}
