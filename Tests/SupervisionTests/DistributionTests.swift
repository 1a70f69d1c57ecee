import Accounts
import Basics
import Bulletins
import Editions
import Figures
import Foundation
import Registry
import Storage
import Testing
import TestKit
import Web

@Suite struct DistributionTests {
    @Test(arguments: Database.Engine.required)
    func anEditionGoesToTheOfficesBelowWhichConfirmItOrAreReminded(_ engine: Database.Engine) async throws {
        try await withWorld(engine) { world in
            let folder = try temporaryFolder()
            defer { try? FileManager.default.removeItem(at: folder) }
            let press = try cheapPress(world.database, try BlobStore(folder: folder))
            let march = try #require(Month("2011-03"))
            func act(_ hour: Int, _ day: String = "2011-05-01", by actor: String = "city") -> Act {
                Act(by: Actor(id: actor), at: SampleWorld.moment(day, hour), ids: world.ids)
            }
            let closing = act(8)
            try await world.database.write { statements in
                guard let area = try statements.area(code: "9901", on: march.days.upperBound, in: .everything) else { return }
                try statements.closeMonth(march, area: area, rules: SampleWorld.rules, by: closing)
            }
            let edition = try await press.publish(
                code: "9901", month: march, imprint: Imprint(document: "5号", signedOff: "方正"), language: .chinese, in: .everything,
                by: act(9))
            @Sendable func scope(_ code: String) -> Scope { Scope(areas: [AreaCode(code)].compactMap { $0 }) }
            func open(_ code: String) async throws -> [ReceivedEdition] {
                try await world.database.read { try $0.received(in: scope(code), isOpen: true, limit: 10) }
            }
            let east = try await open("990101")
            #expect(east.map(\.issuer) == ["云溪市"] && east.map(\.areaName) == ["东岭县"] && east.map(\.document) == ["5号"])
            // A township got nothing, the city sent it and need not confirm for its counties.
            let (township, city) = (try await open("990101001"), try await open("9901"))
            #expect(township.isEmpty && city.isEmpty)
            let readable = try await world.database.read {
                (try $0.isSent(edition.id, to: scope("990101")), try $0.isSent(edition.id, to: scope("990101001")))
            }
            #expect(readable == (true, false))

            let confirmation = act(10, by: "county")
            for _ in 0..<2 {
                try await world.database.write { try $0.confirmReceipt(edition: edition.id, areaID: east[0].areaID, by: confirmation) }
            }
            func remind(_ act: Act) async throws -> Int {
                try await world.database.write {
                    try $0.remindRecipients(of: edition, today: NetworkZone.shanghai.day(of: act.at), by: act)
                }
            }
            let counts = [try await remind(act(11)), try await remind(act(12)), try await remind(act(12, "2011-05-02"))]
            #expect(counts == [1, 0, 1])
            let recipients = try await world.database.read { try $0.recipients(of: edition.id) }
            #expect(recipients.map(\.receivedBy) == ["county", ""] && recipients.map(\.reminders) == [0, 2])
            let again = act(13)
            let added = try await world.database.write { statements in
                guard let area = try statements.area(code: "990101", on: march.days.upperBound, in: .everything) else { return -1 }
                return try statements.distribute(edition, to: [area], by: again) + statements.distribute(edition, to: [], by: again)
            }
            #expect(added == 0)
            let kinds = try await world.database.read { try $0.events(about: edition.id).map(\.kind) }
            #expect(kinds == ["edition.reminded", "edition.reminded", "edition.received", "edition.sent", "edition.published"])
        }
    }
}
