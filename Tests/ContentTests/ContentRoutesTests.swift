import Accounts
import Basics
import Content
import Foundation
import HTTPTypes
import Hummingbird
import HummingbirdTesting
import Jobs
import Media
import RegisterPages
import Registry
import Storage
import TestKit
import Testing
import Trust
import Web

/// The library's pages over HTTP, as a browser meets them.
@Suite struct ContentRoutesTests {
    @Test func aLessonGoesFromUploadToWithdrawalInBothLanguages() async throws {
        try await LibraryWorld.with(.sqlite) { library in
            let site = try await Site(library)
            let (keys, act) = (library.content.keys, library.act)
            _ = try await library.database.write { try $0.ensureCatalogue(keys, by: act) }
            try await site.app.test(.router) { client async throws in
                let empty = try await client.page("/courseware", .editor)
                #expect(empty.contains("class=\"empty\"") && empty.contains("href=\"/courseware/new\""))
                #expect(try await client.page("/courseware/new", .editor).contains("<noscript>"))

                let sent = try await client.upload(try await Clips.shared.lesson(), name: "果树 修剪.mp4")
                #expect(sent.status == .created)
                let made = try JSONDecoder().decode([String: String].self, from: Data(sent.body.readableBytesView))
                let url = try #require(made["url"])
                #expect(url == "/courseware/\(made["id"] ?? "")")
                for language in ["zh-Hans", "en"] {
                    let page = try await client.page(url, .editor, language)
                    #expect(page.contains("果树 修剪") && page.contains("id=\"encoding\""))
                }
                #expect(try await client.page("\(url)/progress", .editor).contains(#""running":true"#))
                #expect(try await client.send(.get, "\(url)/poster.jpg", .editor).status == .notFound)
                #expect(try await client.post("\(url)/publish", .editor).status == .conflict)

                #expect(try await library.runner().runNext())
                #expect(try await client.page("\(url)/progress", .editor).contains(#""running":false"#))
                let poster = try await client.send(.get, "\(url)/poster.jpg", .reviewer)
                #expect(poster.status == .ok && Array(poster.body.readableBytesView.prefix(3)) == [0xFF, 0xD8, 0xFF])
                let part = try await client.send(.get, "\(url)/preview.mp4", .editor, headers: [.range: "bytes=4-7"])
                #expect(part.status == .partialContent && String(buffer: part.body) == "ftyp")

                let saved = try await client.submit(
                    url, .editor,
                    [
                        "title": "苹果 <树>", "category": "practical_skills", "speaker": "王", "unit": "农业局", "areas": "990101001",
                        "kinds.village": "1",
                    ])
                #expect(saved.status == .seeOther && saved.headers[.location] == "\(url)?saved=1")
                #expect(try await client.page("\(url)?saved=1", .editor).contains("已保存"))
                let page = try await client.page(url, .editor)
                #expect(
                    page.contains("苹果 &lt;树&gt;") && page.contains(#"value="village" checked"#) == false
                        && page.contains(#"name="kinds.village" value="1" checked"#))

                #expect(try await client.post("\(url)/publish", .editor).status == .seeOther)
                for language in ["zh-Hans", "en"] {
                    #expect(try await client.page(url, .editor, language).contains("/withdraw"))
                    #expect(
                        try await client.page(
                            "/courseware?state=published&category=practical_skills&search=%E8%8B%B9%E6%9E%9C", .editor, language
                        ).contains(
                            url))
                }
                let list = try await client.page("/courseware.csv?state=published", .editor)
                #expect(list.contains("苹果 <树>") && list.split(separator: "\r\n").count == 2)
                #expect(try await client.page("\(url)/nodes.csv", .editor).hasPrefix("\u{FEFF}"))
                #expect(try await client.post("\(url)/withdraw", .editor).status == .seeOther)
                #expect(try await client.post("\(url)/withdraw", .editor).status == .conflict)
                #expect(try await client.page(url, .editor, "en").contains("Withdrawn"))
            }
        }
    }

    @Test func whatIsWrongStandsBesideItsFieldAndWhatWasTypedIsKept() async throws {
        try await LibraryWorld.with(.sqlite) { library in
            let site = try await Site(library)
            let id = try await library.upload([1])
            try await site.app.test(.router) { client async throws in
                let answer = try await client.submit(
                    "/courseware/\(id)", .editor,
                    ["title": "", "category": "science", "speaker": "\"王\"", "areas": "990302", "kinds.township": "1"])
                #expect(answer.status == .unprocessableContent)
                let page = String(buffer: answer.body)
                #expect(page.contains("请填写此项") && page.contains("不是您管理范围内的区域：990302"))
                #expect(
                    page.contains(">990302</textarea>") && page.contains("&quot;王&quot;") && page.contains("value=\"science\" selected"))
                #expect(page.contains(#"name="kinds.township" value="1" checked"#))
                #expect(try await library.courseware(id)?.title == "lesson")
            }
        }
    }

