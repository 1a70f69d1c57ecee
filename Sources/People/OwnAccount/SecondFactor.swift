import Accounts
import Basics
import Documents
import Foundation
import HTTPTypes
import Hummingbird
import Listener
import Storage
package import Web

private enum FactorFields {
    static let code = Field.secret("password_code", "code.code", .code)
    static let form = Form(code)
    static let none = Form([])
}

/// The page `second_factor`: the key for an authenticator, and the form for its first code.
struct SecondFactorPage: Sendable {
    /// The drawing of the square code, and how many units it measures each way.
    let drawing: String
    let side: Int
    /// The same for a telephone's own browser, and in letters.
    let link: String
    let key: String
    let now: String
    let form: FormView
}

/// The page `recovery_codes`.
struct RecoveryCodesPage: Sendable {
    let codes: [String]
    let login: String
    let place: String
    let backURL: Location
}

enum FactorAddress {
    static let codes = FixedAddress("/account/factor/codes")
    static let remove = FixedAddress("/account/factor/remove")
}

extension FormVisit {
    fileprivate var factorCrumbs: [Frame.Link] {
        house.stepDue(visit) == nil ? [Frame.Link(label: text("account.title"), url: HouseAddress.account())] : []
    }

    /// What time it is here, to the second: codes change every half minute.
    fileprivate var clock: String {
        let second = String(act.at.milliseconds / 1000 % 60)
        return "\(house.zone.text(act.at)):\(second.count == 1 ? "0" : "")\(second)"
    }

    /// Where somebody goes on who had to take a step first: where he wanted to, as the address of the page with the form says.
    fileprivate var onward: Location {
        let page = request.headers[.referer].flatMap { URLComponents(string: $0) }
        return Location(asked: page?.queryItems?.first { $0.name == "next" }?.value ?? "/")
    }

    fileprivate func frame(_ key: String, _ view: FormView, note: String = "") -> FormFrame {
        FormFrame(title: text(key), crumbs: factorCrumbs, note: note.isEmpty ? text("\(key)_note") : note, view)
    }

    fileprivate var freshCodes: [String: String] { ["codes": RecoveryCodes.fresh(house.entropy).joined(separator: " ")] }
    fileprivate var codes: [String] { prepared["codes"]?.split(separator: " ").map(String.init) ?? [] }

    fileprivate func requireFactor() throws {
        if visit.account.factorAt == nil { throw Refusal.conflict("factor.none") }
    }

    /// The recovery codes that were just made, told once.
    fileprivate var codesFrame: FormFrame {
        FormFrame(
            title: text("factor.codes"), crumbs: factorCrumbs, template: "recovery_codes",
            content: RecoveryCodesPage(
                codes: codes, login: visit.account.login,
                place: request.head.authority ?? "", backURL: HouseAddress.account()))
    }
}

extension Feature {
    /// The second factor of one's own account: a code that a telephone works out.
    package static var secondFactor: Feature {
        Feature("second_factor") {
            $0.form(HouseAddress.code, .ownAccount, .code)
            $0.form(HouseAddress.beginFactor, .ownAccount, asksAgain: true, .beginFactor)
            $0.form(HouseAddress.factor, .ownAccount, .factor)
            $0.form(FactorAddress.codes, .ownAccount, asksAgain: true, .recoveryCodes)
            $0.form(FactorAddress.remove, .ownAccount, asksAgain: true, .removeFactor)
        }
    }
}

extension FormPage where Subject == Void {
    /// `/account/code`: the code that is asked for after the password.
    static var code: FormPage {
        var page = FormPage(
            submit: "code.submit", subject: { _, _ in }, form: { _ in FactorFields.form }, texts: { _, _ in [:] },
            act: { _, _, _, at in at.onward },
            page: { view, _, at in
                let now = at.text("code.now", ["time": at.clock])
                return at.frame("code.title", view, note: [at.text("code.note"), now, at.house.signInHelp].joined(separator: " "))
            })
        page.isOnlyLooking = true
        page.preparing = { typed, at in
            guard at.visit.codeIsDue else { return [:] }
            guard try await at.house.isRightCode(typed.raw(FactorFields.code.name), at.visit) else {
                throw Refusal.invalid([FactorFields.code.name: "code.wrong"])
            }
            return [:]
        }
        return page
    }

