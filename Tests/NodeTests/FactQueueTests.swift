import Basics
import Node
import Testing
import Wire

@Suite struct FactQueueTests {
    @Test(arguments: [Verdict.Outcome.stored, .duplicate, .quarantined, .refused])
    func everyFinalVerdictReleasesTheFact(_ outcome: Verdict.Outcome) throws {
        var (queue, disk) = (queue(), Disk())
        disk.carryOut(queue.add(presence("1-5")))
        let batch = try #require(queue.next(at: noon).batch)
        disk.carryOut(queue.received(batch.receipt(outcome), at: noon))
        #expect(queue.waitingCount == 0 && queue.heldCount == 0 && queue.keptCount == 1)
        #expect(queue.next(at: noon).isIdle)
        #expect(disk.records.keys.allSatisfy { $0.hasPrefix("kept/") })
    }

    @Test func aHeldFactIsAskedAboutAndNotSentAgain() throws {
        var queue = queue()
        _ = queue.add(presence("1-5"))
        let batch = try #require(queue.next(at: noon).batch)
        _ = queue.received(batch.receipt(.held), at: noon)
        let later = try #require(queue.next(at: noon).end)
        let question = try #require(queue.next(at: later).question)
        #expect(question.ids == batch.facts.map(\.id))
        _ = queue.received(batch.receipt(.stored), at: later)
        #expect(queue.heldCount == 0 && queue.keptCount == 1)
    }

    @Test func aFactThatTheParentHasForgottenIsOfferedAgain() throws {
        var queue = queue()
        _ = queue.add(presence("1-5"))
        let batch = try #require(queue.next(at: noon).batch)
        _ = queue.received(batch.receipt(.held), at: noon)
        let later = noon.adding(seconds: 3600)
        #expect(queue.next(at: later).question != nil)
        _ = queue.received(Receipt(batch: "question", epoch: "e1", verdicts: []), at: later)
        #expect(queue.next(at: later).batch?.facts == batch.facts)
    }

    @Test func batchesKeepTheOrderOfMakingAndTheirBounds() throws {
        var queue = queue(settings: OutboxSettings(maximumFacts: 3, maximumBytes: 10_000))
        for day in 0..<7 { _ = queue.add(presence("1", day: 15_000 + day)) }
        var days: [Int] = []
        while let batch = queue.next(at: noon).batch {
            #expect(batch.facts.count <= 3)
            for case .presence(let presence) in batch.facts.map(\.body) { days.append(presence.day.number - 15_000) }
            _ = queue.received(batch.receipt(.stored), at: noon)
        }
        #expect(days == Array(0..<7))
        var heavy = self.queue(maximumBytes: 450)
        for day in 0..<3 { _ = heavy.add(presence("1", day: 15_000 + day)) }
        #expect(heavy.next(at: noon).batch?.facts.count == 2)
    }

    private func queue(maximumBytes: Int) -> FactQueue {
        NodeTests.queue(settings: OutboxSettings(maximumFacts: 100, maximumBytes: maximumBytes))
    }
    private func queue(_ disk: [String: Record] = [:], settings: OutboxSettings = OutboxSettings()) -> FactQueue {
        NodeTests.queue(disk, settings: settings)
    }

    @Test func aBatchThatIsTooLargeComesBackSmaller() throws {
        var queue = queue()
        for day in 0..<8 { _ = queue.add(presence("1", day: 15_000 + day)) }
        #expect(queue.next(at: noon).batch?.facts.count == 8)
        queue.refusedAsTooLarge(at: noon)
        #expect(queue.next(at: noon.adding(seconds: 3600)).batch?.facts.count == 4)
    }

    @Test func factsThatNobodyHasSeenAreMergedAndOthersAreNot() throws {
        var (queue, disk) = (queue(), Disk())
        disk.carryOut(queue.add(presence("1-5")))
        disk.carryOut(queue.add(presence("6-9")))
        disk.carryOut(queue.add(watermark(5)))
        disk.carryOut(queue.add(watermark(4)))
        #expect(queue.waitingCount == 2 && disk.records.count == 2)
        let batch = try #require(queue.next(at: noon).batch)
        #expect(batch.facts.map(\.body) == [presence("1-9"), watermark(4)])
        queue.failed(at: noon)
        disk.carryOut(queue.add(presence("10")))
        #expect(queue.waitingCount == 3)
        queue.divide()
        _ = queue.add(presence("11"))
        #expect(queue.waitingCount == 4)
    }

