import Basics
import Figures
import Testing
import Web

private func day(_ layers: [(layer: MinuteStrip.Layer, minutes: MinuteSet)]) -> MinuteStrip.Day {
    MinuteStrip.Day(label: "01", url: Location(asked: "/sites/S1/days/2011-03-01"), summary: "", layers: layers)
}

@Suite struct MinuteStripTests {
    @Test(arguments: [
        ("0-9", 0, "M0 3h10v18h-10z"), ("480-541", 0, "M480 3h62v18h-62z"), ("600", 2, "M600 51h1v18h-1z"),
        ("0-9,20-29", 1, "M0 27h10v18h-10zM20 27h10v18h-10z"),
        ("1439", 0, "M1439 3h1v18h-1z"), ("1440-1499", 0, "M1440 3h60v18h-60z"),
    ])
    func aRunOfMinutesIsARectangleOfItsRow(minutes: String, row: Int, path: String) throws {
        let set = try #require(MinuteSet(text: minutes))
        #expect(MinuteStrip.shapes(of: day([(.on, set)]), row: row).map(\.path) == [path])
    }

    @Test func laterLayersLieAboveEarlierOnesAndEmptyOnesAreLeftOut() {
        let shapes = MinuteStrip.shapes(
            of: day([
                (.late, MinuteSet(5..<6)), (.effective, MinuteSet()), (.play, MinuteSet(3..<4)), (.on, MinuteSet(0..<10)),
                (.unheard, MinuteSet(10..<1440)),
            ]), row: 0)
        #expect(shapes.map(\.mark) == ["unheard", "on", "play", "late"])
        #expect(shapes.map(\.path) == ["M10 3h1430v18h-1430z", "M0 3h10v18h-10z", "M3 7h1v10h-1z", "M5 19h1v4h-1z"])
    }

    @Test func everyMinuteIsDrawnOnceAndInItsRow() throws {
        var random = SeededGenerator(seed: 7)
        for row in 0..<31 {
            var set = MinuteSet()
            for _ in 0..<random.below(12) {
                let start = random.below(1440)
                set.insert(start..<min(1440, start + 1 + random.below(90)))
            }
            guard let path = MinuteStrip.shapes(of: day([(.on, set)]), row: row).first?.path else {
                #expect(set.isEmpty)
                continue
            }
            var drawn = MinuteSet()
            for rectangle in path.split(separator: "z") {
                let numbers = rectangle.split { !$0.isNumber }.compactMap { Int($0) }
                #expect(numbers[1] >= row * MinuteStrip.rowHeight && numbers[1] + numbers[3] <= (row + 1) * MinuteStrip.rowHeight)
                #expect(numbers[2] == numbers[4])
                let run = MinuteSet(numbers[0]..<numbers[0] + numbers[2])
                #expect(drawn.intersection(run).isEmpty)
                drawn.formUnion(run)
            }
            #expect(drawn == set)
        }
    }
}

@Suite struct BarChartTests {
    @Test(arguments: [
        ([830, 1000, 1418], 3248, [0, 2555, 5634], [2555, 3079, 4366]), ([0, 3, 0], 3, [0], [10_000]),
        ([1, 1, 1], 3, [0, 3333, 6666], [3333, 3333, 3334]), ([0, 0, 0], 0, [], []),
    ])
    func partsFillTheBarWithoutGapOrOverlap(counts: [Int], whole: Int, from: [Int], widths: [Int]) {
        let shares = zip(["on", "off", "unheard"], counts).map { (mark: $0, count: $1) }
        let bar = BarChart.Bar(label: "", url: Location(asked: "/"), value: "", made: "", shares: shares, of: whole)
        #expect(bar.parts.map(\.x) == from)
        #expect(bar.parts.map(\.width) == widths)
    }
}

@Suite struct TableTests {
    @Test func aFileHoldsWhatTheTableShowsAndNoFormula() {
        let table = Table(
            caption: "", columns: [Table.Column("站点"), Table.Column("n", isNumber: true)],
            rows: [
                [Table.Cell("=HYPERLINK(\"http://x\")", url: Location(asked: "/a")), Table.Cell(-5)], ["@SUM(A1)", Table.Cell(7)],
                ["+86", "-"],
                ["a,b\n", ""],
            ], total: ["合计", "2"])
        #expect(
            table.csv == "\u{FEFF}站点,n\r\n\"'=HYPERLINK(\"\"http://x\"\")\",-5\r\n'@SUM(A1),7\r\n+86,-\r\n\"a,b\n\",\r\n合计,2\r\n")
    }
}
