import Accounts
import Basics
import Offices
import Records
import Registry
import Storage
import Web

/// Where accounts are kept.
enum AccountAddress {
    static let accounts = RecordAddresses("/accounts")
    static let give = Address<String>("/accounts/:id/roles")
    static let end = Address<String, String>("/accounts/:id/roles/:grant/end")
    static let password = Address<String>("/accounts/:id/password")
    static let sessions = Address<String>("/accounts/:id/sessions")
    static let factor = Address<String>("/accounts/:id/factor")
    static let passwords = FixedAddress("/accounts/passwords")
    static let pickOperators = FixedAddress("/pick/account-operators")
}

/// The form of an account, and the columns of a file of them.
enum AccountFields {
    static let login = Field.text("login", "accounts.login", most: 64, isHelped: true)
    static let name = Field.text("name", "accounts.name", most: 100, isHelped: true)
    static let role = role(among: Role.allCases)
    static let area = Field.picked("area", "accounts.area", from: AreaAddress.pickForAccounts, isHelped: false)
    static let by = Field.picked("operator", "accounts.operator", from: AccountAddress.pickOperators).optional
    static let through = Field.date("through", "accounts.through", isHelped: true).optional
    static let form = Form(login, name, role, area, by, through)

    /// The choice of a role among those that somebody may give.
    static func role(among roles: [Role]) -> Field<Role> { Field<Role>.choice("role", "accounts.role", among: roles, words: "role") }

    static func texts(_ one: AccountRecord) -> [String: String] {
        let held = one.asked ?? one.live.first
        return [
            login.name: one.account.login, name.name: one.account.name, role.name: held?.grant.role.rawValue ?? "",
            area.name: held?.area ?? "", by.name: held?.objectName ?? "", through.name: held?.through?.description ?? "",
        ]
    }

    /// The role that some values ask for. Throws `Refusal.invalid` that names what is wrong.
    static func asked(_ statements: Statements, _ values: FormValues, _ giver: Giver, _ at: RecordVisit) throws -> HeldGrant {
        var problems: FieldProblems = [:]
        let role = try problems.gather { try values[Self.role] }
        let found = try problems.gather {
            try statements.area(typed: try values[Self.area], in: Self.area.name, on: at.today, scope: at.scope)
        }
        let operated = try problems.gather {
            try values[Self.by].map { try statements.organisation(typed: $0, kind: .operator, in: Self.by.name, scope: at.scope) }
        }
        let through = try problems.gather { try values[Self.through] }
        if let through, let day = through, day < at.today { problems[Self.through.name] = "account.through_past" }
        // What an operator's people see and do is a matter of that operator.
        if role == .maintenance, case .some(nil) = operated { problems[Self.by.name] = "accounts.operator_needed" }
        if let role, role != .maintenance, case .some(.some) = operated { problems[Self.by.name] = "accounts.operator_only" }
        if let role, let found, let code = found.areaCode, !giver.may(give: role, in: code) {
            problems[Self.role.name] = "account.not_yours_to_give"
        }
        guard problems.isEmpty, let role, let found else { throw Refusal.invalid(problems) }
        let until = (through ?? nil).map { $0.advanced(by: 1) } ?? .forever
        let one = operated ?? nil
        return HeldGrant(
            grant: RoleGrant(role: role, areaID: found.areaID, object: one.map { "operator:\($0.id)" } ?? "", untilDay: until),
            areaCode: found.code, areaName: found.name, objectName: one?.name ?? "")
    }
}

extension AccountRecord {
    /// What some values make of an account: a new one with a role, or the old one with another login or name, and one more role where they
    /// name one that it has not.
    init(_ statements: Statements, _ old: AccountRecord?, _ values: FormValues, _ at: RecordVisit) throws {
        var problems: FieldProblems = [:]
        let (login, name) = (values.understood(AccountFields.login), values.understood(AccountFields.name))
        if let login, let name {
            do { try statements.checkAccount(login: login, name: name) } catch Refusal.invalid(let wrong) { problems = wrong }
            if try statements.account(login: login).map({ $0.id != old?.id }) ?? false {
                problems[AccountFields.login.name] = "account.login_taken"
            }
        }
        let giver = try old?.giver ?? statements.giver(at.act.actor, on: at.today)
        var asked: HeldGrant?
        if old == nil || values.has(AccountFields.role) {
            asked = try problems.gather { try AccountFields.asked(statements, values, giver, at) }
        }
        guard problems.isEmpty, let login, let name else { throw Refusal.invalid(problems) }
        let isHeld = old?.live.contains { held in
            asked.map { ($0.grant.role, $0.grant.areaID, $0.grant.object) == (held.grant.role, held.grant.areaID, held.grant.object) }
                ?? true
        }
        self.init(
            account: Account(
                id: old?.id ?? at.act.ids.next(), login: login, name: name, language: old?.account.language ?? "",
                disabledAt: old?.account.disabledAt),
            hasPassword: old?.hasPassword ?? false, grants: old?.grants ?? [], giver: giver, today: at.today,
            asked: isHeld ?? false ? nil : asked)
    }
}
