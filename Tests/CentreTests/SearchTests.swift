import Accounts
import Basics
import Centre
import Foundation
import Hummingbird
import HummingbirdTesting
import Registry
import Storage
import TestKit
import Testing
import Web

@Suite struct SearchTests {
    private func found(_ text: String, _ world: CentreWorld, _ cookie: String, _ path: String = "/search.json") async throws -> [String] {
        let answer = try await world.get(path + "?" + Query.text([("q", text)]), cookie: cookie)
        #expect(answer.status == .ok, "\(text) \(answer.status)")
        return try JSONDecoder().decode([[String]].self, from: Data(answer.body.readableBytesView)).compactMap(\.first)
    }

    /// By name, pinyin, initials or code, each within his own area; what is picked leads to the thing itself.
    @Test(arguments: Database.Engine.required)
    func areasAndSitesAreFoundByNamePinyinInitialsAndCode(_ engine: Database.Engine) async throws {
        try await withCentre(engine) { world in
            let (city, west) = (
                try await world.signIn("city", .officer, area: "9901"), try await world.signIn("west", .officer, area: "990102")
            )
            let all = try await found("西河县", world, city)
            #expect(all.first == "西河县 990102")
            for text in ["xihexian", "xhx", "XHX", "西河", "990102"] {
                let hits = try await found(text, world, city)
                #expect(hits.contains("西河县 990102"), "\(text)")
            }
            let (own, others) = (try await found("S1", world, city), try await found("S1", world, west))
            #expect(!own.isEmpty && others.isEmpty)
            for text in ["%", "", String(repeating: "长", count: 300)] {
                let none = try await found(text, world, city)
                #expect(none.isEmpty, "\(text)")
            }
            let suggested = try await found("xhx", world, city, "/pick/areas")
            #expect(suggested == ["西河县 990102"])
            let page = try await world.get("/search?q=xhx", cookie: city)
            #expect(page.status == .ok && String(buffer: page.body).contains("href=\"/areas/990102\""))
            let byCode = try await world.get("/search?q=990102", cookie: city)
            #expect(byCode.headers[.location] == "/areas/990102")
            let picked = try await world.get("/search?" + Query.text([("q", "西河县 990102")]), cookie: city)
            #expect(picked.headers[.location] == "/areas/990102")
            let nothing = String(buffer: try await world.get("/search?q=%3Cscript%3E", cookie: city).body)
            #expect(nothing.contains("Nothing was found") && !nothing.contains("<script>"))
        }
    }

    /// Editions by area, month and number of the paper, by those whose area it is or to whom it was sent.
    @Test(arguments: Database.Engine.required)
    func editionsAreFoundByAreaMonthAndPaper(_ engine: Database.Engine) async throws {
        try await withCentre(engine) { world in
            let (database, day) = (world.centre.database, world.centre.house.today)
            try await database.write { statements in
                let area = try #require(try statements.area(code: "990102", on: day, in: .everything))
                let town = try #require(try statements.area(code: "990101001", on: day, in: .everything))
                let hash = String(repeating: "a", count: 64)
                try statements.run(
                    """
                    INSERT INTO edition (sequence, id, area_id, month, number, document, signed_off, json_hash, html_hash, csv_hash,
                        pdf_hash, docx_hash, xlsx_hash, previous_hash, hash, as_of_at, published_by, published_at)
                    VALUES (1, 'e1', \(area.areaID), '2011-03', 1, '西远办〔2011〕5号', '林', \(hash), \(hash), \(hash), '', '',
                        '', '', \(hash), 1, '', 1)
                    """)
                try statements.run(
                    """
                    INSERT INTO edition_recipient (edition, area_id, sent_at, received_by, reminders)
                    VALUES ('e1', \(town.areaID), 1, '', 0)
                    """)
            }
            func hits(_ text: String, _ cookie: String) async throws -> Int {
                try await found(text, world, cookie).filter { $0.hasPrefix("西河县 2011-03") }.count
            }
            let west = try await world.signIn("west", .officer, area: "990102")
            for text in ["xihexian 2011-03", "5号 西河", "XHX 2011-03"] { #expect(try await hits(text, west) == 1, "\(text)") }
            let (town, other) = (
                try await world.signIn("town", .officer, area: "990101001"), try await world.signIn("other", .officer, area: "990102001")
            )
            #expect(try await hits("xihexian 2011-03", town) == 1)
            #expect(try await hits("xihexian 2011-03", other) == 0)
        }
    }

    /// Rows of before there were keys get one, and a form takes a name in pinyin where it can only mean one area.
    @Test(arguments: Database.Engine.required)
    func rowsOfBeforeGetTheirKeysAndAFieldTakesPinyin(_ engine: Database.Engine) async throws {
        try await withCentre(engine) { world in
            let (database, day) = (world.centre.database, world.centre.house.today)
            try await database.write { statements in
                try statements.run("UPDATE area_version SET name_key = ''")
                try statements.run("UPDATE site_version SET name_key = ''")
            }
            let before = try await database.read { try $0.areas(matching: SearchWords("xhx"), on: day, in: .everything, limit: 5) }
            #expect(before.isEmpty)
            var filled = 0
            while case let more = try await database.write({ try $0.fillSearchKeys(most: 3) }), more > 0 { filled += more }
            #expect(filled > 6)
            let after = try await database.read { try $0.area(typed: "xihexian", in: "area", on: day, scope: .everything) }
            #expect(after.code == "990102")
            let sites = try await database.read { try $0.sites(matching: SearchWords("S1"), on: day, in: .everything, limit: 5) }
            #expect(sites.contains { $0.code == "S1" })
            let county = try #require(AreaCode("990101"))
            let named = try await database.read { try $0.sites(typed: ["上湾村站点", "S2"], in: "sites", on: day, below: county).count }
            #expect(named == 2)
            await #expect(throws: Refusal.invalid(["sites": FieldProblem("site.not_here", ["list": "S3、nobody", "count": "2"])])) {
                _ = try await database.read { try $0.sites(typed: ["S1", "S3", "nobody"], in: "sites", on: day, below: county) }
            }
            await #expect(throws: Refusal.invalid(["area": FieldProblem("area.not_here", ["text": "nowhere"])])) {
                _ = try await database.read { try $0.area(typed: "nowhere", in: "area", on: day, scope: .everything) }
            }
            let ambiguous = await #expect(throws: Refusal.self) {
                _ = try await database.read { try $0.area(typed: "xian", in: "area", on: day, scope: .everything) }
            }
            guard case .invalid(let problems) = ambiguous else { return }
            #expect(problems["area"]?.code == "area.several" && problems["area"]?.values["list"]?.contains("990102") == true)
        }
    }
}
