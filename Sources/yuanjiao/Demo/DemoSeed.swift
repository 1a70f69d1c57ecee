import Accounts
import AsyncHTTPClient
import Basics
import Centre
import Content
import Foundation
import Hummingbird
import Logging
import NIOCore
import Offices
import Operations
import Records
import Registry
import ServiceLifecycle
import Simulator
import Storage
import Synchronization
import Trust
import Web
import Wire

/// The first preparations of a demo: register, accounts, and months of facts that go in through the endpoint of real nodes, with the
/// centre's clock set to when they came.
struct DemoSeed {
    let folder: DemoFolder
    let logger: Logger

    func run() async throws {
        say("First start: making a city of sample data in \(folder.root.path)")
        try? FileManager.default.removeItem(at: folder.centre)
        try folder.prepare()
        let city = try City(plan: CityPlan(json: try DemoFolder.plan()))
        let clock = SettableClock()
        let port = try freePorts(1)[0]
        var configuration = CentreConfiguration(dataFolder: folder.centre, port: port, isSample: true)
        configuration.host = "127.0.0.1"
        let centre = try await CentreApplication.open(configuration, clock: clock.clock, logger: logger)
        try await register(city, centre, at: clock)
        let edges = try await edges(city, centre)
        try await withThrowingTaskGroup(of: Void.self) { group in
            var quiet = logger
            // The server is ended by cancelling it, which it reports as an error.
            quiet.logLevel = .critical
            let served = Application(
                responder: centre.responder, configuration: .init(address: .hostname("127.0.0.1", port: port)), logger: quiet)
            group.addTask { try await served.run() }
            let client = FactClient(address: "http://127.0.0.1:\(port)")
            try await client.waitUntilUp()
            try await deliver(city, centre, edges, client, clock)
            group.cancelAll()
            while let result = await group.nextResult() {
                if case .failure(let error) = result, !(error is CancellationError) { throw error }
            }
        }
        clock.set(Clock.system.now)
        try await accounts(city, centre)
        try await claims(city, centre)
        await centre.database.close()
        try folder.finish()
    }

    private func register(_ city: City, _ centre: CentreApplication, at clock: SettableClock) async throws {
        clock.set(NetworkZone.shanghai.start(of: Day("2010-12-31") ?? .forever))
        let act = Act(by: .commandLine, at: clock.clock.now, ids: .system)
        let (areas, sites, exclusions, code) = (
            Array(city.areasCSV.utf8), Array(city.sitesCSV.utf8), city.exclusions, city.code.description
        )
        let (lessons, today) = (DemoSeed.lessons, NetworkZone.shanghai.day(of: Clock.system.now))
        let refused = try await centre.database.write { statements in
            let first = try statements.importAreas(areas, apply: true, in: .everything, today: today, by: act)
            let second = try statements.importSites(sites, apply: true, in: .everything, today: today, by: act)
            for exclusion in exclusions {
                guard let site = try statements.site(code: exclusion.site, on: exclusion.fromOn, in: .everything) else { continue }
                try statements.excludeSite(
                    site, days: exclusion.fromOn...exclusion.untilOn, reason: exclusion.reason, document: exclusion.document, by: act)
            }
            let area = try statements.area(code: code, on: Day("2010-12-31") ?? .forever, in: .everything)?.areaID ?? ""
            for lesson in lessons {
                try statements.archiveCourseware(id: lesson.id, title: lesson.title, durationMs: lesson.milliseconds, areaID: area, by: act)
            }
            return first.refused + second.refused
        }
        guard refused.isEmpty else {
            throw BadSetting(description: "The made-up register was refused: \(refused[0].code), line \(refused[0].line)")
        }
        say("  register: \(city.areas.count) areas, \(city.sites.count) sites")
    }

