package import Foundation
import HTTPTypes
package import Hummingbird
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
        var headers: HTTPFields = [.contentType: type, .cacheControl: cache, .acceptRanges: "bytes"]
        guard length > 0 else { return Response(status: .ok, headers: headers) }
        var (range, status) = (0...Int(length - 1), HTTPResponse.Status.ok)
        if let text = request.headers[.range] {
            guard let asked = byteRange(text, length: Int(length)) else {
                headers[.contentRange] = "bytes */\(length)"
                return Response(status: .rangeNotSatisfiable, headers: headers)
            }
            (range, status) = (asked, .partialContent)
            headers[.contentRange] = "bytes \(range.lowerBound)-\(range.upperBound)/\(length)"
        }
        if request.method == .head {
            headers[.contentLength] = String(range.count)
            return Response(status: status, headers: headers)
        }
        return Response(status: status, headers: headers, body: try await FileIO().loadFile(path: url.path, range: range, context: context))
    }

    /// `bytes=a-b`, `bytes=a-`, `bytes=-n` within a length; nil for anything else, several ranges among them.
    package static func byteRange(_ text: String, length: Int) -> ClosedRange<Int>? {
        guard text.hasPrefix("bytes="), !text.contains(",") else { return nil }
        let ends = text.dropFirst(6).split(separator: "-", omittingEmptySubsequences: false)
        guard ends.count == 2 else { return nil }
        switch (Int(ends[0]), Int(ends[1])) {
        case (let first?, let last?): return first <= last && first < length ? first...min(last, length - 1) : nil
        case (let first?, nil): return ends[1].isEmpty && first < length ? first...length - 1 : nil
        case (nil, let count?): return ends[0].isEmpty && count > 0 ? max(0, length - count)...length - 1 : nil
        default: return nil
        }
    }

    /// Figures in the text format of Prometheus, all of them gauges.
    package static func metrics(_ figures: [(name: String, help: String, value: Int64)]) -> Response {
        let text = figures.map { "# HELP yuanjiao_\($0.name) \($0.help)\n# TYPE yuanjiao_\($0.name) gauge\nyuanjiao_\($0.name) \($0.value)\n" }.joined()
        return bytes(Array(text.utf8), type: "text/plain; version=0.0.4", cache: "no-store")
    }
}
