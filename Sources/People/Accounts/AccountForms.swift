import Accounts
import Basics
import HTTPTypes
import Hummingbird
import Records
import Storage
import Web

private enum GrantFields {
    static let through = Field.date("through", "accounts.last_day", isHelped: true).optional
    static let ending = Form(through)
    static let none = Form([])
}

/// An account at a form, and one of its roles.
struct AccountGrant: Sendable {
    let record: AccountRecord
    let held: HeldGrant
}

extension FormVisit {
    /// The account that an address names, as far as whoever comes may touch it.
    fileprivate func account(_ statements: Statements, _ id: String) throws -> AccountRecord {
        let record = try statements.accountRecord(id: id, in: visit.scope, for: act.actor, on: today)
        guard let record else { throw Refusal.notFound("account") }
        if let obstacle = record.obstacle { throw obstacle }
        return record
    }

    fileprivate func crumbs(_ record: AccountRecord) -> [Frame.Link] {
        [
            Frame.Link(label: text("accounts.title"), url: AccountAddress.accounts.list()),
            Frame.Link(label: record.account.name, url: AccountAddress.accounts.one(record.id)),
        ]
    }

    fileprivate func frame(_ key: String, _ record: AccountRecord, _ view: FormView) -> FormFrame {
        FormFrame(title: text(key), crumbs: crumbs(record), note: text("\(key)_note"), view)
    }

    /// What a role is in words: whose, where, until when.
    fileprivate func said(_ held: HeldGrant, of record: AccountRecord) -> [String: String] {
        [
            "name": record.account.name, "role": text("role.\(held.grant.role.rawValue)"), "area": held.area,
            "through": held.through?.description ?? text("accounts.no_end"),
        ]
    }
}

extension FormPage where Subject == AccountRecord {
    /// `/accounts/:id/roles`: one more role.
    static var giving: FormPage {
        FormPage(
            submit: "accounts.give", cancel: { record, _ in AccountAddress.accounts.one(record.id) },
            subject: { try $1.account($0, try $1.parts(AccountAddress.give)) },
            form: { record in
                Form(AccountFields.role(among: record.giver.roles), AccountFields.area, AccountFields.by, AccountFields.through)
            }, texts: { _, _ in [:] },
            check: { statements, record, values, at in
                do { _ = try AccountFields.asked(statements, values, record.giver, at.record) } catch Refusal.invalid(let problems) {
                    return problems
                }
                return [:]
            },
            preview: { statements, record, values, at in
                let held = try AccountFields.asked(statements, values, record.giver, at.record)
                return FormPreview([at.text("accounts.will_give", at.said(held, of: record))])
            },
            act: { statements, record, values, at in
                try statements.give(try AccountFields.asked(statements, values, record.giver, at.record), to: record, by: at.act)
                return AccountAddress.accounts.one(record.id).with("saved", 1)
            }, page: { view, record, at in at.frame("accounts.give", record, view) })
    }

    /// `/accounts/:id/password`: a password made up for somebody, shown once.
    static var resetting: FormPage {
        var page = FormPage(
            submit: "accounts.reset", cancel: { record, _ in AccountAddress.accounts.one(record.id) },
            subject: { try $1.account($0, try $1.parts(AccountAddress.password)) }, form: { _ in GrantFields.none },
            texts: { _, _ in [:] },
            preview: { statements, record, _, at in
                let open = try statements.sessions(accountID: record.id, at: at.act.at).count
                return FormPreview(
                    [
                        at.text(record.hasPassword ? "accounts.will_reset" : "accounts.will_begin", ["name": record.account.name]),
                        open == 0 ? "" : at.text("accounts.will_end", ["count": String(open)]),
                    ].filter { !$0.isEmpty })
            },
            act: { statements, record, _, at in
                try statements.setFirstPassword(at.prepared[FirstPasswords.stored(record.id)] ?? "", of: record, by: at.act)
                return AccountAddress.accounts.one(record.id)
            }, page: { view, record, at in at.frame("accounts.reset", record, view) })
        page.preparing = { _, at in try await FirstPasswords.prepare([try at.parts(AccountAddress.password)], at) }
        page.answering = { record, at in FirstPasswords.page([record], crumbs: at.crumbs(record), at) }
        return page
    }

