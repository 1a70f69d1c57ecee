import Accounts
import Basics
import Bulletins
import Figures
import Foundation
import Jobs
import Operations
import Registry
import Returns
import Storage
import Web

/// What stands around the figures of an edition.
enum ImprintFields {
    static let document = Field.document("edition.document", isNeeded: true)
    static let signedOff = Field.text("signed_off", "edition.signed_off", most: 100)
    static let issuer = Field.text("issuer", "edition.issuer", most: 200, isNeeded: false)
    static let recipients = Field.text("recipients", "edition.recipients", most: 200, isNeeded: false)
    static let copies = Field.text("copies", "edition.copies", most: 200, isNeeded: false)
    static let form = Form(document, signedOff, issuer, recipients, copies)

    static func imprint(_ values: FormValues) throws -> Imprint {
        Imprint(
            document: try values[document], signedOff: try values[signedOff], issuer: try values[issuer],
            recipients: try values[recipients], copies: try values[copies])
    }
}

/// Why a closing is taken back.
enum ReopeningFields {
    static let reason = Field.text("reason", "edition.reopen_reason")
    static let form = Form(reason)
}

extension FormPage where Subject == Readiness {
    /// Publishes the next edition of a closed month, by a job; shows before what it will be, what it corrects, and which sentences may not
    /// fit.
    static func publication(_ press: EditionPress, bell: JobBell) -> FormPage {
        FormPage(
            submit: "edition.publish",
            reading: { at in
                let place = try EditionPlace(at, press.rules)
                let ready = try await press.readiness(
                    code: place.code, month: place.month, language: at.visit.language, in: at.visit.scope, at: at.act.at)
                return { _ in ready }
            }, form: { _ in ImprintFields.form },
            texts: { ready, at in [ImprintFields.issuer.name: at.text("compose.issuer", ["area": ready.area.name])] },
            preview: { statements, ready, values, at in
                try ready.check()
                try statements.checkOrder(ready)
                return FormPreview(ready, try ImprintFields.imprint(values), at)
            },
            act: { statements, ready, values, at in
                let imprint = try ImprintFields.imprint(values)
                let order = PublishJob.Order(
                    code: ready.area.code, month: ready.month.description, number: ready.number, document: imprint.document,
                    signedOff: imprint.signedOff, issuer: imprint.issuer,
                    recipients: imprint.recipients, copies: imprint.copies, acceptsMisfits: !ready.composition.misfits.isEmpty,
                    language: at.visit.language.rawValue,
                    actor: at.act.actor.id)
                try statements.order(order, ready, by: at.act)
                return BulletinAddress.editions(ready.month, ready.area.code)
            }, after: { bell.ring() },
            page: { form, ready, at in
                try await at.house.editionFrame(EditionPlace(code: ready.area.code, month: ready.month), form, at, press, bell: bell)
            })
    }
}

extension FormPreview {
    /// What would be published.
    fileprivate init(_ ready: Readiness, _ imprint: Imprint, _ at: FormVisit) {
        let speech = Speech(at.house, at.visit)
        let values = [
            "area": ready.area.name, "month": speech.month(ready.month), "number": String(ready.number), "document": imprint.document,
            "signed_off": imprint.signedOff,
            "recipients": imprint.recipients.isEmpty ? at.text("edition.plan.all") : imprint.recipients,
        ]
        let misfits = ready.composition.misfits.map {
            at.text("edition.plan.misfit", ["section": $0.section.heading, "text": String($0.sentence.text.prefix(80))])
        }
        let errata = Table(
            caption: at.text("edition.plan.errata", ["count": String(ready.errata.count)]),
            columns: ["line", "column", "from", "to"].map {
                Table.Column(at.text("edition.errata.\($0)"), isNumber: $0 == "from" || $0 == "to")
            },
            rows: ready.errata.prefix(200).map {
                [Table.Cell("\($0.line) \($0.lineName)"), Table.Cell($0.columnLabel), Table.Cell($0.from), Table.Cell($0.to)]
            })
        self.init(
            [at.text("edition.plan", values), at.text("edition.plan.stays")], warnings: misfits,
            tables: ready.errata.isEmpty ? [] : [errata])
    }
}

