import Basics

/// Makes hostile texts of good ones: flipped, cut, doubled, spliced, with the numbers, brackets and bytes on which parsers stumble. The
/// same seed gives the same texts.
struct Mutator {
    private var generator: SeededGenerator
    private static let words: [[UInt8]] = [
        "0", "-1", "9007199254740991", "9007199254740992", "18446744073709551616", "1e400", "-0", "NaN", "null", "true", "{}", "[]", "{",
        "[", "\"", "\\", "\\u0000", "\\ud800",
        ",", ":",
        "\r\n", "\n\n", " ", "\t", "%", "%%", "../", "/", "//", "\u{FEFF}", "\u{202E}", "＝", "é", "2011-02-30", "2011-03-05", "0-1499",
        "1-1,1-1",
        "a" + String(repeating: "[", count: 400),
        String(repeating: "9", count: 400), "bytes=0-", "bytes=-1", "#EXTINF:", "=cmd", "<a", "&#0;", ";", "=",
    ].map { Array($0.utf8) }

    init(seed: UInt64) { generator = SeededGenerator(seed: seed) }

    mutating func below(_ bound: Int) -> Int { Int(generator.below(max(bound, 1))) }

    /// One of the good texts, changed in one to eight places.
    mutating func next(of good: [[UInt8]]) -> [UInt8] {
        var text = good[below(good.count)]
        for _ in 0...below(8) { change(&text, good) }
        return Array(text.prefix(1 << 16))
    }

    private mutating func change(_ text: inout [UInt8], _ good: [[UInt8]]) {
        let place = below(text.count + 1)
        switch below(9) {
        case 0: if place < text.count { text[place] ^= UInt8(1 << below(8)) }
        case 1: if place < text.count { text[place] = UInt8(below(256)) }
        case 2: text.removeSubrange(place..<min(text.count, place + 1 + below(16)))
        case 3: text.insert(contentsOf: Self.words[below(Self.words.count)], at: place)
        case 4:
            let end = min(text.count, place + 1 + below(64))
            text.insert(contentsOf: Array(text[place..<end]), at: place)
        case 5: text = Array(text.prefix(place))
        case 6:
            let other = good[below(good.count)]
            text = Array(text.prefix(place)) + other.suffix(below(other.count + 1))
        case 7:
            // A number becomes another.
            guard let digit = text[place...].firstIndex(where: { (0x30...0x39).contains($0) }) else { return }
            text.replaceSubrange(digit...digit, with: Self.words[below(8)])
        default:
            let end = min(text.count, place + 1 + below(32))
            let part = Array(text[place..<end].reversed())
            text.replaceSubrange(place..<end, with: part)
        }
    }
}