    /// `/accounts/:id/sessions`: wherever somebody is signed in, he is no more.
    static var ending: FormPage {
        FormPage(
            submit: "accounts.sessions", cancel: { record, _ in AccountAddress.accounts.one(record.id) },
            subject: { try $1.account($0, try $1.parts(AccountAddress.sessions)) }, form: { _ in GrantFields.none },
            texts: { _, _ in [:] },
            preview: { statements, record, _, at in
                let open = try statements.sessions(accountID: record.id, at: at.act.at)
                guard !open.isEmpty else { throw Refusal.conflict("account.no_sessions") }
                return FormPreview([at.text("accounts.will_end", ["count": String(open.count)])])
            },
            act: { statements, record, _, at in
                try statements.endSessions(of: record.id, number: nil, except: "", by: at.act)
                return AccountAddress.accounts.one(record.id).with("saved", 1)
            }, page: { view, record, at in at.frame("accounts.sessions", record, view) })
    }
}

extension FormPage where Subject == AccountRecord {
    /// `/accounts/:id/factor`: the second factor of somebody who has lost it is taken away.
    static var takingFactor: FormPage {
        FormPage(
            submit: "accounts.factor", cancel: { record, _ in AccountAddress.accounts.one(record.id) },
            subject: { try $1.account($0, try $1.parts(AccountAddress.factor)) }, form: { _ in GrantFields.none },
            texts: { _, _ in [:] },
            preview: { _, record, _, at in
                guard record.account.factorAt != nil else { throw Refusal.conflict("factor.none") }
                return FormPreview([at.text("accounts.will_factor", ["name": record.account.name])])
            },
            act: { statements, record, _, at in
                try statements.takeFactor(of: record, by: at.act)
                return AccountAddress.accounts.one(record.id).with("saved", 1)
            }, page: { view, record, at in at.frame("accounts.factor", record, view) })
    }
}

extension FormPage where Subject == AccountGrant {
    /// `/accounts/:id/roles/:grant/end`: a role ends, at once or after a day.
    static var endingRole: FormPage {
        FormPage(
            submit: "accounts.end", cancel: { subject, _ in AccountAddress.accounts.one(subject.record.id) },
            subject: { statements, at in
                let (id, grant) = try at.parts(AccountAddress.end)
                let record = try at.account(statements, id)
                guard let held = record.live.first(where: { $0.grant.id == grant }) else { throw Refusal.notFound("grant") }
                return AccountGrant(record: record, held: held)
            }, form: { _ in GrantFields.ending }, texts: { _, _ in [:] },
            preview: { _, subject, values, at in
                let through = try values[GrantFields.through]
                if let through, through < at.today { throw Refusal.invalid([GrantFields.through.name: "account.through_past"]) }
                var said = at.said(subject.held, of: subject.record)
                said["through"] = through?.description
                return FormPreview([at.text(through == nil ? "accounts.will_end_now" : "accounts.will_end_after", said)])
            },
            act: { statements, subject, values, at in
                try statements.end(subject.held, of: subject.record, through: try values[GrantFields.through], by: at.act)
                return AccountAddress.accounts.one(subject.record.id).with("saved", 1)
            }, page: { view, subject, at in at.frame("accounts.end", subject.record, view) })
    }
}

