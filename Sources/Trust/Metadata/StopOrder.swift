/// "Stop, show the local picture", or "go on": signed by the root's keys, prepared before it is needed, good without a centre and without a line.
///
/// The form is that of the catalogue's files: `{"signatures": […], "signed": {"_type": "stop", "spec_version": "1.0.31", "version": n, "expires": …, "areas": […], "stop": true}}`.
package struct StopOrder: Hashable, Sendable {
    /// The longest file.
    package static let longest: Int64 = 65_536
    /// What nodes ask their parent for, beside the catalogue's files.
    package static let fileName = "stop.json"
    /// What a parent that has an order says of it, with its timestamp: the order's version.
    package static let header = "Yuanjiao-Stop"

    /// Of two orders the greater stands; an order of the same version or a smaller one is none.
    package let version: Int64
    /// After this instant (UTC milliseconds) nobody takes the order who has not taken it. One that was taken stands until the next.
    package let expiresAt: Int64
    /// The codes of the areas that it is for; with them all that lies below.
    package let areas: [String]
    /// Whether screens are to stop; false when they may go on.
    package let stops: Bool
    /// The whole file, to be passed on unchanged.
    package let bytes: [UInt8]
    private let message: [UInt8]
    private let signatures: [MetadataSignature]

    /// Reads a file. Throws `trust.json` or `trust.shape`; says nothing about signatures.
    package init(parsing bytes: [UInt8]) throws(TrustError) {
        guard bytes.count <= Int(Self.longest) else { throw TrustError(.shape, "A stop order has at most \(Self.longest) bytes.") }
        let file = try JSONFields(JSONValue(parsing: bytes), at: Self.fileName)
        var signatures: [MetadataSignature] = []
        for entry in try file.array("signatures") {
            let fields = try JSONFields(entry, at: "\(Self.fileName).signatures")
            signatures.append(MetadataSignature(keyID: try fields.text("keyid"), signature: try fields.text("sig")))
        }
        let signed = try file.fields("signed")
        guard try signed.text("_type") == "stop" else { throw signed.refusal("_type", "\"stop\"") }
        guard let expiresAt = UTCText.instant(try signed.text("expires")) else { throw signed.refusal("expires", "an instant like 2030-01-01T00:00:00Z") }
        var areas: [String] = []
        for area in try signed.array("areas") {
            guard case .string(let code) = area, (2...12).contains(code.utf8.count), code.utf8.allSatisfy({ (0x30...0x39).contains($0) }) else {
                throw signed.refusal("areas", "a list of area codes")
            }
            areas.append(code)
        }
        guard (1...1000).contains(areas.count) else { throw signed.refusal("areas", "1 to 1000 area codes") }
        (version, self.expiresAt, self.areas) = (try signed.integer("version", in: 1...JSONValue.largestInteger), expiresAt, areas)
        stops = try signed.bool("stop")
        message = CanonicalJSON.signedBytes(try file.value("signed"))
        (self.signatures, self.bytes) = (signatures, bytes)
    }

    /// Signs an order and reads it again, so that nothing leaves which a node would not read.
    package init(version: Int64, expiresAt: Int64, areas: [String], stops: Bool, signedBy keys: [SigningKey]) throws(TrustError) {
        let signed: JSONValue = [
            "_type": "stop", "spec_version": "1.0.31", "version": .integer(version), "expires": .string(try UTCText.text(expiresAt)), "areas": .array(areas.map { .string($0) }),
            "stop": .bool(stops),
        ]
        let message = CanonicalJSON.signedBytes(signed)
        var signatures: [JSONValue] = []
        for key in keys { signatures.append(["keyid": .string(key.verifyingKey.keyID), "sig": .string(Hex.text(try key.signature(of: message)))]) }
        try self.init(parsing: CanonicalJSON.fileBytes(["signatures": .array(signatures), "signed": signed]))
    }

    /// Throws `trust.threshold` unless as many of the root's keys signed as the root asks for itself, `trust.expired` when the instant (UTC milliseconds) is not before the end.
    package func verify(by root: Root, at instant: Int64) throws(TrustError) {
        guard let trusted = root.roles[.root] else { throw TrustError(.threshold, "The root names no keys for itself.") }
        let signers = Signers(role: "stop", keys: root.keys, keyIDs: trusted.keyIDs, threshold: trusted.threshold)
        guard signers.count(of: signatures, over: message) >= trusted.threshold else {
            throw TrustError(.threshold, "The stop order \(version) lacks good signatures of the root's keys; \(trusted.threshold) are needed.")
        }
        guard instant < expiresAt else { throw TrustError(.expired, "The stop order \(version) ended at \(try UTCText.text(expiresAt)); prepare a new one.") }
    }

    package static func == (left: StopOrder, right: StopOrder) -> Bool { left.bytes == right.bytes }
    package func hash(into hasher: inout Hasher) { hasher.combine(bytes) }
}
