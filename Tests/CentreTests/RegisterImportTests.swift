import Accounts
import Basics
import Centre
import Foundation
import HTTPTypes
import Hummingbird
import HummingbirdTesting
import Records
import Registry
import Storage
import TestKit
import Testing
import Web

/// Areas and sites from files, on pages: looked at by a job, confirmed by a person, done by a job.
@Suite struct RegisterImportTests {
    private static let moment = SampleWorld.moment("2011-05-02", 12)
    private static let (areas, sites) = ("/register/areas/import", "/register/sites/import")

    private func body(_ answer: TestResponse) -> String { String(buffer: answer.body) }
    private func place(_ answer: TestResponse) -> String { String((answer.headers[.location] ?? "").prefix { $0 != "?" }) }

    @Test(arguments: Database.Engine.required)
    func areasAndSitesComeFromFiles(_ engine: Database.Engine) async throws {
        try await withCentre(engine, at: Self.moment) { world in
            let city = try await world.signIn("city", .officer, area: "9901")
            let other = try await world.signIn("other", .officer, area: "9901")
            #expect(body(try await world.get("/imports", cookie: city)).contains("Nothing was imported yet"))
            let file =
                "云溪市区划表,,\n区划代码,名称,起始日期\n990101003,新桥镇,2011-05-01\n990101001,青石新镇,2011/5/1\n990101001001,上湾村,2009-01-01\n9902,外市,2011-05-01\nx,坏,2011-05-01\n"
            let sent = try await world.bring(Data(file.utf8), Self.areas, cookie: city)
            let page = place(sent)
            #expect(sent.status == .seeOther && page.hasPrefix("/register/areas/imports/"))
            let waits = body(try await world.get(page, cookie: city))
            #expect(waits.contains("data-job=") && !waits.contains("form_seen"))
            try await world.work("import.register.areas")
            let looked = body(try await world.get(page, cookie: city))
            #expect(looked.contains("New rows: 1. Changed: 1. Unchanged: 1. Refused: 2."))
            #expect(looked.contains("青石镇") && looked.contains("青石新镇") && looked.contains("header in line 2"))
            #expect(looked.contains("An area code has 2, 4, 6, 9 or 12 digits") && looked.contains("not yours to keep"))
            let code = try await world.centre.database.read {
                try $0.area(code: "990101003", on: .forever.advanced(by: -1), in: .everything)
            }
            #expect(code == nil, "Nothing is written before it is confirmed")
            for path in [page, "\(page)/refused.csv"] { #expect(try await world.get(path, cookie: other).status == .notFound) }
            let refused = body(try await world.get("\(page)/refused.csv", cookie: city))
            #expect(refused.contains("外市") && refused.contains("坏") && refused.contains("区划代码") && !refused.contains("青石"))
            #expect(try await world.submit(page, cookie: city).status == .seeOther)
            #expect(try await world.submit(page, cookie: city).status == .conflict)
            try await world.work("import.register.areas")
            let done = body(try await world.get(page, cookie: city))
            #expect(done.contains("What was imported"))
            #expect(try await world.submit(page, cookie: city).status == .conflict)
            let there = try await world.centre.database.read {
                try $0.area(code: "990101003", on: Day("2011-05-02") ?? .forever, in: .everything)?.name
            }
            #expect(there == "新桥镇")
            #expect(body(try await world.get("/imports", cookie: city)).contains("Imported"))
            #expect(!body(try await world.get("/imports", cookie: other)).contains(page))
            // Mended, and once more: what was refused is refused, the rest is there.
            let again = place(try await world.bring(Data(refused.utf8), Self.areas, cookie: city))
            try await world.work("import.register.areas")
            #expect(body(try await world.get(again, cookie: city)).contains("New rows: 0. Changed: 0. Unchanged: 0. Refused: 2."))
        }
    }

    /// Of another area nobody brings anything in, and a row of his own file tells him nothing of it.
    @Test(arguments: Database.Engine.required)
    func aFileReachesNoFurtherThanItsOfficer(_ engine: Database.Engine) async throws {
        try await withCentre(engine, at: Self.moment) { world in
            let county = try await world.signIn("county", .officer, area: "990101")
            let rows = [
                "code,name,area_code,kind,mode,state,from_on,reason", "N1,新站,990101001002,village,iptv,in_service,2011-05-01,新建",
                "N2,外站,990102001001,village,iptv,in_service,2011-05-01,新建", "S3,白杨站点,990101001002,village,iptv,faulty,2011-05-01,抢占",
                "S1,上湾村站点,990101001001,village,iptv,faulty,2011-05-01,损坏",
            ]
            let before = try await world.centre.database.read { try $0.areaIndex().count }
            let page = place(try await world.bring(Data(rows.joined(separator: "\n").utf8), Self.sites, cookie: county))
            try await world.work("import.register.sites")
            let looked = body(try await world.get(page, cookie: county))
            #expect(looked.contains("New rows: 1. Changed: 1. Unchanged: 0. Refused: 2."), "\(looked)")
            #expect(!looked.contains("柳林") && !looked.contains("西河"))
            #expect(try await world.submit(page, cookie: county).status == .seeOther)
            try await world.work("import.register.sites")
            let (new, outside, own) = try await world.centre.database.read { statements in
                let day = Day("2011-05-02") ?? .forever
                return (
                    try statements.site(code: "N1", on: day, in: .everything), try statements.site(code: "N2", on: day, in: .everything),
                    try statements.site(code: "S1", on: day, in: .everything)
                )
            }
            #expect(new?.state == .inService && outside == nil && own?.state == .faulty)
            let third = place(
                try await world.bring(
                    Data("code,name,from_on\n9901,改名,2011-05-01\n990102005,偷,2011-05-01\n".utf8), Self.areas, cookie: county))
            try await world.work("import.register.areas")
            #expect(body(try await world.get(third, cookie: county)).contains("New rows: 0. Changed: 0. Unchanged: 0. Refused: 2."))
            #expect(try await world.centre.database.read { try $0.areaIndex().count } == before)
        }
    }

    @Test(arguments: Database.Engine.required)
    func whatIsNoTableOfItsKindIsRefusedAtOnce(_ engine: Database.Engine) async throws {
        try await withCentre(engine, at: Self.moment) { world in
            let city = try await world.signIn("city", .officer, area: "9901")
            let files = [
                Data(), Data("hello".utf8), Data("name\nx\n".utf8), Data([0x50, 0x4B, 3, 4, 0, 0xFF, 0xFE, 0]),
                Data("code,code,name,from_on\n1,2,3,4\n".utf8), Data("code,name,from_on\n\"a,9901\n".utf8),
            ]
            for bytes in files {
                let answer = try await world.bring(bytes, Self.areas, cookie: city)
                #expect(answer.status == .unprocessableContent && body(answer).contains("href=\"#file\""), "\(bytes.prefix(20))")
            }
            let large = try await world.bring(Data(repeating: 65, count: 9 << 20), Self.areas, cookie: city)
            #expect(large.status == .contentTooLarge)
            #expect(try await world.centre.database.read { try $0.count("SELECT count(*) FROM table_import") } == 0)
        }
    }
}
