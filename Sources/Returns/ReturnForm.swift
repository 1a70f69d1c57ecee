import Accounts
import Basics
import Figures
import Operations
import Registry
import Storage
import Web

/// The form of a return: what did each of its sites do, and which share the paper states.
enum ReturnFields {
    static let share = Field<String>(
        "share", "return.field.share", look: .line(digits: false), isNeeded: false, isHelped: true, most: 12, normal: { $0 }
    ) {
        text throws(FieldProblem) in
        guard let share = ReturnRules.readShare(text) else { throw "return.share_form" }
        return share
    }

    static func number(_ site: TypedSite, _ field: ReturnField) -> Field<Int?> {
        Field<Int?>(
            site.input(field), "return.field.\(field.rawValue)", look: .line(digits: true), isNeeded: false, most: 30,
            normal: { $0.map(String.init) ?? "" }
        ) { text throws(FieldProblem) in
            switch ReturnRules.read(text) {
            case .nothing: return nil
            case .number(let number): return number
            case .wrong(let code): throw FieldProblem(code)
            }
        }
    }

    static func remark(_ site: TypedSite) -> Field<String> {
        .text(site.input("remark"), "return.field.remark", most: ReturnRules.longestRemark, isNeeded: false)
    }

    static func form(_ sites: [TypedSite], _ speech: Speech) -> Form {
        Form(
            sites.flatMap { site in
                ReturnField.allCases.map { number(site, $0).titled("\(site.name) \(speech("return.field.\($0.rawValue)"))") }
                    + [remark(site).titled("\(site.name) \(speech("return.field.remark"))")]
            } + [share.titled(speech("return.field.share"))])
    }

    /// The names of the fields that stand in the table.
    static func names(_ site: TypedSite) -> [String] { ReturnField.allCases.map { site.input($0) } + [site.input("remark")] }

    /// The texts of what is stored.
    static func texts(_ standing: ReturnStanding) -> [String: String] {
        var texts = [share.name: standing.monthlyReturn?.statedShare ?? ""]
        for site in standing.sites {
            let line = standing.lines[site.num] ?? ReturnLine()
            for field in ReturnField.allCases { texts[site.input(field)] = line[field].map(String.init) ?? "" }
            texts[site.input("remark")] = line.remark
        }
        return texts
    }

    /// What was typed; what cannot be read is missing.
    static func draft(_ values: FormValues, _ standing: ReturnStanding) -> ReturnDraft {
        var draft = ReturnDraft(lines: [:], share: values.understood(share) ?? "", revision: standing.monthlyReturn?.revision ?? 0)
        for site in standing.sites {
            var line = ReturnLine(remark: values.understood(remark(site)) ?? "")
            for field in ReturnField.allCases { line.values[field] = values.understood(number(site, field)) ?? nil }
            draft.lines[site.code] = line
        }
        return draft
    }
}

/// Why a return goes back.
enum SendBackFields {
    static let reason = Field.text("reason", "return.column.reason")
    /// Goes up with everything that is typed.
    static let revision = Field.seen("revision", "return.revision")
    static let form = Form(reason, revision)
}

/// A return that somebody is at.
struct ReturnSubject: Sendable {
    let record: ReturnRecord
    let area: Area
    let own: ReturnStanding
    package let speech: Speech
}

extension FormPage where Subject == ReturnSubject {
    /// Types a return: saves it as it is, or submits it when it is complete.
    static func typing(_ rules: FactRules) -> FormPage {
        FormPage(
            submit: "return.save", ways: { _ in [FormWay("submit", "return.submit", isMain: true)] },
            subject: { try $0.returnSubject($1, rules) },
            form: { ReturnFields.form($0.own.sites, $0.speech) }, texts: { subject, _ in ReturnFields.texts(subject.own) },
            record: { $0.own.monthlyReturn?.id ?? "" },
            check: { _, subject, values, _ in
                ReturnRules.problems(ReturnFields.draft(values, subject.own), subject.own.sites, isComplete: values.way == "submit")
            },
            act: { statements, subject, values, at in
                try statements.saveReturn(
                    ReturnFields.draft(values, subject.own), month: subject.record.month, area: subject.area,
                    submit: values.way == "submit",
                    today: subject.record.period.today, by: at.act)
                return ReturnAddress.one(subject.record.month, subject.area.code).with("saved", 1)
            },
            page: { form, subject, at in .monthlyReturn(subject.record, subject.area, typing: form, rules, at) })
    }

    /// Sends a return back, with a reason.
    static func sendingBack(_ rules: FactRules) -> FormPage {
        FormPage(
            submit: "return.send_back", subject: { try $0.returnSubject($1, rules) }, form: { _ in SendBackFields.form },
            texts: { subject, _ in
                [SendBackFields.reason.name: "", SendBackFields.revision.name: String(subject.own.monthlyReturn?.revision ?? 0)]
            },
            record: { $0.own.monthlyReturn?.id ?? "" },
            act: { statements, subject, values, at in
                try statements.sendBackReturn(
                    month: subject.record.month, area: subject.area, reason: try values[SendBackFields.reason],
                    revision: subject.own.monthlyReturn?.revision ?? 0,
                    in: subject.record.keeping, by: at.act)
                return ReturnAddress.one(subject.record.month, subject.area.code).with("saved", 1)
            },
            page: { form, subject, at in .monthlyReturn(subject.record, subject.area, sendingBack: form, rules, at) })
    }
}

extension FormFrame {
    /// The page of an area's return; with a form of it that was not taken as it is.
    static func monthlyReturn(
        _ record: ReturnRecord, _ area: Area, typing: FormView? = nil, sendingBack: FormView? = nil, _ rules: FactRules, _ at: FormVisit
    ) -> FormFrame {
        let (speech, month) = (Speech(at.house, at.visit), record.month)
        let subject = record.own.map { ReturnSubject(record: record, area: area, own: $0, speech: speech) }
        let typing =
            typing
            ?? (record.mayType(area)
                ? subject.map { at.house.opened(.typing(rules), $0, at, action: ReturnAddress.one(month, area.code)) } : nil)
        let sendingBack =
            sendingBack
            ?? (record.maySendBack(at.visit.account.id)
                ? subject.map { at.house.opened(.sendingBack(rules), $0, at, action: ReturnAddress.sendBack(month, area.code)) } : nil)
        let content = ReturnPage(
            record, area: area, typing: typing, sendingBack: sendingBack, isSaved: at.isAfter("saved"), csrf: at.visit.csrf,
            account: at.visit.account.id, zone: rules.zone, speech)
        return FormFrame(
            title: speech("return.one", ["area": area.name, "month": speech.month(record.month)]),
            crumbs: [Frame.Link(label: speech("return.title"), url: ReturnAddress.list().with("month", month))]
                + record.path.map { Frame.Link(label: $0.name, url: ReturnAddress.one(record.month, $0.code)) }, template: "return",
            content: content)
    }
}

extension ReturnRecord {
    /// Whether the account may type the return of the area itself.
    func mayType(_ area: Area) -> Bool {
        own?.isDue == true && own?.monthlyReturn?.isFixed != true && area.areaCode.map(keeping.covers) ?? false
    }

    /// Whether an account may send it back; an approved one only while the month is not closed.
    func maySendBack(_ account: String) -> Bool {
        guard let made = own?.monthlyReturn, made.state == .submitted || !isClosed else { return false }
        return ReturnLife.sendBack.isOpen(made.standing, by: account, in: keeping)
    }
}
