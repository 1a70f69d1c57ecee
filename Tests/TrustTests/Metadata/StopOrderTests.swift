import Testing
import Trust

@Suite struct StopOrderTests {
    private let instant: Int64 = 1_300_000_000_000

    private func keys(_ numbers: UInt8...) throws -> [SigningKey] {
        try numbers.map { try SigningKey(seed: Array(repeating: $0, count: 32)) }
    }

    /// A root whose own keys are those, so many of which must sign.
    private func root(_ keys: [SigningKey], threshold: Int) -> Root {
        let other = Root.Role(keyIDs: [keys[0].verifyingKey.keyID], threshold: 1)
        return Root(
            version: 1, expiresAt: instant * 2, keys: keys.map(\.verifyingKey),
            roles: [
                .root: Root.Role(keyIDs: Set(keys.map(\.verifyingKey.keyID)), threshold: threshold), .targets: other, .snapshot: other,
                .timestamp: other,
            ])
    }

    private func order(_ version: Int64 = 7, areas: [String] = ["9901"], by keys: [SigningKey]) throws -> StopOrder {
        try StopOrder(version: version, expiresAt: instant + 1000, areas: areas, stops: true, signedBy: keys)
    }

    @Test func asManyOfTheRootsKeysAsTheRootAsksFor() throws {
        let root = root(try keys(1, 2, 3), threshold: 2)
        for (signers, isGood) in [
            ([1, 2], true), ([3, 1], true), ([1], false), ([1, 1], false), ([1, 9], false), ([8, 9], false), ([1, 2, 9], true),
        ] as [([UInt8], Bool)] {
            let order = try order(by: try signers.flatMap { try keys($0) })
            if isGood {
                try order.verify(by: root, at: instant)
            } else {
                #expect(throws: TrustError.self) { try order.verify(by: root, at: instant) }
            }
        }
    }

    @Test func whatWasChangedOrHasEndedIsNone() throws {
        let root = root(try keys(1), threshold: 1)
        let order = try order(by: try keys(1))
        #expect(order.version == 7 && order.areas == ["9901"] && order.stops)
        try order.verify(by: root, at: instant + 999)
        let late = #expect(throws: TrustError.self) { try order.verify(by: root, at: instant + 1000) }
        #expect(late?.code == .expired)
        let text = String(decoding: order.bytes, as: UTF8.self)
        for (from, to) in [("\"version\":7", "\"version\":8"), ("9901", "9902"), ("true", "false")] {
            #expect(text.contains(from))
            let changed = try StopOrder(parsing: Array(text.replacing(from, with: to).utf8))
            #expect(throws: TrustError.self) { try changed.verify(by: root, at: instant) }
        }
    }

    /// However it was copied it is the same order; several go in one file.
    @Test func anOrderIsTheSameInAnyLines() throws {
        let (first, second) = (try order(by: try keys(1)), try order(8, areas: ["990102"], by: try keys(1)))
        let spread = Array(String(decoding: first.bytes, as: UTF8.self).replacing(",", with: " ,\r\n ").utf8)
        #expect(try StopOrder(parsing: spread) == first)
        #expect(try StopOrder.orders(in: spread) == [first])
        let bundle = StopOrder.bundle([first, second])
        #expect(try StopOrder.orders(in: bundle) == [first, second])
        #expect(try StopOrder.orders(in: bundle + [0x0D, 0x0A]) == [first, second])
        #expect(throws: TrustError.self) { try StopOrder.orders(in: bundle + [0x0A] + Array("{}".utf8)) }
        #expect(throws: TrustError.self) {
            try StopOrder.orders(in: Array(repeating: first.bytes, count: 51).joined(separator: [0x0A]).map { $0 })
        }
        #expect(!first.supersedes(second) && !second.supersedes(first))
        #expect(
            try order(9, areas: ["99"], by: try keys(1)).supersedes(second)
                && !second.supersedes(try order(5, areas: ["9901"], by: try keys(1))))
    }

    @Test func whatIsNoOrderIsRefused() throws {
        let good = String(decoding: try order(by: try keys(1)).bytes, as: UTF8.self)
        let bad = [
            "", "{}", "[]", good.replacing("\"stop\",", with: "\"targets\","), good.replacing("[\"9901\"]", with: "[]"),
            good.replacing("9901", with: "99a1"),
            good.replacing("true", with: "1"), good.replacing("\"version\":7", with: "\"version\":0"),
            good + String(repeating: " ", count: 65_536),
        ]
        for text in bad { #expect(throws: TrustError.self, "\(text.prefix(80))") { try StopOrder(parsing: Array(text.utf8)) } }
    }
}
