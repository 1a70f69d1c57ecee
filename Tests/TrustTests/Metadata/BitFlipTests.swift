import Testing
import Trust

/// Every bit of every file matters: with one bit turned, no file is believed.
struct BitFlipTests {
    private let start = SampleNetwork.start
    private let network: SampleNetwork
    private let publication: Publication
    private let nextRoot: [UInt8]

    init() throws {
        network = try SampleNetwork()
        publication = try network.publish(2)
        let keys = try SampleNetwork(seed: 2).keys
        nextRoot = try keys.root(after: network.root, signedAlsoBy: network.keys.root, at: start)
    }

    /// Offers the file with each of its bits turned; returns how many were believed.
    private func believed(_ bytes: [UInt8], _ offer: ([UInt8]) throws -> Void) -> Int {
        var believed = 0
        for position in bytes.indices {
            for bit in 0..<8 {
                var flipped = bytes
                flipped[position] ^= 1 << bit
                if refusal({ try offer(flipped) }) == nil { believed += 1 }
            }
        }
        return believed
    }

    @Test func firstRoot() {
        #expect(believed(network.root) { _ = try TrustedSet(root: $0, fingerprint: network.fingerprint) } == 0)
    }

    @Test func laterRoot() throws {
        let client = try network.client()
        func offer(_ bytes: [UInt8]) throws {
            var set = client
            try set.accept(root: bytes)
        }
        try offer(nextRoot)
        #expect(believed(nextRoot, offer) == 0)
    }

    @Test func timestamp() throws {
        let client = try network.client()
        func offer(_ bytes: [UInt8]) throws {
            var set = client
            try set.accept(timestamp: bytes, at: start)
        }
        try offer(publication.timestampBytes)
        #expect(believed(publication.timestampBytes, offer) == 0)
    }

    @Test func snapshot() throws {
        var client = try network.client()
        try client.accept(timestamp: publication.timestampBytes, at: start)
        let parent = client
        func offer(_ bytes: [UInt8]) throws {
            var set = parent
            try set.accept(snapshot: bytes, at: start)
        }
        try offer(publication.snapshotBytes)
        #expect(believed(publication.snapshotBytes, offer) == 0)
    }

    @Test func targets() throws {
        var client = try network.client()
        try client.accept(timestamp: publication.timestampBytes, at: start)
        try client.accept(snapshot: publication.snapshotBytes, at: start)
        let parent = client
        func offer(_ bytes: [UInt8]) throws {
            var set = parent
            try set.accept(targets: bytes, at: start)
        }
        try offer(publication.targetsBytes)
        #expect(believed(publication.targetsBytes, offer) == 0)
    }

    /// Behind the hashes stand signatures: alone they refuse every change too, in case a parent's key is stolen.
    @Test func snapshotAndTargetsBySignatureAlone() throws {
        let root = try network.client().root
        func offerSnapshot(_ bytes: [UInt8]) throws { try SignedMetadata<Snapshot>(parsing: bytes).verify(by: root) }
        func offerTargets(_ bytes: [UInt8]) throws { try SignedMetadata<Targets>(parsing: bytes).verify(by: root) }
        try offerSnapshot(publication.snapshotBytes)
        try offerTargets(publication.targetsBytes)
        #expect(believed(publication.snapshotBytes, offerSnapshot) == 0)
        #expect(believed(publication.targetsBytes, offerTargets) == 0)
    }

    @Test func cutFilesAreRefused() throws {
        let client = try network.client()
        for length in 0..<publication.timestampBytes.count {
            var set = client
            #expect(refusal { try set.accept(timestamp: Array(publication.timestampBytes.prefix(length)), at: start) } == .json)
        }
        for length in 0..<nextRoot.count {
            var set = client
            #expect(refusal { try set.accept(root: Array(nextRoot.prefix(length))) } == .json)
        }
    }
}
