import Accounts
import Basics
import Foundation
import HTTPTypes
import Hummingbird
package import Jobs
import Listener
import Lists
import Registry
package import Storage
import Trust
package import Web
import Wire

extension Feature {
    /// The library: courseware from its upload to the televisions.
    package static func courseware(_ content: ContentHouse, encoding: EncodeJob, renewal: PeriodicWork, _ database: Database) -> Feature {
        Feature(
            "courseware", menu: [MenuEntry(.library, "nav.courseware", CoursewareAddress.list, .seeLibrary)],
            jobs: [FeatureJob(EncodeJob.kind, bell: content.bell, encoding.handler)],
            timers: [FeatureTimer(renewal), FeatureTimer(coursewareKeys(database))], searches: [.courseware],
            speech: [
                EventSpeech(["courseware."], choices: ["kinds": "site_kind"]) { statements, ids, _ in try statements.coursewareTitles(ids) }
            ]
        ) { $0.addContent(content) }
    }
}

extension Routes {
    /// `/courseware`: the list, uploading, one courseware with its form, pictures, publication and nodes.
    fileprivate mutating func addContent(_ content: ContentHouse) {
        let house = house
        list(.courseware)
        get(CoursewareAddress.new, .editLibrary) { request, _, visit in try house.uploadPage(request, visit) }
        stream(.post, CoursewareAddress.uploads, .editLibrary) { request, _, visit in
            try await house.uploads.admit(visit.account.id) { try await house.upload(request, visit, content) }
        }
        get(CoursewareAddress.upload, .editLibrary) { _, context, visit in
            try await house.uploadStands(try CoursewareAddress.upload.parts(context), visit, content)
        }
        stream(.patch, CoursewareAddress.upload, .editLibrary) { request, context, visit in
            let upload = try CoursewareAddress.upload.parts(context)
            return try await house.uploads.admit(visit.account.id) { try await house.continueUpload(upload, request, visit, content) }
        }
        get(CoursewareAddress.one, .seeLibrary) { request, context, visit in
            let at = FormVisit(house, visit, request, context)
            return try await house.page(house.coursewareFrame(courseware(context), at, content), at)
        }
        get(CoursewareAddress.progress, .seeLibrary) { _, context, visit in try await house.coursewareProgress(courseware(context), visit) }
        get(CoursewareAddress.events, .seeLibrary) { _, context, visit in try await house.coursewareEvents(courseware(context), visit) }
        get(CoursewareAddress.nodesFile, .seeLibrary) { _, context, visit in
            try await house.coursewareNodesExport(courseware(context), visit)
        }
        get(CoursewareAddress.poster, .seeLibrary) { request, context, visit in
            try await house.coursewareFile(\.posterHash, type: "image/jpeg", request, context, visit, content)
        }
        get(CoursewareAddress.preview, .seeLibrary) { request, context, visit in
            try await house.coursewareFilm(request, context, visit, content)
        }
        form(CoursewareAddress.one, .editLibrary, hasOwnPage: true, .coursewareFields(content))
        // One person publishes where one is enough, and asks another where it is not.
        post(CoursewareAddress.publish, .editLibrary, asksAgain: true) { _, context, visit in
            let (id, day, act) = (try courseware(context), house.today, house.act(visit))
            let rule = content.secondPerson
            let isAsked = try await house.database.write { statements in
                guard let found = try statements.courseware(id: id, on: day, in: visit.scope) else { throw Refusal.notFound("courseware") }
                if rule.isNeeded(for: found) { try statements.askForPublication(found, by: act) }
                return rule.isNeeded(for: found)
            }
            if !isAsked {
                // Asked once more of what is published: it may have been changed meanwhile.
                try await house.publish(id, content, visit) { _, courseware, _ in
                    guard !rule.isNeeded(for: courseware) else { throw Refusal.conflict("courseware.changed_meanwhile") }
                }
            }
            return seeOther(CoursewareAddress.one(id))
        }
        post(CoursewareAddress.withdraw, .editLibrary) { _, context, visit in
            try await house.change(courseware(context), visit) { try $0.withdrawCourseware(id: $1, keys: content.keys, by: $2) }
        }
        post(CoursewareAddress.cancel, .editLibrary) { _, context, visit in
            try await house.change(courseware(context), visit) { try $0.cancelEncoding(id: $1, by: $2) }
        }
        post(CoursewareAddress.retry, .editLibrary) { _, context, visit in
            let answer = try await house.change(courseware(context), visit) { try $0.retryEncoding(id: $1, by: $2) }
            content.bell.ring()
            return answer
        }
        get(CoursewareAddress.delete, .editLibrary) { request, context, visit in
            try await house.deletionPage(courseware(context), request, visit, content)
        }
        post(CoursewareAddress.delete, .editLibrary) { _, context, visit in
            try await house.deleteCourseware(courseware(context), visit, content)
        }
        post(CoursewareAddress.discard, .editLibrary) { _, context, visit in
            try await house.discardCourseware(courseware(context), visit, content)
        }
    }
}

