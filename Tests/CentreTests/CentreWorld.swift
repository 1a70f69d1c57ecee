import Accounts
import Basics
import Centre
import Foundation
import Hummingbird
import HummingbirdTesting
import Jobs
import Logging
import Programs
import Registry
import Storage
import Synchronization
import TestKit
import Testing
import Trust
import Web
import Wire

/// A clock that a test moves.
final class MovableClock: Sendable {
    private let instant: Mutex<Instant>

    init(_ start: Instant) { instant = Mutex(start) }
    func set(_ new: Instant) { instant.withLock { $0 = new } }
    var clock: Clock { Clock { self.instant.withLock { $0 } } }
}

/// A whole centre without a network: routes, database, catalogue, in a folder of its own.
struct CentreWorld: Sendable {
    let centre: CentreApplication
    let clock: MovableClock
    let client: any TestClientProtocol

    /// Makes an account and signs it in; answers its cookie.
    func signIn(_ login: String, _ role: Role, area code: String, password: String = "a long test password") async throws -> String {
        let stored = try await centre.house.passwords.stored(password, login: login, salt: [UInt8](repeating: 7, count: 16))
        let (today, act) = (centre.house.today, Act(by: .commandLine, at: clock.clock.now, ids: .system))
        try await centre.database.write { statements in
            guard let area = try statements.area(code: code, on: today, in: .everything) else { throw Refusal.notFound("area") }
            try statements.addAccount(
                NewAccount(login: login, name: login, storedPassword: stored, grants: [RoleGrant(role: role, areaID: area.areaID)]), by: act
            )
        }
        let cookie = try await post("/sign-in", ["login": login, "password": password]).headers[.setCookie]
        return String(cookie?.split(separator: ";").first ?? "")
    }

    func get(_ path: String, cookie: String = "", language: String = "en") async throws -> TestResponse {
        try await client.execute(uri: path, method: .get, headers: [.cookie: cookie, .acceptLanguage: language], body: nil)
    }

    /// Fills in a form of a page and sends it, as a browser does; what it would do is looked at and then done, unless `isLook`.
    func submit(_ action: String, _ fields: [String: String] = [:], from page: String? = nil, isLook: Bool = false, cookie: String)
        async throws -> TestResponse
    {
        let html = String(buffer: try await get(page ?? action, cookie: cookie).body)
        let answer = try await post(
            action,
            (hiddenFields(ofFormTo: action, in: html) ?? hiddenFields(ofFormTo: "/sign-out", in: html) ?? [:]).merging(fields) { $1 },
            cookie: cookie)
        let shown = String(buffer: answer.body)
        guard !isLook, answer.status == .ok, asksToAct(shown), let hidden = hiddenFields(ofFormTo: action, in: shown) else { return answer }
        return try await post(action, fields.merging(hidden) { $1 }.merging(["form_step": "act"]) { $1 }, cookie: cookie)
    }

    /// Sends a file to a form that takes one, as a browser does.
    func bring(_ bytes: Data, _ path: String, name: String = "a.csv", cookie: String) async throws -> TestResponse {
        let hidden = hiddenFields(ofFormTo: path, in: String(buffer: try await get(path, cookie: cookie).body)) ?? [:]
        var data = Data()
        for (name, text) in hidden { data += Data("--b1\r\nContent-Disposition: form-data; name=\"\(name)\"\r\n\r\n\(text)\r\n".utf8) }
        data += Data("--b1\r\nContent-Disposition: form-data; name=\"file\"; filename=\"\(name)\"\r\nContent-Type: text/csv\r\n\r\n".utf8)
        data += bytes + Data("\r\n--b1--\r\n".utf8)
        return try await client.execute(
            uri: path, method: .post,
            headers: [.cookie: cookie, .contentType: "multipart/form-data; boundary=b1", .acceptLanguage: "en"],
            body: ByteBuffer(bytes: data))
    }