    @Test func afterARestartEverythingUnspokenIsOfferedUnderTheSameIdentity() throws {
        var (queue, disk) = (queue(), Disk())
        disk.carryOut(queue.add(presence("1-5")))
        disk.carryOut(queue.add(watermark(5)))
        let offered = try #require(queue.next(at: noon).batch).facts
        var restarted = NodeTests.queue(disk.records, boot: 8)
        disk.carryOut(restarted.add(presence("6")))
        let again = try #require(restarted.next(at: noon).batch).facts
        #expect(Array(again.prefix(2)) == offered && again.count == 3)
        #expect(Set(again.map(\.id)).count == 3)
    }

    @Test func anotherEpochOffersEverythingKeptAgainWithWatermarksLast() throws {
        var (queue, disk) = (queue(), Disk())
        for body in [watermark(9), presence("1-5"), presence("7", day: 15_066)] { disk.carryOut(queue.add(body)) }
        let batch = try #require(queue.next(at: noon).batch)
        disk.carryOut(queue.received(batch.receipt(.stored), at: noon))
        _ = queue.add(presence("8", day: 15_067))
        let second = try #require(queue.next(at: noon).batch)
        let changes = queue.received(second.receipt(.stored, epoch: "e2"), at: noon)
        #expect(changes.last != .store(key: "epoch", .text("e2")) && changes.contains(.store(key: "epoch", .text("e2"))))
        let again = try #require(queue.next(at: noon).batch)
        #expect(again.facts.map(\.body) == [presence("1-5"), presence("7", day: 15_066), watermark(9)])
        #expect(Set(again.facts.map(\.id)).isDisjoint(with: batch.facts.map(\.id)))
        _ = queue.received(again.receipt(.stored, epoch: ""), at: noon)
        #expect(queue.epoch == "e2" && queue.waitingCount == 0)
    }

