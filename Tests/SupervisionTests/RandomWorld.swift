import Accounts
import Basics
import Operations
import Records
import Registry
import Storage
import TestKit
import Testing
import Wire

/// A small network from a seed, with everything that makes figures hard: sites in no county, moved states, exclusions, two terminals, none,
/// late and voided facts, silence.
struct RandomWorld {
    static let month = "2011-03"
    static let now = SampleWorld.moment("2011-04-02", 9)
    var random: SeededGenerator
    var sites: [(code: String, terminals: [String])] = []

    static let areas =
        "code,name,from_on\n9902,乱数市,2009-01-01\n"
        + (1...3).flatMap { county in
            ["99020\(county),县\(county),2009-01-01\n"]
                + (1...2).flatMap { town in
                    ["99020\(county)00\(town),镇\(county)-\(town),2009-01-01\n"]
                        + (1...3).map { "99020\(county)00\(town)00\($0),村\(county)-\(town)-\($0),2009-01-01\n" }
                }
        }.joined()

    /// Puts the network into an engine's database and hands it over.
    static func with(_ engine: Database.Engine, seed: UInt64, _ body: (Database) async throws -> Void) async throws {
        try await withWorld(engine) { world in
            var random = RandomWorld(random: SeededGenerator(seed: seed))
            let file = random.file()
            let act = world.act()
            let refused = try await world.database.write { statements in
                try statements.importAreas(Array(areas.utf8), apply: true, in: .everything, today: .forever, by: act).refused
                    + statements.importSites(Array(file.utf8), apply: true, in: .everything, today: .forever, by: act).refused
            }
            #expect(refused.isEmpty)
            try await random.exclude(world)
            try await random.report(world)
            try await body(world.database)
        }
    }

    private mutating func file() -> String {
        var text = "code,name,area_code,kind,mode,state,from_on,reason,document,terminal,terminal_from_on\n"
        for number in 0..<60 {
            let code = "R\(padded(number, 3))"
            let (county, town, village) = (1 + random.below(3), 1 + random.below(2), 1 + random.below(3))
            let area =
                switch random.below(10) {
                case 0: "9902"
                case 1: "99020\(county)"
                case 2: "99020\(county)00\(town)"
                default: "99020\(county)00\(town)00\(village)"
                }
            let terminals = (0..<[0, 1, 1, 1, 2][random.below(5)]).map { "T\(code)-\($0)" }
            let from = ["2010-06-01", "2010-06-01", "2011-03-10", "2011-04-01"][random.below(4)]
            let state = random.chance(perMille: 100) ? "planned" : "in_service"
            let name = number == 7 ? "<script>alert(1)</script>" : "站点\(number)"
            text += "\(code),\(name),\(area),village,iptv,\(state),\(from),,,\(terminals.joined(separator: " ")),\(from)\n"
            if state == "in_service", from < "2011-03", random.chance(perMille: 200) {
                text += "\(code),\(name),\(area),village,iptv,suspended,2011-03-1\(random.below(10)),修路,,,\n"
            }
            sites.append((code, from < "2011-04" ? terminals : []))
        }
        return text
    }

    private mutating func exclude(_ world: SampleWorld) async throws {
        let month = try #require(Month(RandomWorld.month))
        for site in sites where random.chance(perMille: 80) {
            let whole = random.chance(perMille: 700)
            let days = whole ? month.days : month.days.lowerBound...month.days.lowerBound.advanced(by: 4)
            let act = world.act()
            try await world.database.write { statements in
                guard let found = try statements.site(code: site.code, on: month.days.upperBound, in: .everything) else { return }
                try statements.excludeSite(found, days: days, reason: "洪水", document: "云远办〔2011〕\(days.count)号", by: act)
            }
        }
    }

    private mutating func report(_ world: SampleWorld) async throws {
        let month = try #require(Month(RandomWorld.month))
        for terminal in sites.flatMap(\.terminals) where random.chance(perMille: 800) {
            var facts: [Fact] = []
            for day in month.days where random.chance(perMille: 300) {
                let start = random.below(1300)
                var minutes = MinuteSet(start..<start + 1 + random.below(120))
                if random.chance(perMille: 50) { minutes.insert(0..<1440) }
                facts.append(Fact(id: "p", .presence(Presence(terminal: terminal, day: day, minutes: minutes))))
                guard random.chance(perMille: 500) else { continue }
                let play = Play(
                    terminal: terminal, boot: 1, sequence: Int64(day.number),
                    courseware: random.chance(perMille: 500) ? "lesson-1" : "lesson-2",
                    mode: random.chance(perMille: 700) ? .demand : .channel,
                    intervals: [
                        PlayInterval(
                            startedAt: NetworkZone.shanghai.start(of: day).adding(seconds: Int64(start * 60)), mediaFrom: 0,
                            mediaUntil: Int64(1 + random.below(400)) * 1000)
                    ])
                facts.append(Fact(id: "y", .play(play)))
            }
            let through = month.days.lowerBound.advanced(by: 20 + random.below(15))
            if random.chance(perMille: 700) {
                facts.append(Fact(id: "w", .watermark(Watermark(terminal: terminal, throughAt: NetworkZone.shanghai.start(of: through)))))
            }
            _ = try await world.send(facts, batch: terminal, at: RandomWorld.now)
            guard random.chance(perMille: 100) else { continue }
            let (act, first) = (world.act(), month.days.lowerBound.advanced(by: 5))
            _ = try await world.database.write {
                try $0.voidFacts(
                    terminalID: terminal, days: first...first.advanced(by: 10), reason: "库房试机", rules: SampleWorld.rules, by: act)
            }
        }
    }
}
