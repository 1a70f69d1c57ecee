import Accounts
import Basics
import Centre
import Foundation
import HTTPTypes
import HummingbirdTesting
import NIOCore
import Operations
import Registry
import Storage
import TestKit
import Testing
import Web

/// The working-day calendar on pages: who says what for whom, a year's list from a file, and what is missed.
@Suite struct WorkCalendarPagesTests {
    private static let moment = SampleWorld.moment("2011-05-02", 12)

    private func body(_ answer: TestResponse) -> String { String(buffer: answer.body) }
    private func place(_ answer: TestResponse) -> String { String((answer.headers[.location] ?? "").prefix { $0 != "?" }) }

    private func calendar(_ code: String, _ world: CentreWorld, on day: String = "2011-05-02") async throws -> WorkCalendar {
        let day = try #require(Day(day))
        return try await world.centre.database.read { statements in
            guard let area = try statements.area(code: code, on: day, in: .everything) else { throw Refusal.notFound("area") }
            return try statements.workCalendar(of: area, on: day)
        }
    }

    @Test(arguments: Database.Engine.required)
    func theNearestAreaThatSaysSomethingHolds(_ engine: Database.Engine) async throws {
        try await withCentre(engine, at: Self.moment) { world in
            let city = try await world.signIn("city", .officer, area: "9901")
            let county = try await world.signIn("county", .officer, area: "990101")
            #expect(try await calendar("990101001", world) == .usual)
            let holiday = ["day": "2011-10-03", "kind": "holiday", "name": "国庆节", "area": ""]
            let made = try await world.submit("/calendar/new", holiday, cookie: city)
            #expect(made.status == .seeOther)
            let twice = try await world.submit("/calendar/new", holiday.merging(["name": "又一次"]) { $1 }, cookie: city)
            #expect(twice.status == .unprocessableContent && body(twice).contains("href=\"#day\""))
            let day = try #require(Day("2011-10-03"))
            #expect(try await calendar("990101001", world).days == [day: .holiday])
            // The county sees what the city said, does not change it, and says otherwise for itself.
            #expect(body(try await world.get("/calendar", cookie: county)).contains("国庆节"))
            let form = try await world.get("\(place(made))/change", cookie: county)
            #expect(form.status == .forbidden && body(form).contains("An area above recorded it"))
            let own = ["day": "2011-10-03", "kind": "make_up", "name": "秋收值班", "area": ""]
            #expect(try await world.submit("/calendar/new", own, cookie: county).status == .seeOther)
            #expect(try await calendar("990101001", world).days == [day: .makeUp])
            #expect(try await calendar("990102", world).days == [day: .holiday])
            #expect(
                !body(try await world.get("/calendar", cookie: try await world.signIn("west", .officer, area: "990102"))).contains("秋收"))
            #expect(try await world.submit("\(place(made))/drop", cookie: city).status == .seeOther)
            #expect(try await calendar("990102", world) == .usual)
            #expect(try await world.submit("\(place(made))/drop", cookie: city).status == .conflict)
            let hours = ["weekdays.monday": "on", "weekdays.saturday": "on", "hours": "9:00－12:00", "from": "2011-05-01", "area": ""]
            #expect(try await world.submit("/office-hours/new", hours, cookie: city).status == .seeOther)
            let wrong = try await world.submit(
                "/office-hours/new", hours.merging(["hours": "9-12", "from": "2011-06-01"]) { $1 }, cookie: city)
            #expect(wrong.status == .unprocessableContent && body(wrong).contains("href=\"#hours\""))
            #expect(try await calendar("990101", world, on: "2011-04-30").weekdays == WorkCalendar.usual.weekdays)
            let now = try await calendar("990101", world)
            #expect(now.weekdays == [.monday, .saturday] && now.hours.description == "09:00-12:00")
        }
    }

    /// `date,kind,name` of a year, from a file; until it is there the officer's home says so.
    @Test(arguments: Database.Engine.required)
    func aYearsListComesFromAFile(_ engine: Database.Engine) async throws {
        try await withCentre(engine, at: Self.moment) { world in
            let city = try await world.signIn("city", .officer, area: "9901")
            #expect(body(try await world.get("/", cookie: city)).contains("No holidays recorded for 2011"))
            let file = "日期,类别,名称\n2011年1月3日,放假,元旦\n2011-02-02,放假,春节\n2011/1/30,调休上班,春节调休\n2011-02-30,放假,没有这天\n"
            let page = place(try await world.bring(Data(file.utf8), "/calendar/import", cookie: city))
            #expect(page.hasPrefix("/calendar/imports/"))
            _ = try await world.submit(page, cookie: city)
            try await world.work("import.calendar")
            let days = try await calendar("990102", world).days
            #expect(days.count == 3 && days.values.count { $0 == .makeUp } == 1, "\(days)")
            #expect(!body(try await world.get("/", cookie: city)).contains("No holidays recorded for 2011"))
        }
    }
}