    /// Does the jobs of a kind that wait, as the centre's runner would.
    func work(_ kind: String) async throws {
        let (database, clock) = (centre.database, clock.clock)
        guard let handler = centre.jobs.first(where: { $0.kind == kind })?.handler else { throw Refusal.notFound("job") }
        while let job = try await database.write({ try $0.claimJob(kinds: [kind], lease: 60_000, at: clock.now) }) {
            let account = try await handler(JobRun(job, database: database, clock: clock, lease: 60_000))
            try await database.write { _ = try $0.endJob(id: job.id, attempt: job.attempts, as: .done, account: account, at: clock.now) }
        }
    }

    func post(_ path: String, _ fields: [String: String], cookie: String = "") async throws -> TestResponse {
        let body = fields.map { "\($0.key)=\($0.value.addingPercentEncoding(withAllowedCharacters: .alphanumerics) ?? "")" }.joined(
            separator: "&")
        return try await client.execute(
            uri: path, method: .post, headers: [.cookie: cookie, .contentType: "application/x-www-form-urlencoded", .acceptLanguage: "en"],
            body: ByteBuffer(string: body))
    }
}

/// Whatever a test did, the log of acts says it in words.
private func expectSentences(_ centre: CentreApplication) async throws {
    let house = centre.house
    try await centre.database.read { statements in
        let events = try statements.events(before: "", limit: 2000)
        // What has words in one language has them in both: the catalogues are read so.
        for said in try house.said(events, statements, .english) {
            let text = said.actor + said.what + said.detail
            #expect(!said.what.contains(said.event.kind), "event.\(said.event.kind) has no words")
            #expect(!text.contains("⟨"), "\(said.event.kind) \(said.detail)")
            // Addresses and the network's own number are said as they are.
            if ["request.", "list.", "network."].contains(where: said.event.kind.hasPrefix) { continue }
            #expect((said.what + said.detail).firstMatch(of: #/[{}]|[0-9a-f]{8}-[0-9a-f]{4}-/#) == nil, "\(text)")
        }
    }
}

/// Words and templates, read once for all centres of a run.
private let testPages = Result { try Pages(CentreApplication.resources) }

/// Opens a centre on an engine, with the sample register of TestKit unless `register` is false.
func withCentre(
    _ engine: Database.Engine, at start: Instant = SampleWorld.moment("2011-03-31", 12), register: Bool = true, weasyprint: String = "true",
    policy: PasswordPolicy = .standard, factor: FactorRule = .offered, help: String = "",
    _ body: @escaping @Sendable (CentreWorld) async throws -> Void
) async throws {
    let folder = try temporaryFolder()
    defer { try? FileManager.default.removeItem(at: folder) }
    // Nobody looks at the paper here: the program that prints it says nothing.
    var configuration = CentreConfiguration(dataFolder: folder, isSample: true, weasyprint: weasyprint, passwordCost: 8, reserveBytes: 0)
    configuration.confinement = Confinement.none
    (configuration.passwordPolicy, configuration.factorRule, configuration.signInHelp) = (policy, factor, help)
    let clock = MovableClock(start)
    var logger = Logger(label: "test")
    logger.logLevel = .critical
    let settings = configuration
    try await DatabaseTemplate.tables.withCopy(engine) { address in
        var configuration = settings
        configuration.database = address
        let centre = try await CentreApplication.open(
            configuration, clock: clock.clock, logger: logger, journal: testJournal, pages: try testPages.get())
        if register {
            let act = Act(by: .commandLine, at: start, ids: .system)
            try await centre.database.write { statements in
                _ = try statements.importAreas(Array(SampleWorld.areas.utf8), apply: true, in: .everything, today: .forever, by: act)
                _ = try statements.importSites(Array(SampleWorld.sites.utf8), apply: true, in: .everything, today: .forever, by: act)
            }
        }
        try await Application(responder: centre.responder, logger: logger).test(.router) { client in
            try await body(CentreWorld(centre: centre, clock: clock, client: client))
        }
        try await expectSentences(centre)
        await centre.database.close()
    }
}
