import Accounts
import Basics
import Centre
import Foundation
import HTTPTypes
import Hummingbird
import HummingbirdTesting
import People
import Registry
import Storage
import TestKit
import Testing
import Web

/// People at posts: whom to ring, who sees the number, who left, whose training is over.
@Suite struct PostingTests {
    private static let moment = SampleWorld.moment("2011-05-02", 12)
    private static let wang = [
        "name": "王五", "post": "manager", "site": "S1", "area": "", "phone": "０８７０－８１２３４５６ 转 2", "from": "2011-01-01", "through": "",
        "trained": "2011-05-20",
    ]

    private func body(_ answer: TestResponse) -> String { String(buffer: answer.body) }
    private func place(_ answer: TestResponse) -> String { String((answer.headers[.location] ?? "").prefix { $0 != "?" }) }

    private func postings(_ world: CentreWorld) async throws -> [Posting] {
        let today = world.centre.house.today
        return try await world.centre.database.read { try $0.postings(PostingFilter(), limit: 100, in: .everything, on: today) }
    }

    @Test(arguments: Database.Engine.required)
    func somebodyAtAPostIsRegisteredFoundAndRung(_ engine: Database.Engine) async throws {
        try await withCentre(engine, at: Self.moment) { world in
            let county = try await world.signIn("county", .officer, area: "990101")
            let other = try await world.signIn("other", .officer, area: "990102")
            let site = "/sites/S1?month=2011-04"
            #expect(body(try await world.get(site, cookie: county)).contains("Nobody is registered"))
            let made = try await world.submit("/people/new", Self.wang, cookie: county)
            let page = place(made)
            #expect(made.status == .seeOther && page.hasPrefix("/people/"))
            let top = body(try await world.get(site, cookie: county))
            #expect(top.contains("王五 0870-8123456 转 2") && top.contains("Site manager") && top.contains("Record or correct a state"))
            for words in ["wangwu", "ww", "王", "S1"] {
                #expect(
                    body(
                        try await world.get(
                            "/people?q=\(words.addingPercentEncoding(withAllowedCharacters: .alphanumerics) ?? "")", cookie: county)
                    ).contains(page), "\(words)")
            }
            #expect(body(try await world.get("/search?q=wangwu", cookie: county)).contains(page))
            #expect(body(try await world.get("/", cookie: county)).contains("Training of 1 people"))
            #expect(body(try await world.get("/people?training=over&standing=held&post=manager", cookie: county)).contains(page))
            #expect(!body(try await world.get("/people?standing=over", cookie: county)).contains(page))
            #expect(try await world.get(page, cookie: other).status == .notFound)
            #expect(!body(try await world.get("/people", cookie: other)).contains("王五"))
            for (fields, field) in [
                (["phone": "call me"], "phone"), (["phone": "138****12"], "phone"), (["site": "S3"], "site"), (["site": ""], "site"),
                (["through": "2010-12-31"], "through"), (["site": "", "area": "990102"], "area"), ([:], "name"),
            ] {
                let answer = try await world.submit("/people/new", Self.wang.merging(fields) { $1 }, cookie: county)
                let isSaid = answer.status == .unprocessableContent && body(answer).contains("href=\"#\(field)\"")
                #expect(isSaid || fields.isEmpty && [.conflict, .seeOther].contains(answer.status), "\(fields) \(answer.status)")
            }
            #expect(try await postings(world).count == 1)
            // He leaves, and is not rung any more.
            let left = try await world.submit("\(page)/change", Self.wang.merging(["through": "2011-05-01"]) { $1 }, cookie: county)
            #expect(left.status == .seeOther)
            #expect(body(try await world.get(site, cookie: county)).contains("Nobody is registered"))
            #expect(body(try await world.get(page, cookie: county)).contains("Left"))
        }
    }

    /// Outside the county a part of the number shows, on every page and in every file; the whole one for a reason, which the log keeps. Who
    /// does not see it can change everything else.
    @Test(arguments: Database.Engine.required)
    func aTelephoneNumberIsMaskedOutsideTheCounty(_ engine: Database.Engine) async throws {
        try await withCentre(engine, at: Self.moment) { world in
            let county = try await world.signIn("county", .officer, area: "990101")
            let city = try await world.signIn("city", .officer, area: "9901")
            let auditor = try await world.signIn("auditor", .auditor, area: "9901")
            let page = place(try await world.submit("/people/new", Self.wang.merging(["phone": "0870-8123456"]) { $1 }, cookie: county))
            let office = place(
                try await world.submit(
                    "/people/new", Self.wang.merging(["site": "", "area": "9901", "phone": "0870-8000000", "post": "officer"]) { $1 },
                    cookie: city))
            for path in [page, "/people", "/people.csv", "/sites/S1?month=2011-04", "\(page)/change", "/people/import"] {
                #expect(!body(try await world.get(path, cookie: city)).contains("8123456"), "\(path)")
            }
            #expect(body(try await world.get("/people", cookie: city)).contains("087*******56"))
            // One's own office is one's own.
            #expect(body(try await world.get(office, cookie: city)).contains("0870-8000000"))
            #expect(try await world.get(office, cookie: county).status == .notFound)
            let asked = try await world.submit("\(page)/phone", ["reason": ""], cookie: city)
            #expect(asked.status == .unprocessableContent)
            let shown = try await world.submit("\(page)/phone", ["reason": "站点无信号"], cookie: city)
            #expect(shown.status == .ok && body(shown).contains("0870-8123456"))
            let log = body(try await world.get("/events", cookie: auditor))
            #expect(log.contains("Whole telephone number shown") && log.contains("站点无信号") && !log.contains("8123456"))
            // The stars leave it as it is; another number is another number.
            var fields = Self.wang.merging(["phone": "087*******56", "name": "王小五"]) { $1 }
            #expect(try await world.submit("\(page)/change", fields, cookie: city).status == .seeOther)
            #expect(try await postings(world).contains { $0.name == "王小五" && $0.phone == "0870-8123456" })
            fields["phone"] = "087*******57"
            #expect(try await world.submit("\(page)/change", fields, cookie: city).status == .unprocessableContent)
            fields["phone"] = "0870-9999999"
            #expect(try await world.submit("\(page)/change", fields, cookie: city).status == .seeOther)
            #expect(try await postings(world).contains { $0.phone == "0870-9999999" })
        }
    }

    /// From a file, and what is written out comes in again and changes nothing, also where the numbers have stars.
    @Test(arguments: Database.Engine.required)
    func peopleComeFromAFileAndGoIntoOne(_ engine: Database.Engine) async throws {
        try await withCentre(engine, at: Self.moment) { world in
            let city = try await world.signIn("city", .officer, area: "9901")
            let file = """
                姓名,职务,站点,区域,工作电话,任职起,任职止,培训有效至
                王五,站点管理员,S1,,0870-8123456,2011年1月1日,,2011/12/31
                李四,第一责任人,S1,,0870-8123457,2010-01-01,2010-12-31,
                赵六,技术员,,东岭县 990101,0870-8123458,2010-01-01,,
                孙七,站长,S1,,0870-8123459,2010-01-01,,
                周八,技术员,S9,,0870-8123459,2010-01-01,,
                """
            let page = place(try await world.bring(Data(file.utf8), "/people/import", cookie: city))
            #expect(try await world.submit(page, cookie: city).status == .seeOther)
            try await world.work("import.posting")
            #expect(try await postings(world).map(\.name).sorted() == ["李四", "王五", "赵六"].sorted())
            #expect(body(try await world.get(page, cookie: city)).contains("refused.csv"))
            let before = try await postings(world)
            for language in ["en", "zh"] {
                let export = body(
                    try await world.get(
                        "/people.csv?columns=name,post,site,area,phone,from,through,trained", cookie: city, language: language))
                #expect(export.contains("*"))
                let again = place(try await world.bring(Data(export.utf8), "/people/import", cookie: city))
                #expect(
                    body(try await world.get(again, cookie: city)).contains("Changed: 0. Unchanged: 3. Refused: 0."),
                    "\(language) \(export)")
                #expect(try await world.submit(again, cookie: city).status == .seeOther)
                try await world.work("import.posting")
            }
            #expect(try await postings(world) == before)
        }
    }

    @Test(arguments: [("0870-8123456", "087*******56"), ("96000", "*****"), ("13812345678", "138******78"), ("", "")])
    func aMaskKeepsTheBeginningAndTheEnd(_ phone: String, _ masked: String) { #expect(Posting.masked(phone) == masked) }
}
