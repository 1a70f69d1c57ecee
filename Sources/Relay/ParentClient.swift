package import AsyncHTTPClient
import Basics
package import Foundation
import NIOCore
import NIOFoundationCompat
import NIOHTTP1
import Synchronization
package import Trust
package import Wire

/// Why the parent did not give what was asked for.
package enum ParentError: Error, Hashable, Sendable {
    /// It answered with that status; the sentence is its own.
    case status(Int, String)
    /// It answered with something that is not what the documents say.
    case unreadable(String)
    /// It is longer than this many bytes, and what was asked for cannot be.
    case tooLong(Int)
    /// Its answer came so slowly that it held the line down.
    case tooSlow
}

/// A node's line to its parent: every request is signed with the node's key.
package struct ParentClient: Sendable {
    private let client: HTTPClient
    private let upward: HTTPClient
    private let addresses: [String]
    private let node: String
    private let key: SigningKey
    private let copies = Copies()
    private let looks = Looks()
    private let offered = Offered()

    /// `addresses` are `http://host[:port]`, the nearest first. `upward` is for what the parent may have to ask its own parent first.
    package init(client: HTTPClient, upward: HTTPClient? = nil, addresses: [String], node: String, key: SigningKey) {
        self.client = client
        self.upward = upward ?? client
        self.addresses = addresses
        self.node = node
        self.key = key
    }

    /// A client that follows no redirects and gives up on a line that is silent for so many seconds.
    package static func httpClient(silence: Int64 = 30) -> HTTPClient {
        var configuration = HTTPClient.Configuration(redirectConfiguration: .disallow)
        configuration.timeout = .init(connect: .seconds(10), read: .seconds(silence), write: .seconds(30))
        // Longer than between two looks, so that a look needs no new connection.
        configuration.connectionPool.idleTimeout = .seconds(300)
        return HTTPClient(eventLoopGroupProvider: .singleton, configuration: configuration)
    }

    /// Gives facts.
    package func send(_ batch: Batch) async throws -> SignedAnswer { try await post(Endpoint.facts, try batch.json) }

    /// Asks about facts given before.
    package func ask(_ question: ReceiptQuestion) async throws -> SignedAnswer {
        try await post(Endpoint.receipts, try JSONEncoder().encode(question))
    }

    /// Gives other nodes' batches, closed.
    package func carry(_ envelopes: [Envelope]) async throws -> SignedAnswer {
        try await post(Endpoint.envelopes, Envelope.load(envelopes))
    }

    private func post(_ path: String, _ body: Data) async throws -> SignedAnswer {
        let (request, asked) = try signed(.POST, path, body: body)
        let response = try await upward.execute(request, timeout: .seconds(patience(body)))
        guard response.status.code == 200 else { throw await refusal(response) }
        return try await answer(response, to: asked, longest: 16 << 20)
    }

    /// For so many seconds whoever has passed a question on may say nothing.
    package static let silence: Int64 = 120

    /// Seconds; a long body takes its time on a slow line.
    private func patience(_ body: Data?) -> Int64 { Self.silence + Int64(body?.count ?? 0) / Int64(LineRule.bytesPerSecond) }

    private func answer(_ response: HTTPClientResponse, to asked: SignedRequest, longest: Int) async throws -> SignedAnswer {
        let body = try await read(response.body, upTo: longest)
        return SignedAnswer(
            to: asked, status: Int(response.status.code), body: Data(body), signature: response.headers.first(name: AnswerSignature.header))
    }

    /// A metadata file of at most that many bytes; nil when the parent does not have it. What the parent gave the last time it need not
    /// give again. They are open to all; every third look for a new one is signed, so that the parent hears from the node every
    /// few minutes, at the cost of some bytes.
    package func metadata(_ name: String, longest: Int64, source: Int) async throws -> [UInt8]? {
        let url = address(source) + Endpoint.metadata + name
        let copy = copies[url]
        var request =
            name == "timestamp.json" && looks.isSigned
            ? try signed(.GET, Endpoint.metadata + name, body: nil, source: source).request : HTTPClientRequest(url: url)
        if let copy { request.headers.add(name: "If-None-Match", value: copy.tag) }
        let response = try await client.execute(request, timeout: .minutes(2))
        if let told = response.headers.first(name: StopOrder.header) { offered.note(told, from: source) }
        switch response.status.code {
        case 304:
            try await finish(response)
            guard let copy else { throw ParentError.unreadable("The answer to \(name) is that it has not changed, and it was never here") }
            return copy.bytes
        case 404:
            try await finish(response)
            return nil
        case 200:
            let bytes = try await read(response.body, upTo: Int(longest))
            if name == "timestamp.json" { copies[url] = response.headers.first(name: "ETag").map { ($0, bytes) } }
            return bytes
        default: throw await refusal(response)
        }
    }

    /// What changed among the nodes of this edge's area since a version of its list; nil when nothing did. `nonce` makes the answer one to
    /// this question. Throws `trust.answer_signature` for an answer that is not the centre's.
    package func nodes(since version: String?, nonce: String, keys: [String: VerifyingKey]) async throws -> NodeNews? {
        let query = version.flatMap { $0.addingPercentEncoding(withAllowedCharacters: .alphanumerics) }.map { "&since=\($0)" } ?? ""
        let (request, asked) = try signed(.GET, Endpoint.nodes + "?nonce=\(nonce)" + query, body: nil)
        let response = try await upward.execute(request, timeout: .minutes(2))
        guard response.status.code == 200 || response.status.code == 204 else { throw await refusal(response) }
        let body = try await answer(response, to: asked, longest: 8 << 20).verified(by: keys)
        guard response.status.code == 200 else { return nil }
        guard let news = try? JSONDecoder().decode(NodeNews.self, from: body) else {
            throw ParentError.unreadable("The answer to \(Endpoint.nodes) is no list of nodes")
        }
        return news
    }

    /// The bytes of a blob from `offset` on, at most `length`. Fewer when the line breaks: what came is not thrown away. Nil when the
    /// parent does not have it.
    package func range(of blob: Blob, from offset: Int64, length: Int64, source: Int) async throws -> [UInt8]? {
        let path = Endpoint.blobs + blob.sha256.hex
        var request = try signed(.GET, path, body: nil, source: source).request
        request.headers.add(name: "Range", value: "bytes=\(offset)-\(offset + length - 1)")
        let response = try await client.execute(request, timeout: .minutes(2))
        switch response.status.code {
        case 206:
            guard response.headers.first(name: "Content-Range")?.hasPrefix("bytes \(offset)-") == true else {
                throw ParentError.unreadable("\(path) answered another range")
            }
        case 200 where offset == 0: break
        case 404, 416:
            try await finish(response)
            return nil
        default: throw await refusal(response)
        }
        return try await read(response.body, upTo: Int(length), whole: false)
    }

    /// Passes another's request on unchanged, GET without a body; answers what came, at most `longest` bytes.
    package func pass(_ body: Data?, to pathAndQuery: String, authorization: String?, longest: Int) async throws -> (
        type: String, answer: SignedAnswer
    ) {
        var request = HTTPClientRequest(url: address(0) + pathAndQuery)
        if let authorization { request.headers.add(name: "Authorization", value: authorization) }
        if let body {
            request.method = .POST
            request.headers.add(name: "Content-Type", value: "application/json")
            request.body = .bytes(body)
        }
        // Half of what whoever asks waits.
        let response = try await upward.execute(request, timeout: .seconds(patience(body) / 2))
        let asked = SignedRequest(body == nil ? "GET" : "POST", pathAndQuery, node: "", body: SHA256Hex(of: body ?? Data()))
        return (response.headers.first(name: "Content-Type") ?? "application/json", try await answer(response, to: asked, longest: longest))
    }

    private enum Method: String { case GET, POST }

    private func address(_ source: Int) -> String { addresses[source % addresses.count] }

    private func signed(_ method: Method, _ path: String, body: Data?, source: Int = 0) throws -> (
        request: HTTPClientRequest, asked: SignedRequest
    ) {
        var request = HTTPClientRequest(url: address(source) + path)
        request.method = method == .GET ? .GET : .POST
        let asked = SignedRequest(method.rawValue, path, node: node, body: SHA256Hex(of: body ?? Data()))
        request.headers.add(name: "Authorization", value: try RequestSignature(signing: asked, with: key).header)
        if let body {
            request.headers.add(name: "Content-Type", value: "application/json")
            request.body = .bytes(body)
        }
        return (request, asked)
    }

    /// Reads an answer to its end, because a connection whose answer was not read is not used again.
    private func finish(_ response: HTTPClientResponse) async throws { _ = try await read(response.body, upTo: 65_536) }

    private func refusal(_ response: HTTPClientResponse) async -> ParentError {
        let body = try? await read(response.body, upTo: 65_536)
        let problem = body.flatMap { try? JSONDecoder().decode(Problem.self, from: Data($0)) }
        return .status(
            Int(response.status.code), [problem?.title, problem?.detail].compactMap { $0 }.filter { !$0.isEmpty }.joined(separator: ". "))
    }
}

