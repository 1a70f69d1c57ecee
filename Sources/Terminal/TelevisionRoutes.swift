import Basics
import Foundation
import Hummingbird
import Node
import Relay
import Storage
import Trust
import Wire

/// The television page and what it asks for; it works with every line cut.
struct TelevisionRoutes: Sendable {
    let keeper: NodeKeeper<TerminalNode>
    let shelf: TelevisionShelf
    let blobs: BlobFolder
    let clock: Clock
    let zone: NetworkZone
    let node: String
    let isSample: Bool
    /// The page's own files by name.
    let page: [String: [UInt8]]

    func add(to router: Router<NodeContext>) {
        router.get("/") { _, _ in Response.redirect(to: "/tv") }
        // Browsers ask for it by themselves; there is none.
        router.get("/favicon.ico") { _, _ in Response(status: .noContent) }
        router.get("/tv") { _, _ in try file("index.html", type: "text/html; charset=utf-8") }
        router.get("/tv/tv.js") { _, _ in try file("tv.js", type: "text/javascript; charset=utf-8") }
        router.get("/tv/test.js") { _, _ in try file("test.js", type: "text/javascript; charset=utf-8") }
        router.get("/tv/tv.css") { _, _ in try file("tv.css", type: "text/css; charset=utf-8") }
        router.get("/tv/list.json", use: list)
        router.get("/tv/media/:courseware/**", use: media)
        router.head("/tv/media/:courseware/**", use: media)
        router.post("/tv/plays", use: plays)
        router.post("/tv/tests", use: tests)
        router.get("/health", use: health)
        router.get("/metrics") { _, _ in try await metrics() }
    }

    private func file(_ name: String, type: String) throws -> Response {
        guard let bytes = page[name] else { return Answers.missing(name) }
        var response = Answers.bytes(bytes, type: type, cache: "no-cache")
        response.headers[.contentSecurityPolicy] = "default-src 'self'; media-src 'self' blob:; frame-ancestors 'self'"
        return response
    }

    private struct List: Encodable {
        let site: String
        let now: Instant
        let offset: Int64
        let error: Int64?
        let sample: Bool
        /// By an order of the network: nothing is to be shown, and the page says so.
        let stopped: Bool
        let items: [TelevisionItem]
        /// A test play that is the page's turn.
        let test: Test?

        private enum CodingKeys: String, CodingKey {
            case site, now, sample, stopped, items, test
            case offset = "zone_offset_ms"
            case error = "clock_error_ms"
        }
    }

    private struct Test: Encodable {
        let id: String
        let sources: [TelevisionItem.Source]
    }

    @Sendable private func list(_ request: Request, _ context: NodeContext) async throws -> Response {
        let shown = clock.now
        let (watch, isStopped, complete, siteName) = try await keeper.read {
            ($0.watch, $0.isStopped, $0.sync.complete, $0.standing.siteName)
        }
        let items = try await shelf.items(of: isStopped ? [] : complete)
        let turn = keeper.ask { $0.testTurn(at: shown) } ?? nil
        let test = turn.flatMap { turn in items.first { $0.id == turn.courseware }.map { Test(id: turn.id, sources: $0.sources) } }
        let now = watch.corrected(shown)
        let today = zone.day(of: now)
        let offset = Int64(today.number) * 86_400_000 - zone.start(of: today).milliseconds
        return try Answers.json(
            List(
                site: siteName, now: now, offset: offset, error: watch.error(at: shown), sample: isSample, stopped: isStopped,
                items: items, test: test))
    }

    @Sendable private func media(_ request: Request, _ context: NodeContext) async throws -> Response {
        let courseware = try context.parameters.require("courseware")
        let path = context.parameters.getCatchAll().joined(separator: "/")
        guard let holding = try await keeper.read({ $0.isStopped ? nil : $0.sync.complete.first { $0.courseware == courseware } }) else {
            return Answers.missing("This lesson")
        }
        guard let manifest = try await shelf.manifest(of: holding) else { return try await lost(courseware) }
        let parts: [Manifest.File]
        if let rendition = manifest.renditions.first(where: { $0.file?.rawValue == path }) {
            guard holding.renditions.contains(rendition.name) else { return Answers.missing("This file") }
            parts = rendition.pieces
        } else {
            guard let file = manifest.files.first(where: { $0.path.rawValue == path }) else { return Answers.missing("This file") }
            // What was not taken is not here, and nothing is wrong with that.
            let isTaken =
                file == manifest.poster || manifest.renditions.contains { holding.renditions.contains($0.name) && $0.files.contains(file) }
            guard isTaken else { return Answers.missing("This file") }
            parts = [file]
        }
        let wanted = parts.map { Blob(sha256: $0.sha256, length: $0.length) }
        let blobs = blobs
        let isHere = try await offPool { wanted.allSatisfy { blobs.verified($0.sha256)?.length == $0.length } }
        guard isHere else { return try await lost(courseware) }
        do {
            return try await Answers.blobs(wanted, in: blobs, type: Self.type(path), cache: "no-cache", request) {
                _ = try? await lost(courseware)
            }
        } catch is LostBlob { return try await lost(courseware) }
    }

