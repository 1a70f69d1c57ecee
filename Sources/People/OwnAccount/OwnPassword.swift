import Accounts
import Basics
import Listener
import Storage
import Web

private enum PasswordFields {
    static let present = Field.secret("password_now", "password.now", .present)
    static let new = Field.secret("password_new", "password.new", .new)
    static let again = Field.secret("password_new_again", "password.new_again", .new)
    static let form = Form(present, new, again)
}

extension FormPage where Subject == Void {
    /// `/account/password`: one's own new password.
    static var ownPassword: FormPage {
        var page = FormPage(
            submit: "password.change", cancel: { _, at in at.isDue ? nil : HouseAddress.account() }, subject: { _, _ in },
            form: { _ in PasswordFields.form }, texts: { _, _ in [:] },
            act: { statements, _, _, at in
                try statements.changeOwnPassword(
                    of: at.visit.account, storedPassword: at.prepared["stored"] ?? "", keeping: at.visit.sessionDigest, by: at.act)
                return at.isDue ? HouseAddress.home() : HouseAddress.account().with("changed", 1)
            },
            page: { view, _, at in
                let policy = at.house.passwords.policy
                let why = at.isDue ? at.text(at.visit.account.passwordIsFirst ? "password.is_first" : "password.is_old") + " " : ""
                return FormFrame(
                    title: at.text("password.title"),
                    crumbs: at.isDue ? [] : [Frame.Link(label: at.text("account.title"), url: HouseAddress.account())],
                    note: why + at.text("password.rule.\(policy.rawValue)"), view)
            })
        page.isOnlyLooking = true
        page.preparing = { typed, at in
            let (present, new) = (typed.raw(PasswordFields.present.name), typed.raw(PasswordFields.new.name))
            var problems: FieldProblems = [:]
            for field in PasswordFields.form.fields where typed.raw(field.name).isEmpty { problems[field.name] = "form.required" }
            if !new.isEmpty,
                let problem = at.house.passwords.policy.problem(
                    new, login: at.visit.account.login, name: at.visit.account.name)
            {
                problems[PasswordFields.new.name] = problem
            } else if new != typed.raw(PasswordFields.again.name) {
                problems[PasswordFields.again.name] = problems[PasswordFields.again.name] ?? "password.differs"
            } else if !new.isEmpty, new == present {
                problems[PasswordFields.new.name] = "password.same"
            }
            guard problems.isEmpty else { throw Refusal.invalid(problems) }
            guard try await at.house.isRight(present, at.visit) else {
                throw Refusal.invalid([PasswordFields.present.name: "password.wrong"])
            }
            return ["stored": try await at.house.newPassword(new, of: at.visit)]
        }
        return page
    }
}

extension FormVisit {
    /// Whether the password must be changed before anything else is done.
    fileprivate var isDue: Bool { house.stepDue(visit) == .password }
}

extension House {
    /// What to store for somebody's new password; refuses one that he had before, as far as the policy remembers.
    fileprivate func newPassword(_ password: String, of visit: Visit) async throws -> String {
        let (account, most) = (visit.account, passwords.policy.remembered)
        let before = try await database.read { try $0.storedPasswordsBefore(accountID: account.id, most: most) }
        return try await signIns.admit(visit.place.address) {
            for old in before where try await self.passwords.matches(password, old) {
                throw Refusal.invalid([PasswordFields.new.name: FieldProblem("password.before", ["most": String(most + 1)])])
            }
            return try await self.passwords.stored(password, login: account.login, name: account.name, salt: self.entropy.bytes(16))
        }
    }
}
