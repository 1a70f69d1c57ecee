import CZlib
import HTTPTypes
package import Hummingbird
import NIOCore

/// Sends text in a third to a tenth of its length to whoever takes gzip (RFC 9110, 8.4.1.3): a village reads on an old line. What is short,
/// no text, longer than a page, or flows, goes as it is. Pages that carry a secret must mask it, because the length of what is compressed
/// tells something of it.
package struct TextCompression<Context: RequestContext>: RouterMiddleware {
    /// So long is a text that is worth it, and so long at most.
    private static var lengths: ClosedRange<Int> { 1024...(8 << 20) }

    package init() {}

    package func handle(_ request: Request, context: Context, next: (Request, Context) async throws -> Response) async throws -> Response {
        var response = try await next(request, context)
        guard response.status == .ok || response.status.code >= 400, let length = response.body.contentLength,
            Self.lengths.contains(length), response.headers[.contentEncoding] == nil, let type = response.headers[.contentType],
            type.hasPrefix("text/") || type.hasPrefix("application/json") || type.hasPrefix("image/svg"), request.method == .get
        else { return response }
        response.headers[.vary] = "Accept-Encoding"
        guard request.takesGzip else { return response }
        let collected = Collected()
        try await response.body.write(Collector(collected: collected))
        let packed = gzipped(collected.bytes)
        if packed != nil { response.headers[.contentEncoding] = "gzip" }
        // What was written is all there is of it now.
        let body = packed ?? collected.bytes
        response.body = .init(byteBuffer: body)
        response.headers[.contentLength] = String(body.readableBytes)
        return response
    }
}

extension Request {
    /// Whether the client says that it takes gzip, and not with a weight of nothing.
    fileprivate var takesGzip: Bool {
        (headers[.acceptEncoding] ?? "").split(separator: ",").contains { part in
            let pieces = part.split(separator: ";").map { $0.filter { $0 != " " }.lowercased() }
            return pieces.first == "gzip" && !pieces.dropFirst().contains { $0.hasPrefix("q=0") && Double($0.dropFirst(2)) == 0 }
        }
    }
}

/// Everything that a body writes.
private final class Collected: @unchecked Sendable {
    // One body writes it, one after the other, before anybody reads it.
    var bytes = ByteBuffer()
}

private struct Collector: ResponseBodyWriter {
    let collected: Collected

    mutating func write(_ buffer: ByteBuffer) async throws {
        var buffer = buffer
        collected.bytes.writeBuffer(&buffer)
    }

    consuming func finish(_ trailingHeaders: HTTPFields?) async throws {}
}

/// The bytes as one gzip member (RFC 1952), by zlib; nil when it has no memory.
package func gzipped(_ bytes: ByteBuffer) -> ByteBuffer? {
    var stream = z_stream()
    // 16 beside the window's size asks for gzip's head and sum; of the levels the fifth is the last that costs little.
    let begun = deflateInit2_(&stream, 5, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size))
    guard begun == Z_OK else { return nil }
    defer { deflateEnd(&stream) }
    var packed = ByteBuffer()
    let room = Int(deflateBound(&stream, UInt(bytes.readableBytes)))
    let isWhole = bytes.withUnsafeReadableBytes { input in
        let written = packed.writeWithUnsafeMutableBytes(minimumWritableBytes: room) { output in
            stream.next_in = UnsafeMutablePointer(mutating: input.bindMemory(to: UInt8.self).baseAddress)
            stream.avail_in = UInt32(input.count)
            stream.next_out = output.bindMemory(to: UInt8.self).baseAddress
            stream.avail_out = UInt32(output.count)
            guard deflate(&stream, Z_FINISH) == Z_STREAM_END else { return 0 }
            return Int(stream.total_out)
        }
        return written > 0
    }
    return isWhole ? packed : nil
}