    /// Enrols a made-up edge for each county.
    private func edges(_ city: City, _ centre: CentreApplication) async throws -> [String: CountyEdge] {
        var edges: [String: CountyEdge] = [:]
        var seeds: [String: String] = [:]
        let act = Act(by: .commandLine, at: centre.house.clock.now, ids: .system)
        for county in city.areas where county.code.level == .county {
            let code = try ClaimCode(bytes: Entropy.system.bytes(ClaimCode.bytesNeeded))
            let seed = Entropy.system.bytes(32)
            let edge = CountyEdge(id: "sim-\(county.code)", key: try SigningKey(seed: seed))
            let name = county.name
            try await centre.database.write { statements in
                guard let area = try statements.area(code: county.code.description, on: county.fromOn, in: .everything) else { return }
                try statements.prepareClaim(
                    id: edge.id, kind: "edge", name: name, areaID: area.areaID, codeDigest: code.digest.hex, by: act)
                _ = try statements.enrolNode(
                    codeDigest: code.digest.hex, publicKey: edge.key.verifyingKey.hex, version: "simulated", on: county.fromOn, by: act)
            }
            edges[county.code.description] = edge
            seeds[county.code.description] = hexadecimal(seed)
        }
        try folder.keep("edges.json", seeds)
        return edges
    }

    private func deliver(
        _ city: City, _ centre: CentreApplication, _ edges: [String: CountyEdge], _ client: FactClient, _ clock: SettableClock
    ) async throws {
        let facts = CityFacts(city: city, lessons: DemoSeed.lessons.map { .init(id: $0.id, milliseconds: Int64($0.milliseconds)) })
        for plan in city.plan.months {
            try await deliver(try facts.deliveries(in: plan.month), edges, client, clock)
            say("  facts of \(plan.month)")
        }
        let now = Clock.system.now
        let month = NetworkZone.shanghai.day(of: now).month
        try await deliver(facts.moving(month, through: now), edges, client, clock)
        say("  facts of \(month) up to now")
    }

    private func deliver(_ deliveries: [CityFacts.Delivery], _ edges: [String: CountyEdge], _ client: FactClient, _ clock: SettableClock)
        async throws
    {
        for delivery in deliveries {
            guard let edge = edges[delivery.county.description] else { continue }
            clock.set(delivery.receivedAt)
            let receipt = try await client.send(delivery.batch, from: edge)
            if let refused = receipt.verdicts.first(where: { $0.outcome != .stored && $0.outcome != .duplicate }) {
                throw BadSetting(description: "A sample fact was not stored: \(refused.reason)")
            }
        }
    }

    private func accounts(_ city: City, _ centre: CentreApplication) async throws {
        guard let county = city.areas.first(where: { $0.code.level == .county }),
            let township = city.areas.first(where: { $0.code.level == .township }),
            // Where a real terminal stands.
            let site = city.sites.first(where: { $0.isInService(on: centre.house.today) && !$0.terminals(on: centre.house.today).isEmpty })
        else { return }
        let wanted: [(login: String, name: String, role: Role, area: AreaCode)] = [
            ("city", "市管理员", .officer, city.code), ("county", "县管理员", .officer, county.code),
            ("township", "乡镇管理员", .officer, township.code),
            ("leader", "只读领导", .leader, city.code), ("editor", "课件编辑", .editor, city.code), ("reviewer", "课件审核员", .reviewer, city.code),
            ("system", "系统管理员", .systemAdministrator, city.code),
            ("security", "安全管理员", .securityAdministrator, city.code), ("auditor", "审计员", .auditor, city.code),
            ("manager", "站点管理员", .siteManager, site.area),
        ]
        var logins: [String: String] = [:]
        let today = centre.house.today
        let act = Act(by: .commandLine, at: centre.house.clock.now, ids: .system)
        for account in wanted {
            let password = PasswordScheme.fresh(.system)
            let stored = try await centre.house.passwords.stored(password, login: account.login, salt: Entropy.system.bytes(16))
            try await centre.database.write { statements in
                guard let area = try statements.area(code: account.area.description, on: today, in: .everything) else { return }
                try statements.addAccount(
                    NewAccount(
                        login: account.login, name: account.name, storedPassword: stored,
                        grants: [RoleGrant(role: account.role, areaID: area.areaID)]), by: act)
            }
            logins[account.login] = password
        }
        try folder.keep("logins.json", logins)
        // Of the officer's own doing, so that his pages have something that is his.
        let officer = try await centre.database.read { try $0.account(login: "city")?.id } ?? Actor.commandLine.id
        let own = Act(by: Actor(id: officer), at: centre.house.clock.now, ids: .system)
        try await centre.database.write { statements in for sample in centre.samples { try sample.make(statements, today, own) } }
        // Works for an operator, which is part of the samples.
        let password = PasswordScheme.fresh(.system)
        let stored = try await centre.house.passwords.stored(password, login: "mender", salt: Entropy.system.bytes(16))
        try await centre.database.write { statements in
            let carriers = try statements.organisations(OrganisationFilter(kind: .operator), limit: 10, in: .everything)
            guard let carrier = carriers.first(where: { $0.modes.contains(.iptv) }),
                let area = try statements.area(code: county.code.description, on: today, in: .everything)
            else { return }
            try statements.addAccount(
                NewAccount(
                    login: "mender", name: "运营商维护员", storedPassword: stored,
                    grants: [RoleGrant(role: .maintenance, areaID: area.areaID, object: "operator:\(carrier.id)")]), by: act)
        }
        logins["mender"] = password
        try folder.keep("logins.json", logins)
    }

