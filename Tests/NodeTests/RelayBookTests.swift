import Basics
import Node
import Testing
import Wire

@Suite struct RelayBookTests {
    private func book(_ disk: [String: Record] = [:], capacity: Int = 100) -> RelayBook {
        RelayBook(capacity: capacity, epoch: "e1", boot: 3, generator: SeededGenerator(seed: 1), records: disk)
    }

    private func batch(_ id: String, of terminal: String = "t", minutes: String = "1-5") -> Batch {
        Batch(id: "b", facts: [Fact(id: id, presence(minutes, terminal: terminal))])
    }

    @Test func aFactIsHeldOnceItIsInTheChanges() throws {
        var book = book()
        let (changes, receipt) = try book.accept(batch("1"), from: "t")
        #expect(changes.count == 1 && receipt.verdicts == [Verdict(id: "1", .held)] && receipt.epoch == "e1")
        let again = try book.accept(batch("1"), from: "t")
        #expect(again.changes.isEmpty && again.receipt.verdicts == receipt.verdicts && book.pendingCount == 1)
    }

    @Test func twoSendersMayUseTheSameIdentity() throws {
        var book = book()
        _ = try book.accept(batch("1", of: "a"), from: "a")
        _ = try book.accept(batch("1", of: "b", minutes: "7"), from: "b")
        let sent = try #require(book.next(at: noon).batch)
        #expect(Set(sent.facts.map(\.id)).count == 2)
        let verdicts = [Verdict(id: sent.facts[0].id, .stored), Verdict(id: sent.facts[1].id, .quarantined, reason: "fact.future", sentence: "Too early")]
        _ = book.received(Receipt(batch: sent.id, epoch: "e1", verdicts: verdicts), at: noon)
        #expect(book.answer(ReceiptQuestion(ids: ["1"]), from: "a").verdicts == [Verdict(id: "1", .stored)])
        #expect(book.answer(ReceiptQuestion(ids: ["1"]), from: "b").verdicts == [Verdict(id: "1", .quarantined, reason: "fact.future", sentence: "Too early")])
        #expect(book.answer(ReceiptQuestion(ids: ["1"]), from: "c").verdicts.isEmpty)
    }

    @Test func afterARestartPromisesAndVerdictsAreThere() throws {
        var (book, disk) = (book(), Disk())
        disk.carryOut(try book.accept(batch("1"), from: "t").changes)
        disk.carryOut(try book.accept(batch("2", minutes: "9"), from: "t").changes)
        let sent = try #require(book.next(at: noon).batch)
        disk.carryOut(book.received(Receipt(batch: sent.id, epoch: "e1", verdicts: [Verdict(id: sent.facts[0].id, .stored)]), at: noon))
        var restarted = self.book(disk.records)
        #expect(restarted.answer(ReceiptQuestion(ids: ["1", "2"]), from: "t").verdicts == [Verdict(id: "1", .stored), Verdict(id: "2", .held)])
        #expect(try #require(restarted.next(at: noon).batch).facts == [sent.facts[1]])
    }

    @Test func verdictsOfAnEarlierEpochAreVoid() throws {
        var (book, disk) = (book(), Disk())
        disk.carryOut(try book.accept(batch("1"), from: "t").changes)
        let sent = try #require(book.next(at: noon).batch)
        disk.carryOut(book.received(sent.receipt(.stored), at: noon))
        #expect(book.verdictCount == 1)
        disk.carryOut(book.learn(epoch: "e2"))
        #expect(book.answer(ReceiptQuestion(ids: ["1"]), from: "t") == Receipt(batch: "question", epoch: "e2", verdicts: []))
        #expect(self.book(disk.records).epoch == "e2" && self.book(disk.records).verdictCount == 0)
    }

