import Basics
import Hummingbird
import Listener
import Node
package import Relay
package import Trust
import Wire

/// The county node: it follows the catalogue, keeps every blob that its area may need, and carries facts between terminals and centre.
package enum EdgeProgram {
    /// Runs until SIGTERM or SIGINT. Throws when the data folder is not enrolled, or cannot be opened.
    /// `kinds` are the kinds of renditions that somebody below asks for.
    package static func run(_ configuration: NodeConfiguration, kinds: [Manifest.Kind] = [.pieces]) async throws {
        let house = try await NodeHouse(configuration, kind: .edge)
        do {
            try await run(configuration, kinds, house)
            await house.close()
        } catch {
            await house.close()
            throw error
        }
    }

    private static func run(_ configuration: NodeConfiguration, _ kinds: [Manifest.Kind], _ house: NodeHouse) async throws {
        let (clock, logger, identity, settings, zone) = (
            configuration.clock, configuration.logger, house.identity, house.settings, house.zone
        )
        let keeper = try await NodeKeeper(database: house.database, clock: clock) { records in
            try EdgeNode(
                identity: identity, zone: zone, settings: settings, kinds: kinds, boot: Entropy.system.safeInteger(), records: records)
        }
        let register = try await NodeRegister(
            database: house.database, parent: house.parent, keeper: keeper, findings: house.findings, clock: clock, logger: logger)
        let routes = EdgeRoutes(
            keeper: keeper, register: register, passage: house.passage, blobs: house.blobs, clock: clock, node: identity.node)
        let router = Router(context: NodeContext.self)
        router.add(middleware: ProblemMiddleware())
        router.add(middleware: MetricsDoor(isElsewhere: configuration.metrics != nil))
        routes.add(to: router)
        let freezes = FreezeWatch(logger)
        let local = LocalOrder(configuration.dataFolder)
        let ticks = LineLog(logger, "The disk did not take a note", "The disk takes notes again")
        try await serve(
            router, configuration: configuration, metrics: { try await routes.metrics() },
            services: [
                UpLine(keeper: keeper, parent: house.parent, clock: clock, logger: logger),
                DownLine(keeper: keeper, parent: house.parent, blobs: house.blobs, clock: clock, logger: logger),
                Ticker(every: .seconds(max(configuration.pollSeconds, 1))) { await register.refresh() },
                Ticker(every: .seconds(20)) {
                    guard let order = await local.look() else { return }
                    do {
                        try await keeper.change { ($0.order(order, at: clock.now), ()) }
                        local.taken(order)
                    } catch { ticks.failed(error) }
                },
                Ticker(every: .seconds(60)) {
                    do {
                        let noticed = house.findings.take()
                        try await keeper.change { ($0.note(noticed, at: clock.now) + $0.tick(at: clock.now), ()) }
                        ticks.succeeded()
                    } catch { ticks.failed(error) }
                    if let freshness = keeper.ask({ $0.sync.freshness }) { freezes.look(freshness) }
                } last: {
                    do { try await keeper.change { ($0.stop(at: clock.now), ()) } } catch { ticks.failed(error) }
                },
            ])
    }
}
