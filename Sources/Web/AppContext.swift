package import Hummingbird
import Logging

/// What belongs to one request.
package struct AppContext: RequestContext {
    package var coreContext: CoreRequestContextStorage

    package init(source: Source) { coreContext = .init(source: source) }

    /// The request's id, as it stands in the log.
    package var requestID: String { logger[metadataKey: "hb.request.id"].map { "\($0)" } ?? "" }
    /// The largest form that is read into memory.
    package var maxUploadSize: Int { 64 << 10 }
}