    @Test func goodMinutesAreKeptApartFromQuarantinedOnes() throws {
        var queue = queue()
        _ = queue.add(presence("1-5"))
        _ = queue.received(try #require(queue.next(at: noon).batch).receipt(.stored), at: noon)
        _ = queue.add(presence("900"))
        _ = queue.received(try #require(queue.next(at: noon).batch).receipt(.quarantined), at: noon)
        _ = queue.learn(epoch: "e2")
        #expect(try #require(queue.next(at: noon).batch).facts.map(\.body) == [presence("1-5"), presence("900")])
    }

    @Test func keptFactsAreForgottenAfterNinetyDaysAndNotBefore() throws {
        var queue = queue()
        _ = queue.add(presence("1-5"))
        _ = queue.received(try #require(queue.next(at: noon).batch).receipt(.stored), at: noon)
        #expect(queue.forget(at: noon.adding(milliseconds: 90 * 86_400_000)).isEmpty)
        #expect(queue.forget(at: noon.adding(milliseconds: 90 * 86_400_000 + 1)).count == 1 && queue.keptCount == 0)
    }

    @Test func aReleaseUnderAClockOf1970CountsFromWhenTheClockIsRight() throws {
        var queue = queue()
        _ = queue.add(presence("1-5"))
        let wrong = Instant(milliseconds: 60_000)
        _ = queue.received(try #require(queue.next(at: wrong).batch).receipt(.stored), at: wrong)
        #expect(queue.forget(at: wrong).isEmpty)
        #expect(queue.forget(at: noon).count == 1 && queue.keptCount == 1)
        #expect(queue.forget(at: noon.adding(milliseconds: 89 * 86_400_000)).isEmpty)
    }

    /// Stops after every prefix of the changes and starts again from the disk: the fact is always still promised.
    @Test func aStopBetweenAnyTwoChangesLosesNothing() throws {
        for stop in 0...10 {
            var (queue, disk, left) = (queue(), Disk(), stop)
            func carryOut(_ changes: [Change]) {
                disk.carryOut(Array(changes.prefix(left)))
                left = max(0, left - changes.count)
            }
            disk.carryOut(queue.add(presence("1")))
            carryOut(queue.add(presence("2")))
            if let batch = queue.next(at: noon).batch { carryOut(queue.received(batch.receipt(.stored), at: noon)) }
            carryOut(queue.learn(epoch: "e2"))
            let minutes = disk.records.values.reduce(into: MinuteSet()) { union, record in
                if case .fact(let fact) = record, case .presence(let presence) = fact.body { union.formUnion(presence.minutes) }
                if case .kept(let fact) = record, case .presence(let presence) = fact.fact.body { union.formUnion(presence.minutes) }
            }
            #expect(minutes.contains(1) && (stop == 0 || minutes.contains(2)), "stopped after \(stop)")
        }
    }

    @Test func aSilentParentIsAskedLessAndLess() throws {
        var queue = queue(settings: OutboxSettings(firstRetry: 1000, longestRetry: 60_000))
        _ = queue.add(presence("1"))
        var (now, longest) = (noon, Int64(0))
        for attempt in 0..<12 {
            #expect(queue.next(at: now).batch != nil)
            queue.failed(at: now)
            let end = try #require(queue.next(at: now).end)
            let wait = end.milliseconds(since: now)
            #expect(wait >= 1 && wait <= min(60_000, 1000 << Int64(attempt)))
            longest = max(longest, wait)
            now = end
        }
        #expect(longest > 8000)
    }

    @Test func aClockSetBackEndsAPause() throws {
        var queue = queue()
        _ = queue.add(presence("1"))
        _ = queue.next(at: noon)
        queue.failed(at: noon)
        #expect(queue.next(at: noon.adding(milliseconds: -1)).batch != nil)
    }

    @Test func aReceiptWithoutAWordIsAFailure() throws {
        var queue = queue()
        _ = queue.add(presence("1"))
        _ = queue.next(at: noon)
        _ = queue.received(Receipt(batch: "b", epoch: "e1", verdicts: [Verdict(id: "someone", .stored)]), at: noon)
        #expect(queue.waitingCount == 1)
        #expect(queue.next(at: noon).end != nil)
    }

    /// A word of an epoch that is over, heard again, settles nothing and brings nothing back.
    @Test func whatTheCentreSaidBeforeItWasRestoredIsWorthNothing() throws {
        var (queue, disk) = (queue(), Disk())
        func word(_ batch: Batch, _ epoch: String, _ seconds: Int64) -> Heard {
            Heard(words: [
                Receipt(
                    batch: batch.id, epoch: epoch, verdicts: batch.facts.map { Verdict(id: $0.id, .stored) },
                    at: noon.adding(seconds: seconds))
            ])
        }
        disk.carryOut(queue.add(presence("1-5")))
        disk.carryOut(queue.received(word(try #require(queue.next(at: noon).batch), "e2", 100), at: noon))
        #expect(queue.epoch == "e2" && queue.waitingCount == 0)
        disk.carryOut(queue.add(presence("6")))
        let batch = try #require(queue.next(at: noon).batch)
        for restarted in [false, true] {
            if restarted { queue = NodeTests.queue(disk.records, boot: 8) }
            _ = queue.next(at: noon)
            #expect(queue.received(word(batch, "e1", 99), at: noon).isEmpty && queue.epoch == "e2" && queue.waitingCount == 1)
        }
        let later = noon.adding(seconds: 600)
        _ = try #require(queue.next(at: later).batch)
        disk.carryOut(queue.received(word(batch, "e3", 101), at: later))
        // The one settled now, and the one of before again.
        #expect(queue.epoch == "e3" && queue.waitingCount == 1 && queue.keptCount == 1)
    }

    /// The centre's clock was a year ahead when its epoch began, and was set right: what it says from then on is no word of before.
    @Test func aCentreWhoseClockWasAheadIsHeardAgain() throws {
        var (queue, disk) = (queue(), Disk())
        func word(_ epoch: String, _ at: Instant) -> Heard { Heard(words: [Receipt(batch: "b", epoch: epoch, verdicts: [], at: at)]) }
        let ahead = noon.adding(milliseconds: 365 * 86_400_000)
        disk.carryOut(queue.received(word("e2", ahead), at: noon))
        #expect(queue.received(word("e3", noon), at: noon).isEmpty && queue.epoch == "e2")
        disk.carryOut(queue.received(word("e2", noon), at: noon))
        queue = NodeTests.queue(disk.records)
        _ = queue.received(word("e3", noon.adding(seconds: 1)), at: noon)
        #expect(queue.epoch == "e3")
    }

    /// Held is what the parent itself keeps: nothing is let go of by it, and nothing that was not sent to it.
    @Test func aParentsOwnWordSettlesNothing() throws {
        var queue = queue()
        for minute in 0..<2 { _ = queue.add(presence("\(minute)", day: 15_000 + minute)) }
        let batch = try #require(queue.next(at: noon).batch)
        #expect(queue.received(Heard(held: [batch.facts[0].id, "other"]), at: noon).isEmpty)
        #expect(queue.heldCount == 1 && queue.waitingCount == 1 && queue.keptCount == 0)
    }
}
