import Accounts
import Basics
import Bulletins
import Editions
import Figures
import Registry
import Returns
import Storage
import Testing
import TestKit

@Suite struct NetworkViewTests {
    /// A township goes to the other county in May; March as it was, and on today's network.
    @Test(arguments: Database.Engine.required)
    func aReportSaysOnWhichNetworkItStands(_ engine: Database.Engine) async throws {
        try await withWorld(engine) { world in
            let (today, now) = (Day("2011-07-01") ?? .forever, SampleWorld.moment("2011-07-01", 9))
            let (march, act) = (try #require(Month("2011-03")), world.act(at: now))
            let (from, to) = (try #require(AreaCode("990101001")), try #require(AreaCode("990102002")))
            try await world.database.write { statements in
                _ = try statements.decideArea(
                    .move(from, to: to), on: Day("2011-05-01") ?? today, today: today, reason: "划转", document: "", in: .everything, by: act)
            }
            func bulletin(_ code: String, _ network: NetworkView, in scope: Scope = .everything) async throws -> Bulletin? {
                try await world.database.read {
                    try $0.bulletin(month: march, areaCode: code, network: network, in: scope, zone: .shanghai, at: now)
                }
            }
            let (then, moved) = (try #require(try await bulletin("9901", .then)), try #require(try await bulletin("9901", .today)))
            #expect(then.lines.map { "\($0.code) \($0.registered)" } == ["990101 2", "990102 2"])
            #expect(moved.lines.map { "\($0.code) \($0.registered)" } == ["990101 0", "990102 4"])
            #expect(then.total.registered == 4 && moved.total.registered == 4)
            let json = [String(decoding: try then.json(), as: UTF8.self), String(decoding: try moved.json(), as: UTF8.self)]
            #expect(json[0].contains("\"network\" : \"then\"") && json[1].contains("\"network\" : \"today\""))
            // The code of today leads to the place of then, and the other way round.
            let (old, new) = (try await bulletin("990102002", .then), try await bulletin("990101001", .today))
            #expect(old?.area.code == "990101001" && new?.area.code == "990102002")

            let (west, east) = (Scope(areas: [AreaCode("990102")].compactMap { $0 }), Scope(areas: [AreaCode("990101")].compactMap { $0 }))
            // Rights follow today's tree: the county that has the township now sees its March, and nothing else of the other county.
            let seen = try await bulletin("990101001", .then, in: west)
            #expect(seen?.total.registered == 2)
            let other = try await bulletin("990101", .then, in: west)
            #expect(other == nil)
            let gone = try await bulletin("990102002", .today, in: east)
            #expect(gone == nil)
        }
    }
}
