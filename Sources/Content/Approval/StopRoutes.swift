import Accounts
import Basics
import Storage
import Trust
package import Web

extension Feature {
    /// The emergency stop of the screens.
    package static var stop: Feature {
        Feature("stop", menu: [MenuEntry(.library, "nav.stop", CoursewareAddress.stop, .approveLibrary)]) { $0.addStop() }
    }
}

extension Routes {
    /// `/stop`: which order stands, who obeyed, and the place to give one that was prepared.
    fileprivate mutating func addStop() {
        form(CoursewareAddress.stop, .approveLibrary, asksAgain: true, .stop)
    }
}

/// An order that was signed beforehand, as it stands in its file.
enum StopFields {
    static let order = Field.note("order", "stop.order", most: 60_000, rows: 6, isHelped: true)
    static let form = Form(order)
}

extension FormPage where Subject == Void {
    fileprivate static var stop: FormPage {
        FormPage(
            submit: "stop.give", subject: { _, _ in }, form: { _ in StopFields.form }, texts: { _, _ in [:] },
            act: { statements, _, values, at in
                try statements.giveStopOrder(Array(try values[StopFields.order].utf8), in: at.visit.scope, by: at.act)
                return CoursewareAddress.stop()
            },
            page: { form, _, at in FormFrame(title: at.text("stop.title"), template: "stop", content: try await at.house.stopPage(form, at))
            })
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
    let form: FormView
}

extension House {
    fileprivate func stopPage(_ form: FormView, _ at: FormVisit) async throws -> StopPage {
        let found = try await database.read { statements in
            try statements.stopOrders().map { order, givenAt in
                (order, givenAt, try statements.stopReceipts(kind: order.stops ? "stop.obeyed" : "stop.lifted", version: order.version))
            }
        }
        return StopPage(
            lines: found.reversed().map { order, givenAt, count in
                .init(
                    standing: at.text(
                        order.stops ? "stop.stands" : "stop.lifted",
                        ["areas": order.areas.joined(separator: at.text("list.comma")), "at": zone.text(givenAt)]),
                    receipts: at.text(order.stops ? "stop.obeyed" : "stop.resumed", ["count": String(count)]), stops: order.stops)
            }, empty: found.isEmpty, form: form)
    }
}
