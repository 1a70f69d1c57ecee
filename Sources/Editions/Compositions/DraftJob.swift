import Accounts
package import Basics
import Bulletins
import Crypto
import Documents
import Figures
import Foundation
package import Jobs
import Operations
import Registry
import Storage
import Web

/// Prints a draft as PDF, which takes some ten seconds: a job, so that nobody waits in front of a page that does not answer, and what was
/// asked for is there when he comes back. The same input is printed once.
package struct DraftJob: Sendable {
    package static let kind = "draft"
    /// So many drafts may wait.
    static let bound = JobBound(inAll: 40, ofAccount: 4)

    struct Order: Codable, Hashable, Sendable {
        let code: String
        let month: String
        let language: String
    }

    let press: EditionPress
    let clock: Clock

    package init(press: EditionPress, clock: Clock) { (self.press, self.clock) = (press, clock) }

    /// The work on one job; the file is found by the job's id. After a kill it begins anew.
    package func run(_ run: JobRun) async throws -> String {
        guard let order = try? JSONDecoder().decode(Order.self, from: Data(run.job.payload.utf8)), let month = Month(order.month),
            let language = Language(rawValue: order.language)
        else { throw JobFailure.failed(code: "job.defect", account: "") }
        try await run.report(0.1, step: "figures")
        // Whether who asked for it may see it was decided then.
        let found = try await press.composition(code: order.code, month: month, language: language, in: .everything, at: clock.now)
        guard let (composition, area) = found else { throw JobFailure.failed(code: "not_found.area", account: "") }
        try await run.report(0.3, step: "print")
        do {
            let data = try await press.file(.pdf, of: press.draft(composition, area, at: clock.now))
            let folder = press.draftFolder
            try await offPool { try folder.keep(data, run.job.id) }
            return run.job.id
        } catch let problem as PrintProblem {
            throw JobFailure.failed(code: "print.failed", account: String(describing: problem))
        }
    }
}

extension EditionPress {
    /// Beside the store, which keeps for ever.
    var draftFolder: KeptFiles {
        KeptFiles(folder: blobs.folder.deletingLastPathComponent().appendingPathComponent("drafts"), ending: "pdf")
    }

    /// The bulletin as it would be published now, marked as a draft. Without a moment it is that by which two drafts are compared.
    func draft(_ composition: Composition, _ area: Area, at now: Instant?) -> PrintedDocument {
        let speech = composition.speech
        return composition.printed(
            Imprint(document: "", signedOff: "", issuer: speech("compose.issuer", ["area": area.name])),
            on: now.map(rules.zone.day) ?? composition.facts.record.month.days.upperBound,
            marks: [speech("compose.draft_mark")] + (isSample ? [speech("product.sample")] : []),
            closing: now.map { [.init(name: speech("edition.as_of"), text: rules.zone.text($0))] } ?? [], errata: [])
    }

    /// The newest job that prints what a draft is made of is found by this.
    func draftSubject(_ composition: Composition, _ area: Area) throws -> String {
        "draft \(hexadecimal(SHA256.hash(data: try page(draft(composition, area, at: nil)))))"
    }
}
