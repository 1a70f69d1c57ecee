import Basics
package import Foundation
package import Hummingbird
package import Storage

/// A file with ranges: 200 whole, 206 for one range, 416 for one that lies outside.
package func fileResponse(_ url: URL, length: Int64, type: String, cache: String, _ request: Request, _ context: AppContext) async throws -> Response {
    try await rangeResponse(length: Int(length), type: type, cache: cache, request) { range in
        try await FileIO().loadFile(path: url.path, range: range, context: context)
    }
}

/// Files one behind the other as one, with ranges. A file that is gone meanwhile ends the connection.
package func partsResponse(_ parts: [FilePart], type: String, cache: String, _ request: Request) async throws -> Response {
    try await rangeResponse(length: parts.reduce(0) { $0 + $1.length }, type: type, cache: cache, request) { range in
        let slices = FilePart.slices(of: range, in: parts)
        return ResponseBody(contentLength: range.count) { writer in
            for slice in slices { try await writer.write(ByteBuffer(bytes: try await offPool { try slice.part.read(slice.bytes) })) }
            try await writer.finish(nil)
        }
    }
}

private func rangeResponse(
    length: Int, type: String, cache: String, _ request: Request, _ body: (ClosedRange<Int>) async throws -> ResponseBody
) async throws -> Response {
    var headers: HTTPFields = [.contentType: type, .cacheControl: cache, .acceptRanges: "bytes"]
    guard length > 0 else { return Response(status: .ok, headers: headers) }
    var range = 0...length - 1
    var status: HTTPResponse.Status = .ok
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
