import Accounts
import Basics
import Hummingbird
import Storage
package import Web

/// A person's own account: what it may do and where it is signed in.
struct OwnAccountPage: Sendable {
    struct Line: Sendable {
        let number: String
        let openedAt: String
        let seenAt: String
        let address: String
        let agent: String
        let isOwn: Bool
    }
    let name: String
    let login: String
    let roles: String
    let sessions: [Line]
    let hasOthers: Bool
    let csrf: String
    /// What was just done; nil when nothing was.
    let done: String?
    let passwordURL: Location
    let passwordSetOn: String
    /// Since when there is a second factor, and how many recovery codes are left; nil for none.
    let factor: String?
    let factorURL: Location
    let codesURL: Location
    /// Nil where it must stay.
    let removeURL: Location?
}

extension Feature {
    /// One's own account: where one is signed in, and one's password.
    package static var ownAccount: Feature { Feature("own_account") { $0.addOwnAccount() } }
}

private let endSessions = HouseAddress.account.adding("/sessions/end")

extension Routes {
    /// `/account`: one's own sessions, and their end; `/account/password`.
    fileprivate mutating func addOwnAccount() {
        let house = house
        get(HouseAddress.account, .ownAccount) { request, _, visit in
            let now = house.clock.now
            let (sessions, codes) = try await house.database.read {
                (try $0.sessions(accountID: visit.account.id, at: now), try $0.recoveryCodesLeft(accountID: visit.account.id))
            }
            let words = { (key: String, values: [String: String]) in house.text(key, visit, values) }
            let ended = request.uri.queryParameters["ended"].flatMap { Int($0) }
            let changed = ["1": "password.changed", "2": "factor.removed"][Query(request)["changed"]]
            let page = OwnAccountPage(
                name: visit.account.name, login: visit.account.login,
                roles: Set(visit.grants.map(\.role)).map { words("role.\($0.rawValue)", [:]) }.sorted().joined(
                    separator: words("list.comma", [:])),
                sessions: sessions.filter { now.milliseconds(since: $0.seenAt) / 1000 < house.idleSeconds }.map { session in
                    .init(
                        number: session.number, openedAt: house.zone.text(session.madeAt), seenAt: house.zone.text(session.seenAt),
                        address: session.address.isEmpty ? words("account.this_machine", [:]) : session.address, agent: session.agent,
                        isOwn: session.tokenDigest == visit.sessionDigest)
                },
                hasOthers: sessions.count > 1, csrf: visit.csrf,
                done: changed.map { words($0, [:]) } ?? ended.map { words("account.ended", ["count": String($0)]) },
                passwordURL: HouseAddress.password(), passwordSetOn: house.zone.day(of: visit.account.passwordSetAt).description,
                factor: visit.account.factorAt.map {
                    words("account.factor_since", ["day": house.zone.day(of: $0).description, "count": String(codes)])
                }, factorURL: HouseAddress.beginFactor(), codesURL: FactorAddress.codes(),
                removeURL: house.factorRule.asks(visit.grants) ? nil : FactorAddress.remove())
            return try house.page("own_account", page, title: words("account.title", [:]), for: visit, request)
        }
        form(HouseAddress.password, .ownAccount, .ownPassword)
        post(endSessions, .ownAccount) { form, _, visit in
            let (act, number) = (house.act(visit), form["session"])
            let ended = try await house.database.write {
                try $0.endSessions(of: visit.account.id, number: number.isEmpty ? nil : number, except: visit.sessionDigest, by: act)
            }
            return seeOther(HouseAddress.account().with("ended", ended))
        }
    }
}
