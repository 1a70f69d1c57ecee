import Accounts
package import Basics
import Bulletins
import Documents
import Figures
import Foundation
package import Jobs
import Registry
import Storage
import Web

/// Prints and publishes an edition: some ten seconds, most of them for the PDF. What can be refused was refused before the job was made;
/// what has changed since is refused by the job. After a kill it begins anew, and an edition that was written before the kill is not
/// written twice.
package struct PublishJob: Sendable {
    package static let kind = "publish"

    /// What is to be published, and by whom.
    struct Order: Codable, Hashable, Sendable {
        let code: String
        let month: String
        let number: Int
        let document: String
        let signedOff: String
        let issuer: String
        let recipients: String
        let copies: String
        let acceptsMisfits: Bool
        let language: String
        let actor: String

        var imprint: Imprint { Imprint(document: document, signedOff: signedOff, issuer: issuer, recipients: recipients, copies: copies) }
    }

    let press: EditionPress
    let clock: Clock
    let ids: IDs

    package init(press: EditionPress, clock: Clock, ids: IDs) {
        self.press = press
        self.clock = clock
        self.ids = ids
    }

    /// The newest job about an area's month is found by this.
    static func subject(area id: String, _ month: Month) -> String { "publish \(id) \(month)" }

    /// The work on one job; answers the number of the edition.
    package func run(_ run: JobRun) async throws -> String {
        guard let order = try? JSONDecoder().decode(Order.self, from: Data(run.job.payload.utf8)), let month = Month(order.month),
            let language = Language(rawValue: order.language)
        else { throw JobFailure.failed(code: "job.defect", account: "") }
        let act = Act(by: Actor(id: order.actor), at: clock.now, ids: ids)
        if run.job.attempts > 1, try await isWritten(order, month) { return String(order.number) }
        do {
            // Whether the actor may was decided when it was ordered; by now the area may have another code.
            let edition = try await press.publish(
                code: order.code, month: month, imprint: order.imprint, number: order.number, acceptsMisfits: order.acceptsMisfits,
                language: language,
                in: .everything, by: act, tell: { try await run.report($0, step: $1) })
            return String(edition.number)
        } catch let refusal as Refusal where refusal != .busy && refusal != .diskFull {
            throw JobFailure.failed(code: refusal.code, account: "")
        } catch let problem as PrintProblem {
            throw JobFailure.failed(code: "print.failed", account: String(describing: problem))
        }
    }

    /// Whether an earlier attempt got through before it could say so.
    private func isWritten(_ order: Order, _ month: Month) async throws -> Bool {
        try await press.database.read { statements in
            guard let area = try statements.areaEver(code: order.code, on: month.days.upperBound, in: .everything) else { return false }
            return try statements.editions(area: area.areaID, month: month).contains {
                $0.number == order.number && $0.publishedBy == order.actor && $0.document == order.document
            }
        }
    }
}