extension FormPage where Subject == [AccountRecord] {
    /// `/accounts/passwords`: the first passwords of all that wait for one, as a sheet to cut and hand out.
    static var handingOut: FormPage {
        var page = FormPage(
            submit: "accounts.hand_out", cancel: { _, _ in AccountAddress.accounts.list() },
            subject: { statements, at in try statements.waitingAccounts(at) }, form: { _ in GrantFields.none }, texts: { _, _ in [:] },
            preview: { _, records, _, at in
                guard !records.isEmpty else { throw Refusal.conflict("account.none_waits") }
                return FormPreview([at.text("accounts.will_hand_out", ["count": String(records.count)])], tables: [.named(records, at)])
            },
            act: { statements, records, _, at in
                // Whoever has got one from somebody else meanwhile keeps that.
                for record in records {
                    if let stored = at.prepared[FirstPasswords.stored(record.id)] {
                        try statements.setFirstPassword(stored, of: record, by: at.act)
                    }
                }
                return AccountAddress.accounts.list()
            },
            page: { view, _, at in
                FormFrame(
                    title: at.text("accounts.hand_out"),
                    crumbs: [Frame.Link(label: at.text("accounts.title"), url: AccountAddress.accounts.list())],
                    note: at.text("accounts.hand_out_note", ["most": String(FirstPasswords.most)]), view)
            })
        page.preparing = { _, at in
            let waiting = try await at.house.database.read { try $0.waitingAccounts(at) }
            return try await FirstPasswords.prepare(waiting.map(\.id), at)
        }
        page.answering = { _, at in
            let records = try await at.house.database.read { statements in
                try FirstPasswords.ids(at).compactMap {
                    try statements.accountRecord(id: $0, in: at.visit.scope, for: at.act.actor, on: at.today)
                }
            }
            return FirstPasswords.page(
                records, crumbs: [Frame.Link(label: at.text("accounts.title"), url: AccountAddress.accounts.list())], at)
        }
        return page
    }
}

extension Table {
    fileprivate static func named(_ records: [AccountRecord], _ at: FormVisit) -> Table {
        Table(
            caption: at.text("accounts.title"),
            columns: ["login", "name", "role", "area"].map { Column(at.text("accounts.\($0)")) },
            rows: records.map { one in
                let held = one.live.first
                return [
                    Cell(one.account.login), Cell(one.account.name),
                    Cell(held.map { at.text("role.\($0.grant.role.rawValue)") } ?? ""), Cell(held?.area ?? ""),
                ]
            })
    }
}

extension Statements {
    /// The accounts without a password that somebody may give one.
    fileprivate func waitingAccounts(_ at: FormVisit) throws -> [AccountRecord] {
        try accountRecords(
            AccountFilter(use: .waiting), limit: FirstPasswords.most, in: at.visit.scope, for: at.act.actor, on: at.today, at: at.act.at
        ).filter { $0.obstacle == nil }
    }
}

/// Passwords that are made up for others: told once, on a page that is no answer to anything else.
private enum FirstPasswords {
    /// So many at once.
    static let most = 100

    static func stored(_ id: String) -> String { "stored.\(id)" }

    static func prepare(_ ids: [String], _ at: FormVisit) async throws -> [String: String] {
        var prepared: [String: String] = [:]
        for id in ids {
            let (password, stored) = try await at.house.passwords.first(at.house.entropy)
            (prepared["password.\(id)"], prepared[Self.stored(id)]) = (password, stored)
        }
        return prepared
    }

    static func ids(_ at: FormVisit) -> [String] {
        at.prepared.keys.filter { $0.hasPrefix("password.") }.map { String($0.dropFirst("password.".count)) }.sorted()
    }

    static func page(_ records: [AccountRecord], crumbs: [Frame.Link], _ at: FormVisit) -> FormFrame {
        let slips = records.compactMap { record in
            at.prepared["password.\(record.id)"].map { password in
                let held = record.live.first
                return FirstPasswordsPage.Slip(
                    name: record.account.name, login: record.account.login, password: password,
                    role: held.map { at.text("role.\($0.grant.role.rawValue)") } ?? "", area: held?.areaName ?? "")
            }
        }
        return FormFrame(
            title: at.text("accounts.first_title"), crumbs: crumbs, template: "first_passwords",
            content: FirstPasswordsPage(
                slips: slips, place: at.request.head.authority ?? "", backURL: AccountAddress.accounts.list()))
    }
}

/// The page `first_passwords`: slips to cut and hand out.
struct FirstPasswordsPage: Sendable {
    struct Slip: Sendable {
        let name: String
        let login: String
        let password: String
        let role: String
        let area: String
    }
    let slips: [Slip]
    /// The name by which the browser reached the centre.
    let place: String
    let backURL: Location
}