/// The courseware that a path names.
@Sendable func courseware(_ context: AppContext) throws -> String { try CoursewareAddress.one.parts(context) }

/// What the page's script reads of an upload: how far it is, or where its courseware is.
private struct UploadAnswer: Encodable {
    let id: String
    let offset: Int64?
    let url: String?
}

/// What the page for uploading shows.
struct UploadPage: Sendable {
    let csrf: String
}

extension House {
    /// Publishes a courseware after what must hold before.
    func publish(
        _ id: String, _ content: ContentHouse, _ visit: Visit,
        after approval: @escaping @Sendable (Statements, Courseware, Act) throws -> Void
    ) async throws {
        let words = pages.words
        // Viewers read the network's first language, whoever publishes.
        try await content.publish(
            id, in: database, on: today, scope: visit.scope, categories: { words.text("library.category.\($0.rawValue)", .chinese) },
            by: act(visit), after: approval)
    }

    func uploadPage(_ request: Request, _ visit: Visit) throws -> Response {
        let words = LibraryWords(house: self, visit: visit)
        return try page(
            "courseware_new", UploadPage(csrf: visit.csrf), title: words.text("upload.title"),
            crumbs: [Frame.Link(label: words.text("list.title"), url: CoursewareAddress.list())], for: visit, request)
    }

    /// Takes the body of an upload or, when its length comes in the header `X-Upload-Length`, opens one that comes in pieces. The page's
    /// script reads the answer, so a refusal is a problem document with a sentence in the person's language.
    func upload(_ request: Request, _ visit: Visit, _ content: ContentHouse) async throws -> Response {
        try await refusing(visit) {
            let day = today
            let areaID = try await database.read { statements in
                let areas = try visit.grants.filter { $0.role.rights.contains(.editLibrary) }.compactMap {
                    try statements.area(id: $0.areaID, on: day)
                }
                return areas.min { ($0.code.count, $0.code) < ($1.code.count, $1.code) }?.areaID
            }
            guard let areaID else { throw Refusal.forbidden("right.missing") }
            let name = HTTPField.Name("X-Upload-Name").flatMap { request.headers[$0] }?.removingPercentEncoding ?? ""
            if let length = HTTPField.Name("X-Upload-Length").flatMap({ request.headers[$0] }) {
                let upload = try await content.openUpload(
                    name: name, length: Int64(length) ?? 0, areaID: areaID, in: database, by: act(visit))
                return try jsonResponse(UploadAnswer(id: upload.id, offset: 0, url: nil), status: .created)
            }
            let id = try await content.upload(
                request.body.map { Array($0.readableBytesView) }, name: name,
                announced: request.headers[.contentLength].flatMap { Int64($0) }, areaID: areaID,
                into: database, by: act(visit))
            return try jsonResponse(UploadAnswer(id: id, offset: nil, url: CoursewareAddress.one(id).path), status: .created)
        }
    }

    /// Where an upload in pieces stands.
    func uploadStands(_ id: String, _ visit: Visit, _ content: ContentHouse) async throws -> Response {
        try await refusing(visit) {
            guard let progress = try await content.progress(of: id, in: database, by: act(visit)) else { throw Refusal.notFound("upload") }
            return try answer(progress, id)
        }
    }

    /// Takes the next piece of an upload; the header `X-Upload-Offset` says where it begins.
    func continueUpload(_ id: String, _ request: Request, _ visit: Visit, _ content: ContentHouse) async throws -> Response {
        try await refusing(visit) {
            let offset = HTTPField.Name("X-Upload-Offset").flatMap { request.headers[$0] }.flatMap { Int64($0) }
            guard let offset, offset >= 0 else { throw Refusal.conflict("upload.offset") }
            return try answer(
                try await content.append(
                    request.body.map { Array($0.readableBytesView) }, to: id, at: offset, in: database, by: act(visit)), id)
        }
    }

