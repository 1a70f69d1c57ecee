import Accounts
import Basics
import Hummingbird
import Storage
import Trust
import Web

extension Routes {
    /// `/stop`: which order stands, who obeyed, and the place to give one that was prepared.
    mutating func addStop() {
        let house = house
        get("/stop", .approveLibrary) { request, _, visit in try await house.stopPage(request, visit, problem: nil) }
        post("/stop", .approveLibrary, asksAgain: true) { form, _, visit in
            let act = house.act(visit)
            do { try await house.database.write { try $0.giveStopOrder(Array(form.raw("order").utf8), by: act) } } catch Refusal.invalid(let fields) {
                return try await house.stopPage(form.request, visit, problem: fields["order"])
            } catch Refusal.conflict(let code) where code.hasPrefix("stop.") { return try await house.stopPage(form.request, visit, problem: code) }
            return seeOther("/stop")
        }
    }
}

/// The order that stands, and the form for the next.
struct StopPage: Sendable {
    /// What stands, in a sentence.
    let standing: String
    let receipts: String?
    let stops: Bool
    let problem: String?
    let csrf: String
}

extension House {
    func stopPage(_ request: Request, _ visit: Visit, problem: String?) async throws -> Response {
        let found = try await database.read { statements in
            try statements.stopOrder().map { order, givenAt in
                (order, givenAt, try statements.stopReceipts(kind: order.stops ? "stop.obeyed" : "stop.lifted", version: order.version))
            }
        }
        let standing = found.map { order, givenAt, _ in
            text(order.stops ? "stop.stands" : "stop.lifted", visit, ["areas": order.areas.joined(separator: text("list.comma", visit)), "at": zone.text(givenAt)])
        }
        let receipts = found.map { order, _, count in text(order.stops ? "stop.obeyed" : "stop.resumed", visit, ["count": String(count)]) }
        let page = StopPage(
            standing: standing ?? text("stop.none", visit), receipts: receipts, stops: found?.0.stops ?? false, problem: problem.map { text("refusal.\($0)", visit) },
            csrf: visit.csrf)
        return try self.page("stop", page, title: text("stop.title", visit), for: visit, request, status: problem == nil ? .ok : .unprocessableContent)
    }
}
