import Basics
import Node
import Testing
import Wire

@Suite struct PlayBookTests {
    private func book(_ disk: [String: Record] = [:], boot: Int64 = 5) -> PlayBook { PlayBook(terminal: "t", boot: boot, records: disk) }

    private func interval(_ second: Int64, _ from: Int64, _ until: Int64) -> PlayInterval {
        PlayInterval(startedAt: noon.adding(seconds: second), mediaFrom: from * 1000, mediaUntil: until * 1000)
    }

    private func report(_ intervals: [PlayInterval], play: String = "p", courseware: String = "c", ended: Bool = false) -> PlayReport {
        PlayReport(play: play, courseware: courseware, mode: .demand, intervals: intervals, ended: ended)
    }

    private func fact(_ intervals: [PlayInterval], boot: Int64 = 5, sequence: Int64 = 1) -> Fact.Body {
        .play(Play(terminal: "t", boot: boot, sequence: sequence, courseware: "c", mode: .demand, intervals: intervals))
    }

    @Test func cumulativeReportsInAnyOrderAreOnePlay() throws {
        let all = [interval(0, 0, 30), interval(60, 100, 130)]
        let steps = [report([interval(0, 0, 10)]), report([interval(0, 0, 30)]), report(all)]
        for order in [[0, 1, 2], [2, 1, 0], [1, 2, 0, 2, 1]] {
            var book = book()
            for step in order { _ = try book.take(steps[step], at: noon) }
            #expect(reports(book.report(at: noon)).map(sorted) == [fact(all)], "order \(order)")
        }
    }

    private func sorted(_ body: Fact.Body) -> Fact.Body {
        guard case .play(let play) = body else { return body }
        return fact(play.intervals.sorted { $0.startedAt < $1.startedAt }, boot: play.boot, sequence: play.sequence)
    }

    @Test func aRepeatedReportChangesNothing() throws {
        var book = book()
        #expect(!(try book.take(report([interval(0, 0, 10)]), at: noon).isEmpty))
        #expect(try book.take(report([interval(0, 0, 10)]), at: noon).isEmpty)
    }

    @Test func factsComeEveryThirtySecondsAndAtTheEnd() throws {
        var book = book()
        _ = try book.take(report([interval(0, 0, 10)]), at: noon)
        #expect(reports(book.tick(at: noon)).count == 1)
        _ = try book.take(report([interval(0, 0, 20)]), at: noon.adding(seconds: 10))
        #expect(reports(book.tick(at: noon.adding(seconds: 29))).isEmpty)
        #expect(reports(book.tick(at: noon.adding(seconds: 30))) == [fact([interval(0, 0, 20)])])
        #expect(
            reports(try book.take(report([interval(0, 0, 25)], ended: true), at: noon.adding(seconds: 31))) == [fact([interval(0, 0, 25)])])
        #expect(reports(book.tick(at: noon.adding(seconds: 90))).isEmpty)
    }

    @Test func afterARestartThePlayGoesOnUnderItsNumber() throws {
        var (book, disk) = (book(), Disk())
        disk.carryOut(changes(try book.take(report([interval(0, 0, 10)]), at: noon)))
        var restarted = self.book(disk.records, boot: 6)
        #expect(reports(restarted.tick(at: noon)) == [fact([interval(0, 0, 10)])])
        _ = try restarted.take(report([interval(0, 0, 20)]), at: noon)
        _ = try restarted.take(report([interval(0, 0, 5)], play: "q"), at: noon)
        #expect(reports(restarted.report(at: noon)) == [fact([interval(0, 0, 20)]), fact([interval(0, 0, 5)], boot: 6, sequence: 1)])
    }

    @Test func aPlayOfMoreThanADayIsSeveralFacts() throws {
        var book = book()
        let intervals = (0..<4).map { interval($0 * 40_000, 0, 3600) }
        let bodies = reports(try book.take(report(intervals, ended: true), at: noon))
        let plays = bodies.compactMap { if case .play(let play) = $0 { play } else { nil } }
        #expect(plays.map(\.sequence) == [1, 2] && plays.flatMap(\.intervals) == intervals)
        for play in plays {
            let end = play.intervals.map(\.endedAt).max() ?? noon
            #expect(end.milliseconds(since: play.intervals[0].startedAt) <= 86_400_000)
        }
    }

    @Test func nobodyWatchingIsNoFact() throws {
        var book = book()
        #expect(reports(try book.take(report([], ended: true), at: noon)).isEmpty)
    }

    @Test(arguments: [
        PlayReport(play: "", courseware: "c", mode: .demand, intervals: [], ended: false),
        PlayReport(play: "p q", courseware: "c", mode: .demand, intervals: [], ended: false),
        PlayReport(play: "p", courseware: String(repeating: "c", count: 65), mode: .demand, intervals: [], ended: false),
        PlayReport(
            play: "p", courseware: "c", mode: .demand, intervals: [PlayInterval(startedAt: noon, mediaFrom: 5, mediaUntil: 5)], ended: false
        ),
        PlayReport(
            play: "p", courseware: "c", mode: .demand, intervals: [PlayInterval(startedAt: noon, mediaFrom: 0, mediaUntil: 5, rate: 99)],
            ended: false),
    ])
    func whatIsNoPlayIsRefused(_ report: PlayReport) {
        var book = book()
        #expect(throws: Problem.self) { try book.take(report, at: noon) }
        #expect(book.count == 0)
    }

    @Test func aTokenBelongsToOneCourseware() throws {
        var book = book()
        _ = try book.take(report([interval(0, 0, 10)]), at: noon)
        #expect(throws: Problem.self) { try book.take(report([interval(0, 0, 10)], courseware: "d"), at: noon) }
    }

    @Test func aLateCopyOfAnOldReportIsNotAnotherPlay() throws {
        var (book, disk) = (book(), Disk())
        disk.carryOut(changes(try book.take(report([interval(0, 0, 10)], ended: true), at: noon)))
        var restarted = self.book(disk.records, boot: 6)
        let late = try restarted.take(report([interval(0, 0, 5)]), at: noon.adding(milliseconds: 89 * 86_400_000))
        #expect(late.isEmpty)
        #expect(restarted.forget(at: noon.adding(milliseconds: 91 * 86_400_000)).count == 1)
    }
}
