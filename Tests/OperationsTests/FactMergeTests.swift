import Basics
import Operations
import Storage
import TestKit
import Testing
import Wire

/// The obvious model: minutes and watched milliseconds in plain sets.
private struct Model {
    var minutes: [String: Set<Int>] = [:]
    var seconds: [String: Set<Int64>] = [:]

    mutating func add(_ fact: Fact) {
        switch fact.body {
        case .presence(let presence):
            minutes["\(presence.terminal) \(presence.day)", default: []].formUnion(presence.minutes.runs.flatMap { Array($0) })
        case .play(let play):
            for interval in play.intervals {
                for second in 0..<(interval.mediaUntil - interval.mediaFrom) / 1000 {
                    let day = NetworkZone.shanghai.day(of: interval.startedAt.adding(seconds: second))
                    seconds["\(play.terminal) \(day)", default: []].insert(interval.mediaFrom / 1000 + second)
                    // A minute in which something played was on.
                    let minute =
                        interval.startedAt.adding(seconds: second).milliseconds(since: NetworkZone.shanghai.start(of: day)) / 60_000
                    minutes["\(play.terminal) \(day)", default: []].insert(Int(minute))
                }
            }
        default: break
        }
    }
}

@Suite struct FactMergeTests {
    @Test(arguments: Database.Engine.required, [UInt64(1), 2, 3])
    func shuffledSplitAndRepeatedBatchesGiveWhatThePlainModelGives(_ engine: Database.Engine, _ seed: UInt64) async throws {
        try await withWorld(engine) { world in
            var generator = SeededGenerator(seed: seed)
            var model = Model()
            var facts: [Fact] = []
            for number in 0..<120 {
                let terminal = ["T1", "T2", "T2B"][generator.below(3)]
                let day = (Day("2011-03-01") ?? .forever).advanced(by: generator.below(5))
                if generator.chance(perMille: 600) {
                    let start = generator.below(1300)
                    facts.append(
                        Fact(
                            id: "f\(number)",
                            .presence(Presence(terminal: terminal, day: day, minutes: MinuteSet(start..<start + 1 + generator.below(120)))))
                    )
                } else {
                    let from = Int64(generator.below(300)) * 1000
                    let start = NetworkZone.shanghai.start(of: day).adding(seconds: Int64(generator.below(86_000)))
                    let interval = PlayInterval(
                        startedAt: start, mediaFrom: from, mediaUntil: from + 1000 * Int64(1 + generator.below(280)))
                    facts.append(
                        Fact(
                            id: "f\(number)",
                            .play(
                                Play(
                                    terminal: terminal, boot: 1, sequence: Int64(number), courseware: "lesson-1", mode: .demand,
                                    intervals: [interval]))))
                }
            }
            for fact in facts { model.add(fact) }
            var sent = facts + facts.filter { _ in generator.chance(perMille: 400) }
            for index in sent.indices.reversed() { sent.swapAt(index, generator.below(index + 1)) }
            var position = 0
            while position < sent.count {
                let end = min(sent.count, position + 1 + generator.below(30))
                _ = try await world.send(Array(sent[position..<end]), batch: "b\(position)", at: SampleWorld.moment("2011-03-20", 1))
                position = end
            }
            let rows = try await world.database.read {
                try $0.all(
                    """
                    SELECT s.code, d.day, d.on_minutes, d.effective_seconds
                    FROM site_day d JOIN site s ON s.num = d.site ORDER BY s.code, d.day
                    """
                ) {
                    (try $0.text(0), try $0.day(1), try $0.int(2), try $0.int(3))
                }
            }
            for (site, terminals) in [("S1", ["T1"]), ("S2", ["T2", "T2B"])] {
                for day in (Day("2011-03-01") ?? .forever)...(Day("2011-03-07") ?? .forever) {
                    let minutes = terminals.reduce(into: Set<Int>()) { $0.formUnion(model.minutes["\($1) \(day)"] ?? []) }
                    let seconds = terminals.reduce(into: Set<Int64>()) { $0.formUnion(model.seconds["\($1) \(day)"] ?? []) }
                    let row = rows.first { $0.0 == site && $0.1 == day }
                    #expect(row?.2 ?? 0 == minutes.count)
                    #expect(row?.3 ?? 0 == seconds.count)
                }
            }
            let differing = try await world.database.write {
                try $0.rebuildSiteDays((Day("2011-03-01") ?? .forever)...(Day("2011-03-10") ?? .forever), rules: SampleWorld.rules)
            }
            #expect(differing == 0)
        }
    }

    @Test(arguments: Database.Engine.required)
    func batchesSentAtOnceAllGetTheirOwnVerdicts(_ engine: Database.Engine) async throws {
        try await withWorld(engine) { world in
            let intake = FactIntake(
                database: world.database, rules: SampleWorld.rules, clock: .fixed(SampleWorld.moment("2011-03-05", 22)), ids: world.ids,
                epoch: "e")
            let receipts = try await withThrowingTaskGroup(of: Receipt.self) { group in
                for number in 0..<60 {
                    group.addTask {
                        let fact = Fact(
                            id: "f\(number)",
                            .presence(Presence(terminal: "T1", day: Day("2011-03-05") ?? .forever, minutes: MinuteSet(number..<number + 1)))
                        )
                        return try await intake.accept(ReceivedBatch(sender: .commandLine, batch: Batch(id: "b\(number)", facts: [fact])))
                    }
                }
                return try await group.reduce(into: []) { $0.append($1) }
            }
            #expect(Set(receipts.map(\.batch)).count == 60)
            #expect(
                receipts.allSatisfy {
                    $0.verdicts.count == 1 && $0.verdicts[0].outcome == .stored && "b" + $0.verdicts[0].id.dropFirst() == $0.batch
                })
            let stored = try await world.database.read { try $0.count("SELECT on_minutes FROM presence") }
            #expect(stored == 60)
        }
    }

    @Test(arguments: Database.Engine.required)
    func theSizeOfTheFactsGrowsWithThem(_ engine: Database.Engine) async throws {
        try await withWorld(engine) { world in
            let before = try await world.database.read { try $0.factBytes() }
            let days = (Day("2010-07-01") ?? .forever)...(Day("2011-02-28") ?? .forever)
            for terminal in ["T1", "T2", "T2B", "T3"] {
                _ = try await world.send(
                    days.map {
                        Fact(
                            id: "\($0)",
                            .presence(
                                Presence(terminal: terminal, day: $0, minutes: MinuteSet(text: "1,3,5,7,9-200,300-400") ?? MinuteSet())))
                    },
                    at: SampleWorld.moment("2011-03-20", 1))
            }
            let after = try await world.database.read { try $0.factBytes() }
            #expect(after.presence > before.presence + 972 * 10 && after.all > after.presence)
        }
    }
}
