import Basics
package import Hummingbird
import Listener
import Logging
package import ServiceLifecycle
import UnixSignals

/// Runs a node's server, the one of its metrics if they have their own, and its services until SIGTERM or SIGINT, which let requests
/// finish.
package func serve<Context: RequestContext & InitializableFromSource<ApplicationRequestContextSource>>(
    _ router: Router<Context>, configuration: NodeConfiguration, metrics: @escaping @Sendable () async throws -> Response,
    services: [any Service]
) async throws where Context.Source == ApplicationRequestContextSource {
    let application = Application(
        router: router, server: .limited(logger: configuration.logger),
        configuration: ApplicationConfiguration(
            address: .hostname(configuration.host, port: configuration.port), serverName: "yuanjiao", backlog: ListenerLimits.backlog),
        onServerRunning: { channel in configuration.onRunning(channel.localAddress?.port ?? configuration.port) },
        logger: configuration.logger)
    var group = ServiceGroupConfiguration(
        services: (services + [application] + (configuration.metrics.map { [$0.server(configuration.logger, metrics)] } ?? [])).map {
            .init(service: $0, successTerminationBehavior: .gracefullyShutdownGroup, failureTerminationBehavior: .gracefullyShutdownGroup)
        },
        gracefulShutdownSignals: [.sigterm, .sigint], logger: configuration.logger)
    // A film that is being read must not keep the program from ending.
    group.maximumGracefulShutdownDuration = .seconds(10)
    try await ServiceGroup(configuration: group).run()
}
