import Testing
import Trust

struct ThresholdTests {
    private let start = SampleNetwork.start
    private let named = NamedFile(version: 1, length: 10, sha256: SHA256Hex(of: [UInt8]()))

    /// A network whose timestamp needs two of three keys.
    private func world() throws -> (set: TrustedSet, keys: [SigningKey], root: SigningKey) {
        var random = Seeded(30)
        let (root, keys) = (try random.key(), [try random.key(), try random.key(), try random.key()])
        let single = Root.Role(keyIDs: [root.verifyingKey.keyID], threshold: 1)
        let content = Root(
            version: 1, expiresAt: start + SampleNetwork.day, keys: ([root] + keys).map(\.verifyingKey),
            roles: [
                .root: single, .targets: single, .snapshot: single,
                .timestamp: Root.Role(keyIDs: Set(keys.map(\.verifyingKey.keyID)), threshold: 2),
            ])
        let bytes = try SignedMetadata(signing: content, with: [root]).bytes
        return (try TrustedSet(root: bytes, fingerprint: SHA256Hex(of: bytes)), keys, root)
    }

    private func timestamp(by keys: [SigningKey]) throws -> [UInt8] {
        try SignedMetadata(signing: Timestamp(version: 1, expiresAt: start + SampleNetwork.day, snapshot: named), with: keys).bytes
    }

    @Test(
        arguments: [([0, 1], true), ([2, 0], true), ([0, 1, 2], true), ([], false), ([0], false), ([1, 1], false), ([2, 2, 2], false)]
            as [([Int], Bool)])
    func distinctKeysAreCounted(_ signers: [Int], _ enough: Bool) throws {
        let (client, keys, _) = try world()
        var set = client
        #expect(refusal { try set.accept(timestamp: timestamp(by: signers.map { keys[$0] }), at: start) } == (enough ? nil : .threshold))
    }

    @Test func oneKeyUnderTwoNamesCountsOnce() throws {
        var random = Seeded(31)
        let key = try random.key()
        var twin = key.verifyingKey.json
        // Another member makes another key id of the same public key.
        twin["comment"] = "spare"
        let twinID = SHA256Hex(of: CanonicalJSON.signedBytes(twin)).hex
        let ids: JSONValue = [.string(key.verifyingKey.keyID), .string(twinID)]
        let one: JSONValue = ["keyids": [.string(key.verifyingKey.keyID)], "threshold": 1]
        let root: JSONValue = [
            "_type": "root", "spec_version": "1.0.31", "version": 1, "expires": "2030-01-01T00:00:00Z", "consistent_snapshot": true,
            "keys": [(key.verifyingKey.keyID): key.verifyingKey.json, (twinID): twin],
            "roles": ["root": one, "targets": one, "snapshot": one, "timestamp": ["keyids": ids, "threshold": 2]],
        ]
        let rootBytes = try signedFile(root, by: [key])
        var set = try TrustedSet(root: rootBytes, fingerprint: SHA256Hex(of: rootBytes))
        var file = try JSONValue(parsing: timestamp(by: [key, key]))
        file["signatures"][1]["keyid"] = .string(twinID)
        #expect(refusal { try set.accept(timestamp: CanonicalJSON.fileBytes(file), at: start) } == .threshold)
    }

    @Test func unknownSignersAndOddSignaturesDoNotMatter() throws {
        let (client, keys, root) = try world()
        var random = Seeded(32)
        var set = client
        let others = [try random.key(), root]
        #expect(refusal { try set.accept(timestamp: timestamp(by: [keys[0]] + others), at: start) } == .threshold)
        var file = try JSONValue(parsing: timestamp(by: [keys[0], keys[1], keys[2]]))
        file["signatures"][1]["sig"] = "not hexadecimal"
        #expect(try set.accept(timestamp: CanonicalJSON.fileBytes(file), at: start) == .accepted)
        file["signatures"][2]["sig"] = ""
        set = client
        #expect(refusal { try set.accept(timestamp: CanonicalJSON.fileBytes(file), at: start) } == .threshold)
    }

