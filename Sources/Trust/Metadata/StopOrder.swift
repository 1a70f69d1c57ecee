/// "Stop, show the local picture", or "go on": signed by the root's keys, prepared before it is needed, good without a centre and without a
/// line.
///
/// The form is that of the catalogue's files: `{"signatures": […], "signed": {"_type": "stop", "spec_version": "1.0.31", "version": n,
/// "expires": …, "areas": […], "stop": true}}`.
package struct StopOrder: Hashable, Sendable {
    /// The longest order.
    package static let longest: Int64 = 16_384
    /// What nodes ask their parent for, beside the catalogue's files.
    package static let fileName = "stop.json"
    /// What a parent that has orders says of them, with its timestamp: ``tag(of:)``.
    package static let header = "Yuanjiao-Stop"

    /// Of two orders for one place the greater stands.
    package let version: Int64
    /// After this instant (UTC milliseconds) nobody takes the order who has not taken it. One that was taken stands until the next.
    package let expiresAt: Int64
    /// The codes of the areas that it is for; with them all that lies below.
    package let areas: [String]
    /// Whether screens are to stop; false when they may go on.
    package let stops: Bool
    /// The whole file in one line, however it was written, to be passed on.
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
        guard let expiresAt = UTCText.instant(try signed.text("expires")) else {
            throw signed.refusal("expires", "an instant like 2030-01-01T00:00:00Z")
        }
        var areas: [String] = []
        for area in try signed.array("areas") {
            guard case .string(let code) = area, (2...12).contains(code.utf8.count), code.utf8.allSatisfy({ (0x30...0x39).contains($0) })
            else {
                throw signed.refusal("areas", "a list of area codes")
            }
            areas.append(code)
        }
        guard (1...500).contains(areas.count) else { throw signed.refusal("areas", "1 to 500 area codes") }
        (version, self.expiresAt, self.areas) = (try signed.integer("version", in: 1...JSONValue.largestInteger), expiresAt, areas)
        stops = try signed.bool("stop")
        message = CanonicalJSON.signedBytes(try file.value("signed"))
        self.signatures = signatures
        // Whoever copied it may have changed line ends; what is signed is the same.
        self.bytes = CanonicalJSON.signedBytes(try JSONValue(parsing: bytes))
    }

    /// Signs an order and reads it again, so that nothing leaves which a node would not read.
    package init(version: Int64, expiresAt: Int64, areas: [String], stops: Bool, signedBy keys: [SigningKey]) throws(TrustError) {
        let signed: JSONValue = [
            "_type": "stop", "spec_version": "1.0.31", "version": .integer(version), "expires": .string(try UTCText.text(expiresAt)),
            "areas": .array(areas.map { .string($0) }),
            "stop": .bool(stops),
        ]
        let message = CanonicalJSON.signedBytes(signed)
        var signatures: [JSONValue] = []
        for key in keys {
            signatures.append(["keyid": .string(key.verifyingKey.keyID), "sig": .string(Hex.text(try key.signature(of: message)))])
        }
        try self.init(parsing: CanonicalJSON.fileBytes(["signatures": .array(signatures), "signed": signed]))
    }

    /// Throws `trust.threshold` unless as many of the root's keys signed as the root asks for itself, `trust.expired` when the instant (UTC
    /// milliseconds) is not before the end.
    package func verify(by root: Root, at instant: Int64) throws(TrustError) {
        guard let trusted = root.roles[.root] else { throw TrustError(.threshold, "The root names no keys for itself.") }
        let signers = Signers(role: "stop", keys: root.keys, keyIDs: trusted.keyIDs, threshold: trusted.threshold)
        guard signers.count(of: signatures, over: message) >= trusted.threshold else {
            throw TrustError(
                .threshold, "The stop order \(version) lacks good signatures of the root's keys; \(trusted.threshold) are needed.")
        }
        guard instant < expiresAt else {
            throw TrustError(.expired, "The stop order \(version) ended at \(try UTCText.text(expiresAt)); prepare a new one.")
        }
    }

    /// Whether this order says everything anew that another one says: it is newer, and for all of its areas.
    package func supersedes(_ other: StopOrder) -> Bool {
        version > other.version && other.areas.allSatisfy { area in areas.contains { area.hasPrefix($0) } }
    }

    /// As many orders as a network keeps in force at once.
    package static let most = 50
    /// The longest file of several.
    package static let longestBundle = Int64(most) * (longest + 1)

    /// Several orders as one file: one a line.
    package static func bundle(_ orders: [StopOrder]) -> [UInt8] { Array(orders.map(\.bytes).joined(separator: [0x0A])) }

    /// The orders of a file, one a line or one alone over several lines. Throws what ``init(parsing:)`` throws.
    package static func orders(in file: [UInt8]) throws(TrustError) -> [StopOrder] {
        if let one = try? StopOrder(parsing: file) { return [one] }
        let lines = file.split(separator: 0x0A).filter { !$0.allSatisfy { $0 == 0x20 || $0 == 0x0D } }
        guard (1...most).contains(lines.count) else {
            throw TrustError(.shape, "This is no stop order, nor up to \(most) of them, one a line.")
        }
        var orders: [StopOrder] = []
        for line in lines { orders.append(try StopOrder(parsing: Array(line))) }
        return orders
    }

    /// What tells one set of orders from another.
    package static func tag(of bundle: [UInt8]) -> String { String(SHA256Hex(of: bundle).hex.prefix(16)) }

    package static func == (left: StopOrder, right: StopOrder) -> Bool { left.bytes == right.bytes }
    package func hash(into hasher: inout Hasher) { hasher.combine(bytes) }
}
