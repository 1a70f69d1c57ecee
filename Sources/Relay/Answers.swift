import Basics
import Foundation
import HTTPTypes
package import Hummingbird
import Storage
package import Trust
package import Wire

/// What edge and terminal answer over HTTP.
package enum Answers {
    /// `application/problem+json` (RFC 9457).
    package static func problem(_ problem: Problem) -> Response {
        let body = (try? JSONEncoder().encode(problem)) ?? Data()
        var headers: HTTPFields = [.contentType: "application/problem+json", .cacheControl: "no-store"]
        if problem.status == 503, let retryAfter = HTTPField.Name("Retry-After") { headers[retryAfter] = "30" }
        return Response(status: .init(code: problem.status), headers: headers, body: .init(byteBuffer: ByteBuffer(bytes: body)))
    }

    /// Nothing is there.
    package static func missing(_ what: String) -> Response {
        problem(Problem(code: "not_found", status: 404, title: "\(what) is not here"))
    }

    /// A value as JSON.
    package static func json(_ value: some Encodable) throws -> Response {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return bytes([UInt8](try encoder.encode(value)), type: "application/json", cache: "no-store")
    }

    /// Bytes of a type.
    package static func bytes(_ bytes: [UInt8], type: String, cache: String) -> Response {
        Response(status: .ok, headers: [.contentType: type, .cacheControl: cache], body: .init(byteBuffer: ByteBuffer(bytes: bytes)))
    }

    /// Bytes that may be others the next time; 304 for who has these already.
    package static func tagged(_ bytes: [UInt8], type: String, _ request: Request) -> Response {
        let tag = SHA256Hex(of: bytes).tag
        guard request.headers[.ifNoneMatch] != tag else { return Response(status: .notModified, headers: [.eTag: tag]) }
        var response = Self.bytes(bytes, type: type, cache: "no-cache")
        response.headers[.eTag] = tag
        return response
    }

    /// Blobs one behind the other as one file, or ranges of it: 200, 206 or 416 (RFC 9110, 14). Each byte is compared with its blob's name
    /// before it goes out. Throws ``LostBlob`` when the first is not on the disk as it was put there; when a later one is not, `lost` hears
    /// of it and the connection ends.
    package static func blobs(
        _ parts: [Blob], in folder: BlobFolder, type: String, cache: String, _ request: Request, lost: @escaping @Sendable () async -> Void
    ) async throws -> Response {
        let lengths = parts.map { Int($0.length) }
        let answer = RangeAnswer(request.headers[.range], length: lengths.reduce(0, +), type: type)
        var headers: HTTPFields = [.contentType: answer.contentType, .cacheControl: cache, .acceptRanges: "bytes"]
        headers[.contentRange] = answer.contentRange
        let status = HTTPResponse.Status(code: answer.status)
        if let first = answer.firstSlice(in: lengths) { _ = try await folder.read(parts[first.part], first.bytes) }
        if request.method == .head {
            headers[.contentLength] = String(answer.length)
            return Response(status: status, headers: headers)
        }
        let body = ResponseBody(contentLength: answer.length) { writer in
            do {
                try await answer.write(lengths, from: { try await folder.read(parts[$0], $1) }) {
                    try await writer.write(ByteBuffer(bytes: $0))
                }
            } catch let error as LostBlob {
                await lost()
                throw error
            }
            try await writer.finish(nil)
        }
        return Response(status: status, headers: headers, body: body)
    }

    /// Figures in the text format of Prometheus, all of them gauges.
    package static func metrics(_ figures: [(name: String, help: String, value: Int64)]) -> Response {
        let text = figures.map {
            "# HELP yuanjiao_\($0.name) \($0.help)\n# TYPE yuanjiao_\($0.name) gauge\nyuanjiao_\($0.name) \($0.value)\n"
        }.joined()
        return bytes(Array(text.utf8), type: "text/plain; version=0.0.4", cache: "no-store")
    }
}
