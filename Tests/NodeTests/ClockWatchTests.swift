import Basics
import Node
import Testing
import Wire

private let day: Int64 = 86_400_000
private let minute: Int64 = 60_000

@Suite struct ClockWatchTests {
    /// The clock's error, and what the watch says of it a minute after a receipt.
    @Test(arguments: [(0, nil), (minute, nil), (-4 * minute, nil), (5 * minute, 5 * minute), (day, day), (-day, -day), (-40 * 365 * day, -40 * 365 * day)] as [(Int64, Int64?)])
    func aClockIsWrongFromFiveMinutesOn(_ error: Int64, _ said: Int64?) {
        var watch = ClockWatch()
        let shown = noon.adding(milliseconds: error)
        #expect(watch.error(at: shown) == nil && watch.centreTime(at: shown) == nil)
        watch.hear(noon, at: shown)
        let later = shown.adding(milliseconds: minute)
        #expect(watch.error(at: later) == said)
        #expect(watch.corrected(later) == (said == nil ? later : noon.adding(milliseconds: minute)))
        #expect(watch.centreTime(at: later) == noon.adding(milliseconds: minute))
    }

    @Test(arguments: [.min, -1, 0, 1 << 53, .max] as [Int64]) func anAbsurdTimeIsNone(_ milliseconds: Int64) {
        var watch = ClockWatch()
        watch.hear(Instant(milliseconds: milliseconds), at: noon)
        #expect(watch.error(at: noon) == nil && watch.centreTime(at: noon) == nil && watch.corrected(noon) == noon)
    }

    @Test func aLeapMakesItAnotherClock() {
        for leap in [-day, -2 * minute, 11 * minute, day] {
            var watch = ClockWatch()
            watch.hear(noon, at: noon.adding(milliseconds: day))
            let after = noon.adding(milliseconds: day + leap)
            #expect(watch.error(at: after) == nil && watch.corrected(after) == after, "\(leap)")
            watch.see(after)
            #expect(watch.error(at: after) == nil)
            watch.hear(nil, at: after)
            #expect(watch.centreTime(at: after) == nil)
        }
    }

    @Test func minutesStandUnderTheCentresTimeOnceItIsKnown() throws {
        var book = PresenceBook(terminal: "t", zone: .shanghai, records: [:])
        let tomorrow = noon.adding(milliseconds: day)
        _ = book.beat(at: tomorrow)
        _ = book.report(at: tomorrow)
        // The clock is set right: the same minutes of the next day are still to come, and are told then.
        _ = book.beat(at: noon)
        _ = book.report(at: noon, clockError: day)
        _ = book.beat(at: tomorrow)
        let told = reports(book.report(at: tomorrow))
        #expect(told.contains { if case .presence(let presence) = $0 { presence.day == NetworkZone.shanghai.day(of: tomorrow) } else { false } })
    }
}