    private func answer(_ progress: UploadProgress, _ id: String) throws -> Response {
        switch progress {
        case .received(let bytes): try jsonResponse(UploadAnswer(id: id, offset: bytes, url: nil), status: .ok)
        case .done(let made): try jsonResponse(UploadAnswer(id: made, offset: nil, url: CoursewareAddress.one(made).path), status: .created)
        }
    }

    private func refusing(_ visit: Visit, _ body: () async throws -> Response) async throws -> Response {
        do { return try await body() } catch let refusal as Refusal {
            return try uploadRefused(refusal, visit)
        } catch StorageError.diskFull {
            return try uploadRefused(.diskFull, visit)
        }
    }

    private func uploadRefused(_ refusal: Refusal, _ visit: Visit) throws -> Response {
        var (code, status) = (refusal.code, HTTPResponse.Status.unprocessableContent)
        switch refusal {
        case .invalid(let fields): code = fields["file"]?.code ?? code
        case .diskFull: status = HTTPResponse.Status(code: 507)
        case .forbidden: status = .forbidden
        case .notFound: status = .notFound
        case .conflict: status = .conflict
        case .busy: status = .serviceUnavailable
        default: break
        }
        return try problemResponse(Problem(code: code, status: status.code, title: text("refusal.\(code)", visit), detail: ""), status)
    }

    /// A change by a button: the courseware must lie in the scope of the person's right to change it.
    func change(_ id: String, _ visit: Visit, _ body: @escaping @Sendable (Statements, String, Act) throws -> Void) async throws -> Response
    {
        let (day, act) = (today, act(visit))
        try await database.write { statements in
            guard try statements.courseware(id: id, on: day, in: visit.scope) != nil else { throw Refusal.notFound("courseware") }
            try body(statements, id, act)
        }
        return seeOther(CoursewareAddress.one(id))
    }

    /// Takes a courseware that failed away, with what it left on the disk.
    func discardCourseware(_ id: String, _ visit: Visit, _ content: ContentHouse) async throws -> Response {
        let (day, act) = (today, act(visit))
        let source = try await database.write { statements in
            guard try statements.courseware(id: id, on: day, in: visit.scope) != nil else { throw Refusal.notFound("courseware") }
            return try statements.discardCourseware(id: id, by: act)
        }
        try await content.removeRemains(of: id, source: source)
        return seeOther(CoursewareAddress.list())
    }

    /// The film of a courseware in the person's scope: the best rendition's file in pieces, or the one blob that courseware of before has.
    func coursewareFilm(_ request: Request, _ context: AppContext, _ visit: Visit, _ content: ContentHouse) async throws -> Response {
        let (id, day, blobs) = (try courseware(context), today, content.blobs)
        guard let found = try await database.read({ try $0.courseware(id: id, on: day, in: visit.scope) }) else {
            throw Refusal.notFound("courseware")
        }
        guard found.previewHash == found.manifestHash else {
            return try await coursewareFile(\.previewHash, type: "video/mp4", request, context, visit, content)
        }
        let parts = try await offPool { () -> [FilePart]? in
            guard let url = blobs.url(found.manifestHash), let manifest = try? Manifest(parsing: [UInt8](Data(contentsOf: url))),
                let best = manifest.renditions.last(where: { $0.kind == .pieces })
            else { return nil }
            let parts = best.pieces.compactMap { piece in
                blobs.length(piece.sha256.hex) == piece.length
                    ? blobs.url(piece.sha256.hex).map { FilePart(url: $0, length: Int(piece.length)) } : nil
            }
            return parts.count == best.pieces.count ? parts : nil
        }
        guard let parts else { throw Refusal.notFound("blob") }
        return try await partsResponse(parts, type: "video/mp4", cache: "private, max-age=300", request)
    }

    /// A picture or video of a courseware in the person's scope.
    func coursewareFile(
        _ hash: any KeyPath<Courseware, String> & Sendable, type: String, _ request: Request, _ context: AppContext, _ visit: Visit,
        _ content: ContentHouse
    ) async throws -> Response {
        let (id, day) = (try courseware(context), today)
        guard let found = try await database.read({ try $0.courseware(id: id, on: day, in: visit.scope) }) else {
            throw Refusal.notFound("courseware")
        }
        let (blobs, hash) = (content.blobs, found[keyPath: hash])
        let file = try await offPool { blobs.url(hash).flatMap { url in blobs.length(hash).map { (url, $0) } } }
        guard let file else { throw Refusal.notFound("blob") }
        return try await fileResponse(file.0, length: file.1, type: type, cache: "private, max-age=300", request)
    }
}