    @Test func nobodyReachesWhatIsNotTheirs() async throws {
        try await LibraryWorld.with(.sqlite) { library in
            let site = try await Site(library)
            let id = try await library.encoded("one")
            try await site.app.test(.router) { client async throws in
                let url = "/courseware/\(id)"
                for path in [url, "\(url)/progress", "\(url)/nodes.csv", "\(url)/poster.jpg", "\(url)/preview.mp4"] {
                    #expect(try await client.send(.get, path, .stranger).status == .notFound, "\(path)")
                    #expect(try await client.send(.get, path, .leader).status == .forbidden, "\(path)")
                    #expect(try await client.send(.get, path, nil).status == .seeOther, "\(path)")
                }
                #expect(try await client.page("/courseware", .stranger).contains(id) == false)
                #expect(try await client.page("/courseware.csv", .stranger).contains(id) == false)
                for action in ["", "/publish", "/withdraw", "/cancel", "/retry", "/discard", "/delete"] {
                    #expect(try await client.post(url + action, .stranger, ["title": "x"]).status == .notFound, "\(action)")
                    #expect(try await client.post(url + action, .reviewer, ["title": "x"]).status == .forbidden, "\(action)")
                    #expect(try await client.post(url + action, .editor, ["title": "x"], csrf: "wrong").status == .forbidden, "\(action)")
                }
                #expect(try await client.send(.get, "/courseware/new", .reviewer).status == .forbidden)
                #expect(try await client.upload([1], name: "a.mp4", by: .reviewer).status == .forbidden)
                #expect(try await client.upload([1], name: "a.mp4", csrf: "wrong").status == .forbidden)
                #expect(try await library.courseware(id)?.state == .ready)
            }
        }
    }

    private func digest(_ page: String) -> String { String(page.firstMatch(of: /name="digest" value="([0-9a-f]{64})"/)?.1 ?? "") }

