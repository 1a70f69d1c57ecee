import Accounts
package import Basics
import Content
import Documents
import Editions
import Figures
import Foundation
package import Hummingbird
import Jobs
import Listener
import Lists
package import Logging
import Media
package import Operations
import Programs
import Registry
import Returns
package import ServiceLifecycle
package import Storage
import UnixSignals
package import Web

/// A centre, wired: modules, routes, services. Built the same way by the program, the demo and the tests; only clock, ids and entropy
/// differ.
package struct CentreApplication: Sendable {
    package let configuration: CentreConfiguration
    package let database: Database
    /// From which pages of figures read, if there is one.
    private let replica: Database?
    package let settings: NetworkSettings
    package let house: House
    package let intake: FactIntake
    package let responder: RouterResponder<AppContext>
    /// Every route with the right it asks for.
    package let routes: [Routes.Entry]
    /// The paths of declared forms.
    package let forms: [String]
    /// The paths of declared lists.
    package let lists: [String]
    /// The features' parts in the demo's data.
    package let samples: [FeatureSample]
    /// The features' durable work.
    package let jobs: [FeatureJob]
    private let metrics: Metrics
    /// What runs beside the server: jobs, timers.
    package let services: [any Service]
    package let logger: Logger

    /// Opens the data folder and wires everything; nothing listens yet. Whoever opens many, as tests do, reads the pages once.
    package static func open(
        _ configuration: CentreConfiguration, clock: Clock = .system, ids: IDs = .system, entropy: Entropy = .system, logger: Logger,
        journal: StatementJournal? = nil, pages: Pages? = nil
    ) async throws -> CentreApplication {
        let isPrivate = try await offPool { try PrivateFolder.prepare(configuration.dataFolder) }
        if !isPrivate {
            logger.warning("other users of this machine may enter the data folder; give it to the program's own user alone, mode 0700")
        }
        let (database, settings) = try await NetworkSettings.open(
            configuration.databaseAddress, zone: configuration.zone, clock: clock, ids: ids, journal: journal)
        let sources = configuration.sources
        let pages = if let pages { pages } else { try await offPool { try Pages(resources, sources: sources) } }
        var house = House(
            database: database, clock: clock, ids: ids, entropy: entropy, zone: settings.zone,
            passwords: PasswordScheme(cost: configuration.passwordCost, policy: configuration.passwordPolicy), pages: pages,
            isSample: configuration.isSample, secureCookies: configuration.secureCookies,
            idleSeconds: min(Int64(configuration.sessionIdleMinutes) * 60, configuration.passwordPolicy.mostIdleSeconds ?? .max),
            confirmSeconds: Int64(configuration.passwordAgainMinutes) * 60,
            scope: { try $0.scope(of: $1, for: $2, today: $3) })
        let intake = FactIntake(database: database, rules: settings.rules, clock: clock, ids: ids, epoch: settings.epoch)
        if !configuration.isFront {
            // Before the first edge asks: an empty list would let it forget its terminals.
            let (today, now) = (house.today, clock.now)
            try await database.write { _ = try $0.placeNodes(on: today, at: now) }
        }
        let metrics = Metrics()
        let workplace = try await configuration.workplace(logger)
        let content = try await openContent(configuration, database: database, clock: clock, ids: ids, entropy: entropy)
        let press = EditionPress(
            database: database, blobs: content.blobs, pages: pages, rules: settings.rules,
            programs: .init(
                Printer(
                    weasyprint: configuration.weasyprint, rsvgConvert: configuration.rsvgConvert, seconds: configuration.printSeconds,
                    workplace: workplace)),
            isSample: configuration.isSample)
        let replica = await openReplica(configuration, journal, logger)
        let encoding = EncodeJob(
            database: database, content: content,
            tools: Tools(ffmpeg: configuration.ffmpeg, ffprobe: configuration.ffprobe, workplace: workplace),
            transportStreams: configuration.transportStreams, clock: clock, ids: ids, log: logger)
        let shelf = FigureShelf(database: database, replica: replica, zone: settings.zone, clock: clock)
        let contacts = ContactWatch()
        let features = features(
            CentreParts(rules: settings.rules, content: content, encoding: encoding, press: press, shelf: shelf, contacts: contacts), house)
        (house.signInHelp, house.factorRule) = (configuration.signInHelp, configuration.factorRule)
        house.menu = features.flatMap(\.menu)
        house.looks = features.flatMap(\.today)
        house.figures = features.flatMap(\.figures)
        house.searches = features.flatMap(\.searches)
        house.siteLooks = features.flatMap(\.sites)
        house.speech = features.flatMap(\.speech)
        house.exportFiles = KeptFiles(folder: configuration.dataFolder.appendingPathComponent("exports"), ending: "file")

        let router = Router(context: AppContext.self, options: .autoGenerateHeadEndpoints)
        router.addMiddleware {
            LogRequestsMiddleware(.info)
            RequestCounter(metrics: metrics)
            SecurityHeaders(overTLS: configuration.secureCookies)
            TextCompression()
            RefusalMiddleware(house: house)
            MetricsDoor(isElsewhere: configuration.metrics != nil)
        }
        var routes = Routes(house: house, router: router)
        routes.addHouse()
        routes.addLists()
        routes.addHealth(metrics: metrics)
        NodeAPI(
            house: house, intake: intake, settings: settings, blobs: content.blobs, voice: content.keys.voice, metrics: metrics,
            contacts: contacts
        ).addRoutes(to: &routes)
        for feature in features { feature.add(to: &routes) }
        try house.pages.check(routes.entries)
        let jobs = features.flatMap(\.jobs) + [routes.exportJob]
        return CentreApplication(
            configuration: configuration, database: database, replica: replica, settings: settings, house: house, intake: intake,
            responder: router.buildResponder(),
            routes: routes.entries, forms: routes.forms, lists: routes.lists,
            samples: features.compactMap(\.sample), jobs: jobs, metrics: metrics,
            services: services(features, jobs, configuration, house, logger), logger: logger)
    }

    /// A replica that is away at the start is done without.
    private static func openReplica(_ configuration: CentreConfiguration, _ journal: StatementJournal?, _ logger: Logger) async -> Database?
    {
        guard let address = configuration.reports else { return nil }
        do { return try await Database.open(address, journal: journal) } catch {
            logger.warning(
                "the replica cannot be read; until the next start figures come from the database itself", metadata: ["error": "\(error)"])
            return nil
        }
    }

    /// The library: keys and catalogue made at the first start, remains of an earlier process swept.
    private static func openContent(
        _ configuration: CentreConfiguration, database: Database, clock: Clock, ids: IDs, entropy: Entropy
    ) async throws -> ContentHouse {
        let (folder, reserve, isFront, secondPerson) = (
            configuration.dataFolder, configuration.reserveBytes, configuration.isFront, configuration.secondPerson
        )
        let named = try await database.read { try $0.namedKeys() }
        let content = try await offPool {
            ContentHouse(
                data: folder, blobs: try BlobStore(folder: folder.appendingPathComponent("blobs")),
                keys: try CatalogueKeys.loadOrMake(
                    in: folder.appendingPathComponent("keys"), entropy: entropy, makes: !isFront, named: named), bell: JobBell(),
                reserve: reserve, secondPerson: secondPerson)
        }
        // What another centre has under way must not be taken from it.
        guard !configuration.isFront else { return content }
        let act = Act(by: .system, at: clock.now, ids: ids)
        let keys = content.keys
        try await database.write { statements in
            try statements.ensureCatalogue(keys, by: act)
            try statements.releaseLeases()
        }
        try await content.sweep(database)
        try await offPool { try Backup.sweep(folder) }
        return content
    }

    private static func services(
        _ features: [Feature], _ jobs: [FeatureJob], _ configuration: CentreConfiguration, _ house: House, _ logger: Logger
    ) -> [any Service] {
        let timers = features.flatMap(\.timers).filter { $0.isEverywhere || !configuration.isFront }.map(\.work)
        let log = logTimer(house, chains: !configuration.isFront, logger)
        guard !configuration.isFront else { return timers + [log] }
        let (receiver, database) = (configuration.logReceiver, house.database)
        let sending = PeriodicWork("log sent on", every: .seconds(5), log: logger) { try await receiver?.send(from: database) }
        return runners(jobs, house, logger) + timers + [log, sending]
    }

    /// What is written once a second: incidents, sums of refusals that were not written one by one, and the chain of the log of acts.
    private static func logTimer(_ house: House, chains: Bool, _ logger: Logger) -> PeriodicWork {
        PeriodicWork("log of acts", every: .seconds(1), log: logger) {
            let now = house.clock.now
            let reports = house.incidents.take()
            if !reports.isEmpty {
                for report in reports {
                    logger.warning(
                        "incident", metadata: ["kind": "\(report.kind)", "about": "\(report.about)", "count": "\(report.count)"])
                }
                do { try await house.database.write { statements in for report in reports { try statements.addIncident(report) } } } catch {
                    house.incidents.putBack(reports)
                    throw error
                }
            }
            let rests = house.refusals.rests(at: now)
            if !rests.isEmpty {
                let act = Act(by: .system, at: now, ids: house.ids)
                do {
                    try await house.database.write { statements in
                        for rest in rests {
                            try statements.record(
                                "refusals.more", rest.key, ["count": String(rest.count), "since": house.zone.text(rest.since)], by: act)
                        }
                    }
                } catch {
                    house.refusals.putBack(rests)
                    throw error
                }
            }
            if chains { try await house.database.chainLog() }
        }
    }

    /// Serves until the service group ends: `SIGTERM` stops listening, lets requests under way finish, then ends the services.
    package func run() async throws {
        let logger = logger
        let server = Application(
            responder: responder, server: .limited(logger: logger),
            configuration: .init(
                address: .hostname(configuration.host, port: configuration.port), serverName: "yuanjiao", backlog: ListenerLimits.backlog),
            onServerRunning: { channel in logger.info("listening", metadata: ["address": "\(channel.localAddress?.description ?? "")"]) },
            logger: logger)
        let (house, metrics) = (house, metrics)
        let own = configuration.metrics.map { [$0.server(logger) { try await house.metrics(metrics) }] } ?? []
        var group = ServiceGroupConfiguration(
            services: services.map { .init(service: $0) } + own.map { .init(service: $0) } + [.init(service: server)],
            gracefulShutdownSignals: [.sigterm, .sigint], logger: logger)
        group.maximumGracefulShutdownDuration = .seconds(20)
        do { try await ServiceGroup(configuration: group).run() } catch {
            await close()
            throw error
        }
        await close()
    }

    private func close() async {
        if !configuration.isFront { try? await database.chainLog() }
        await replica?.close()
        await database.close()
    }
}
