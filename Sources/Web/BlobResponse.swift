import Basics
package import Foundation
package import Hummingbird

/// A file with ranges (RFC 9110, 14): 200 whole, 206 for one range, 416 for one that lies outside. Only one range is answered.
package func fileResponse(_ url: URL, length: Int64, type: String, cache: String, _ request: Request, _ context: AppContext) async throws -> Response {
    var headers: HTTPFields = [.contentType: type, .cacheControl: cache, .acceptRanges: "bytes"]
    guard length > 0 else { return Response(status: .ok, headers: headers) }
    var range = 0...Int(length - 1)
    var status: HTTPResponse.Status = .ok
    if let text = request.headers[.range] {
        guard let asked = byteRange(text, length: Int(length)) else {
            headers[.contentRange] = "bytes */\(length)"
            return Response(status: .rangeNotSatisfiable, headers: headers)
        }
        range = asked
        status = .partialContent
        headers[.contentRange] = "bytes \(range.lowerBound)-\(range.upperBound)/\(length)"
    }
    if request.method == .head {
        headers[.contentLength] = String(range.count)
        return Response(status: status, headers: headers)
    }
    let body = try await FileIO().loadFile(path: url.path, range: range, context: context)
    return Response(status: status, headers: headers, body: body)
}

/// `bytes=a-b`, `bytes=a-`, `bytes=-n` within a length; nil for anything else.
func byteRange(_ text: String, length: Int) -> ClosedRange<Int>? {
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