    /// What goes onto the screens of a city is asked for by one and approved by another, as it was looked at.
    @Test(arguments: Database.Engine.required)
    func whatGoesOntoScreensTakesTwoPersons(_ engine: Database.Engine) async throws {
        try await LibraryWorld.with(engine, secondPerson: .aboveCounty) { library in
            let site = try await Site(library)
            let (keys, act) = (library.content.keys, library.act)
            _ = try await library.database.write { try $0.ensureCatalogue(keys, by: act) }
            let id = try await library.encoded("one", areaID: library.city)
            let url = "/courseware/\(id)"
            try await site.app.test(.router) { client async throws in
                #expect(try await client.page("/approvals", .reviewer, "en").contains("No publication waits"))
                #expect(
                    try await client.post("\(url)/approve", .reviewer, ["digest": digest(client.page(url, .reviewer))]).status == .conflict)
                #expect(try await client.page(url, .editor, "en").contains("Ask for publication"))
                #expect(try await client.post("\(url)/publish", .editor).status == .seeOther)
                #expect(try await library.courseware(id)?.state == .ready, "One person put it onto the screens")
                #expect(try await client.page("/approvals", .reviewer).contains(url))
                #expect(try await client.page("/approvals", .stranger).contains(url) == false)

                // His own: no. Another's, but not what was looked at: no. From elsewhere: not found.
                let own = try await client.page(url, .editor)
                #expect(!own.contains("/approve\"") && own.contains("/take-back\""))
                let seen = digest(try await client.page(url, .reviewer))
                #expect(seen.count == 64)
                #expect(try await client.post("\(url)/approve", .editor, ["digest": seen]).status == .forbidden)
                #expect(try await client.post("\(url)/approve", .reviewer, ["digest": String(seen.reversed())]).status == .conflict)
                #expect(try await client.post("\(url)/approve", .stranger, ["digest": seen]).status == .notFound)
                #expect(try await client.post("\(url)/approve", .leader, ["digest": seen]).status == .forbidden)

                // Changed after it was looked at: neither the old nor the new is approved.
                #expect(
                    try await client.submit(url, .editor, ["title": "另一个", "category": "science", "areas": "9901"]).status == .seeOther)
                let changed = try await client.page(url, .reviewer, "en")
                #expect(changed.contains("must ask again") && digest(changed).isEmpty)
                #expect(try await client.post("\(url)/approve", .reviewer, ["digest": seen]).status == .conflict)

                // No, with a reason that the asker reads.
                #expect(try await client.post("\(url)/publish", .editor).status == .seeOther)
                #expect(try await client.post("\(url)/decline", .reviewer, [:]).status == .unprocessableContent)
                #expect(try await client.post("\(url)/decline", .reviewer, ["remark": "声音不清"]).status == .seeOther)
                #expect(try await client.page(url, .editor).contains("声音不清"))

                // Taken back by whoever asked.
                #expect(try await client.post("\(url)/publish", .editor).status == .seeOther)
                #expect(try await client.post("\(url)/take-back", .editor).status == .seeOther)
                #expect(try await client.page("/approvals", .reviewer).contains(url) == false)

                #expect(try await client.post("\(url)/publish", .editor).status == .seeOther)
                let last = digest(try await client.page(url, .reviewer))
                #expect(try await client.post("\(url)/approve", .reviewer, ["digest": last]).status == .seeOther)
                #expect(try await library.courseware(id)?.state == .published)
                #expect(try await client.post("\(url)/approve", .reviewer, ["digest": last]).status == .conflict)
                // What is withdrawn is no longer asked for.
                #expect(try await client.post("\(url)/publish", .editor).status == .seeOther)
                let again = digest(try await client.page(url, .reviewer))
                #expect(try await client.post("\(url)/withdraw", .editor).status == .seeOther)
                #expect(try await client.post("\(url)/approve", .reviewer, ["digest": again]).status == .conflict)
                #expect(try await library.courseware(id)?.state == .withdrawn)
                let kinds = try await library.database.read { try $0.events(about: id) }.map(\.kind)
                #expect(
                    kinds.contains("courseware.publication_approved") && kinds.contains("courseware.publication_declined")
                        && kinds.contains("courseware.published"))
            }
            // A county's own lesson for itself needs one person.
            let county = try await library.encoded("two", areaID: library.county)
            try await site.app.test(.router) { client async throws in
                #expect(try await client.post("/courseware/\(county)/publish", .editor).status == .seeOther)
                #expect(try await library.courseware(county)?.state == .published)
            }
        }
    }

    @Test(arguments: Database.Engine.required)
    func anOrderToStopIsGivenOnItsPage(_ engine: Database.Engine) async throws {
        try await LibraryWorld.with(engine) { library in
            let site = try await Site(library)
            let (keys, act, root) = (library.content.keys, library.act, try found(try LibraryWorld.seededKeys()[.root]))
            _ = try await library.database.write { try $0.ensureCatalogue(keys, by: act) }
            let order = try StopOrder(
                version: 5, expiresAt: act.at.milliseconds + 86_400_000, areas: ["9901"], stops: true, signedBy: [root])
            let text = String(decoding: order.bytes, as: UTF8.self)
            try await site.app.test(.router) { client async throws in
                #expect(try await client.page("/stop", .reviewer, "en").contains("No order was ever given"))
                #expect(try await client.post("/stop", .leader, ["order": text]).status == .forbidden)
                let changed = try await client.post("/stop", .reviewer, ["order": text.replacing("9901", with: "9902")])
                #expect(changed.status == .unprocessableContent && String(buffer: changed.body).contains("不是由根密钥签署"))
                #expect(try await client.post("/stop", .reviewer, ["order": text]).status == .seeOther)
                #expect(try await client.page("/stop", .reviewer, "en").contains("Screens are stopped: 9901"))
                #expect(try await client.page("/stop", .editor).contains("0 台终端回报已停播"))
                #expect(try await client.post("/stop", .reviewer, ["order": text]).status == .conflict)
            }
        }
    }

    @Test(arguments: [
        ("99", "", true), ("9901", "", true), ("990101", "", false), ("990101", "9901", true), ("9901", "990101", true),
        ("990101001", "990101001 990101002", true),
        ("990101", "990101001 990101002", false), ("990101", "990101 990102", true), ("990101", "990102", true),
    ])
    func whereASecondPersonIsNeeded(_ area: String, _ audience: String, _ isNeeded: Bool) {
        let codes = audience.split(separator: " ").map(String.init)
        #expect(SecondPerson.aboveCounty.isNeeded(of: area, for: codes) == isNeeded)
        #expect(SecondPerson.always.isNeeded(of: area, for: codes) && !SecondPerson.never.isNeeded(of: area, for: codes))
    }

    @Test func aRefusedUploadSaysWhyInThePersonsLanguage() async throws {
        try await LibraryWorld.with(.sqlite, freeBytes: 2 << 20) { library in
            let site = try await Site(library)
            try await site.app.test(.router) { client async throws in
                for (bytes, status, code) in [
                    ([], HTTPResponse.Status.unprocessableContent, "upload.empty"),
                    ([UInt8](repeating: 1, count: 1_500_000), .init(code: 507), "disk.full"),
                ] {
                    for (language, words) in [("zh-Hans", "。"), ("en", ".")] {
                        let answer = try await client.upload(bytes, name: "a.mp4", language: language)
                        #expect(answer.status == status)
                        let text = String(buffer: answer.body)
                        #expect(text.contains(":\(code)\"") && text.contains("\(words)\"") && !text.contains("⟨"), "\(text)")
                    }
                }
                #expect(library.left == ["uploads"] && library.stored.isEmpty)
            }
        }
    }

    /// A real server and a real connection that goes away in the middle.
    @Test func aBrowserThatClosesHalfWayLeavesNothing() async throws {
        try await LibraryWorld.with(.sqlite) { library in
            let site = try await Site(library)
            try await site.app.test(.live) { client async throws in
                let port = try found(client.port)
                let line = try Line(to: port)
                try line.send(
                    Array(
                        """
                        POST /courseware/uploads HTTP/1.1\r
                        Host: localhost\r
                        Cookie: \(SessionCookie.name(secure: false))=\(Visitor.editor.token)\r
                        X-CSRF: \(Visitor.editor.csrf)\r
                        X-Upload-Name: a.mp4\r
                        Content-Length: 20000000\r
                        \r

                        """.utf8))
                try line.send([UInt8](repeating: 7, count: 3 << 20))
                let part = { library.left.first { $0.hasSuffix(".part") }.map { library.folder.appendingPathComponent($0).path } }
                let begun = try await eventually {
                    part().flatMap { try? FileManager.default.attributesOfItem(atPath: $0)[.size] as? Int } ?? 0 >= 1 << 20
                }
                #expect(begun)
                line.close()
                let gone = try await eventually { library.left == ["uploads"] }
                #expect(gone)
                #expect(library.stored.isEmpty)
            }
        }
    }

    @Test(arguments: Database.Engine.required)
    func whatEncodingDidIsSaidInBothLanguages(_ engine: Database.Engine) async throws {
        try await LibraryWorld.with(engine) { library in
            let site = try await Site(library)
            let id = try await library.upload([1])
            let notes = MediaNote.Code.allCases.map {
                MediaNote($0, ["count": "2", "names": "eng", "said": "0:01:00", "found": "0:00:08", "shape": "1:100"])
            }
            let result = EncodingResult(
                durationMs: 1, manifestHash: String(repeating: "a", count: 64), manifestBytes: 1, posterHash: "", previewHash: "",
                notes: notes)
            let act = library.act
            #expect(try await library.database.write { try $0.finishEncoding(id: id, result, by: act) })
            #expect(try await library.database.read { try $0.encodingNotes(id: id) } == notes)
            try await site.app.test(.router) { client async throws in
                for (language, words) in [("zh-Hans", ["高动态范围", "（eng）", "0:00:08"]), ("en", ["HDR", " (eng)", "1:100", "0:00:08"])] {
                    let page = try await client.page("/courseware/\(id)", .editor, language)
                    for word in words { #expect(page.contains(word), "\(word)") }
                    #expect(!page.contains("⟨") && !page.contains("{names}") && !page.contains("{count}"))
                }
            }
        }
    }

    @Test func everyStateHasItsPageInBothLanguages() async throws {
        try await LibraryWorld.with(.sqlite) { library in
            let site = try await Site(library)
            let act = library.act
            var ids: [String] = []
            for problem in [
                "media.empty", "media.not_media", "media.truncated", "media.no_video", "media.too_long", "media.bad_dimensions",
                "media.timed_out",
                "media.tool_missing",
                "media.failed", "media.cancelled", "media.source_missing", "job.defect",
            ] {
                let id = try await library.upload(Array(problem.utf8))
                let values = problem == "media.truncated" ? ["expected": "0:01:00", "found": "0:00:30"] : [:]
                try await library.database.write { try $0.failEncoding(id: id, problem: problem, values: values, by: act) }
                ids.append(id)
            }
            try await site.app.test(.router) { [ids] client async throws in
                for id in ids + ["lesson-1"] {
                    for language in ["zh-Hans", "en"] {
                        let page = try await client.page("/courseware/\(id)", .editor, language)
                        #expect(page.contains("/retry") == (id != "lesson-1"))
                    }
                }
            }
        }
    }
}

