import Testing
import Trust

struct ContentTests {
    @Test(arguments: [
        ("", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
        ("abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
    ])
    func addressIsSHA256(_ text: String, _ hex: String) {
        #expect(SHA256Hex(of: text.bytes).hex == hex)
        #expect(SHA256Hex(rawValue: hex) == SHA256Hex(of: text.bytes))
    }

    @Test func piecesGiveTheAddressOfTheWhole() {
        var random = Seeded(6)
        let content = random.bytes(10_000)
        for size in [1, 63, 64, 65, 9_999, 10_000] {
            var hasher = ContentHasher()
            var early: SHA256Hex?
            for start in stride(from: 0, to: content.count, by: size) {
                let piece = Array(content[start..<min(start + size, content.count)])
                if start.isMultiple(of: 2) { hasher.update(piece) } else { piece.withUnsafeBytes { hasher.update($0) } }
                early = early ?? hasher.sha256
            }
            #expect(hasher.sha256 == SHA256Hex(of: content))
            #expect(hasher.length == 10_000)
            #expect(early == SHA256Hex(of: Array(content.prefix(size))))
        }
    }

    @Test(arguments: [
        "", "abc", String(repeating: "a", count: 63), String(repeating: "a", count: 65), String(repeating: "A", count: 64),
        String(repeating: "g", count: 64),
        String(repeating: "é", count: 32),
    ])
    func otherTextIsNoAddress(_ text: String) {
        #expect(SHA256Hex(rawValue: text) == nil)
    }

    @Test(arguments: ["a", "0", "a.b", "seg-001.m4s", "360p/seg_1.ts", "a/b/c/d.e", "a-", "-a", "_", String(repeating: "a", count: 190)])
    func plainPathsAreTaken(_ path: String) throws {
        #expect(try RelativePath(checking: path, at: "test").rawValue == path)
    }

    static let hostilePaths = [
        "", "/", "/a", "a/", "a//b", ".", "..", "../a", "a/..", "a/../b", "a/./b", "a..b", ".hidden", "a/.hidden", "A", "a b", "a\\b",
        "..\\a", "c:a", "a:b",
        "a%2e", "a?b", "a#b",
        "~a", "a\u{0}", "a\nb", "春", "ａ", "a\u{301}", "file:///a", "http://a/b", String(repeating: "a", count: 191),
        String(repeating: "a/", count: 95) + "ab",
    ]

    @Test(arguments: hostilePaths)
    func hostilePathsAreRefused(_ path: String) {
        #expect(refusal { _ = try RelativePath(checking: path, at: "test") } == .path)
    }
}
