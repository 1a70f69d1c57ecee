import Accounts
import Basics
import Centre
import Foundation
import Hummingbird
import HummingbirdTesting
import Offices
import Registry
import Storage
import TestKit
import Testing
import Web

/// Files whose columns nobody recognises: somebody says which is which, and need not say it twice.
@Suite struct ImportColumnsTests {
    private static let moment = SampleWorld.moment("2011-05-02", 12)

    private func body(_ answer: TestResponse) -> String { String(buffer: answer.body) }
    private func place(_ answer: TestResponse) -> String { String((answer.headers[.location] ?? "").prefix { $0 != "?" }) }

    /// A file that is taken as a whole.
    @Test(arguments: Database.Engine.required)
    func theColumnsOfAFileAreChosenAndRemembered(_ engine: Database.Engine) async throws {
        try await withCentre(engine, at: Self.moment) { world in
            let city = try await world.signIn("city", .officer, area: "9901")
            let other = try await world.signIn("other", .officer, area: "9901")
            let file = "某某表\n序号,码,地名,何时起\n1,990101003,新桥镇,2011-05-01\n2,990101004,新村镇,2011-05-01\n"
            let choose = place(try await world.bring(Data(file.utf8), "/register/areas/import", cookie: city))
            #expect(choose.hasSuffix("/columns"))
            let page = String(choose.dropLast("/columns".count))
            #expect(body(try await world.get(page, cookie: city)).contains("columns of the file are not recognised"))
            #expect(try await world.submit(page, cookie: city).status != .seeOther)
            #expect(try await world.get(choose, cookie: other).status == .notFound)
            let form = body(try await world.get(choose, cookie: city))
            #expect(form.contains("2 码") && form.contains("4 何时起"))
            let right = ["column.code": "2 码", "column.name": "3 地名", "column.from_on": "4 何时起"]
            for (field, wrong) in [("column.name", "2 码"), ("column.name", ""), ("column.from_on", "9 没有")] {
                let answer = try await world.submit(choose, right.merging([field: wrong]) { $1 }, cookie: city)
                #expect(answer.status == .unprocessableContent && body(answer).contains("href=\"#\(field)\""), "\(field) \(wrong)")
            }
            #expect(place(try await world.submit(choose, right, cookie: city)) == page)
            try await world.work("import.register.areas")
            #expect(body(try await world.get(page, cookie: city)).contains("New rows: 2."))
            #expect(try await world.submit(page, cookie: city).status == .seeOther)
            try await world.work("import.register.areas")
            let name = try await world.centre.database.read {
                try $0.area(code: "990101004", on: Day("2011-05-02") ?? .forever, in: .everything)?.name
            }
            #expect(name == "新村镇")
            // The next file of that shape is read at once, of the same person; it can still be read otherwise.
            let again = place(try await world.bring(Data(file.utf8), "/register/areas/import", cookie: city))
            #expect(!again.hasSuffix("/columns"))
            try await world.work("import.register.areas")
            let looked = body(try await world.get(again, cookie: city))
            #expect(looked.contains("Unchanged: 2.") && looked.contains("\(again)/columns"))
            let swapped = ["column.code": "2 码", "column.name": "1 序号", "column.from_on": "4 何时起"]
            #expect(try await world.submit("\(again)/columns", swapped, cookie: city).status == .seeOther)
            try await world.work("import.register.areas")
            #expect(!body(try await world.get(again, cookie: city)).contains("Unchanged: 2."))
            #expect(place(try await world.bring(Data(file.utf8), "/register/areas/import", cookie: other)).hasSuffix("/columns"))
        }
    }

