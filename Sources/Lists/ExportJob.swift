import Accounts
import Basics
import Documents
import Foundation
import HTTPTypes
import Hummingbird
package import Jobs
import NIOCore
import Storage
package import Web

/// What somebody asked for.
private struct ExportOrder: Codable {
    let path: String
    let query: String
    let ending: String
    let language: String
    let right: String
    /// The areas that he saw then.
    let areas: [String]
}

/// Writes long lists as files: a job, so that nobody waits in front of a page that does not answer. It is done as the person who asked may
/// see it when it is done.
package struct ExportJob: Sendable {
    package static let kind = "export"
    static let bound = JobBound(inAll: 40, ofAccount: 4)

    private let house: House
    private let exports: [String: Export]

    package init(house: House, exports: [String: Export]) { (self.house, self.exports) = (house, exports) }

    /// The work on one job; the file is found by the job's id. After a kill it begins anew.
    package func run(_ run: JobRun) async throws -> String {
        guard let order = try? JSONDecoder().decode(ExportOrder.self, from: Data(run.job.payload.utf8)), let export = exports[order.path],
            let language = Language(rawValue: order.language)
        else { throw JobFailure.failed(code: "job.defect", account: "") }
        let visit = try await house.visit(of: run.job.madeBy, for: export.right, language)
        guard let visit, visit.scope.codes == order.areas else { throw JobFailure.failed(code: "right.missing", account: "") }
        try await run.report(0.1, step: "rows")
        let (tables, name): ([Table], String)
        do { (tables, name) = try await export.tables(Query(order.query), visit) } catch let refusal as Refusal {
            throw JobFailure.failed(code: refusal.code, account: "")
        }
        try await run.report(0.7, step: "file")
        let (files, id) = (house.exportFiles, run.job.id)
        let printed = tables.map(\.printed)
        try await offPool {
            try files?.keep(order.ending == "xlsx" ? workbook(of: printed) : Data(tables.files.utf8), id)
        }
        return name
    }
}

extension [Table] {
    /// Comma-separated values, one table behind the other.
    var files: String { isEmpty ? "" : ([self[0].csv] + dropFirst().map(\.rows)).joined(separator: "\r\n") }
}

extension House {
    /// Orders the file of a list that has many rows; answers the page that waits for it. Nil where the list is short, or nobody keeps
    /// files.
    func orderedExport(_ path: String, _ right: Right, _ ending: String, count: Int, _ request: Request, _ visit: Visit) async throws
        -> Response?
    {
        guard count > rowsAtOnce, exportFiles != nil else { return nil }
        let order = ExportOrder(
            path: path, query: request.uri.query ?? "", ending: ending, language: visit.language.rawValue, right: right.rawValue,
            areas: visit.scope.codes)
        let (payload, account, now, ids) = (
            String(decoding: try JSONEncoder().encode(order), as: UTF8.self), visit.account.id, clock.now, ids
        )
        let (act, asked) = (act(visit), String(request.uri.string.prefix(500)))
        let id = try await database.write { statements in
            try statements.requireRoom(ExportJob.bound, kind: ExportJob.kind, of: account)
            // As the log of acts names a file that left at once.
            try statements.record("list.downloaded", asked, by: act)
            return try statements.enqueueJob(
                kind: ExportJob.kind, subject: "export \(path)", payload: payload, madeBy: account, at: now, ids: ids)
        }
        exportBell.ring()
        return seeOther(ListAddress.export(id))
    }
}

/// The addresses of what all lists have.
enum ListAddress {
    static let saved = FixedAddress("/saved-lists")
    static let export = Address<String>("/exports/:id")
    static let exportFile = Address<String>("/exports/:id/file")
}

/// The page `export`: how far it is, the file, or why there is none.
private struct ExportPage: Sendable {
    let isMaking: Bool
    let here: Location
    let eventsURL: Location
    let permille: Int
    let fileURL: Location?
    let failed: String?
    let againURL: Location
}

extension Routes {
    /// The work on the files of long lists, once all lists are declared.
    package var exportJob: FeatureJob {
        let job = ExportJob(house: house, exports: exports)
        return FeatureJob(ExportJob.kind, bell: house.exportBell) { try await job.run($0) }
    }

    /// `/exports/ID`: the file of a long list, for the one who asked for it.
    mutating func addExports() {
        let house = house
        get(ListAddress.export, .ownAccount) { request, context, visit in
            let (job, order) = try await house.export(context, visit)
            let files = house.exportFiles
            let isKept = try await offPool { files?.isKept(job.id) ?? false }
            let isMaking = [.ready, .running].contains(job.state)
            let isThere = job.state == .done && isKept
            let reason = house.text("refusal.\(job.problem.isEmpty ? "job.defect" : job.problem)", visit)
            let page = ExportPage(
                isMaking: isMaking, here: ListAddress.export(job.id), eventsURL: JobAddress.events(job.id), permille: job.progress,
                fileURL: isThere ? ListAddress.exportFile(job.id) : nil,
                failed: isMaking || isThere
                    ? nil : job.state == .done ? house.text("export.gone", visit) : house.text("export.failed", visit, ["reason": reason]),
                againURL: Location(asked: "\(order.path).\(order.ending)").with(Query(order.query).all))
            return try house.page("export", page, title: house.text("export.title", visit), for: visit, request)
        }
        get(ListAddress.exportFile, .ownAccount) { _, context, visit in
            let (job, order) = try await house.export(context, visit)
            let files = house.exportFiles
            guard let data = try await offPool({ files?.file(job.id) }) else { throw Refusal.notFound("file") }
            let type = order.ending == "xlsx" ? spreadsheetType : "text/csv; charset=utf-8"
            return Response(
                status: .ok,
                headers: [
                    .contentType: type, .contentDisposition: "attachment; filename=\"\(job.account).\(order.ending)\"",
                    .cacheControl: "no-store",
                ], body: .init(byteBuffer: ByteBuffer(bytes: data)))
        }
    }
}

extension House {
    /// The export of an address, for the one who asked for it, as long as he may see its list.
    fileprivate func export(_ context: AppContext, _ visit: Visit) async throws -> (Job, ExportOrder) {
        let id = try context.parameters.require("id")
        guard let job = try await database.read({ try $0.job(id: id) }), job.kind == ExportJob.kind, job.madeBy == visit.account.id,
            let order = try? JSONDecoder().decode(ExportOrder.self, from: Data(job.payload.utf8)),
            let right = Right(rawValue: order.right), visit.may(right)
        else { throw Refusal.notFound("file") }
        // What lies in an area that was his is his no more.
        let (scope, grants, today) = (scope, visit.grants, today)
        guard try await database.read({ try scope($0, grants, right, today).codes }) == order.areas else { throw Refusal.notFound("file") }
        return (job, order)
    }
}

extension Scope {
    /// The codes of its areas, in order.
    fileprivate var codes: [String] { areas.map(\.description).sorted() }
}
