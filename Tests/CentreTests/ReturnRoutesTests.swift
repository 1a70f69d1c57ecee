import Accounts
import Basics
import Bulletins
import Centre
import Editions
import Figures
import Foundation
import Hummingbird
import HummingbirdTesting
import Operations
import Records
import Registry
import Returns
import Storage
import Testing
import TestKit
import Web

/// Codes as registers hold them: nothing in one may break a form.
private let more = """
    code,name,area_code,kind,mode,state,from_on,reason,document,terminal,terminal_from_on
    S6,下湾二站,990101001002,village,satellite,in_service,2010-06-01,,,,
    a[0]/b,<i>三站</i>,990101001002,village,satellite,in_service,2010-06-01,,,,
    S9,柳林二站,990102001001,village,satellite,in_service,2010-06-01,,,,
    """
private let good = [
    "days-S6": "12", "minutes-S6": "900", "sessions-S6": "2", "should-S6": "40", "attended-S6": "31", "days-a%5B0%5D%2Fb": "0",
    "minutes-a%5B0%5D%2Fb": "0",
    "sessions-a%5B0%5D%2Fb": "0", "should-a%5B0%5D%2Fb": "10", "attended-a%5B0%5D%2Fb": "0", "remark-a%5B0%5D%2Fb": "停电", "share": "62％",
]

@Suite struct ReturnRoutesTests {
    private func body(_ answer: TestResponse) -> String { String(buffer: answer.body) }

    /// Sends the form of a page as a browser does; names of fields hold per cent signs.
    private func send(_ world: CentreWorld, _ path: String, _ fields: [String: String], cookie: String, from page: String? = nil)
        async throws -> TestResponse
    {
        let names = Dictionary(fields.map { ($0.key.replacing("%", with: "%25"), $0.value) }) { first, _ in first }
        return try await world.submit(path, names, from: page, cookie: cookie)
    }

    @Test(arguments: Database.Engine.required)
    func aReturnGoesFromTheTownshipToTheBulletin(_ engine: Database.Engine) async throws {
        try await withCentre(engine, at: SampleWorld.moment("2011-04-02", 9)) { world in
            let act = Act(by: .commandLine, at: world.clock.clock.now, ids: .system)
            let refused = try await world.centre.database.write {
                try $0.importSites(Array(more.utf8), apply: true, in: .everything, today: .forever, by: act).refused
            }
            #expect(refused.isEmpty)
            let town = try await world.signIn("town", .officer, area: "990101001")
            let (county, leader, west) = (
                try await world.signIn("county", .officer, area: "990101"), try await world.signIn("leader", .leader, area: "9901"),
                try await world.signIn("west", .officer, area: "990102")
            )
            let path = "/returns/2011-03/990101001"

            // Refused beside the field; what was typed is kept, escaped, and nothing is saved.
            var fields = good
            fields["form_way"] = "submit"
            fields["minutes-S6"] = "\"><script>"
            var answer = try await send(world, path, fields, cookie: town)
            #expect(answer.status == .unprocessableContent)
            #expect(
                body(answer).contains("value=\"&quot;&gt;&lt;script&gt;\"") && body(answer).contains("id=\"minutes-S6-problem\"")
                    && body(answer).contains("value=\"停电\""))
            #expect(!body(answer).contains("<script>") && !body(answer).contains("<i>"))
            answer = try await world.get("/returns.json?month=2011-03", cookie: town)
            #expect(body(answer).contains("\"state\" : \"open\"") && !body(answer).contains("S9"))

            // Who may not, cannot: a leader has no right to write, an officer of another county does not find it.
            fields = good
            fields["form_way"] = "submit"
            answer = try await send(world, path, fields, cookie: leader)
            #expect(answer.status == .forbidden)
            answer = try await send(world, path, fields, cookie: west, from: "/returns/2011-03/990102001")
            #expect(answer.status == .notFound)
            answer = try await send(world, "/returns/2011-03/990102001", [:], cookie: town, from: path)
            #expect(answer.status == .notFound)

            // Twice is once.
            let page = body(try await world.get(path, cookie: town))
            #expect(page.contains("id=\"days-a%5B0%5D%2Fb\"") && page.contains("&lt;i&gt;"))
            answer = try await send(world, path, fields, cookie: town)
            #expect(answer.status == .seeOther)
            let late = fields.merging(hiddenFields(ofFormTo: path, in: page) ?? [:]) { $1 }
            let names = Dictionary(late.map { ($0.key.replacing("%", with: "%25"), $0.value) }) { first, _ in first }
            answer = try await world.post(path, names, cookie: town)
            #expect(answer.status == .seeOther)
            answer = try await world.post(
                path, names.merging(["days-S6": "13", "form_once": "another-form-of-the-page"]) { $1 }, cookie: town)
            #expect(answer.status == .conflict)
            let approval = path + "/approve"
            let token = hiddenFields(ofFormTo: "/sign-out", in: page) ?? [:]
            answer = try await world.post(approval, token.merging(["revision": "1"]) { $1 }, cookie: town)
            #expect(answer.status == .forbidden)

            answer = try await send(world, approval, [:], cookie: county, from: path)
            #expect(answer.status == .seeOther)
            answer = try await world.get("/bulletins/2011-03/990101", cookie: county)
            #expect(body(answer).contains("Typed figures") && body(answer).contains("62.00%"))
            answer = try await world.get("/returns/2011-03/990101001002", cookie: county)
            #expect(answer.headers[.location] == path)
            answer = try await world.get("/returns/2011-03/990101001.csv", cookie: leader)
            #expect(body(answer).contains("S6,下湾二站,31,12,900,2,40,31,,typed"))
            answer = try await world.get("/returns/2011-02/990101.csv", cookie: county)
            #expect(answer.status == .notFound)
            answer = try await world.get("/returns?month=2011-03&area=990101", cookie: county)
            #expect(answer.headers[.location] == "/returns/2011-03/990101")
            for place in ["/returns", "/returns?month=2011-03", "/returns/2011-03/990101", path, "/returns.csv?month=2011-03"] {
                let answer = try await world.get(place, cookie: county)
                #expect(answer.status == .ok && !body(answer).contains("⟨") && !body(answer).contains("S9"), "\(place)")
            }
        }
    }
}
