package import HummingbirdCore
package import Logging

extension HTTPServerBuilder {
    /// HTTP/1.1 within limits; what a program of ours listens with.
    package static func limited(_ limits: ListenerLimits = ListenerLimits(), logger: Logger) -> HTTPServerBuilder {
        let connections = Connections(limits, logger: logger)
        return .http1(configuration: .init(additionalChannelHandlers: [ConnectionHandler(limits, connections)]))
    }
}
