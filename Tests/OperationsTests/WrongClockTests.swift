import Accounts
import Basics
import Operations
import Registry
import Storage
import TestKit
import Testing
import Wire

private func presence(_ terminal: String, _ day: String, _ minutes: String, id: String = "f") -> Fact {
    Fact(id: id, .presence(Presence(terminal: terminal, day: Day(day) ?? .forever, minutes: MinuteSet(text: minutes) ?? MinuteSet())))
}

@Suite struct WrongClockTests {
    /// A clock that ran ahead: neither judging again nor sending again makes its minutes count, however much time passes; the true minutes
    /// of the same day do.
    @Test(arguments: Database.Engine.required)
    func whatWasAheadWhenItCameNeverCounts(_ engine: Database.Engine) async throws {
        try await withWorld(engine) { world in
            let (came, later) = (SampleWorld.moment("2011-03-05", 12), SampleWorld.moment("2011-03-08", 12))
            let wrong = [
                presence("T1", "2011-03-06", "700-705"),
                Fact(id: "w", .watermark(Watermark(terminal: "T1", throughAt: SampleWorld.moment("2011-03-06", 12)))),
                Fact(
                    id: "p",
                    .play(
                        Play(
                            terminal: "T1", boot: 1, sequence: 1, courseware: "lesson-1", mode: .demand,
                            intervals: [
                                PlayInterval(startedAt: SampleWorld.moment("2011-03-06", 11), mediaFrom: 0, mediaUntil: 300_000)
                            ]))),
                presence("T9", "2011-03-06", "700-705"),
            ]
            let first = try await world.send(wrong, at: came)
            #expect(first.map(\.reason) == ["fact.future", "fact.future", "fact.future", "fact.unknown_terminal"])
            let act = world.act(at: later)
            let judged = try await world.database.write { try $0.judgeQuarantineAgain(rules: SampleWorld.rules, by: act) }
            #expect(judged.counted == 0)
            #expect(judged.counts.values.reduce(0, +) == 4)
            let again = try await world.send(wrong.map { Fact(id: $0.id + "2", $0.body) }, from: .terminal("T1"), batch: "again", at: later)
            #expect(again.map(\.outcome) == [.quarantined, .quarantined, .quarantined, .refused])
            let right = try await world.send([presence("T1", "2011-03-06", "704-710")], batch: "right", at: later)
            #expect(right.map(\.outcome) == [.stored])
            let days = try #require(Day("2011-03-01"))...(try #require(Day("2011-03-31")))
            let minutes = try await world.database.read { try $0.presence(terminals: [1], within: days) }
            #expect(minutes.map(\.minutes.text) == ["704-710"])
            // A dismissed one stays dismissed.
            let future = QuarantineFilter(reason: "fact.future", terminal: "T1")
            #expect(try await world.database.read { try $0.quarantineCount(matching: future) } == 3)
            #expect(try await world.database.write { try $0.dismissQuarantined(matching: future, by: act) } == 3)
            let third = try await world.send(Array(wrong.prefix(1)), batch: "third", at: later)
            #expect(third.map(\.outcome) == [.quarantined])
            #expect(try await world.database.read { try $0.quarantineCount(matching: future) } == 0)
        }
    }

