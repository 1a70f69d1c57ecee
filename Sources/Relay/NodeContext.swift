package import Hummingbird
package import NIOCore

/// What belongs to one request at an edge or a terminal.
package struct NodeContext: RemoteAddressRequestContext {
    package var coreContext: CoreRequestContextStorage
    /// The other end of the connection.
    package let remoteAddress: SocketAddress?

    package init(source: ApplicationRequestContextSource) {
        coreContext = .init(source: source)
        remoteAddress = source.channel.remoteAddress
    }
}
