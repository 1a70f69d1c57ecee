import Basics
import Testing
import Wire

import Node

@Suite struct IncidentBookTests {
    private static let start = Instant(milliseconds: 1_300_000_000_000)

    private func reports(_ actions: [Action]) -> [String] {
        actions.compactMap { action in
            guard case .report(.incident(let incident)) = action else { return nil }
            return
                """
                \(incident.kind) \(incident.about) \(incident.count) \
                \(incident.firstAt.milliseconds(since: Self.start) / 60_000)-\(incident.lastAt.milliseconds(since: Self.start) / 60_000)
                """
        }
    }

    @Test func theFirstIsToldAtOnceAndTheRestOnceAnHour() {
        var book = IncidentBook(node: "n")
        func minute(_ number: Int64) -> Instant { Self.start.adding(seconds: number * 60) }
        #expect(reports(book.note(Noticed(.blob, about: "a"), at: minute(0))) == ["blob.refused a 1 0-0"])
        for number in 1...30 {
            #expect(reports(book.note(Noticed(.blob, about: "a"), at: minute(Int64(number))) + book.due(at: minute(Int64(number)))) == [])
        }
        #expect(reports(book.note(Noticed(.blob, about: "b"), at: minute(31))) == ["blob.refused b 1 31-31"])
        #expect(reports(book.due(at: minute(59))) == [])
        #expect(reports(book.due(at: minute(60))) == ["blob.refused a 31 0-30"])
        #expect(reports(book.due(at: minute(600))) == [])
    }

    @Test func whatLastsCountsOnceAnHour() {
        var book = IncidentBook(node: "n")
        let told = (0..<300).flatMap { minute in
            let now = Self.start.adding(seconds: Int64(minute) * 60)
            return reports(book.lasts(Noticed(.freeze), at: now) + book.due(at: now))
        }
        #expect(
            told == [
                "catalogue.frozen  1 0-0", "catalogue.frozen  2 0-60", "catalogue.frozen  3 0-120", "catalogue.frozen  4 0-180",
                "catalogue.frozen  5 0-240",
            ])
    }

    @Test func whoInventsNamesFillsNothing() {
        var book = IncidentBook(node: "n")
        let told = (0..<1000).flatMap { reports(book.note(Noticed(.signature, about: "node-\($0)"), at: Self.start)) }
        #expect(told.count == IncidentBook.most + 1)
        #expect(reports(book.due(at: Self.start.adding(seconds: 3600))) == ["signature.wrong  \(1000 - IncidentBook.most) 0-0"])
    }

    /// The parts of a merge come in any order and any number of times.
    @Test func mergingIsTheEarliestTheLatestAndTheGreater() {
        var generator = SeededGenerator(seed: 5)
        for _ in 0..<500 {
            let all = (0..<4).map { _ -> Incident in
                let first = Int64(generator.below(100))
                return Incident(
                    node: "n", kind: "k", about: "", firstAt: Instant(milliseconds: first),
                    lastAt: Instant(milliseconds: first + Int64(generator.below(100))),
                    count: Int64(generator.below(50)))
            }
            let one = all.dropFirst().reduce(all[0]) { $0.merged(with: $1) }
            let other = (all + all).reversed().reduce(all[2]) { $0.merged(with: $1) }
            #expect(one == other)
            #expect(one.merged(with: all[1]) == one)
        }
    }
}
