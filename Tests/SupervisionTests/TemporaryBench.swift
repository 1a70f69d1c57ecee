import Accounts
import Basics
import Content
import Foundation
import Operations
import Registry
import Storage
import Supervision
import TestKit
import Testing
import Web
import Wire

@Suite(.serialized) struct TemporaryBench {
    @Test(arguments: Database.Engine.required)
    func bench(_ engine: Database.Engine) async throws {
        try await withDatabase(engine) { database in
            let ids = IDs { UUID().uuidString }
            let act = Act(by: .commandLine, at: SampleWorld.moment("2010-01-01", 0), ids: ids)
            _ = try await database.migrate(allMigrations, at: act.at)
            var areas = "code,name,from_on\n9901,云溪市,2009-01-01\n"
            var sites = "code,name,area_code,kind,mode,state,from_on,reason,document,terminal,terminal_from_on\n"
            var terminals: [String] = []
            for county in 1...8 {
                areas += "99010\(county),县\(county),2009-01-01\n"
                for town in 1...20 {
                    areas += "99010\(county)0\(padded(town, 2)),镇\(town),2009-01-01\n"
                    for village in 1...20 {
                        let code = "99010\(county)0\(padded(town, 2))0\(padded(village, 2))"
                        areas += "\(code),村\(village),2009-01-01\n"
                        sites += "\(code)101,村\(village)站点,\(code),village,iptv,in_service,2010-01-01,,,T\(code),2010-01-01\n"
                        terminals.append("T\(code)")
                    }
                }
            }
            let (areaFile, siteFile) = (areas, sites)
            _ = try await database.write { statements in
                _ = try statements.importAreas(Array(areaFile.utf8), apply: true, by: act)
                _ = try statements.importSites(Array(siteFile.utf8), apply: true, by: act)
            }
            let month = try #require(Month("2011-03"))
            let city = try await database.read { try $0.area(code: "9901", on: month.days.lowerBound, in: .everything)?.areaID ?? "" }
            try await database.write { try $0.archiveCourseware(id: "lesson-1", title: "果树修剪", durationMs: 600_000, areaID: city, by: act) }
            var random = SeededGenerator(seed: 1)
            for start in stride(from: 0, to: terminals.count, by: 100) {
                var facts: [Fact] = []
                for terminal in terminals[start..<min(start + 100, terminals.count)] {
                    for day in month.days where random.chance(perMille: 700) {
                        let from = random.below(1200)
                        facts.append(Fact(id: "p", .presence(Presence(terminal: terminal, day: day, minutes: MinuteSet(from..<from + 120)))))
                        if random.chance(perMille: 300) {
                            facts.append(Fact(id: "y", .play(Play(terminal: terminal, boot: 1, sequence: Int64(day.number), courseware: "lesson-1", mode: .demand, intervals: [PlayInterval(startedAt: NetworkZone.shanghai.start(of: day).adding(seconds: Int64(from * 60)), mediaFrom: 0, mediaUntil: 300_000)]))))
                        }
                    }
                    facts.append(Fact(id: "w", .watermark(Watermark(terminal: terminal, throughAt: SampleWorld.moment("2011-03-25", 0).adding(seconds: Int64(random.below(800_000)))))))
                }
                let batch = ReceivedBatch(sender: .commandLine, batch: Batch(id: "b\(start)", facts: facts))
                _ = try await database.write { try $0.mergeFacts([batch], rules: SampleWorld.rules, at: SampleWorld.moment("2011-04-01", 3), ids: ids) }
            }
            let period = try Period("2011-03", rules: SampleWorld.rules, at: SampleWorld.moment("2011-04-01", 9))
            func time<R>(_ name: String, _ body: () async throws -> R) async throws -> R {
                var best = 1e9
                var result = try await body()
                for _ in 0..<5 {
                    let clock = ContinuousClock.now
                    result = try await body()
                    let took = ContinuousClock.now - clock
                    best = min(best, Double(took.components.attoseconds) / 1e15 + Double(took.components.seconds) * 1000)
                }
                FileHandle.standardError.write(Data("BENCH \(engine.rawValue) \(name) \(best) ms\n".utf8))
                return result
            }
            let scope = Scope(areas: [try #require(AreaCode("9901"))])
            _ = try await time("siteMonths") { try await database.read { try $0.siteMonths(month: month, in: scope) } }
            _ = try await time("wholeExclusions") { try await database.read { try $0.wholeExclusions(month: month, in: scope) } }
            _ = try await time("outside") { try await database.read { try $0.outsideService(month: month, in: scope) } }
            let record = try #require(try await time("areaMonth city") { try await database.read { try $0.areaMonth(code: "9901", month: month, in: scope, zone: .shanghai, at: period.asOf) } })
            _ = try await time("areaMonth township") { try await database.read { try $0.areaMonth(code: "990101001", month: month, in: scope, zone: .shanghai, at: period.asOf) } }
            let facts = try #require(try await time("siteFacts") { try await database.read { try $0.siteFacts(code: "990101001001101", month: month, in: scope, zone: .shanghai, at: period.asOf) } })
            let days = try await time("siteMinutes") { period.month.days.map { SiteMinutes($0, facts, rules: SampleWorld.rules) } }
            let folder = "/tmp/sup/html"
            try? FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
            for language in Language.allCases {
                let speech = Speech(pages!.words, language)
                func write(_ name: String, _ page: () -> Any) async throws {
                    let html = try await time("render \(name)") { try pages!.part(name, page(), language: language) }
                    try html.write(toFile: "\(folder)/\(name).\(language.rawValue).html", atomically: true, encoding: .utf8)
                }
                try await write("overview") { OverviewPage(record, tops: [record.area], period, zone: .shanghai, speech) }
                try await write("bulletin") { BulletinPage(record.bulletin, period, zone: .shanghai, speech) }
                try await write("bulletin_print") { BulletinPage(record.bulletin, period, zone: .shanghai, speech, isPrint: true) }
                let question = try SiteQuestion(Query("area=9901"))
                let list = try await database.read { try $0.siteList(question, period, in: scope, zone: .shanghai) }
                try await write("site_list") { SiteListPage(list, question, period, speech) }
                try await write("site") { SitePage(facts, days, period, rules: SampleWorld.rules, speech) }
                let day = days.first { !$0.plays.isEmpty }!.day
                let one = try #require(try await database.read { try $0.siteFacts(code: "990101001001101", month: month, only: day, in: scope, zone: .shanghai, at: period.asOf) })
                try await write("site_day") { SiteDayPage(one, SiteMinutes(day, one, rules: SampleWorld.rules), period, rules: SampleWorld.rules, speech) }
            }
        }
    }
}
