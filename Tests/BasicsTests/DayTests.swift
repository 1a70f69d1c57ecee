import Basics
import Testing

@Suite struct DayTests {
    @Test(arguments: [("1970-01-01", 0), ("2011-03-01", 15034), ("2000-02-29", 11016), ("1969-12-31", -1), ("9999-12-31", 2_932_896)])
    func datesAndNumbersAgree(_ text: String, _ number: Int) {
        #expect(Day(text)?.number == number)
        #expect(Day(number: number).description == text)
    }

    @Test(arguments: ["2011-02-29", "2011-13-01", "2011-00-10", "2011-1-01", "２０１１-01-01", "", "2011-01-01 ", "-011-01-01", "1900-02-29"])
    func whatIsNoDateIsNone(_ text: String) { #expect(Day(text) == nil) }

    @Test func everyDayOfFourCenturiesSurvivesTheRoundTrip() {
        var date = (year: 1900, month: 1, day: 1)
        for number in -25567..<120_530 {
            let civil = Day(number: number).civil
            #expect(civil == date)
            #expect(Day(year: civil.year, month: civil.month, day: civil.day)?.number == number)
            date.day += 1
            if Day(year: date.year, month: date.month, day: date.day) == nil {
                date = date.month == 12 ? (date.year + 1, 1, 1) : (date.year, date.month + 1, 1)
            }
        }
    }

    @Test(arguments: [("2011-02", 28, "2011-01", "2011-03"), ("2012-02", 29, "2012-01", "2012-03"), ("2011-12", 31, "2011-11", "2012-01")])
    func monthsKnowTheirDaysAndNeighbours(_ text: String, _ days: Int, _ previous: String, _ next: String) throws {
        let month = try #require(Month(text))
        #expect(month.days.count == days)
        #expect(month.previous.description == previous)
        #expect(month.next.description == next)
    }
}

@Suite struct NetworkZoneTests {
    @Test func shanghaiDaysBeginAtSixteenHoursUTC() {
        let zone = NetworkZone.shanghai
        #expect(zone.start(of: Day(number: 15034)).milliseconds == (15034 * 86_400 - 8 * 3600) * 1000)
        #expect(zone.minutes(in: Day(number: 15034)) == 1440)
    }

    @Test(arguments: [
        ("Europe/Berlin", "2011-03-27", 1380), ("Europe/Berlin", "2011-10-30", 1500), ("America/Havana", "2011-03-20", 1380),
        ("Asia/Shanghai", "2011-06-01", 1440),
    ])
    func daysOfTwentyThreeAndTwentyFiveHoursAreRight(_ identifier: String, _ text: String, _ minutes: Int) throws {
        let zone = try #require(NetworkZone(identifier))
        let day = try #require(Day(text))
        #expect(zone.minutes(in: day) == minutes)
        let (found, minute) = zone.minute(of: zone.end(of: day).adding(milliseconds: -1))
        #expect(found == day)
        #expect(minute == minutes - 1)
    }

    @Test(arguments: ["Asia/Shanghai", "Europe/Berlin", "America/Sao_Paulo", "Pacific/Apia"])
    func everyMomentLiesInItsOwnDay(_ identifier: String) throws {
        let zone = try #require(NetworkZone(identifier))
        var generator = SeededGenerator(seed: 11)
        for _ in 0..<4000 {
            let instant = Instant(milliseconds: Int64(generator.below(2_000_000_000)) * 1000)
            let day = zone.day(of: instant)
            #expect(zone.start(of: day) <= instant)
            #expect(instant < zone.end(of: day))
        }
    }
}
