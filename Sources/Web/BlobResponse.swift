import Basics
package import Foundation
package import Hummingbird
package import Storage

/// A file with ranges: 200 whole, 206 for one range or several, 416 for one that lies outside.
package func fileResponse(_ url: URL, length: Int64, type: String, cache: String, _ request: Request) async throws -> Response {
    try await partsResponse([FilePart(url: url, length: Int(length))], type: type, cache: cache, request)
}

/// Files one behind the other as one, with ranges. A file that is gone meanwhile ends the connection.
package func partsResponse(_ parts: [FilePart], type: String, cache: String, _ request: Request) async throws -> Response {
    let answer = RangeAnswer(request.headers[.range], length: parts.reduce(0) { $0 + $1.length }, type: type)
    var headers: HTTPFields = [.contentType: answer.contentType, .cacheControl: cache, .acceptRanges: "bytes"]
    headers[.contentRange] = answer.contentRange
    let status = HTTPResponse.Status(code: answer.status)
    if request.method == .head {
        headers[.contentLength] = String(answer.length)
        return Response(status: status, headers: headers)
    }
    let body = ResponseBody(contentLength: answer.length) { writer in
        try await answer.write(from: parts) { try await writer.write(ByteBuffer(bytes: $0)) }
        try await writer.finish(nil)
    }
    return Response(status: status, headers: headers, body: body)
}
