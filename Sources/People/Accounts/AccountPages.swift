import Accounts
import Basics
package import Jobs
import Lists
import Offices
import Records
import Registry
import Storage
package import Web

extension FormVisit {
    /// The same for the declarations of records.
    var record: RecordVisit { RecordVisit(scope: visit.scope, today: today, act: act) }
}

extension RecordPage where Record == AccountRecord {
    static var accounts: RecordPage {
        var page = RecordPage(
            AccountAddress.accounts, topic: "accounts", see: .keepAccounts, keep: .keepAccounts, form: AccountFields.form,
            key: [AccountFields.login.name], id: \.id, name: \.account.name, texts: AccountFields.texts,
            find: { try $0.accountRecord(id: $1, in: $2.scope, for: $2.act.actor, on: $2.today) },
            match: { statements, values, at in
                guard let login = values.understood(AccountFields.login), let account = try statements.account(login: login) else {
                    return nil
                }
                return try statements.accountRecord(id: account.id, in: .everything, for: at.act.actor, on: at.today)
            }, reading: { try AccountRecord($0, $1, $2, $3) }, save: { try $0.saveAccount($2, was: $1, by: $3.act) },
            obstacle: { record, _ in record.obstacle }, state: { record, _ in record.account.state.rawValue },
            steps: [
                RecordStep(
                    AccountLife.disable, .keepAccounts, standing: \.account.standing, unless: \.obstacle
                ) { try $0.take(AccountLife.disable, $1, by: $3.act) },
                RecordStep(
                    AccountLife.enable, .keepAccounts, standing: \.account.standing, unless: \.obstacle
                ) { try $0.take(AccountLife.enable, $1, by: $3.act) },
            ],
            behind: { statements, record, at in
                let givers = try statements.namedAccounts(Set(record.grants.map(\.givenBy)).sorted())
                return [.roles(record, givers, at), .use(record, at)]
            },
            ways: { record, at in
                guard record.obstacle == nil else { return [] }
                return [
                    Frame.Link(label: at.text("accounts.give"), url: AccountAddress.give(record.id)),
                    Frame.Link(
                        label: at.text(record.hasPassword ? "accounts.reset" : "accounts.begin"), url: AccountAddress.password(record.id)),
                    Frame.Link(label: at.text("accounts.sessions"), url: AccountAddress.sessions(record.id)),
                ]
                    + (record.account.factorAt == nil
                        ? [] : [Frame.Link(label: at.text("accounts.factor"), url: AccountAddress.factor(record.id))])
            })
        page.changes = Form(AccountFields.login, AccountFields.name)
        page.offered = { statements, at in
            let roles = try statements.giver(at.act.actor, on: at.today).roles
            return Form(
                AccountFields.login, AccountFields.name, AccountFields.role(among: roles), AccountFields.area, AccountFields.by,
                AccountFields.through)
        }
        page.next = { AccountAddress.password($0.id) }
        page.undoing = RecordUndoing(kept: \.kept, restore: { try $0.restore($1, $2, $3) }) { statements, record, at in
            guard try statements.agreementsKept(by: record.id) == 0 else { throw Refusal.conflict("import.in_use") }
            try statements.removeAccount(record.account, by: at.act)
        }
        return page
    }
}

extension AccountRecord {
    /// What a file may have changed: the name, and the roles that hold.
    fileprivate var kept: [String: String] {
        [
            AccountFields.login.name: account.login, AccountFields.name.name: account.name,
            "grants": live.map(\.grant.id).sorted().joined(separator: " "), "password": String(hasPassword),
        ]
    }
}

extension Statements {
    /// Gives an account its name back, and ends the roles that it had not.
    fileprivate func restore(_ record: AccountRecord, _ before: [String: String], _ at: RecordVisit) throws {
        let name = before[AccountFields.name.name] ?? record.account.name
        if name != record.account.name { try changeAccount(record.account, login: record.account.login, name: name, by: at.act) }
        let held = Set((before["grants"] ?? "").split(separator: " ").map(String.init))
        for one in record.live where !held.contains(one.grant.id) {
            try endGrant(one.grant, of: record.account, area: one.area, until: at.today, by: at.act)
        }
    }
}

