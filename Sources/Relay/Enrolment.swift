import AsyncHTTPClient
package import Basics
package import Foundation
import NIOCore
import NIOFoundationCompat
import NIOHTTP1
package import Node
import Storage
package import Trust
package import Wire

/// Why a node could not be enrolled, or cannot start.
package enum EnrolmentError: Error, Hashable, Sendable, CustomStringConvertible {
    case alreadyEnrolled(String)
    case notEnrolled(String)
    case wrongKind(NodeKind, NodeKind)
    case refused(Int, String)
    case unreadable(String)

    package var description: String {
        switch self {
        case .alreadyEnrolled(let node): "This data folder is already enrolled as \(node). Use another folder, or remove this one first."
        case .notEnrolled(let folder):
            "\(folder) is not enrolled. Start it with `--claim` and the claim that the centre made for this node."
        case .wrongKind(let is_, let wanted): "This data folder belongs to a node of kind \(is_.rawValue), not \(wanted.rawValue)."
        case .refused(let status, let sentence): "The centre refused the claim (\(status)). \(sentence)"
        case .unreadable(let what): "\(what) cannot be read."
        }
    }
}

/// Who this node is and whom it trusts: `enrolment.json` and `node.key` of the data folder.
package struct Enrolment: Sendable {
    private struct File: Codable {
        let answer: EnrolmentAnswer
        let fingerprint: String
        let root: Data
        let parent: String
        let enrolledAt: Instant

        private enum CodingKeys: String, CodingKey {
            case answer, fingerprint, root, parent
            case enrolledAt = "enrolled_at"
        }
    }

    package let answer: EnrolmentAnswer
    package let fingerprint: SHA256Hex
    package let root: [UInt8]
    /// The address that the claim named.
    package let parent: String
    package let enrolledAt: Instant
    package let key: SigningKey

    /// What the node's logic wants to know. Throws when the centre named an area that is none.
    package var identity: NodeIdentity {
        get throws {
            guard let area = AreaCode(answer.area) else { throw EnrolmentError.unreadable("The area \(answer.area) in enrolment.json") }
            let place = NodePlace(area: area, siteKind: answer.kind == .terminal ? answer.siteKind : nil)
            return NodeIdentity(
                node: answer.node, place: place, siteName: answer.siteName, root: root, fingerprint: fingerprint, epoch: answer.epoch)
        }
    }

    /// Reads the data folder. Throws ``EnrolmentError/notEnrolled(_:)``.
    package static func read(_ folder: URL) async throws -> Enrolment {
        try await offPool {
            let location = folder.appendingPathComponent("enrolment.json")
            guard FileManager.default.fileExists(atPath: location.path) else { throw EnrolmentError.notEnrolled(folder.path) }
            let file = try JSONDecoder().decode(File.self, from: try Data(contentsOf: location))
            guard let fingerprint = SHA256Hex(rawValue: file.fingerprint) else {
                throw EnrolmentError.unreadable("The fingerprint in enrolment.json")
            }
            return Enrolment(
                answer: file.answer, fingerprint: fingerprint, root: [UInt8](file.root), parent: file.parent, enrolledAt: file.enrolledAt,
                key: try SigningKey(seed: [UInt8](try Data(contentsOf: folder.appendingPathComponent("node.key")))))
        }
    }

    /// Enrols the node of a data folder with a claim. The centre is known by its fingerprint before it is told the one-time code; a second
    /// try after a lost answer uses the same key. Throws ``EnrolmentError`` for what will not get better by trying again. `through` is the
    /// address to ask instead of the claim's, such as an edge.
    @discardableResult
    package static func enrol(claim typed: String, dataFolder: URL, through: String? = nil, version: String, clock: Clock = .system)
        async throws -> EnrolmentAnswer
    {
        let claim = try Claim(typed: typed)
        if let enrolled = try? await read(dataFolder) { throw EnrolmentError.alreadyEnrolled(enrolled.answer.node) }
        let key = try await keyFile(dataFolder)
        let client = ParentClient.httpClient()
        do {
            let answer = try await join(
                claim, key: key, address: through ?? claim.address.text, version: version, client: client, folder: dataFolder, clock: clock)
            try await client.shutdown()
            return answer
        } catch {
            try? await client.shutdown()
            throw error
        }
    }

    private static func join(
        _ claim: Claim, key: SigningKey, address: String, version: String, client: HTTPClient, folder: URL, clock: Clock
    ) async throws
        -> EnrolmentAnswer
    {
        let (root, trusted) = try await roots(claim, address, client)
        let keys = trusted.root.signers(of: .timestamp)
        let newcomer = Newcomer(key: key, address: address, client: client, keys: keys)
        let sealing = try await newcomer.ask(
            .GET, Endpoint.enrolments + "?nonce=" + String(Entropy.system.safeInteger(), radix: 36), as: EnrolmentKey.self)
        let sealed = try SealedCode.seal(claim.code, to: sealing.sealingKey, for: key.verifyingKey)
        let asked = EnrolmentRequest(sealed: sealed, publicKey: key.verifyingKey.hex, version: version)
        let answer = try await newcomer.ask(.POST, Endpoint.enrolments, try JSONEncoder().encode(asked), as: EnrolmentAnswer.self)
        let file = File(answer: answer, fingerprint: claim.fingerprint.hex, root: Data(root), parent: address, enrolledAt: clock.now)
        let bytes = try JSONEncoder().encode(file)
        try await offPool { try write(bytes, to: folder.appendingPathComponent("enrolment.json")) }
        return answer
    }

    /// The first root, which the claim names, and what follows from it: the keys may have been changed since the network began.
    private static func roots(_ claim: Claim, _ address: String, _ client: HTTPClient) async throws -> (first: [UInt8], trusted: TrustedSet)
    {
        let url = address + Endpoint.metadata
        guard let first = try await MetadataFolder.fetch(url + "1.root.json", longest: TrustedSet.longestRoot, client) else {
            throw ParentError.status(404, "The parent does not have 1.root.json; check the address.")
        }
        var trusted = try TrustedSet(root: first, fingerprint: claim.fingerprint)
        for next in try await MetadataFolder.roots(after: first, from: url, client) { try trusted.accept(root: next) }
        return (first, trusted)
    }

    /// The node's key, made at the first try. Nobody but the owner of the folder may read it.
    private static func keyFile(_ folder: URL) async throws -> SigningKey {
        try await offPool {
            let location = folder.appendingPathComponent("node.key")
            if let seed = try? Data(contentsOf: location) { return try SigningKey(seed: [UInt8](seed)) }
            try PrivateFolder.prepare(folder)
            let key = SigningKey()
            try write(Data(key.seed), to: location)
            return key
        }
    }

    /// Whole or not at all, and on the disk.
    private static func write(_ bytes: Data, to location: URL) throws {
        let part = location.appendingPathExtension("part")
        guard FileManager.default.createFile(atPath: part.path, contents: nil, attributes: [.posixPermissions: 0o600]) else {
            throw EnrolmentError.unreadable("\(location.deletingLastPathComponent().path) does not take files; it")
        }
        let handle = try FileHandle(forWritingTo: part)
        try handle.write(contentsOf: bytes)
        try handle.synchronize()
        try handle.close()
        guard rename(part.path, location.path) == 0 else { throw EnrolmentError.unreadable(location.path) }
    }
}

