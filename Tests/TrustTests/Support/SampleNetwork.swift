import Trust

/// A centre with seeded keys, and what it published so far.
struct SampleNetwork {
    static let day: Int64 = 86_400_000
    /// 2011-03-01T00:00:00Z.
    static let start: Int64 = 1_298_937_600_000
    static let lifetimes = RepositoryLifetimes(root: 3650 * day, targets: 365 * day, snapshot: 100 * day, timestamp: 10 * day)

    let keys: SampleKeys
    let repository: Repository
    let root: [UInt8]
    var fingerprint: SHA256Hex { SHA256Hex(of: root) }

    init(seed: UInt64 = 1) throws {
        var random = Seeded(seed)
        keys = SampleKeys(root: try random.key(), targets: try random.key(), snapshot: try random.key(), timestamp: try random.key())
        repository = Repository(keys: keys.all, lifetimes: Self.lifetimes)
        root = try repository.firstRoot(at: Self.start)
    }

    /// A list of so many lessons; the content of each depends on its number and on `edition`.
    static func lessons(_ count: Int, edition: Int = 1) throws -> [RelativePath: TargetFile] {
        var files: [RelativePath: TargetFile] = [:]
        for number in 0..<count {
            let content = "lesson \(number) edition \(edition)".bytes
            files[try RelativePath(checking: "courseware/\(number).json", at: "test")] = TargetFile(
                length: Int64(content.count), sha256: SHA256Hex(of: content),
                custom: ["title": .string("第\(number)课:春耕"), "edition": .integer(Int64(edition))])
        }
        return files
    }

    func publish(_ count: Int, edition: Int = 1, after previous: Publication? = nil, at instant: Int64 = start) throws -> Publication {
        try repository.publish(["targets": Self.lessons(count, edition: edition)], after: previous, at: instant)
    }

    /// A client that has enrolled and taken nothing yet.
    func client() throws -> TrustedSet { try TrustedSet(root: root, fingerprint: fingerprint) }
}

extension Publication {
    var targetsBytes: [UInt8] { bytes("targets") }
    var snapshotBytes: [UInt8] { bytes("snapshot") }
    var timestampBytes: [UInt8] { bytes("timestamp") }
    func bytes(_ role: String) -> [UInt8] { signedFiles.first { $0.role == role }?.bytes ?? [] }
    var files: [RelativePath: TargetFile] { catalogue.files }
}

extension TrustedSet {
    /// Takes the three files in order.
    mutating func take(_ publication: Publication, at instant: Int64 = SampleNetwork.start) throws {
        try accept(timestamp: publication.timestampBytes, at: instant)
        try accept(snapshot: publication.snapshotBytes, at: instant)
        try accept(targets: publication.targetsBytes, at: instant)
    }
}

/// A metadata file with any members at all, well signed: what a thief of keys, or a faulty centre, could send.
func signedFile(_ signed: JSONValue, by keys: [SigningKey]) throws -> [UInt8] {
    let message = CanonicalJSON.signedBytes(signed)
    let signatures = try keys.map { key -> JSONValue in
        let digits = try key.signature(of: message).map { byte in (byte < 16 ? "0" : "") + String(byte, radix: 16) }.joined()
        return ["keyid": .string(key.verifyingKey.keyID), "sig": .string(digits)]
    }
    return CanonicalJSON.fileBytes(["signatures": .array(signatures), "signed": signed])
}

extension JSONValue {
    /// The member of an object; null when there is none.
    subscript(name: String) -> JSONValue {
        get {
            guard case .object(let members) = self else { return .null }
            return members[name] ?? .null
        }
        set {
            guard case .object(var members) = self else { return }
            members[name] = newValue
            self = .object(members)
        }
    }

    subscript(position: Int) -> JSONValue {
        get {
            guard case .array(let elements) = self else { return .null }
            return elements[position]
        }
        set {
            guard case .array(var elements) = self else { return }
            elements[position] = newValue
            self = .array(elements)
        }
    }

    mutating func remove(_ name: String) {
        guard case .object(var members) = self else { return }
        members[name] = nil
        self = .object(members)
    }
}

/// A key a role, the root's at hand.
struct SampleKeys {
    let root: SigningKey
    let targets: SigningKey
    let snapshot: SigningKey
    let timestamp: SigningKey

    var all: RepositoryKeys { RepositoryKeys(root: root, targets: targets, snapshot: snapshot, timestamp: timestamp) }

    /// The root after `previous` that names these keys, signed by the given root key and this one, whether anybody would take it or not.
    func root(after previous: [UInt8], signedAlsoBy previousKey: SigningKey, at instant: Int64) throws(TrustError) -> [UInt8] {
        let version = try SignedMetadata<Root>(parsing: previous).content.version
        let byRole = [
            MetadataRole.root: root.verifyingKey, .targets: targets.verifyingKey, .snapshot: snapshot.verifyingKey,
            .timestamp: timestamp.verifyingKey,
        ]
        let content = Root(
            version: version + 1, expiresAt: instant + SampleNetwork.lifetimes.root, keys: Array(byRole.values),
            roles: byRole.mapValues { Root.Role(keyIDs: [$0.keyID], threshold: 1) })
        return try SignedMetadata(signing: content, with: previousKey.verifyingKey == root.verifyingKey ? [root] : [previousKey, root])
            .bytes
    }
}
