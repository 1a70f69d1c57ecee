import Basics
import Node
import Testing
import Wire

@Suite struct PresenceBookTests {
    /// 1 April 2011, 12:00 in Shanghai.
    private let start = Instant(milliseconds: 1_301_630_400_000)
    private func book(_ disk: [String: Record] = [:], zone: NetworkZone = .shanghai) -> PresenceBook {
        PresenceBook(terminal: "t", zone: zone, records: disk)
    }

    @Test func minutesOfBeatsBecomeOneFactADayAndAWatermark() {
        var book = book()
        for second in stride(from: 0, to: 300, by: 20) { _ = book.beat(at: start.adding(seconds: Int64(second))) }
        let now = start.adding(seconds: 299)
        #expect(reports(book.report(at: now)) == [presence("720-724"), watermark(now.milliseconds)])
        _ = book.beat(at: now)
        #expect(reports(book.report(at: now)) == [watermark(now.milliseconds)])
    }

    @Test func aMinuteIsOnDiskBeforeItIsInAFactAndAfterARestart() {
        var (book, disk) = (book(), Disk())
        disk.carryOut(changes(book.beat(at: start)))
        disk.carryOut(changes(book.beat(at: start.adding(seconds: 60))))
        var restarted = self.book(disk.records)
        #expect(reports(restarted.report(at: start)).first == presence("720-721"))
        let actions = book.report(at: start)
        #expect(
            actions.firstIndex { if case .report = $0 { true } else { false } } == 0, "the fact is queued before its minutes leave the disk"
        )
        #expect(changes(actions) == [.remove(key: "presence/15065")])
    }

    @Test func midnightMakesTwoDays() {
        var book = book()
        let midnight = NetworkZone.shanghai.end(of: NetworkZone.shanghai.day(of: start))
        for minute in -2..<2 { _ = book.beat(at: midnight.adding(seconds: Int64(minute) * 60)) }
        let facts = reports(book.report(at: midnight.adding(seconds: 60)))
        #expect(facts.count == 3)
        #expect(facts.prefix(2).map { if case .presence(let presence) = $0 { presence.minutes.text } else { "" } } == ["1438-1439", "0-1"])
    }

    @Test func aClockSetBackLosesNoMinuteAndDividesTheFacts() {
        var book = book()
        _ = book.beat(at: start.adding(seconds: 3600))
        let actions = book.beat(at: start)
        // What was noted before goes in a fact of its own, which takes in nothing that comes after.
        #expect(reports(actions) == [presence("780")] && actions.contains(.divide))
        #expect(reports(book.report(at: start)).first == presence("720"))
    }

    @Test func aClockOf1970IsRecordedUnderThatDay() {
        var book = book()
        _ = book.beat(at: Instant(milliseconds: 0))
        #expect(reports(book.report(at: Instant(milliseconds: 0))) == [presence("480", day: 0), watermark(0)])
        _ = book.beat(at: Instant(milliseconds: -86_400_000))
        #expect(reports(book.report(at: Instant(milliseconds: -86_400_000))) == [presence("480", day: -1), watermark(0)])
    }

    @Test func aDayOfTwentyFiveHoursHasAllItsMinutes() throws {
        let berlin = try #require(NetworkZone("Europe/Berlin"))
        var book = book(zone: berlin)
        let day = try #require(Day("2011-10-30"))
        for minute in 0..<Int64(berlin.minutes(in: day)) { _ = book.beat(at: berlin.start(of: day).adding(seconds: minute * 60)) }
        guard case .presence(let presence)? = reports(book.report(at: berlin.end(of: day))).first else { throw Missing() }
        #expect(presence.day == day && presence.minutes.count == 1500)
    }

    @Test func aReportIsDueEveryFiveMinutes() {
        var book = book()
        #expect(book.isDue(at: start))
        _ = book.report(at: start)
        #expect(!book.isDue(at: start.adding(seconds: 299)))
        #expect(book.isDue(at: start.adding(seconds: 300)) && book.isDue(at: start.adding(seconds: -1)))
    }

    private struct Missing: Error {}
}
