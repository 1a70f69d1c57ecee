package import Accounts
package import Basics
import Content
import Editions
import Faults
import Figures
import Jobs
import Lists
import Offices
package import Operations
import People
import Records
import Registry
import Returns
package import Storage
import Synchronization
import Web
package import Wire
import Workplaces

/// All tables of the centre.
package var allMigrations: [Migration] {
    get throws {
        try Accounts.migrations + House.migrations + Jobs.migrations + Lists.migrations + Records.migrations + Registry.migrations
            + Offices.migrations + Content.migrations + Operations.migrations + Faults.migrations + Workplaces.migrations
            + People.migrations + Returns.migrations + Editions.migrations
    }
}

/// A small network with a fixed clock and counted ids: city 9901 with two counties, one township each, five sites.
///
/// | site | area | state | terminal |
/// | --- | --- | --- | --- |
/// | S1 | 990101001001 | in service since 2010-06-01 | T1 |
/// | S2 | 990101001002 | in service since 2010-06-01 | T2, T2B beside it |
/// | S3 | 990102001001 | in service since 2010-06-01, suspended from 2011-03-16 | T3 |
/// | S4 | 990102001002 | planned | none |
/// | S5 | 990102001 (a township) | in service since 2011-03-10 | T5 from 2011-03-10 |
package struct SampleWorld: Sendable {
    package let database: Database
    package let ids: IDs

    package init(database: Database, ids: IDs) {
        self.database = database
        self.ids = ids
    }

    package static let areas = """
        code,name,from_on
        9901,云溪市,2009-01-01
        990101,东岭县,2009-01-01
        990102,西河县,2009-01-01
        990101001,青石镇,2009-01-01
        990102001,白杨镇,2009-01-01
        990101001001,上湾村,2009-01-01
        990101001002,下湾村,2009-01-01
        990102001001,柳林村,2009-01-01
        990102001002,石桥村,2009-01-01
        """
    package static let sites = """
        code,name,area_code,kind,mode,state,from_on,reason,document,terminal,terminal_from_on
        S1,上湾村站点,990101001001,village,iptv,in_service,2010-06-01,,,T1,2010-06-01
        S2,下湾村站点,990101001002,village,iptv,in_service,2010-06-01,,,T2 T2B,2010-06-01
        S3,柳林村站点,990102001001,village,satellite,in_service,2010-06-01,,,T3,2010-06-01
        S3,柳林村站点,990102001001,village,satellite,suspended,2011-03-16,修路断线,云远办〔2011〕7号,,
        S4,石桥村站点,990102001002,village,iptv,planned,2011-01-01,,,,
        S5,白杨镇站点,990102001,township,internet,in_service,2011-03-10,,,T5,2011-03-10
        """

    /// An act by the command line.
    package func act(at instant: Instant = Instant(milliseconds: 1_262_304_000_000)) -> Act { Act(by: .commandLine, at: instant, ids: ids) }

    /// The rules of the sample network: Shanghai time, from 2010-01-01.
    package static var rules: FactRules { FactRules(zone: .shanghai, firstDay: Day("2010-01-01") ?? Day(number: 0)) }

    /// A moment of the network's zone.
    package static func moment(_ day: String, _ hour: Int, _ minute: Int = 0, _ second: Int = 0) -> Instant {
        NetworkZone.shanghai.start(of: Day(day) ?? Day(number: 0)).adding(seconds: Int64(hour * 3600 + minute * 60 + second))
    }

    /// Sends facts as one batch and answers the verdicts.
    package func send(_ facts: [Fact], from sender: Sender = .commandLine, file: String? = nil, batch: String = "b", at now: Instant)
        async throws -> [Verdict]
    {
        let received = ReceivedBatch(sender: sender, batch: Batch(id: batch, facts: facts), file: file)
        let ids = ids
        return try await database.write { try $0.mergeFacts([received], rules: SampleWorld.rules, at: now, ids: ids)[0] }
    }
}

/// Opens the sample network on an engine.
package func withWorld<Result: Sendable>(_ engine: Database.Engine, _ body: (SampleWorld) async throws -> Result) async throws -> Result {
    try await sampleNetwork.withDatabase(engine) { try await body(SampleWorld(database: $0, ids: counted(from: sampleIDs))) }
}

/// More ids than the sample network takes, so that none comes twice.
private let sampleIDs = 1_000

/// Ids that count.
private func counted(from first: Int) -> IDs {
    let counter = Mutex(first)
    return IDs {
        counter.withLock {
            $0 += 1
            return "00000000-0000-7000-8000-" + padded($0, 12)
        }
    }
}

private let sampleNetwork = DatabaseTemplate { database in
    let act = SampleWorld(database: database, ids: counted(from: 0)).act()
    _ = try await database.migrate(allMigrations, at: act.at)
    try await database.write { statements in
        _ = try statements.importAreas(Array(SampleWorld.areas.utf8), apply: true, in: .everything, today: .forever, by: act)
        _ = try statements.importSites(Array(SampleWorld.sites.utf8), apply: true, in: .everything, today: .forever, by: act)
        let city = try statements.area(code: "9901", on: Day("2011-01-01") ?? .forever, in: .everything)?.areaID ?? ""
        try statements.archiveCourseware(id: "lesson-1", title: "果树修剪", durationMs: 600_000, areaID: city, by: act)
        try statements.archiveCourseware(id: "lesson-2", title: "大棚蔬菜", durationMs: 1_200_000, areaID: city, by: act)
    }
}