extension Table {
    fileprivate static func roles(_ record: AccountRecord, _ givers: [String: NamedAccount], _ at: FormVisit) -> Table {
        let words = at.house.pages.words
        return Table(
            caption: at.text("accounts.roles"),
            columns: ["role", "area", "operator", "through", "given", "given_by", "end_column"].map { Column(at.text("accounts.\($0)")) },
            rows: record.grants.map { held in
                let isLive = held.grant.untilDay > at.today
                return [
                    Cell(at.text("role.\(held.grant.role.rawValue)")), Cell(held.area), Cell(held.objectName),
                    Cell(held.through?.description ?? at.text("accounts.no_end")),
                    Cell(at.house.zone.day(of: held.givenAt).description),
                    Cell(held.givenBy.isEmpty ? "" : words.actor(held.givenBy, givers, at.visit.language)),
                    isLive
                        ? record.obstacle == nil
                            ? Cell(at.text("accounts.end"), url: AccountAddress.end(record.id, held.grant.id)) : Cell("")
                        : Cell(at.text("accounts.ended")),
                ]
            }, empty: at.text("accounts.no_role"))
    }

    fileprivate static func use(_ record: AccountRecord, _ at: FormVisit) -> Table {
        let zone = at.house.zone
        return Table(
            caption: at.text("accounts.use"), columns: [Column(at.text("record.field")), Column(at.text("record.content"))],
            rows: [
                [Cell(at.text("accounts.signed_in")), Cell(record.account.signedInAt.map { zone.text($0) } ?? at.text("accounts.never"))],
                [Cell(at.text("accounts.password")), Cell(at.text("accounts.password.\(record.password)"))],
                [
                    Cell(at.text("account.factor")),
                    Cell(record.account.factorAt.map { zone.day(of: $0).description } ?? at.text("account.no_factor")),
                ],
            ]
                + (record.hasPassword
                    ? [[Cell(at.text("password.set_on")), Cell(zone.day(of: record.account.passwordSetAt).description)]] : []))
    }
}

extension AccountRecord {
    /// The end of the key of what is said of its password.
    fileprivate var password: String { hasPassword ? account.passwordIsFirst ? "first" : "own" : "waiting" }
}

extension ListPage where Row == AccountRecord {
    static var accounts: ListPage {
        let record = RecordPage.accounts
        return ListPage(
            record.addresses.list, .keepAccounts, title: "accounts.title",
            columns: [
                ListColumn("login", "accounts.login") { one, _ in
                    Table.Cell(one.account.login, url: AccountAddress.accounts.one(one.id))
                },
                ListColumn("name", "accounts.name") { one, _ in Table.Cell(one.account.name) },
                ListColumn("role", "accounts.role") { one, question in
                    Table.Cell(one.live.first.map { question.text("role.\($0.grant.role.rawValue)") } ?? "")
                },
                ListColumn("area", "accounts.area") { one, _ in Table.Cell(one.live.first?.area ?? "") },
                ListColumn("operator", "accounts.operator", isUsual: false) { one, _ in Table.Cell(one.live.first?.objectName ?? "") },
                ListColumn("through", "accounts.through") { one, _ in Table.Cell(one.live.first?.through?.description ?? "") },
                ListColumn("others", "accounts.others", isUsual: false) { one, question in
                    Table.Cell(
                        one.live.dropFirst().map { "\(question.text("role.\($0.grant.role.rawValue)")) \($0.areaName)" }.joined(
                            separator: question.text("list.comma")), mark: "wide")
                },
                ListColumn("state", "accounts.state_column") { one, question in
                    Table.Cell(question.text("accounts.state.\(one.account.state.rawValue)"), mark: "standing")
                },
                ListColumn("signed_in", "accounts.signed_in") { one, question in
                    Table.Cell(one.account.signedInAt.map { question.time($0) } ?? question.text("accounts.never"))
                },
                ListColumn("password", "accounts.password") { one, question in
                    Table.Cell(question.text("accounts.password.\(one.password)"))
                },
                ListColumn("factor", "account.factor", isUsual: false) { one, question in
                    Table.Cell(one.account.factorAt == nil ? "" : question.text("account.has_factor"))
                },
            ],
            filters: [
                ListFilter("state", "accounts.state_column", any: "accounts.any", among: AccountState.self, words: "accounts.state"),
                ListFilter("role", "accounts.role", any: "accounts.any", among: Role.self, words: "role"),
                ListFilter("use", "accounts.use", any: "accounts.any", among: AccountUse.self, words: "accounts.use"),
            ], search: "accounts.search",
            rows: { statements, question in
                try statements.accountRecords(
                    AccountFilter(question), after: question.after, limit: question.limit, in: question.scope, for: question.actor,
                    on: question.today, at: question.now)
            }, count: { try $0.accountRecordCount(AccountFilter($1), in: $1.scope, on: $1.today, at: $1.now) },
            place: \.account.login,
            acts: [
                ListAct("disable", "accounts.disable_many", .keepAccounts) { statements, logins, question, act in
                    try statements.accountRecords(logins: logins, in: question.scope, for: act.actor, on: question.today).count { record in
                        do { try statements.take(AccountLife.disable, record, by: act) } catch is Refusal { return false }
                        return true
                    }
                }
            ], isOpen: { $0.account.disabledAt == nil && $0.obstacle == nil },
            ways: { question in
                record.ways(question) + [Frame.Link(label: question.text("accounts.hand_out"), url: AccountAddress.passwords())]
            }, note: "accounts.list_note", empty: "accounts.empty")
    }
}