    /// A file of records; a heading that would be recognised can be said to be another column.
    @Test(arguments: Database.Engine.required)
    func theColumnsOfRecordsAreChosenToo(_ engine: Database.Engine) async throws {
        try await withCentre(engine, at: Self.moment) { world in
            let city = try await world.signIn("city", .officer, area: "9901")
            let file = "公司,性质,地方,电话,手机\n云溪电信,运营商,9901,10000,10001\n"
            let choose = place(try await world.bring(Data(file.utf8), "/organisations/import", cookie: city))
            #expect(choose.hasSuffix("/columns"))
            let page = String(choose.dropLast("/columns".count))
            #expect(body(try await world.get(page, cookie: city)).contains("columns of the file are not recognised"))
            #expect(try await world.get("\(page)/refused.csv", cookie: city).status == .notFound)
            let right = ["column.name": "1 公司", "column.kind": "2 性质", "column.area": "3 地方", "column.phone": "5 手机"]
            #expect(try await world.submit(choose, right, cookie: city).status == .seeOther)
            #expect(body(try await world.get(page, cookie: city)).contains("New rows: 1."))
            #expect(try await world.submit(page, cookie: city).status == .seeOther)
            try await world.work("import.organisation")
            #expect(body(try await world.get("/organisations", cookie: city)).contains("10001"))
            let again = place(try await world.bring(Data(file.utf8), "/organisations/import", cookie: city))
            #expect(body(try await world.get(again, cookie: city)).contains("Unchanged: 1."))
        }
    }

    /// What is one column, one row, or no table is refused beside the field as before.
    @Test func whatIsNoTableIsNotAskedAbout() async throws {
        try await withCentre(.sqlite, at: Self.moment) { world in
            let city = try await world.signIn("city", .officer, area: "9901")
            for file in ["", "名\n1\n", "区划代码,区划代码,名称,起始日期\n1,2,3,4\n"] {
                let answer = try await world.bring(Data(file.utf8), "/register/areas/import", cookie: city)
                #expect(answer.status == .unprocessableContent && body(answer).contains("href=\"#file\""), "\(file)")
            }
        }
    }

