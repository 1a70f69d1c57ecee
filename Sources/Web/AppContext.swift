package import Hummingbird
import Logging
package import NIOCore

/// What belongs to one request.
package struct AppContext: RemoteAddressRequestContext {
    package var coreContext: CoreRequestContextStorage
    /// The other end of the connection: a browser, a node, or the proxy before us.
    package let remoteAddress: SocketAddress?

    package init(source: Source) {
        coreContext = .init(source: source)
        remoteAddress = source.channel.remoteAddress
    }

    /// The request's id, as it stands in the log.
    package var requestID: String { logger[metadataKey: "hb.request.id"].map { "\($0)" } ?? "" }
    /// The largest form that is read into memory.
    package var maxUploadSize: Int { 64 << 10 }
}