extension FormPage where Subject == AreaMonth {
    /// Closes a month of an area: shows before how many sites it is about and what has not been heard of.
    static func closing(_ rules: FactRules) -> FormPage {
        FormPage(
            submit: "edition.close", cancel: { record, _ in BulletinAddress.editions(record.month, record.area.code) },
            subject: { try $0.areaMonth($1, rules) }, form: { _ in Form() },
            texts: { _, _ in [:] },
            preview: { statements, record, _, at in
                try statements.checkClosing(record.month, area: record.area, rules: rules, at: at.act.at)
                let sites = record.figures.sites
                let (due, heard) = (sites.reduce(0) { $0 + $1.dueDays }, sites.reduce(0) { $0 + $1.heardDays })
                let open = sites.filter { $0.heardDays < $0.dueDays }
                let values = [
                    "area": record.area.name, "month": Speech(at.house, at.visit).month(record.month), "sites": String(sites.count),
                    "excluded": String(record.figures.excluded.count),
                    "due": String(due), "heard": String(heard), "missing": String(due - heard), "open": String(open.count),
                ]
                let table = Table(
                    caption: at.text("edition.plan.unheard", values),
                    columns: ["code", "name", "due", "heard"].map {
                        Table.Column(at.text("edition.plan.column.\($0)"), isNumber: $0 == "due" || $0 == "heard")
                    },
                    rows: open.prefix(50).map {
                        [Table.Cell($0.code), Table.Cell($0.name), Table.Cell($0.dueDays), Table.Cell($0.heardDays)]
                    }, head: 1)
                return FormPreview(
                    [at.text("edition.plan.close", values), at.text("edition.close_note")],
                    warnings: due > heard ? [at.text("edition.plan.missing", values)] : [],
                    tables: open.isEmpty ? [] : [table])
            },
            act: { statements, record, _, at in
                try statements.closeMonth(record.month, area: record.area, rules: rules, by: at.act)
                return BulletinAddress.editions(record.month, record.area.code)
            },
            page: { form, record, at in .edition(form, record, "edition.close_title", "edition.close_lead", at) })
    }

    /// Takes a closing back while nothing is published.
    static func reopening(_ rules: FactRules) -> FormPage {
        FormPage(
            submit: "edition.reopen", cancel: { record, _ in BulletinAddress.editions(record.month, record.area.code) },
            subject: { try $0.areaMonth($1, rules) },
            form: { _ in ReopeningFields.form }, texts: { _, _ in [:] },
            act: { statements, record, values, at in
                try statements.reopenMonth(record.month, area: record.area, reason: try values[ReopeningFields.reason], by: at.act)
                return BulletinAddress.editions(record.month, record.area.code)
            },
            page: { form, record, at in .edition(form, record, "edition.reopen_title", "edition.reopen_lead", at) })
    }
}

extension FormFrame {
    fileprivate static func edition(_ form: FormView, _ record: AreaMonth, _ title: String, _ lead: String, _ at: FormVisit) -> FormFrame {
        FormFrame(
            title: at.text(title, ["area": record.area.name, "month": Speech(at.house, at.visit).month(record.month)]),
            crumbs: [Frame.Link(label: at.text("edition.title"), url: BulletinAddress.editions(record.month, record.area.code))],
            note: at.text(lead), form)
    }
}

extension Statements {
    fileprivate func areaMonth(_ at: FormVisit, _ rules: FactRules) throws -> AreaMonth {
        let place = try EditionPlace(at, rules)
        guard let record = try areaMonth(code: place.code, month: place.month, in: at.visit.scope, zone: rules.zone, at: at.act.at) else {
            throw Refusal.notFound("area")
        }
        return record
    }

    /// While an edition of the month is on its way no other is begun.
    fileprivate func checkOrder(_ ready: Readiness) throws {
        if let job = try latestJob(about: PublishJob.subject(area: ready.area.areaID, ready.month)), [.ready, .running].contains(job.state)
        {
            throw Refusal.conflict("edition.printing")
        }
    }

    /// Asks for an edition to be printed and published.
    fileprivate func order(_ order: PublishJob.Order, _ ready: Readiness, by act: Act) throws {
        try ready.check()
        try checkOrder(ready)
        let payload = String(decoding: try JSONEncoder().encode(order), as: UTF8.self)
        let subject = PublishJob.subject(area: ready.area.areaID, ready.month)
        try enqueueJob(kind: PublishJob.kind, subject: subject, payload: payload, madeBy: act.actor.id, at: act.at, ids: act.ids)
        try record(
            "edition.ordered", ready.area.areaID, ["month": order.month, "number": String(order.number), "document": order.document],
            by: act)
    }
}
