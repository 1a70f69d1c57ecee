import Accounts
import Basics
import Content
import Operations
import Records
import Registry
import Storage
import TestKit
import Testing
import Wire

@Suite struct CoursewareImportTests {
    @Test(arguments: [
        ("45:30", 2_730_000), ("1:02:03", 3_723_000), ("90", 90_000), ("０:４５", 45_000), ("0", nil), ("1:60", nil), ("1:2:3:4", nil),
        ("-5", nil), ("", nil), ("25:00:00", nil),
        ("一小时", nil),
    ])
    func lengthsAreReadAsOfficesWriteThem(_ text: String, _ expected: Int?) { #expect(CoursewareImport.milliseconds(text) == expected) }

    /// Plays of an earlier platform wait for a person until its courseware is known by a file; then they count.
    @Test(arguments: Database.Engine.required)
    func playsOfAnEarlierPlatformNoLongerWait(_ engine: Database.Engine) async throws {
        try await withWorld(engine) { world in
            let (now, ids) = (SampleWorld.moment("2011-03-10", 9), world.ids)
            let play = Play(
                terminal: "T1", boot: 1, sequence: 1, courseware: "OLD-7", mode: .demand,
                intervals: [PlayInterval(startedAt: SampleWorld.moment("2011-03-09", 19), mediaFrom: 0, mediaUntil: 300_000)])
            let verdicts = try await world.send([Fact(id: "p", .play(play))], at: now)
            #expect(verdicts.map(\.reason) == ["fact.unknown_courseware"])
            let act = Act(by: .commandLine, at: now, ids: ids)
            func take(_ text: String) async throws -> ImportReport {
                try await world.database.write { statements in
                    guard let area = try statements.area(code: "9901", on: Day("2011-03-10") ?? .forever, in: .everything) else {
                        throw Refusal.notFound("area")
                    }
                    return try statements.importCourseware(Array(text.utf8), area: area, apply: true, by: act)
                }
            }
            let report = try await take("课件编号;题名;时长\nOLD-7;果树嫁接;45:30\nOLD-8;;10\nOLD-9;养蜂;很长\nlesson-1;别的;10:00\n8E+14;丢了数字;10:00\n")
            #expect(report.added == 1)
            #expect(
                report.refused.map { "\($0.line) \($0.column) \($0.code)" } == [
                    "3 title form.required", "4 duration courseware.duration_form", "5 title courseware.known_otherwise",
                    "6 code import.scientific",
                ])
            let again = try await take("code,title,duration\nOLD-7,果树嫁接,2730")
            #expect(again.unchanged == 1 && again.added == 0)
            let counted = try await world.database.write { try $0.judgeQuarantineAgain(rules: SampleWorld.rules, by: act) }
            #expect(counted.counted == 1)
        }
    }
}
