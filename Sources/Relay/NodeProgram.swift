import Basics
package import Hummingbird
import Listener
import Logging
package import ServiceLifecycle
import UnixSignals

/// Runs a node's server and its services until SIGTERM or SIGINT, which let requests finish.
package func serve<Context: RequestContext & InitializableFromSource<ApplicationRequestContextSource>>(
    _ router: Router<Context>, configuration: NodeConfiguration, services: [any Service]
) async throws where Context.Source == ApplicationRequestContextSource {
    let application = Application(
        router: router, server: .limited(logger: configuration.logger),
        configuration: ApplicationConfiguration(address: .hostname(configuration.host, port: configuration.port), serverName: "yuanjiao", backlog: ListenerLimits.backlog),
        onServerRunning: { channel in configuration.onRunning(channel.localAddress?.port ?? configuration.port) }, logger: configuration.logger)
    var group = ServiceGroupConfiguration(
        services: (services + [application]).map {
            .init(service: $0, successTerminationBehavior: .gracefullyShutdownGroup, failureTerminationBehavior: .gracefullyShutdownGroup)
        },
        gracefulShutdownSignals: [.sigterm, .sigint], logger: configuration.logger)
    // A film that is being read must not keep the program from ending.
    group.maximumGracefulShutdownDuration = .seconds(10)
    try await ServiceGroup(configuration: group).run()
}
