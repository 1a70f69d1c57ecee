import Basics
import Foundation
import Node
import Testing
import Trust
import Wire

@Suite struct RelayBookTests {
    private func book(
        _ disk: [String: Record] = [:], capacity: Int = 100, bytes: Int = 1 << 20, settings: OutboxSettings = OutboxSettings()
    ) -> RelayBook {
        RelayBook(
            settings: settings, capacity: capacity, capacityBytes: bytes, epoch: "e1", generator: SeededGenerator(seed: 1), records: disk)
    }

    private func batch(_ id: String, of terminal: String = "t", minutes: String = "1-5") -> Batch {
        Batch(id: "b", facts: [Fact(id: id, presence(minutes, terminal: terminal))])
    }

    @Test func aFactIsHeldOnceItsEnvelopeIsInTheChanges() throws {
        var book = book()
        let (changes, receipt) = try book.accept(batch("1"), from: "t")
        #expect(changes.count == 1 && receipt.verdicts == [Verdict(id: "1", .held)] && receipt.epoch == "e1")
        let again = try book.accept(batch("1"), from: "t")
        #expect(again.changes.isEmpty && again.receipt.verdicts == receipt.verdicts && book.pendingCount == 1)
    }

    /// What goes up is what came, to the byte.
    @Test func aBatchIsCarriedClosed() throws {
        let body = Data(
            #"""
            {"facts" : [ {"minutes":"1-5","id":"1","kind":"presence","terminal":"t","day":"2011-03-31","more":[]}, {"id":"2"} ],"batch":"b"}
            """#
            .utf8)
        let envelope = Envelope(node: "t", signature: "signed", body: body)
        var (book, disk) = (book(), Disk())
        let (changes, receipt) = try book.accept(envelope, try Batch(json: body))
        disk.carryOut(changes)
        #expect(receipt.verdicts.map(\.outcome) == [.held, .held] && book.next(at: noon).envelopes == [envelope])
        book = self.book(disk.records)
        #expect(book.next(at: noon).envelopes == [envelope])
        let answer = Receipt(
            batch: "b", epoch: "e1", verdicts: [Verdict(id: "1", .stored), Verdict(id: "2", .refused, reason: "fact.kind")])
        _ = book.received(LoadReceipt(epoch: "e1", envelopes: [carried(answer, for: envelope)], at: noon), at: noon)
        let told = book.answer(ReceiptQuestion(ids: ["1", "2"]), from: "t")
        #expect(
            told.verdicts == answer.verdicts && told.answers?.map(\.digest) == [SHA256Hex(of: body).hex]
                && told.answers?.first?.receipt == answer && book.pendingCount == 0)
    }

    @Test func twoSendersMayUseTheSameIdentity() throws {
        var book = book()
        _ = try book.accept(batch("1", of: "a"), from: "a")
        _ = try book.accept(batch("1", of: "b", minutes: "7"), from: "b")
        let verdicts = ["a": Verdict(id: "1", .stored), "b": Verdict(id: "1", .quarantined, reason: "fact.future", sentence: "Too early")]
        let sent = try #require(book.next(at: noon).envelopes)
        _ = book.received(sent.receipt { envelope, _ in verdicts[envelope.node] }, at: noon)
        #expect(book.answer(ReceiptQuestion(ids: ["1"]), from: "a").verdicts == [Verdict(id: "1", .stored)])
        #expect(
            book.answer(ReceiptQuestion(ids: ["1"]), from: "b").verdicts == [
                Verdict(id: "1", .quarantined, reason: "fact.future", sentence: "Too early")
            ])
        #expect(book.answer(ReceiptQuestion(ids: ["1"]), from: "c").verdicts.isEmpty)
    }

    @Test func afterARestartPromisesAndVerdictsAreThere() throws {
        var (book, disk) = (book(settings: OutboxSettings(maximumFacts: 1)), Disk())
        disk.carryOut(try book.accept(batch("1"), from: "t").changes)
        disk.carryOut(try book.accept(batch("2", minutes: "9"), from: "t").changes)
        disk.carryOut(book.received(try #require(book.next(at: noon).envelopes).receipt(.stored), at: noon))
        var restarted = self.book(disk.records)
        #expect(
            restarted.answer(ReceiptQuestion(ids: ["1", "2"]), from: "t").verdicts == [Verdict(id: "1", .stored), Verdict(id: "2", .held)])
        #expect(try #require(restarted.next(at: noon).envelopes).facts.map(\.id) == ["2"])
    }

    @Test func verdictsOfAnEarlierEpochAreVoid() throws {
        var (book, disk) = (book(), Disk())
        disk.carryOut(try book.accept(batch("1"), from: "t").changes)
        disk.carryOut(book.received(try #require(book.next(at: noon).envelopes).receipt(.stored), at: noon))
        #expect(book.answerCount == 1)
        disk.carryOut(book.learn(epoch: "e2"))
        #expect(book.answer(ReceiptQuestion(ids: ["1"]), from: "t") == Receipt(batch: "question", epoch: "e2", verdicts: [], answers: []))
        #expect(self.book(disk.records).epoch == "e2" && self.book(disk.records).answerCount == 0)
    }

    /// The edge judges nothing: what its sender must not say the centre refuses, under its signature.
    @Test func whatIsNotTheSendersOwnIsCarriedToo() throws {
        var book = book()
        let (changes, receipt) = try book.accept(batch("1", of: "other"), from: "t")
        #expect(changes.count == 1 && receipt.verdicts == [Verdict(id: "1", .held)])
    }

    /// One sender cannot fill what belongs to all.
    @Test func oneSenderHasAQuarterOfTheRoom() throws {
        var book = book(bytes: 4000)
        _ = try book.accept(batch("0"), from: "other")
        var taken = 0
        while taken < 100, (try? book.accept(batch("\(taken)", minutes: "\(taken)"), from: "t")) != nil { taken += 1 }
        #expect((2...10).contains(taken))
        #expect(throws: Never.self) { try book.accept(batch("1", minutes: "9"), from: "other") }
    }

    /// Entries that are no facts take room too, and the same batch again takes it once.
    @Test func nonsenseOfOneSenderFillsNoEdge() throws {
        var book = book(capacity: 100, bytes: 1 << 20)
        func nonsense(_ number: Int, of node: String = "t") throws -> (changes: [Change], receipt: Receipt) {
            let body = Data("{\"batch\":\"b\(number)\",\"facts\":[\(Array(repeating: "1", count: 10).joined(separator: ","))]}".utf8)
            return try book.accept(Envelope(node: node, signature: "\(node)\(number)", body: body), try Batch(json: body))
        }
        #expect(try nonsense(0).changes.count == 1)
        for _ in 0..<50 { #expect(try nonsense(0).changes.isEmpty) }
        #expect(try nonsense(1).changes.count == 1)
        #expect(throws: Problem.self) { try nonsense(2) }
        #expect(book.pendingCount == 20)
        #expect(try nonsense(3, of: "other").changes.count == 1)
        _ = book.received(try #require(book.next(at: noon).envelopes).receipt(.stored), at: noon)
    }

    @Test func theOldestAnswersGoWhenThereAreTooMany() throws {
        var (book, disk) = (book(bytes: 1500), Disk())
        for number in 0..<20 {
            disk.carryOut(try book.accept(batch("\(number)", minutes: "\(number)"), from: "t").changes)
            disk.carryOut(book.received(try #require(book.next(at: noon).envelopes).receipt(.stored), at: noon))
        }
        #expect((1...6).contains(book.answerCount) && disk.records.keys.filter { $0.hasPrefix("answer/") }.count == book.answerCount)
        let told = book.answer(ReceiptQuestion(ids: ["0", "19"]), from: "t").verdicts
        #expect(told == [Verdict(id: "19", .stored)] && self.book(disk.records).answerCount == book.answerCount)
    }

    @Test(arguments: [(1, 1 << 20), (100, 200)])
    func aFullEdgeTakesNothing(_ capacity: Int, _ bytes: Int) throws {
        var book = book(capacity: capacity, bytes: bytes)
        _ = try book.accept(batch("1"), from: "t")
        #expect(throws: Problem.self) { try book.accept(batch("2"), from: "t") }
        #expect(book.pendingCount == 1)
    }

    @Test func verdictsAreForgottenAfterNinetyDays() throws {
        var book = book()
        _ = try book.accept(batch("1"), from: "t")
        _ = book.received(try #require(book.next(at: noon).envelopes).receipt(.stored), at: noon)
        #expect(book.forget(at: noon.adding(milliseconds: 90 * 86_400_000)).isEmpty)
        #expect(book.forget(at: noon.adding(milliseconds: 90 * 86_400_000 + 1)).count == 1)
        #expect(book.answerCount == 0)
    }

    /// A box that counts its ids anew after each start gives the same id to another fact: each is kept and has a verdict of its own.
    @Test(arguments: [false, true], [false, true])
    func anIdThatIsUsedAgainNeverBringsAVerdictOfAnotherFact(_ isSpoken: Bool, _ isRestarted: Bool) throws {
        var (book, disk) = (book(), Disk())
        disk.carryOut(try book.accept(batch("1", minutes: "0-9"), from: "t").changes)
        if isSpoken { disk.carryOut(book.received(try #require(book.next(at: noon).envelopes).receipt(.stored), at: noon)) }
        if isRestarted { book = self.book(disk.records) }
        let (changes, receipt) = try book.accept(batch("1", minutes: "100-700"), from: "t")
        #expect(receipt.verdicts == [Verdict(id: "1", .held)] && changes.count == 1)
        #expect(book.answer(ReceiptQuestion(ids: ["1"]), from: "t").verdicts == [Verdict(id: "1", .held)])
        let sent = try #require(book.next(at: noon).envelopes)
        #expect(sent.facts.map(\.body).contains(presence("100-700", terminal: "t")))
        _ = book.received(sent.receipt(.stored), at: noon)
        #expect(book.answer(ReceiptQuestion(ids: ["1"]), from: "t").verdicts == [Verdict(id: "1", .stored)])
        // The first one again, by whatever name: carried again, for a word of its own.
        let again = try book.accept(batch("7", minutes: "0-9"), from: "t")
        #expect(again.receipt.verdicts == [Verdict(id: "7", .held)] && again.changes.count == 1)
    }

    @Test func twoFactsOfOneBatchWithOneIdAreBothKept() throws {
        var book = book()
        let both = Batch(id: "b", facts: [Fact(id: "1", presence("0-9", terminal: "t")), Fact(id: "1", presence("20", terminal: "t"))])
        let (changes, receipt) = try book.accept(both, from: "t")
        #expect(changes.count == 1 && receipt.verdicts == [Verdict(id: "1", .held), Verdict(id: "1", .held)] && book.pendingCount == 2)
        _ = book.received(try #require(book.next(at: noon).envelopes).receipt(.stored), at: noon)
        #expect(book.answer(ReceiptQuestion(ids: ["1"]), from: "t").verdicts == [Verdict(id: "1", .stored)] && book.answerCount == 1)
    }

    /// A word about what was never sent, or about fewer facts than there are, releases nothing.
    @Test func aReceiptForSomethingElseIsPassedOver() throws {
        var book = book()
        _ = try book.accept(batch("1"), from: "t")
        let sent = try #require(book.next(at: noon).envelopes)
        book.failed(at: noon)
        _ = book.received(sent.receipt(.stored), at: noon)
        #expect(book.pendingCount == 1 && book.answerCount == 0)
        let later = noon.adding(seconds: 600)
        for wrong in [
            [], [carried(Receipt(batch: "b", epoch: "e1", verdicts: []), for: sent[0])],
            Array(repeating: sent.receipt(.stored).envelopes[0], count: 2),
        ] {
            _ = try #require(book.next(at: later).envelopes)
            _ = book.received(LoadReceipt(epoch: "e1", envelopes: wrong, at: noon), at: later)
            #expect(book.pendingCount == 1 && book.answerCount == 0 && book.next(at: later).end != nil)
            book = self.book(["envelope/1": .carried(sent[0])])
        }
    }

    /// What the centre will never open is let go of, and its sender hears nothing of it: it offers the fact again, perhaps under its new
    /// key. What it cannot take now stays.
    @Test(arguments: [(401, 0), (403, 0), (400, 0), (429, 1), (503, 1)])
    func anEnvelopeThatStaysClosed(_ status: Int, _ left: Int) throws {
        var (book, disk) = (book(), Disk())
        disk.carryOut(try book.accept(batch("1"), from: "t").changes)
        _ = try #require(book.next(at: noon).envelopes)
        disk.carryOut(
            book.received(
                LoadReceipt(epoch: "e1", envelopes: [CarriedReceipt(Problem(code: "node.unknown", status: status, title: "x"))], at: noon),
                at: noon))
        #expect(book.pendingCount == left && book.returned == 1 - left && self.book(disk.records).pendingCount == left)
        #expect(book.answer(ReceiptQuestion(ids: ["1"]), from: "t").verdicts.count == left)
        let again = try book.accept(batch("1"), from: "t")
        #expect(again.changes.count == 1 - left && again.receipt.verdicts == [Verdict(id: "1", .held)])
    }

    /// Halves until one is left, and that one stands in nobody's way.
    @Test func aLoadThatIsTooLargeIsMadeSmaller() throws {
        var book = book()
        for number in 0..<4 { _ = try book.accept(batch("\(number)", minutes: "\(number)"), from: "t") }
        var now = noon
        for expected in [4, 2, 1] {
            now = now.adding(seconds: 600)
            #expect(book.next(at: now).envelopes?.count == expected)
            _ = book.refusedAsTooLarge(at: now)
        }
        #expect(book.pendingCount == 3 && book.returned == 1)
        #expect(book.next(at: now.adding(seconds: 600)).envelopes?.count == 1)
        // Its sender is told when it sends it again, so that it makes smaller ones.
        let refusal = #expect(throws: Problem.self) { try book.accept(batch("0", minutes: "0"), from: "t") }
        #expect(refusal?.status == 413)
    }

    /// One on which the centre fails each time stands in nobody's way.
    @Test func anEnvelopeThatFailsAloneLetsOthersGoFirst() throws {
        var book = book(settings: OutboxSettings(maximumFacts: 1))
        for number in 0..<3 { _ = try book.accept(batch("\(number)", minutes: "\(number)"), from: "t") }
        var (now, seen) = (noon, [String]())
        for turn in 0..<3 {
            now = now.adding(seconds: 600)
            seen += try #require(book.next(at: now).envelopes).facts.map(\.id)
            if turn == 1 {
                _ = book.received(
                    LoadReceipt(epoch: "e1", envelopes: [CarriedReceipt(Problem(code: "busy", status: 503, title: "x"))], at: now), at: now)
            } else {
                book.failed(at: now)
            }
        }
        #expect(seen == ["0", "1", "2"] && book.pendingCount == 3)
    }
}
