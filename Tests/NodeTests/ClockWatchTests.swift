import Basics
import Node
import Testing
import Wire

private let day: Int64 = 86_400_000
private let minute: Int64 = 60_000

@Suite struct ClockWatchTests {
    private func watch(_ error: Int64, delay: Int64 = 0, back: Int64 = 0, centre: Instant? = noon) -> ClockWatch {
        var watch = ClockWatch()
        watch.send("b", at: noon.adding(milliseconds: error - delay))
        watch.hear(centre, about: "b", at: noon.adding(milliseconds: error + back))
        return watch
    }

    /// The clock's error, and what the watch says of it a minute after an answer.
    @Test(
        arguments: [
            (0, nil), (minute, nil), (-4 * minute, nil), (5 * minute, 5 * minute), (day, day), (-day, -day),
            (-40 * 365 * day, -40 * 365 * day),
        ] as [(Int64, Int64?)])
    func aClockIsWrongFromFiveMinutesOn(_ error: Int64, _ said: Int64?) {
        let watch = watch(error)
        let later = noon.adding(milliseconds: error + minute)
        #expect(watch.error(at: later) == said)
        #expect(watch.corrected(later) == (said == nil ? later : noon.adding(milliseconds: minute)))
    }

    /// However long somebody on the line keeps batch or answer back, a clock that is right is never called wrong, and one that is wrong by
    /// more than the delay is.
    @Test func delayMakesNoClockWrong() {
        var generator = SeededGenerator(seed: 5)
        for _ in 0..<2000 {
            let delays = (0..<2).map { _ in Int64(generator.below(Int(minute) * 5)) }
            let error = Int64(generator.below(Int(day))) - day / 2
            let said = watch(error, delay: delays[0], back: delays[1]).error(at: noon.adding(milliseconds: error + delays[1]))
            if let said { #expect(abs(said - error) <= delays[0] + delays[1] && abs(error) >= ClockWatch.tolerance) }
            if abs(error) >= ClockWatch.tolerance + delays[0] + delays[1] { #expect(said != nil) }
        }
    }

    @Test func laterAnswersMakeItNarrower() {
        var (watch, now) = (ClockWatch(), noon)
        // A batch of which the centre's answer was made so many minutes after it was sent, and came so many after that.
        func exchange(_ error: Int64, _ delay: Int64, _ back: Int64) {
            watch.send("\(now)", at: now.adding(milliseconds: error))
            let name = "\(now)"
            now = now.adding(milliseconds: (delay + back) * minute)
            watch.hear(now.adding(milliseconds: -back * minute), about: name, at: now.adding(milliseconds: error))
        }
        exchange(10 * minute, 0, 4)
        #expect(watch.uncertainty == 2 * minute)
        exchange(10 * minute, 3, 0)
        exchange(10 * minute, 0, 1)
        #expect(watch.error(at: now.adding(milliseconds: 10 * minute)) == 10 * minute && watch.uncertainty == 0)
        // A clock that drifts is another after weeks: what does not fit any more is forgotten.
        exchange(12 * minute, 0, 0)
        #expect(watch.error(at: now.adding(milliseconds: 12 * minute)) == 12 * minute)
    }

    @Test(arguments: [.min, -1, 0, 1 << 53, .max] as [Int64]) func anAbsurdTimeIsNone(_ milliseconds: Int64) {
        let watch = watch(0, centre: Instant(milliseconds: milliseconds))
        #expect(watch.error(at: noon) == nil && watch.corrected(noon) == noon)
    }

    /// The same answer again, or one to a batch of an earlier start, says nothing about the time now.
    @Test func anAnswerIsGoodOnceAndForItsBatch() {
        var watch = watch(0)
        watch.hear(noon.adding(milliseconds: -day), about: "b", at: noon)
        watch.hear(noon.adding(milliseconds: -day), about: "other", at: noon)
        #expect(watch.error(at: noon) == nil)
    }

    @Test func aLeapMakesItAnotherClock() {
        for leap in [-day, -2 * minute, 11 * minute, day] {
            var watch = watch(day)
            watch.send("c", at: noon.adding(milliseconds: day))
            let after = noon.adding(milliseconds: day + leap)
            #expect(watch.error(at: after) == nil && watch.corrected(after) == after, "\(leap)")
            watch.see(after)
            #expect(watch.error(at: after) == nil)
            // What was asked under another clock is not compared with this one.
            watch.hear(noon, about: "c", at: after)
            #expect(watch.error(at: after) == nil)
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
        #expect(
            told.contains { if case .presence(let presence) = $0 { presence.day == NetworkZone.shanghai.day(of: tomorrow) } else { false } }
        )
    }
}