/// What the parents gave that may be the same the next time: `timestamp.json` of each, because no other file has a tag.
private final class Copies: Sendable {
    private let byAddress = Mutex<[String: (tag: String, bytes: [UInt8])]>([:])

    subscript(url: String) -> (tag: String, bytes: [UInt8])? {
        get { byAddress.withLock { $0[url] } }
        set { byAddress.withLock { $0[url] = newValue } }
    }
}

/// Which looks for a new catalogue are signed: the first, and every third from there.
private final class Looks: Sendable {
    private let count = Mutex(0)

    var isSigned: Bool {
        count.withLock { count in
            defer { count = (count + 1) % 3 }
            return count == 0
        }
    }
}

/// Which stop orders a parent last said that it has.
private final class Offered: Sendable {
    private let said = Mutex<(tag: String, source: Int)>(("", 0))

    func note(_ tag: String, from source: Int) { said.withLock { $0 = (String(tag.prefix(64)), source) } }
    var last: (tag: String, source: Int) { said.withLock { $0 } }
}

extension ParentClient {
    /// The parent's stop orders, when it has said that it has others than those that are known.
    package func stopOrders(besides known: String) async throws -> [UInt8]? {
        let (tag, source) = offered.last
        guard !tag.isEmpty, tag != known else { return nil }
        // Asked for once; said again with the next timestamp.
        offered.note("", from: source)
        return try await metadata(StopOrder.fileName, longest: StopOrder.longestBundle, source: source)
    }
}
