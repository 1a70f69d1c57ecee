import Basics
import Testing

@Suite struct MinuteSetTests {
    private func random(_ generator: inout SeededGenerator) -> (MinuteSet, Set<Int>) {
        var (set, model) = (MinuteSet(), Set<Int>())
        for _ in 0..<generator.below(12) {
            let start = generator.below(1500)
            let end = min(1500, start + generator.below(200))
            set.insert(start..<end)
            model.formUnion(start..<end)
        }
        if generator.chance(perMille: 500) {
            let minute = generator.below(1500)
            set.insert(minute)
            model.insert(minute)
        }
        return (set, model)
    }

    @Test func itBehavesAsAPlainSet() {
        var generator = SeededGenerator(seed: 1)
        for _ in 0..<2000 {
            let (a, first) = random(&generator)
            let (b, second) = random(&generator)
            #expect(a.count == first.count)
            #expect(a.union(b).count == first.union(second).count)
            #expect(a.subtracting(b).count == first.subtracting(second).count)
            #expect(a.intersection(b).count == first.intersection(second).count)
            #expect(a.last == first.max())
            #expect(Set(a.runs.flatMap { Array($0) }) == first)
            #expect(MinuteSet(encoded: a.encoded) == a)
            if !a.isEmpty { #expect(MinuteSet(text: a.text) == a) }
            #expect(a.isEmpty == first.isEmpty)
        }
    }

    @Test(arguments: ["480-541,600", "0", "1499", "0-1499"])
    func wireTextIsRead(_ text: String) { #expect(MinuteSet(text: text)?.text == text) }

    @Test(arguments: ["", ",", "1500", "5-4", "-1", "1-", "1,,2", "１", "1-2-3", "99999", " 1", "0x1"])
    func otherTextIsRefused(_ text: String) { #expect(MinuteSet(text: text) == nil) }

    @Test(
        arguments: [[0x80], [0], [0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 1], [0, 0xDC, 0x0B], [0x80, 0x80, 0x80]]
            as [[UInt8]])
    func damagedBytesAreRefused(_ bytes: [UInt8]) { #expect(MinuteSet(encoded: bytes) == nil) }

    @Test func anEveningTakesThreeBytes() { #expect(MinuteSet(1140..<1260).encoded.count == 3) }
}

@Suite struct IntervalSetTests {
    @Test func totalsEqualAPlainSetWhateverTheOrder() {
        var generator = SeededGenerator(seed: 5)
        for _ in 0..<500 {
            let ranges = (0..<generator.below(10)).map { _ in
                let start = Int64(generator.below(300))
                return start..<start + Int64(generator.below(60))
            }
            let model = ranges.reduce(into: Set<Int64>()) { $0.formUnion($1) }
            #expect(IntervalSet(ranges).total == Int64(model.count))
            #expect(IntervalSet(ranges.reversed()) == IntervalSet(ranges))
            #expect(IntervalSet(ranges).union(IntervalSet(ranges)) == IntervalSet(ranges))
        }
    }
}