extension ListQuestion {
    fileprivate var actor: Actor { Actor(id: visit.account.id) }
}

extension AccountFilter {
    fileprivate init(_ question: ListQuestion) {
        self.init(
            words: question.words, state: AccountState(rawValue: question["state"]), role: Role(rawValue: question["role"]),
            use: AccountUse(rawValue: question["use"]))
    }
}

extension Feature {
    /// Accounts and what they may do: made, changed, given roles, reset and disabled by those who keep them, each within his area.
    package static func accounts(_ house: House, bell: JobBell) -> Feature {
        let accounts = RecordPage.accounts
        return Feature(
            "accounts", menu: [MenuEntry(.system, "accounts.title", accounts.addresses.list, .keepAccounts)],
            jobs: [accounts.importJob(house, bell: bell)],
            today: [
                TodayLook(.keepAccounts) { statements, question in
                    try AccountUse.allCases.filter { $0 != .first && ($0 != .unguarded || house.factorRule == .required) }.map { use in
                        TodayEntry(
                            .mine, "today.accounts.\(use.rawValue)",
                            count: try statements.accountRecordCount(
                                AccountFilter(use: use), most: 500, in: question.scope, on: question.today, at: question.now),
                            at: AccountAddress.accounts.list().with("use", use.rawValue), most: 500)
                    }
                }
            ],
            searches: [
                SearchLook(.keepAccounts, "accounts.title") { statements, question in
                    try statements.accountRecords(
                        AccountFilter(words: question.words), limit: question.limit, in: question.scope, for: .system, on: question.today,
                        at: house.clock.now
                    ).map {
                        SearchHit(
                            title: $0.account.name, code: $0.account.login, detail: $0.live.first?.areaName ?? "",
                            url: AccountAddress.accounts.one($0.id))
                    }
                }
            ], speech: [accounts.speech(["account.", "grant.", "session."], choices: ["roles": "role"])],
            sample: FeatureSample { try $0.makeSampleAccounts(on: $1, by: $2, house.pages.words) }
        ) {
            $0.list(.accounts)
            $0.form(AccountAddress.passwords, .keepAccounts, asksAgain: true, .handingOut)
            $0.records(accounts, bell: bell)
            $0.form(AccountAddress.give, .keepAccounts, asksAgain: true, .giving)
            $0.form(AccountAddress.end, .keepAccounts, .endingRole)
            $0.form(AccountAddress.password, .keepAccounts, asksAgain: true, .resetting)
            $0.form(AccountAddress.sessions, .keepAccounts, .ending)
            $0.form(AccountAddress.factor, .keepAccounts, asksAgain: true, .takingFactor)
            $0.pick(AccountAddress.pickOperators, .keepAccounts) { statements, question, _ in
                try statements.organisations(
                    OrganisationFilter(words: question.words, kind: .operator, state: .active), limit: question.limit, in: question.scope
                ).map {
                    [$0.name, $0.areaName]
                }
            }
        }
    }
}

extension Statements {
    /// Three accounts of the demo's city that wait for their first passwords: of a village, of a township until the end of its year, of an
    /// operator.
    fileprivate func makeSampleAccounts(on today: Day, by act: Act, _ words: Words) throws {
        guard let city = try rootAreas(on: today).first, let county = try children(of: city, on: today, in: .everything).first,
            let township = try children(of: county, on: today, in: .everything).first,
            let village = try children(of: township, on: today, in: .everything).first
        else { return }
        let keeper = Act(by: .commandLine, at: act.at, ids: act.ids)
        let company = try organisations(OrganisationFilter(kind: .operator), limit: 1, in: .everything).first
        let wanted: [(login: String, name: String, role: Role, area: Area, object: String, until: Day)] = [
            ("village", "accounts.sample.village", .siteManager, village, "", .forever),
            ("tutor", "accounts.sample.tutor", .tutor, township, "", today.advanced(by: 21)),
            ("maintenance", "accounts.sample.maintenance", .maintenance, county, company.map { "operator:\($0.id)" } ?? "", .forever),
        ]
        for one in wanted {
            try addAccount(
                NewAccount(
                    login: one.login, name: words.text(one.name, .chinese), storedPassword: "", isFirst: true,
                    grants: [RoleGrant(role: one.role, areaID: one.area.areaID, object: one.object, untilDay: one.until)]), by: keeper)
        }
    }
}