    static let faultyRoots: [(String, TrustError.Code, @Sendable (inout JSONValue) -> Void)] = [
        ("threshold 0", .shape, { $0["roles"]["root"]["threshold"] = 0 }),
        ("threshold negative", .shape, { $0["roles"]["timestamp"]["threshold"] = -1 }),
        ("threshold 2 of 1", .threshold, { $0["roles"]["root"]["threshold"] = 2 }), ("no role", .shape, { $0["roles"].remove("snapshot") }),
        (
            "one id twice", .shape,
            { $0["roles"]["root"]["keyids"] = .array([$0["roles"]["root"]["keyids"][0], $0["roles"]["root"]["keyids"][0]]) }
        ),
        ("no ids", .threshold, { $0["roles"]["root"]["keyids"] = [] }),
        ("no consistent_snapshot", .shape, { $0.remove("consistent_snapshot") }), ("other type", .shape, { $0["_type"] = "targets" }),
        ("later specification", .shape, { $0["spec_version"] = "2.0.0" }), ("version 0", .shape, { $0["version"] = 0 }),
        ("version 2", .version, { $0["version"] = 2 }),
        ("no end date", .shape, { $0.remove("expires") }),
        ("end date with offset", .shape, { $0["expires"] = "2030-01-01T00:00:00+08:00" }),
        ("end date that is none", .shape, { $0["expires"] = "2030-02-30T00:00:00Z" }), ("end date a number", .shape, { $0["expires"] = 1 }),
        ("end date short", .shape, { $0["expires"] = "2030-01-01" }), ("keys a list", .shape, { $0["keys"] = [] }),
        ("no keys", .threshold, { $0["keys"] = [:] }),
        (
            "key under another id than the role names", .threshold,
            {
                let key = $0["keys"][keyID(ofRoot: $0)]
                $0["keys"] = [(String(repeating: "a", count: 64)): key]
            }
        ),
        ("key of 31 bytes", .key, { $0["keys"] = keys("ed25519", String(repeating: "ab", count: 31)) }),
        ("key of another type only", .threshold, { $0["keys"] = keys("rsa", String(repeating: "ab", count: 32)) }),
    ]

    private static func keyID(ofRoot root: JSONValue) -> String {
        guard case .string(let keyID) = root["roles"]["root"]["keyids"][0] else { return "" }
        return keyID
    }

    private static func keys(_ type: String, _ hex: String) -> JSONValue {
        let key: JSONValue = ["keytype": .string(type), "keyval": ["public": .string(hex)], "scheme": .string(type)]
        return [(SHA256Hex(of: CanonicalJSON.signedBytes(key)).hex): key]
    }

    @Test(arguments: faultyRoots)
    func faultyRootsAreRefusedEvenWhenSigned(_ name: String, _ code: TrustError.Code, _ change: @Sendable (inout JSONValue) -> Void) throws
    {
        let network = try SampleNetwork()
        var signed = try JSONValue(parsing: network.root)["signed"]
        change(&signed)
        let bytes = try signedFile(signed, by: [network.keys.root])
        #expect(refusal { _ = try TrustedSet(root: bytes, fingerprint: SHA256Hex(of: bytes)) } == code, "\(name)")
    }

    @Test func keysOfOtherTypesArePassedOver() throws {
        let network = try SampleNetwork()
        var signed = try JSONValue(parsing: network.root)["signed"]
        let foreign: JSONValue = ["keytype": "sphincs", "keyval": ["public": "PEM"], "scheme": "sphincs-shake-128s"]
        signed["keys"][SHA256Hex(of: CanonicalJSON.signedBytes(foreign)).hex] = foreign
        signed["x-later"] = ["member": 1]
        let bytes = try signedFile(signed, by: [network.keys.root])
        #expect(try TrustedSet(root: bytes, fingerprint: SHA256Hex(of: bytes)).root.keys.count == 4)
    }
}