    /// Boxes have a file of their own: placed, moved, taken away; each refused row says why; and it is taken back as one step.
    @Test(arguments: Database.Engine.required)
    func boxesComeFromTheirOwnFile(_ engine: Database.Engine) async throws {
        try await withCentre(engine, at: Self.moment) { world in
            let (city, east) = (
                try await world.signIn("city", .officer, area: "9901"), try await world.signIn("east", .officer, area: "990101")
            )
            func stands() async throws -> [String] {
                try await world.centre.database.read { statements in
                    try statements.all(
                        """
                        SELECT t.id, s.code, x.from_day, x.until_day FROM terminal_assignment x JOIN terminal t ON t.num = x.terminal
                        JOIN site s ON s.num = x.site WHERE x.replaced_at IS NULL ORDER BY t.id, x.from_day
                        """
                    ) { "\(try $0.text(0)) \(try $0.text(1)) \(try $0.day(2)) \(try $0.day(3))" }
                }
            }
            let before = try await stands()
            let file = """
                机顶盒登记表,,
                机顶盒编号,站点编码,装机日期
                T1,S2,2011/4/1
                T2,S2,2010-06-01
                T2B,,2011-04-10
                TN1,S1,2011年4月2日
                TN1,S2,2011-04-03
                T3,S1,2011-04-01
                9.1E+11,S1,2011-04-01
                TN2,S9,2011-04-01
                TN3,S1,2012-01-01
                TN4,S1,2001-01-01
                """
            func bring(_ cookie: String) async throws -> String {
                let page = place(try await world.bring(Data(file.utf8), "/register/terminals/import", cookie: cookie))
                try await world.work("import.register.terminals")
                return page
            }
            // An office keeps its own: what comes from another county is refused.
            #expect(
                body(try await world.get(try await bring(east), cookie: east)).contains(
                    "New rows: 1. Changed: 2. Unchanged: 1. Refused: 6."))
            let page = try await bring(city)
            let looked = body(try await world.get(page, cookie: city))
            #expect(looked.contains("New rows: 1. Changed: 3. Unchanged: 1. Refused: 5."))
            #expect(try await stands() == before)
            #expect(try await world.submit(page, cookie: city).status == .seeOther)
            try await world.work("import.register.terminals")
            let after = try await stands()
            #expect(after.contains("T1 S2 2011-04-01 9999-12-31") && after.contains("T1 S1 2010-06-01 2011-04-01"))
            #expect(after.contains("T2B S2 2010-06-01 2011-04-10") && after.contains("TN1 S1 2011-04-02 9999-12-31"))
            // The same file once more changes nothing.
            #expect(body(try await world.get(try await bring(city), cookie: city)).contains("New rows: 0. Changed: 0."))
            #expect(try await world.submit("\(page)/undo", cookie: city).status == .seeOther)
            try await world.work("import.register.terminals")
            #expect(try await stands() == before)
        }
    }

    /// Files of records are taken back as one step: what they made is gone, what they changed is as it was; not where something stands on
    /// it, or it is another one by now.
    @Test(arguments: Database.Engine.required)
    func aFileOfRecordsIsTakenBack(_ engine: Database.Engine) async throws {
        try await withCentre(engine, at: Self.moment) { world in
            let city = try await world.signIn("city", .officer, area: "9901")
            let keeper = try await world.signIn("keeper", .securityAdministrator, area: "9901")
            let cookies = ["accounts": keeper]
            // The file that is there before, the one that is taken back, and the tables that both write.
            let kinds: [(path: String, topic: String, before: String, file: String, rows: String)] = [
                (
                    "people", "posting", "name,post,site,phone,from\n王五,manager,S1,0870-1,2011-01-01\n",
                    "name,post,site,phone,from\n王五,manager,S1,0870-2,2011-01-01\n李四,head,S1,0870-3,2011-01-01\n",
                    "id, name, post, phone, from_on FROM posting"
                ),
                (
                    "organisations", "organisation", "name,kind,area\n甲公司,operator,9901\n",
                    "name,kind,area,phone\n甲公司,operator,9901,10000\n乙公司,supplier,990101,\n",
                    "id, name, kind, phone, area_id FROM organisation"
                ),
                (
                    "calendar", "calendar", "day,kind,name\n2011-10-01,holiday,国庆\n",
                    "day,kind,name\n2011-10-01,holiday,国庆节\n2011-10-02,holiday,国庆节\n", "id, kind, name, area_id FROM calendar_day"
                ),
                (
                    "office-hours", "hours", "weekdays,hours,from\nmonday,08:30-12:00,2011-01-01\n",
                    "weekdays,hours,from\nmonday,08:30-11:00,2011-01-01\nfriday,08:30-12:00,2011-03-01\n",
                    "id, area_id, weekdays, hours FROM office_hours"
                ),
                (
                    "agreements", "agreement",
                    "number,title,operator,area,from,through,amount,repair_hours\n1号,维护,甲公司,9901,2011-01-01,2011-12-31,100,24\n",
                    """
                    number,title,operator,area,from,through,amount,repair_hours
                    1号,维护协议,甲公司,9901,2011-01-01,2011-12-31,100,24
                    2号,维护,甲公司,9901,2011-01-01,2011-12-31,100,24

                    """, "id, number, title, state FROM agreement"
                ),
                (
                    "papers", "paper", "number,title,issuer,kind,matter,signed,access\n1号,规定,甲公司,rule,study,2011-01-01,open\n",
                    """
                    number,title,issuer,kind,matter,signed,access,amends
                    1号,规定,甲公司,rule,funds,2011-01-01,open,
                    2号,规定,甲公司,rule,study,2011-01-02,open,1号

                    """, "id, number, matter, state FROM paper"
                ),
                (
                    "accounts", "accounts", "login,name,role,area\nli.si,李四,officer,990101\n",
                    "login,name,role,area\nli.si,李四四,leader,990102\nwang.wu,王五,officer,990101\n", "id, login, name, name_key FROM account"
                ),
            ]
            for kind in kinds {
                let cookie = cookies[kind.path] ?? city
                func bring(_ file: String) async throws -> String {
                    let page = place(try await world.bring(Data(file.utf8), "/\(kind.path)/import", cookie: cookie))
                    #expect(try await world.submit(page, cookie: cookie).status == .seeOther, "\(kind.path)")
                    try await world.work("import.\(kind.topic)")
                    return page
                }
                func rows() async throws -> [[String]] {
                    try await world.centre.database.read { statements in
                        try statements.all("SELECT \(sql: SQL(stringLiteral: kind.rows)) ORDER BY id") { row in
                            try (0..<kind.rows.split(separator: ",").count).map { try row.text($0) }
                        }
                    }
                }
                _ = try await bring(kind.before)
                let before = try await rows()
                let page = try await bring(kind.file)
                #expect(try await rows() != before, "\(kind.path)")
                let shown = body(try await world.get(page, cookie: cookie))
                #expect(shown.contains("\(page)/undo"), "\(kind.path)")
                #expect(body(try await world.get("/\(kind.path)/import", cookie: cookie)).contains(page), "\(kind.path)")
                #expect(body(try await world.submit("\(page)/undo", isLook: true, cookie: cookie)).contains("1 rows added"), "\(kind.path)")
                #expect(try await world.submit("\(page)/undo", cookie: cookie).status == .seeOther, "\(kind.path)")
                try await world.work("import.\(kind.topic)")
                #expect(try await rows() == before, "\(kind.path)")
                #expect(body(try await world.get(page, cookie: cookie)).contains("This import was taken back"), "\(kind.path)")
                #expect(try await world.submit("\(page)/undo", cookie: cookie).status == .conflict, "\(kind.path)")
            }
            let roles = try await world.centre.database.read {
                try $0.all(
                    """
                    SELECT g.role FROM role_grant g JOIN account a ON a.id = g.account_id
                    WHERE a.login IN ('li.si', 'wang.wu') AND g.until_day > \(Day("2011-05-02") ?? .forever)
                    """
                ) { try $0.text(0) }
            }
            #expect(roles == ["officer"])
        }
    }

    /// What stands on a row, or changed it since, keeps all of the file; and what somebody else brought in is nobody's to take back.
    @Test(arguments: Database.Engine.required)
    func whatSomethingStandsOnStays(_ engine: Database.Engine) async throws {
        try await withCentre(engine, at: Self.moment) { world in
            let city = try await world.signIn("city", .officer, area: "9901")
            let other = try await world.signIn("other", .officer, area: "9901")
            func bring(_ file: String) async throws -> String {
                let page = place(try await world.bring(Data(file.utf8), "/organisations/import", cookie: city))
                _ = try await world.submit(page, cookie: city)
                try await world.work("import.organisation")
                return page
            }
            func names() async throws -> [String] {
                try await world.centre.database.read { try $0.organisations(limit: 10, in: .everything).map(\.name).sorted() }
            }
            let page = try await bring("name,kind,area,phone\n甲公司,operator,9901,10000\n乙公司,supplier,9901,10001\n")
            #expect(try await world.get("\(page)/undo", cookie: other).status == .notFound)
            let post = ["name": "张三", "post": "officer", "organisation": "甲公司", "phone": "0870-2", "from": "2011-01-01"]
            #expect(try await world.submit("/people/new", post, cookie: city).status == .seeOther)
            func undo() async throws -> String {
                #expect(try await world.submit("\(page)/undo", cookie: city).status == .seeOther)
                try await world.work("import.organisation")
                return body(try await world.get(page, cookie: city))
            }
            #expect(try await undo().contains("in use"))
            #expect(try await names() == ["乙公司", "甲公司"])
            try await world.centre.database.write { try $0.run("DELETE FROM posting") }
            let change = body(try await world.get("/organisations", cookie: city))
            let one = try #require(change.firstMatch(of: /href="(\/organisations\/[0-9a-f-]{36})">乙公司/)).1
            let fields = ["name": "乙公司", "kind": "supplier", "area": "9901", "phone": "10009"]
            #expect(try await world.submit("\(one)/change", fields, cookie: city).status == .seeOther)
            #expect(try await undo().contains("later"))
            #expect(try await names() == ["乙公司", "甲公司"])
            #expect(try await world.submit("\(one)/change", fields.merging(["phone": "10001"]) { $1 }, cookie: city).status == .seeOther)
            #expect(try await undo().contains("This import was taken back"))
            #expect(try await names() == [])
        }
    }
}