    @Test func whatCannotBeCarriedIsRefusedAtOnce() throws {
        var book = book()
        let (changes, receipt) = try book.accept(batch("1", of: "other"), from: "t")
        #expect(changes.isEmpty && receipt.verdicts.map(\.reason) == ["fact.not_yours"] && receipt.verdicts.map(\.outcome) == [.refused])
    }

    @Test func aFullEdgeTakesNothing() throws {
        var book = book(capacity: 1)
        _ = try book.accept(batch("1"), from: "t")
        #expect(throws: Problem.self) { try book.accept(batch("2"), from: "t") }
        #expect(book.pendingCount == 1)
    }

    @Test func verdictsAreForgottenAfterNinetyDays() throws {
        var book = book()
        _ = try book.accept(batch("1"), from: "t")
        _ = book.received(try #require(book.next(at: noon).batch).receipt(.stored), at: noon)
        #expect(book.forget(at: noon.adding(milliseconds: 90 * 86_400_000)).isEmpty)
        #expect(book.forget(at: noon.adding(milliseconds: 90 * 86_400_000 + 1)).count == 1)
        #expect(book.verdictCount == 0)
    }

    /// A box that counts its ids anew after each start gives the same id to another fact: each is kept and has a verdict of its own.
    @Test(arguments: [false, true], [false, true])
    func anIdThatIsUsedAgainNeverBringsAVerdictOfAnotherFact(_ isSpoken: Bool, _ isRestarted: Bool) throws {
        var (book, disk) = (book(), Disk())
        disk.carryOut(try book.accept(batch("1", minutes: "0-9"), from: "t").changes)
        if isSpoken { disk.carryOut(book.received(try #require(book.next(at: noon).batch).receipt(.stored), at: noon)) }
        if isRestarted { book = self.book(disk.records) }
        let (changes, receipt) = try book.accept(batch("1", minutes: "100-700"), from: "t")
        #expect(receipt.verdicts == [Verdict(id: "1", .held)] && changes.count == 1)
        #expect(book.answer(ReceiptQuestion(ids: ["1"]), from: "t").verdicts == [Verdict(id: "1", .held)])
        let sent = try #require(book.next(at: noon).batch)
        #expect(sent.facts.map(\.body).contains(presence("100-700", terminal: "t")))
        _ = book.received(sent.receipt(.stored), at: noon)
        #expect(book.answer(ReceiptQuestion(ids: ["1"]), from: "t").verdicts == [Verdict(id: "1", .stored)])
        // The first one again, by whatever name: its own verdict.
        let again = try book.accept(batch("7", minutes: "0-9"), from: "t")
        #expect(again.receipt.verdicts == [Verdict(id: "7", .stored)] && again.changes.isEmpty)
    }

    @Test func twoFactsOfOneBatchWithOneIdAreBothKept() throws {
        var book = book()
        let both = Batch(id: "b", facts: [Fact(id: "1", presence("0-9", terminal: "t")), Fact(id: "1", presence("20", terminal: "t"))])
        let (changes, receipt) = try book.accept(both, from: "t")
        #expect(changes.count == 2 && receipt.verdicts == [Verdict(id: "1", .held), Verdict(id: "1", .held)] && book.pendingCount == 2)
        let sent = try #require(book.next(at: noon).batch)
        _ = book.received(Receipt(batch: sent.id, epoch: "e1", verdicts: [Verdict(id: sent.facts[0].id, .stored)]), at: noon)
        #expect(book.answer(ReceiptQuestion(ids: ["1"]), from: "t").verdicts == [Verdict(id: "1", .held)])
    }

    /// A word about a fact that was never sent releases nothing.
    @Test func aReceiptForWhatWasNotSentIsPassedOver() throws {
        var book = book()
        _ = try book.accept(batch("1"), from: "t")
        let sent = try #require(book.next(at: noon).batch)
        book.failed(at: noon)
        _ = book.received(sent.receipt(.stored), at: noon)
        #expect(book.pendingCount == 1 && book.verdictCount == 0)
    }
}