/// A node without a name: it signs under its public key, and believes what the centre signed for that.
private struct Newcomer {
    let key: SigningKey
    let address: String
    let client: HTTPClient
    let keys: [String: VerifyingKey]

    /// Throws ``EnrolmentError/refused(_:_:)`` for what will not get better by trying again, a `TrustError` for an answer that is not the
    /// centre's.
    func ask<Answer: Decodable>(_ method: HTTPMethod, _ path: String, _ body: Data? = nil, as type: Answer.Type) async throws -> Answer {
        let asked = SignedRequest(method.rawValue, path, node: key.verifyingKey.hex, body: SHA256Hex(of: body ?? Data()))
        var request = HTTPClientRequest(url: address + path)
        request.method = method
        request.headers.add(name: "Authorization", value: try RequestSignature(signing: asked, with: key).header)
        if let body {
            request.headers.add(name: "Content-Type", value: "application/json")
            request.body = .bytes(body)
        }
        let response = try await client.execute(request, timeout: .seconds(60))
        let answered = Data(try await Relay.read(response.body, upTo: 1 << 20))
        guard (200..<300).contains(response.status.code) else {
            let problem = try? JSONDecoder().decode(Problem.self, from: answered)
            // A parent in trouble has not refused anything, nor has one that is older than this program and does not know the path.
            if response.status.code >= 500 || method == .GET && [404, 405].contains(response.status.code) {
                throw ParentError.status(Int(response.status.code), problem?.title ?? "")
            }
            throw EnrolmentError.refused(
                Int(response.status.code),
                [problem?.title, problem?.detail].compactMap { $0 }.filter { !$0.isEmpty }.joined(separator: ". "))
        }
        let answer = SignedAnswer(
            to: asked, status: Int(response.status.code), body: answered, signature: response.headers.first(name: AnswerSignature.header))
        return try JSONDecoder().decode(Answer.self, from: try answer.verified(by: keys))
    }
}