    /// `/account/factor/begin`: a fresh key, which waits for its first code.
    static var beginFactor: FormPage {
        FormPage(
            submit: "factor.begin", cancel: { _, at in at.house.stepDue(at.visit) == nil ? HouseAddress.account() : nil },
            subject: { _, _ in }, form: { _ in FactorFields.none }, texts: { _, _ in [:] },
            act: { statements, _, _, at in
                try statements.beginFactor(.fresh(at.house.entropy), of: at.visit.account, by: at.act)
                return HouseAddress.factor()
            },
            page: { view, _, at in
                let why = at.house.stepDue(at.visit) == .factor ? at.text("factor.due") + " " : ""
                return at.frame("factor.title", view, note: why + at.text("factor.title_note"))
            })
    }

    /// `/account/factor/codes`: fresh recovery codes in place of those before.
    static var recoveryCodes: FormPage {
        var page = FormPage(
            submit: "factor.make_codes", cancel: { _, _ in HouseAddress.account() }, subject: { _, at in try at.requireFactor() },
            form: { _ in FactorFields.none }, texts: { _, _ in [:] },
            act: { statements, _, _, at in
                try statements.renewRecoveryCodes(at.codes, of: at.visit.account, by: at.act)
                return HouseAddress.account()
            }, page: { view, _, at in at.frame("factor.make_codes", view) })
        page.preparing = { _, at in at.freshCodes }
        page.answering = { _, at in at.codesFrame }
        return page
    }

    /// `/account/factor/remove`: without a second factor, where nobody asks for one.
    static var removeFactor: FormPage {
        FormPage(
            submit: "factor.remove", cancel: { _, _ in HouseAddress.account() },
            subject: { _, at in
                try at.requireFactor()
                if at.house.factorRule.asks(at.visit.grants) { throw Refusal.forbidden("factor.required") }
            }, form: { _ in FactorFields.none }, texts: { _, _ in [:] },
            act: { statements, _, _, at in
                try statements.removeFactor(of: at.visit.account, by: at.act)
                return HouseAddress.account().with("changed", 2)
            }, page: { view, _, at in at.frame("factor.remove", view) })
    }
}

extension FormPage where Subject == TimeCode? {
    /// `/account/factor`: the key that waits, and its first code.
    static var factor: FormPage {
        var page = FormPage(
            submit: "factor.set", cancel: { _, at in at.house.stepDue(at.visit) == nil ? HouseAddress.account() : nil },
            subject: { try $0.waitingFactor(accountID: $1.visit.account.id) }, form: { _ in FactorFields.form }, texts: { _, _ in [:] },
            act: { statements, _, _, at in
                guard let key = TimeCode(text: at.prepared["key"] ?? "") else { throw Refusal.conflict("factor.not_begun") }
                try statements.setFactor(
                    key, step: Int64(at.prepared["step"] ?? "") ?? 0, codes: at.codes, of: at.visit.account,
                    keeping: at.visit.sessionDigest,
                    by: at.act)
                return HouseAddress.account()
            },
            page: { view, key, at in
                guard let key else { throw Refusal.conflict("factor.not_begun") }
                let link = key.address(issuer: at.text("product.name"), login: at.visit.account.login)
                guard let (drawing, side) = SquareCode.path(link) else { throw Refusal.conflict("factor.not_begun") }
                let letters = stride(from: 0, to: key.text.count, by: 4).map { String(key.text.dropFirst($0).prefix(4)) }
                return FormFrame(
                    title: at.text("factor.title"), crumbs: at.factorCrumbs, template: "second_factor",
                    content: SecondFactorPage(
                        drawing: drawing, side: side, link: link, key: letters.joined(separator: " "), now: at.clock,
                        form: view))
            })
        page.isOnlyLooking = true
        page.preparing = { typed, at in
            let key = try await at.house.database.read { try $0.waitingFactor(accountID: at.visit.account.id) }
            guard let key else { throw Refusal.conflict("factor.not_begun") }
            let code = typed.raw(FactorFields.code.name).officeCode.replacing(/\s/, with: "")
            guard let step = key.step(of: code, at: at.act.at) else { throw Refusal.invalid([FactorFields.code.name: "code.wrong"]) }
            return at.freshCodes.merging(["step": String(step), "key": key.text]) { $1 }
        }
        page.answering = { _, at in at.codesFrame }
        return page
    }
}