    /// A file of a complete lesson is gone from the disk, or was not what was put there: it is fetched again.
    private func lost(_ courseware: String) async throws -> Response {
        try await keeper.change { [clock] in ($0.recheck(courseware: courseware, at: clock.now), ()) }
        return Answers.missing("This lesson")
    }

    private static func type(_ path: String) -> String {
        switch path.split(separator: ".").last {
        case "m3u8": "application/vnd.apple.mpegurl"
        case "ts": "video/mp2t"
        case "mp4", "m4s": "video/mp4"
        case "jpg", "jpeg": "image/jpeg"
        case "png": "image/png"
        case "vtt": "text/vtt; charset=utf-8"
        default: "application/octet-stream"
        }
    }

    /// A page of somebody else's cannot send this type without being asked first.
    private func requireJSON(_ request: Request) throws {
        guard request.headers[.contentType]?.lowercased().hasPrefix("application/json") == true else {
            throw Problem(code: "play.type", status: 415, title: "The report must be sent as application/json")
        }
    }

    /// What the page tells about a test play: how many milliseconds of media it saw pass; none when somebody is watching.
    private struct TestReport: Decodable {
        let test: String
        let moved: Int64?

        private enum CodingKeys: String, CodingKey {
            case test
            case moved = "moved_ms"
        }
    }

    @Sendable private func tests(_ request: Request, _ context: NodeContext) async throws -> Response {
        try requireJSON(request)
        guard let report = try? JSONDecoder().decode(TestReport.self, from: Data(try await request.whole(upTo: 4096))) else {
            throw Problem(code: "test.malformed", status: 400, title: "The report is not of the form {\"test\", \"moved_ms\"}")
        }
        try await keeper.change { [clock] in ($0.testPlayed(report.test, moved: report.moved, at: clock.now), ()) }
        return try Answers.json(["stored": true])
    }

    @Sendable private func plays(_ request: Request, _ context: NodeContext) async throws -> Response {
        try requireJSON(request)
        let body = Data(try await request.whole(upTo: 4 << 20))
        let report: PlayReport
        do { report = try JSONDecoder().decode(PlayReport.self, from: body) } catch let fault as MalformedFact { throw fault } catch {
            throw Problem(
                code: "play.malformed", status: 400,
                title: "The report is not of the form {\"play\", \"courseware\", \"mode\", \"intervals\", \"ended\"}")
        }
        try await keeper.change { [clock] in (try $0.play(report, at: clock.now), ()) }
        return try Answers.json(["stored": true])
    }

    @Sendable private func health(_ request: Request, _ context: NodeContext) async throws -> Response {
        try Answers.json(["status": "ok", "kind": "terminal", "node": node])
    }

    /// What `/metrics` says.
    @Sendable func metrics() async throws -> Response {
        Answers.metrics(
            try await keeper.read { [clock] node in
                [
                    ("facts_waiting", "Facts not yet sent.", Int64(node.queue.waitingCount)),
                    ("facts_held", "Facts that the parent has promised to carry.", Int64(node.queue.heldCount)),
                    ("facts_kept", "Facts kept after the centre's receipt.", Int64(node.queue.keptCount)),
                    ("answers_forged", "Answers that claimed to be the centre's and were not, since the start.", Int64(node.forgedAnswers)),
                    ("plays_remembered", "Plays remembered.", Int64(node.plays.count)),
                    ("courseware_complete", "Courseware complete and verified.", Int64(node.sync.complete.count)),
                    (
                        "catalogue_unchanged_seconds",
                        "For how long the parent has answered with the same catalogue; more than a day is a freeze.",
                        node.sync.freshness.unchangedFor / 1000
                    ),
                    ("content_refused", "Files and blobs that did not verify since the start.", Int64(node.sync.refused)),
                    (
                        "clock_error_seconds", "By how much the own clock is known to be ahead; 0 when it is right or nothing is known.",
                        (node.watch.error(at: clock.now) ?? 0) / 1000
                    ),
                    ("content_lost", "Courseware found lacking on the own disk since the start.", Int64(node.sync.lost)),
                ]
            })
    }
}