/// Who visits.
private enum Visitor: String, CaseIterable {
    /// Of the county in which the tests upload.
    case editor, reviewer
    /// An editor of the other county.
    case stranger
    /// Of the whole city, without a right to the library.
    case leader

    var grant: (role: Role, area: String) {
        switch self {
        case .editor: (.editor, "9901")
        case .reviewer: (.reviewer, "9901")
        case .stranger: (.editor, "990102")
        case .leader: (.leader, "9901")
        }
    }
    var token: String { "token-of-the-\(rawValue)" }
    var csrf: String { "csrf-of-the-\(rawValue)" }
}

/// The routes of the library with a session for each visitor.
private struct Site {
    let app: Application<RouterResponder<AppContext>>

    init(_ library: LibraryWorld) async throws {
        var house = House(
            database: library.database, clock: library.clock, ids: .system, entropy: .system, zone: .shanghai,
            passwords: PasswordScheme(cost: 8),
            pages: try Pages([Registry.resources, RegisterPages.resources, Content.resources]), isSample: false, secureCookies: false,
            scope: { try $0.scope(of: $1, for: $2, today: $3) })
        house.factorRule = .offered
        let (act, day) = (library.act, library.today)
        try await library.database.write { statements in
            for visitor in Visitor.allCases {
                let area = try statements.area(code: visitor.grant.area, on: day, in: .everything)?.areaID ?? ""
                let id = try statements.addAccount(
                    NewAccount(
                        login: visitor.rawValue, name: visitor.rawValue, storedPassword: "",
                        grants: [RoleGrant(role: visitor.grant.role, areaID: area)]),
                    by: act)
                try statements.openSession(accountID: id, tokenDigest: SessionCookie.digest(visitor.token), csrf: visitor.csrf, by: act)
            }
        }
        let router = Router(context: AppContext.self)
        router.add(middleware: RefusalMiddleware(house: house))
        var routes = Routes(house: house, router: router)
        let content = library.content
        let encoding = EncodeJob(database: library.database, content: content, tools: Tools(), clock: library.clock, ids: .system)
        let renewal = content.catalogueRenewal(library.database, clock: library.clock, ids: .system)
        for feature in [Feature.courseware(content, encoding: encoding, renewal: renewal, library.database), .approvals(content), .stop] {
            feature.add(to: &routes)
        }
        app = Application(router: router)
    }
}

