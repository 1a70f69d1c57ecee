import Accounts
import Basics
import Hummingbird
import Storage
import Trust
package import Web

extension Feature {
    /// The emergency stop of the screens.
    package static var stop: Feature {
        Feature("stop", menu: [MenuEntry(.library, "nav.stop", "/stop", .approveLibrary)]) { $0.addStop() }
    }
}

extension Routes {
    /// `/stop`: which order stands, who obeyed, and the place to give one that was prepared.
    fileprivate mutating func addStop() {
        let house = house
        get("/stop", .approveLibrary) { request, _, visit in try await house.stopPage(request, visit, problem: nil) }
        post("/stop", .approveLibrary, asksAgain: true) { form, _, visit in
            let act = house.act(visit)
            do { try await house.database.write { try $0.giveStopOrder(Array(form.raw("order").utf8), in: visit.scope, by: act) } } catch Refusal.invalid(let fields) {
                return try await house.stopPage(form.request, visit, problem: fields["order"], typed: form.raw("order"))
            } catch Refusal.conflict(let code) where code.hasPrefix("stop.") {
                return try await house.stopPage(form.request, visit, problem: code, typed: form.raw("order"))
            }
            return seeOther("/stop")
        }
    }
}

/// The orders that stand, and the form for the next.
struct StopPage: Sendable {
    struct Line: Sendable {
        /// What stands, in a sentence, and how many obeyed.
        let standing: String
        let receipts: String
        let stops: Bool
    }
    let lines: [Line]
    let empty: Bool
    let problem: String?
    let order: String
    let csrf: String
}

extension House {
    func stopPage(_ request: Request, _ visit: Visit, problem: String?, typed: String = "") async throws -> Response {
        let found = try await database.read { statements in
            try statements.stopOrders().map { order, givenAt in
                (order, givenAt, try statements.stopReceipts(kind: order.stops ? "stop.obeyed" : "stop.lifted", version: order.version))
            }
        }
        let page = StopPage(
            lines: found.reversed().map { order, givenAt, count in
                .init(
                    standing: text(
                        order.stops ? "stop.stands" : "stop.lifted", visit, ["areas": order.areas.joined(separator: text("list.comma", visit)), "at": zone.text(givenAt)]),
                    receipts: text(order.stops ? "stop.obeyed" : "stop.resumed", visit, ["count": String(count)]), stops: order.stops)
            }, empty: found.isEmpty, problem: problem.map { text("refusal.\($0)", visit) }, order: typed, csrf: visit.csrf)
        return try self.page("stop", page, title: text("stop.title", visit), for: visit, request, status: problem == nil ? .ok : .unprocessableContent)
    }
}
