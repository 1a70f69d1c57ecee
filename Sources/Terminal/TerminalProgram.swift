import Basics
import Foundation
import Hummingbird
import Listener
import Node
package import Relay
import Storage
package import Trust
import Wire

/// What a terminal is told besides what every node is told.
package struct TerminalConfiguration: Sendable {
    package var node: NodeConfiguration
    /// The line setting: the best rendition of this kind that fits is fetched, and no other.
    package var kilobitsPerSecond: Int64
    package var rendition: Manifest.Kind
    /// Shown on the page.
    package var isSample: Bool

    package init(node: NodeConfiguration, kilobitsPerSecond: Int64 = 1000, rendition: Manifest.Kind = .pieces, isSample: Bool = false) {
        self.node = node
        self.kilobitsPerSecond = kilobitsPerSecond
        self.rendition = rendition
        self.isSample = isSample
    }
}

/// The site node: it holds the courseware meant for its site, serves the television page, and tells when it was on and what was played.
package enum TerminalProgram {
    /// Runs until SIGTERM or SIGINT. Throws when the data folder is not enrolled, or cannot be opened.
    package static func run(_ configuration: TerminalConfiguration) async throws {
        let house = try await NodeHouse(configuration.node, kind: .terminal)
        do {
            try await run(configuration, house)
            await house.close()
        } catch {
            await house.close()
            throw error
        }
    }

    private static func run(_ configuration: TerminalConfiguration, _ house: NodeHouse) async throws {
        let (clock, logger, identity, settings, zone) = (
            configuration.node.clock, configuration.node.logger, house.identity, house.settings, house.zone
        )
        let appetite = Appetite.one(kilobitsPerSecond: configuration.kilobitsPerSecond, kind: configuration.rendition)
        let run = Entropy.system.safeInteger()
        let keeper = try await NodeKeeper(database: house.database, clock: clock) { records in
            try TerminalNode(
                identity: identity, zone: zone, appetite: appetite, settings: settings, boot: Entropy.system.safeInteger(), run: run,
                records: records)
        }
        let shelf = TelevisionShelf(blobs: house.blobs)
        let tests = TestRun(keeper: keeper, shelf: shelf, blobs: house.blobs, clock: clock)
        let routes = TelevisionRoutes(
            keeper: keeper, shelf: shelf, blobs: house.blobs, clock: clock, zone: zone, node: identity.node,
            isSample: configuration.isSample, page: try await page())
        let router = Router(context: NodeContext.self)
        router.add(middleware: ProblemMiddleware())
        router.add(middleware: MetricsDoor(isElsewhere: configuration.node.metrics != nil))
        router.add(middleware: HostGuard(names: configuration.node.hostNames, findings: house.findings))
        routes.add(to: router)
        let freezes = FreezeWatch(logger)
        let local = LocalOrder(configuration.node.dataFolder)
        let looks = LineLog(logger, "A test play could not be made", "Test plays are made again")
        let beats = LineLog(logger, "A beat could not be noted", "Beats are noted again")
        try await serve(
            router, configuration: configuration.node, metrics: { try await routes.metrics() },
            services: [
                UpLine(keeper: keeper, parent: house.parent, clock: clock, logger: logger),
                DownLine(keeper: keeper, parent: house.parent, blobs: house.blobs, clock: clock, logger: logger),
                // Three beats a minute, so that a late one costs no minute.
                Ticker(every: .seconds(20)) {
                    do {
                        if let order = await local.look() {
                            try await keeper.change { ($0.order(order, at: clock.now), ()) }
                            local.taken(order)
                        }
                        let noticed = house.findings.take()
                        try await keeper.change { ($0.note(noticed, at: clock.now) + $0.beat(at: clock.now), ()) }
                        beats.succeeded()
                    } catch { beats.failed(error) }
                    if let freshness = keeper.ask({ $0.sync.freshness }) { freezes.look(freshness) }
                } last: {
                    do { try await keeper.change { ($0.stop(at: clock.now), ()) } } catch { beats.failed(error) }
                },
                // Beside the beats: a disk that is slow to read must not cost a minute.
                Ticker(every: .seconds(20)) {
                    do {
                        try await tests.look()
                        looks.succeeded()
                    } catch { looks.failed(error) }
                },
            ])
    }

    private static func page() async throws -> [String: [UInt8]] {
        guard let folder = Bundle.module.resourceURL?.appendingPathComponent("Television") else {
            throw EnrolmentError.unreadable("The folder of the television page")
        }
        return try await offPool {
            var files: [String: [UInt8]] = [:]
            for name in ["index.html", "tv.js", "test.js", "tv.css"] {
                files[name] = [UInt8](try Data(contentsOf: folder.appendingPathComponent(name)))
            }
            return files
        }
    }
}