extension TestClientProtocol {
    fileprivate func send(
        _ method: HTTPRequest.Method, _ path: String, _ visitor: Visitor?, _ language: String = "zh-Hans", headers: HTTPFields = [:],
        body: ByteBuffer? = nil
    ) async throws -> TestResponse {
        var headers = headers
        headers[.acceptLanguage] = language
        if let visitor { headers[.cookie] = "\(SessionCookie.name(secure: false))=\(visitor.token)" }
        return try await execute(uri: path, method: method, headers: headers, body: body)
    }

    /// A page that must be there, with every word in the catalogues.
    fileprivate func page(_ path: String, _ visitor: Visitor, _ language: String = "zh-Hans") async throws -> String {
        let answer = try await send(.get, path, visitor, language)
        let text = String(buffer: answer.body)
        #expect(answer.status == .ok, "\(path): \(text.prefix(500))")
        #expect(!text.contains("⟨"), "\(path) shows an unknown key")
        return text
    }

    fileprivate func post(_ path: String, _ visitor: Visitor, _ fields: [String: String] = [:], csrf: String? = nil) async throws
        -> TestResponse
    {
        let all = fields.merging(["csrf": csrf ?? visitor.csrf]) { first, _ in first }
        let text = all.map { "\($0)=\($1.addingPercentEncoding(withAllowedCharacters: .alphanumerics) ?? "")" }.joined(separator: "&")
        return try await send(
            .post, path, visitor, headers: [.contentType: "application/x-www-form-urlencoded"], body: ByteBuffer(string: text))
    }

