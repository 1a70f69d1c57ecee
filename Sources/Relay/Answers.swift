import Basics
package import Foundation
import HTTPTypes
package import Hummingbird
package import Storage
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
    package static func missing(_ what: String) -> Response { problem(Problem(code: "not_found", status: 404, title: "\(what) is not here")) }

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

    /// A file, or one range of it: 200, 206 or 416 (RFC 9110, 14).
    package static func file(_ url: URL, length: Int64, type: String, cache: String, _ request: Request, _ context: some RequestContext) async throws -> Response {
        try await ranges(length: Int(length), type: type, cache: cache, request) { try await FileIO().loadFile(path: url.path, range: $0, context: context) }
    }

    /// Files one behind the other as one, or one range of it. A file that is gone meanwhile ends the connection.
    package static func parts(_ parts: [FilePart], type: String, cache: String, _ request: Request) async throws -> Response {
        try await ranges(length: parts.reduce(0) { $0 + $1.length }, type: type, cache: cache, request) { range in
            let slices = FilePart.slices(of: range, in: parts)
            return ResponseBody(contentLength: range.count) { writer in
                for slice in slices { try await writer.write(ByteBuffer(bytes: try await offPool { try slice.part.read(slice.bytes) })) }
                try await writer.finish(nil)
            }
        }
    }

    private static func ranges(
        length: Int, type: String, cache: String, _ request: Request, _ body: (ClosedRange<Int>) async throws -> ResponseBody
    ) async throws -> Response {
        var headers: HTTPFields = [.contentType: type, .cacheControl: cache, .acceptRanges: "bytes"]
        guard length > 0 else { return Response(status: .ok, headers: headers) }
        var (range, status) = (0...length - 1, HTTPResponse.Status.ok)
        switch ByteRange(request.headers[.range], length: length) {
        case .whole: break
        case .part(let asked):
            (range, status) = (asked, .partialContent)
            headers[.contentRange] = "bytes \(range.lowerBound)-\(range.upperBound)/\(length)"
        case .outside:
            headers[.contentRange] = "bytes */\(length)"
            return Response(status: .rangeNotSatisfiable, headers: headers)
        }
        if request.method == .head {
            headers[.contentLength] = String(range.count)
            return Response(status: status, headers: headers)
        }
        return Response(status: status, headers: headers, body: try await body(range))
    }

    /// Figures in the text format of Prometheus, all of them gauges.
    package static func metrics(_ figures: [(name: String, help: String, value: Int64)]) -> Response {
        let text = figures.map { "# HELP yuanjiao_\($0.name) \($0.help)\n# TYPE yuanjiao_\($0.name) gauge\nyuanjiao_\($0.name) \($0.value)\n" }.joined()
        return bytes(Array(text.utf8), type: "text/plain; version=0.0.4", cache: "no-store")
    }
}