    /// Claims for the real edge and the two real terminals.
    private func claims(_ city: City, _ centre: CentreApplication) async throws {
        let today = centre.house.today
        let act = Act(by: .commandLine, at: centre.house.clock.now, ids: .system)
        let sites = city.sites.filter { $0.isInService(on: today) && !$0.terminals(on: today).isEmpty }.prefix(2)
        guard let county = sites.first.flatMap({ site in city.areas.first { $0.code == site.county } }) else { return }
        let address = try CentreAddress(typed: "http://127.0.0.1")
        var claims: [String: String] = [:]
        func claim(_ name: String, _ prepare: @escaping @Sendable (Statements, String) throws -> Void) async throws {
            let code = try ClaimCode(bytes: Entropy.system.bytes(ClaimCode.bytesNeeded))
            let fingerprint = try await centre.database.write { statements in
                try prepare(statements, code.digest.hex)
                return try statements.rootFingerprint()
            }
            guard let fingerprint = fingerprint.flatMap(SHA256Hex.init(rawValue:)) else {
                throw BadSetting(description: "The centre has no catalogue yet")
            }
            claims[name] = Claim(code: code, fingerprint: fingerprint, address: address).text
        }
        try await claim("edge") { statements, digest in
            guard let area = try statements.area(code: county.code.description, on: today, in: .everything) else { return }
            try statements.prepareClaim(
                id: "edge-\(county.code)", kind: "edge", name: county.name, areaID: area.areaID, codeDigest: digest, by: act)
        }
        for (number, site) in sites.enumerated() {
            let terminal = site.terminals(on: today)[0].id
            try await claim("terminal-\(number + 1)") { statements, digest in
                guard let site = try statements.presentSite(ofTerminal: terminal, on: today) else { return }
                try statements.prepareClaim(
                    id: terminal, kind: "terminal", name: site.name, areaID: site.areaID, codeDigest: digest, by: act)
            }
        }
        try folder.keep("claims.json", claims)
    }

    /// Courseware of the years before, which the sample plays name.
    static let lessons: [(id: String, title: String, milliseconds: Int)] = [
        ("demo-lesson-01", "果树冬季修剪技术", 1_500_000), ("demo-lesson-02", "大棚蔬菜病虫害防治", 1_800_000), ("demo-lesson-03", "农村合作医疗政策解读", 1_200_000),
        ("demo-lesson-04", "村级组织建设经验", 2_400_000), ("demo-lesson-05", "家禽养殖与防疫", 1_620_000), ("demo-lesson-06", "农产品市场信息", 900_000),
    ]
}

/// A clock that stands where it was put; the demo moves the centre through the months of its sample data with it.
final class SettableClock: Sendable {
    private let instant = Mutex(Clock.system.now)

    func set(_ new: Instant) { instant.withLock { $0 = new } }
    var clock: Clock { Clock { self.instant.withLock { $0 } } }
}