    /// Fills in the form of a page and sends it, as a browser does.
    fileprivate func submit(_ path: String, _ visitor: Visitor, _ fields: [String: String]) async throws -> TestResponse {
        try await post(path, visitor, (hiddenFields(ofFormTo: path, in: try await page(path, visitor)) ?? [:]).merging(fields) { $1 })
    }

    fileprivate func upload(
        _ bytes: [UInt8], name: String, by visitor: Visitor = .editor, language: String = "zh-Hans", csrf: String? = nil
    ) async throws -> TestResponse {
        var headers: HTTPFields = [.contentLength: String(bytes.count)]
        headers[try found(HTTPField.Name("X-CSRF"))] = csrf ?? visitor.csrf
        headers[try found(HTTPField.Name("X-Upload-Name"))] = name.addingPercentEncoding(withAllowedCharacters: .alphanumerics)
        return try await send(.post, "/courseware/uploads", visitor, language, headers: headers, body: ByteBuffer(bytes: bytes))
    }
}

/// A connection whose bytes the test writes itself.
private struct Line {
    private let descriptor: Int32

    init(to port: Int) throws {
        descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = in_port_t(port).bigEndian
        address.sin_addr.s_addr = in_addr_t(0x7F00_0001).bigEndian
        let status = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size)) }
        }
        guard descriptor >= 0, status == 0 else { throw Missing() }
    }

    func send(_ bytes: [UInt8]) throws {
        var sent = 0
        while sent < bytes.count {
            let count = bytes.withUnsafeBytes {
                Foundation.send(descriptor, $0.baseAddress?.advanced(by: sent), bytes.count - sent, Int32(MSG_NOSIGNAL))
            }
            guard count > 0 else { throw Missing() }
            sent += count
        }
    }

    func close() { _ = Foundation.close(descriptor) }
}
