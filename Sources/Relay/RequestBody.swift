import HTTPTypes
package import Hummingbird
import NIOCore
import NIOHTTP1
import Wire

extension Request {
    /// The whole body. Throws 413 for one of more bytes; for one that announces them before it has come, so that nobody waits for the
    /// answer.
    package func whole(upTo most: Int) async throws -> [UInt8] {
        let refusal = Problem(code: "too_large", status: 413, title: "The body is larger than \(most) bytes")
        if let length = headers[.contentLength].flatMap({ Int($0) }), length > most { throw refusal }
        do { return Array(try await body.collect(upTo: most).readableBytesView) } catch is NIOTooManyBytesError { throw refusal }
    }
}

/// Whether an error says that the other end broke off, or sent what is no HTTP: no defect of ours.
func isBrokenOff(_ error: any Error) -> Bool { error is ChannelError || error is HTTPParserError || error is IOError }
