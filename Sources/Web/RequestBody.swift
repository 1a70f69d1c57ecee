import Basics
package import Hummingbird
import NIOCore
import NIOHTTP1

extension Request {
    /// The whole body. Throws `Refusal.tooLarge` with that code for one of more bytes; for one that announces them before it has come, so
    /// that nobody waits for the answer.
    package func whole(upTo most: Int, orRefuse code: String) async throws -> ByteBuffer {
        if let length = headers[.contentLength].flatMap({ Int($0) }), length > most { throw Refusal.tooLarge(code) }
        do { return try await body.collect(upTo: most) } catch is NIOTooManyBytesError { throw Refusal.tooLarge(code) }
    }
}

/// Whether an error says that the other end broke off, or sent what is no HTTP: no defect of ours.
func isBrokenOff(_ error: any Error) -> Bool { error is ChannelError || error is HTTPParserError || error is IOError }