    /// What waited because its terminal was unknown is judged by the moment at which it came, too.
    @Test(arguments: Database.Engine.required)
    func aReasonThatIsMendedMayLeaveAnother(_ engine: Database.Engine) async throws {
        try await withWorld(engine) { world in
            let (came, later) = (SampleWorld.moment("2011-03-05", 12), SampleWorld.moment("2011-03-08", 12))
            _ = try await world.send([presence("T9", "2011-03-06", "700"), presence("T9", "2011-03-05", "700")], at: came)
            let sites = "code,name,area_code,kind,mode,state,from_on,terminal\nS9,新站点,990101001001,village,iptv,in_service,2011-01-01,T9\n"
            let act = world.act(at: later)
            let day = try #require(Day("2011-03-08"))
            let judged = try await world.database.write { statements in
                _ = try statements.importSites(Array(sites.utf8), apply: true, in: .everything, today: day, by: act)
                return try statements.judgeQuarantineAgain(rules: SampleWorld.rules, by: act)
            }
            #expect(judged.counted == 1)
            #expect(
                judged.counts.contains {
                    $0.key.reason == "fact.unknown_terminal" && $0.key.outcome == .quarantined && $0.key.now == "fact.future"
                        && $0.value == 1
                })
            #expect(judged.first.map(\.subject) == ["T9"])
            let rest = try await world.database.read { try $0.quarantined(limit: 10) }
            #expect(rest.map(\.reason) == ["fact.future"] && rest.map(\.receivedAt) == [came])
            // The same fact in two rows, for two reasons, becomes one.
            let scope = Scope(areas: [try #require(AreaCode("9901"))])
            let page = try await world.database.read { try $0.quarantined(reason: "fact.future", after: "", limit: 10, on: day, in: scope) }
            #expect(page.map(\.siteCode) == ["S9"])
        }
    }

    @Test(arguments: Database.Engine.required)
    func filtersChooseAndScopesHide(_ engine: Database.Engine) async throws {
        try await withWorld(engine) { world in
            _ = try await world.send(
                [presence("T1", "2011-03-06", "1"), presence("T9", "2011-03-05", "1")], at: SampleWorld.moment("2011-03-05", 12))
            _ = try await world.send([presence("T3", "2011-03-09", "1")], batch: "c", at: SampleWorld.moment("2011-03-07", 12))
            let day = try #require(Day("2011-03-07"))
            func subjects(_ filter: QuarantineFilter) async throws -> [String] {
                try await world.database.read { try $0.quarantined(matching: filter, limit: 10).map(\.subject) }
            }
            #expect(try await subjects(QuarantineFilter()) == ["T1", "T9", "T3"])
            #expect(try await subjects(QuarantineFilter(reason: "fact.future")) == ["T1", "T3"])
            #expect(try await subjects(QuarantineFilter(terminal: "T9")) == ["T9"])
            #expect(try await subjects(QuarantineFilter(from: SampleWorld.moment("2011-03-06", 0))) == ["T3"])
            #expect(try await subjects(QuarantineFilter(before: SampleWorld.moment("2011-03-06", 0))) == ["T1", "T9"])
            func seen(_ code: String) async throws -> [String] {
                let scope = Scope(areas: [try #require(AreaCode(code))])
                return try await world.database.read {
                    try $0.quarantined(reason: nil, after: "", limit: 10, on: day, in: scope).map(\.subject)
                }
            }
            #expect(try await seen("9901") == ["T1", "T9", "T3"])
            #expect(try await seen("990101") == ["T1"])
            #expect(try await seen("990102") == ["T3"])
        }
    }

    @Test(arguments: Database.Engine.required)
    func aClockThatKnowsItsErrorIsWrittenDownByDay(_ engine: Database.Engine) async throws {
        try await withWorld(engine) { world in
            func told(_ day: String, _ hour: Int, _ error: Int64?) -> Fact {
                Fact(
                    id: "\(day)-\(hour)", .watermark(Watermark(terminal: "T1", throughAt: SampleWorld.moment(day, hour), clockError: error))
                )
            }
            let verdicts = try await world.send(
                [told("2011-03-05", 9, 86_400_000), told("2011-03-05", 8, 1), told("2011-03-06", 9, nil)],
                at: SampleWorld.moment("2011-03-06", 9, 1))
            #expect(verdicts.map(\.outcome).allSatisfy { $0 == .stored || $0 == .duplicate })
            let today = try #require(Day("2011-03-06"))
            let days = today.advanced(by: -30)...today
            let (own, listed, hidden) = try await world.database.read { statements in
                (
                    try statements.clockErrors(terminals: [1], within: days),
                    try statements.clockErrors(
                        since: days.lowerBound, limit: 10, on: today, in: Scope(areas: [AreaCode("9901")].compactMap(\.self))),
                    try statements.clockErrors(
                        since: days.lowerBound, limit: 10, on: today, in: Scope(areas: [AreaCode("990102")].compactMap(\.self)))
                )
            }
            #expect(own.map(\.day.description) == ["2011-03-05"] && own.map(\.aheadMs) == [86_400_000])
            #expect(listed.map(\.siteCode) == ["S1"] && hidden.isEmpty)
        }
    }
}
