import Basics
import Operations
import TestKit
import Testing

@Suite struct CompleteReportsTests {
    private static let day = Day("2011-03-04") ?? Day(number: 0)

    private func covered(_ claims: [(since: Instant, through: Instant)], voided: [Range<Day>] = [], of terminal: Int = 1) -> Int {
        let reports = CompleteReports(
            Dictionary(uniqueKeysWithValues: claims.map { (WatermarkKey(terminal: 1, since: $0.since), $0.through) }), voided: [1: voided],
            .shanghai)
        return reports.minutes(of: terminal, on: Self.day)
    }

    /// A report that reaches into a minute does not cover it; one through the last millisecond of it does.
    @Test(arguments: [
        (SampleWorld.moment("2011-03-04", 0), 0), (SampleWorld.moment("2011-03-03", 12), 0), (SampleWorld.moment("2011-03-04", 10), 600),
        (SampleWorld.moment("2011-03-04", 10, 0, 59), 600), (SampleWorld.moment("2011-03-04", 10, 1).adding(milliseconds: -1), 601),
        (SampleWorld.moment("2011-03-05", 0).adding(milliseconds: -1), 1440), (SampleWorld.moment("2011-04-01", 0), 1440),
    ])
    func aReportCoversWholeMinutesUpToItsEnd(through: Instant, minutes: Int) {
        #expect(covered([(Instant(milliseconds: 0), through)]) == minutes)
        // The furthest of several counts.
        #expect(
            covered([(Instant(milliseconds: 0), through), (SampleWorld.moment("2011-02-01", 0), SampleWorld.moment("2011-03-01", 0))])
                == minutes)
    }

    @Test func aClaimThatBeganLaterOrIsVoidedOrOfAnotherCoversNothing() {
        let through = SampleWorld.moment("2011-04-01", 0)
        #expect(covered([(SampleWorld.moment("2011-03-05", 8), through)]) == 0)
        #expect(covered([(SampleWorld.moment("2011-03-04", 8), through)]) == 1440)
        #expect(covered([(Instant(milliseconds: 0), through)], voided: [Self.day..<Self.day.advanced(by: 1)]) == 0)
        #expect(covered([(Instant(milliseconds: 0), through)], voided: [Self.day.advanced(by: 1)..<Day.forever]) == 1440)
        #expect(covered([(Instant(milliseconds: 0), through)], of: 2) == 0)
    }

    @Test func onlyWhatIsCoveredAndNotReportedIsCalledOff() {
        let reports = CompleteReports(
            [WatermarkKey(terminal: 1, since: Instant(milliseconds: 0)): SampleWorld.moment("2011-03-04", 10, 2)], voided: [:], .shanghai)
        #expect(reports.calledOff(MinuteSet(598..<605), reported: MinuteSet(590..<600), by: 1, on: Self.day) == MinuteSet(600..<602))
        #expect(CalledOff([MinuteSet(), MinuteSet(1..<4), MinuteSet(7..<8)]) == CalledOff(days: 2, minutes: 4))
        #expect(CalledOff([MinuteSet()]) == nil)
    }
}
