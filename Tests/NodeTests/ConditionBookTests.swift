import Basics
import Node
import Testing
import Trust
import Wire

/// What nodes say of their own condition: test plays, how a run ended, whom an edge heard.
@Suite struct ConditionBookTests {
    private static let zone = NetworkZone.shanghai
    private static let day = Day("2011-04-01") ?? .forever
    private let notBefore = zone.start(of: Day("2011-01-01") ?? .forever)

    /// So many minutes after the beginning of a day.
    private func at(_ minutes: Int64, day: Int = 0) -> Instant {
        Self.zone.start(of: Self.day.advanced(by: day)).adding(seconds: minutes * 60)
    }

    private func book(_ disk: Disk = Disk(), boot: Int64 = 7) -> TestBook {
        TestBook(terminal: "T990101001201101", boot: boot, zone: Self.zone, notBefore: notBefore, records: disk.records)
    }

    /// What the actions report, and their records on the disk.
    private func outcomes(_ actions: [Action], _ disk: inout Disk) -> [TestPlay] {
        actions.compactMap { action in
            switch action {
            case .change(let change):
                disk.carryOut([change])
                return nil
            case .report(.test(let test)): return test
            default: return nil
            }
        }
    }

    @Test func aTerminalThatRunsTestsOnceANightBetweenTwoAndFive() {
        var (disk, book, found): (Disk, TestBook, [TestPlay]) = (Disk(), book(), [])
        for minute in Int64(0)..<4 * 1440 {
            let now = at(minute)
            let (check, actions) = book.next(["b", "a"], isPlaying: false, at: now)
            found += outcomes(actions, &disk)
            guard check != nil else { continue }
            #expect(book.checked(nil, at: now).isEmpty)
            let turn = book.turn(at: now)
            #expect(turn?.courseware == check)
            // It is told again.
            #expect(book.turn(at: now) == turn)
            found += outcomes(book.played(turn?.id ?? "", moved: 10_000, at: now), &disk)
        }
        // The one that was missed before the first start, five minutes after it; then one a night.
        #expect(found.map(\.outcome) == Array(repeating: .played, count: 5) && found.map(\.sequence) == [1, 2, 3, 4, 5])
        #expect(found[0].at == at(5))
        for (night, test) in found.dropFirst().enumerated() {
            #expect((at(120, day: night)..<at(300, day: night)).contains(test.at))
            #expect(
                test.at.milliseconds(since: at(0, day: night)) == found[1].at.milliseconds(since: at(0)), "each night at its own second")
        }
        #expect(Set(found.map(\.courseware)) == ["a", "b"], "another one each night")
    }

    @Test(
        arguments: [
            (TestPlay.Outcome?.some(.disk), nil, TestPlay.Outcome.disk), (.some(.notVerified), nil, .notVerified),
            (nil, Int64?.some(10_000), .played), (nil, .some(8000), .played), (nil, .some(7999), .notDecoded), (nil, .some(0), .notDecoded),
        ] as [(TestPlay.Outcome?, Int64?, TestPlay.Outcome)])
    func whatCameOfItIsTold(_ checked: TestPlay.Outcome?, _ moved: Int64?, _ outcome: TestPlay.Outcome) {
        var (disk, book) = (Disk(), book())
        book.ask(at(600))
        #expect(book.next(["a"], isPlaying: false, at: at(601)).check == "a")
        var told = outcomes(book.checked(checked, at: at(601)), &disk)
        if checked == nil {
            #expect(told.isEmpty)
            let turn = book.turn(at: at(602))
            #expect(outcomes(book.played("another", moved: 10_000, at: at(602)), &disk).isEmpty)
            told = outcomes(book.played(turn?.id ?? "", moved: moved, at: at(602)), &disk)
        }
        #expect(told.map(\.outcome) == [outcome] && told.map(\.courseware) == ["a"])
        // The night's is done with it, also after a start.
        var later = self.book(disk, boot: 8)
        #expect(
            later.next(["a"], isPlaying: false, at: at(700)).check == nil && later.next(["a"], isPlaying: false, at: at(720)).check == nil)
    }

    @Test func aPageThatIsNotThereANothingAndAClockAreTold() {
        var (disk, book) = (Disk(), book())
        book.ask(at(600))
        #expect(book.next(["a"], isPlaying: false, at: at(600)).check == "a")
        #expect(book.checked(nil, at: at(600)).isEmpty)
        #expect(book.next(["a"], isPlaying: false, at: at(602)).actions.isEmpty)
        #expect(outcomes(book.next(["a"], isPlaying: false, at: at(603)).actions, &disk).map(\.outcome) == [.noPage])
        // Taken, and then no word of it.
        book.ask(at(700))
        #expect(book.next(["a"], isPlaying: false, at: at(700)).check == "a")
        #expect(book.checked(nil, at: at(700)).isEmpty)
        #expect(book.turn(at: at(701)) != nil)
        #expect(outcomes(book.next(["a"], isPlaying: false, at: at(703)).actions, &disk).map(\.outcome) == [.noPage])
        book.ask(at(800))
        #expect(outcomes(book.next([], isPlaying: false, at: at(800)).actions, &disk).map(\.outcome) == [.nothingComplete])
        var lost = TestBook(terminal: "t", boot: 1, zone: Self.zone, notBefore: notBefore, records: [:])
        let epoch = Instant(milliseconds: 60_000)
        #expect(lost.next(["a"], isPlaying: false, at: epoch).actions.isEmpty)
        #expect(outcomes(lost.next(["a"], isPlaying: false, at: epoch.adding(seconds: 600)).actions, &disk).map(\.outcome) == [.clock])
    }

    @Test func whoeverWatchesIsNotDisturbed() {
        var book = book()
        book.ask(at(600))
        #expect(book.next(["a"], isPlaying: true, at: at(600)).check == nil)
        #expect(book.next(["a"], isPlaying: false, at: at(601)).check == "a")
        #expect(book.checked(nil, at: at(601)).isEmpty)
        // Somebody began meanwhile: it is put off, and nothing is told.
        let turn = book.turn(at: at(602))
        let told = book.played(turn?.id ?? "", moved: nil, at: at(602))
        #expect(told.isEmpty)
        #expect(book.next(["a"], isPlaying: false, at: at(603)).check == nil)
        #expect(book.next(["a"], isPlaying: false, at: at(613)).check == "a")
    }

    @Test func aRequestIsHeardOnceHoweverOftenItIsSaid() {
        var (disk, book) = (Disk(), book())
        for _ in 0..<3 { book.ask(at(600)) }
        #expect(outcomes(book.next([], isPlaying: false, at: at(601)).actions, &disk).count == 1)
        book.ask(at(600))
        book.ask(at(599))
        #expect(book.next([], isPlaying: false, at: at(602)).actions.isEmpty)
        var again = self.book(disk, boot: 9)
        again.ask(at(600))
        #expect(again.next([], isPlaying: false, at: at(603)).actions.isEmpty)
        again.ask(at(604))
        #expect(outcomes(again.next([], isPlaying: false, at: at(605)).actions, &disk).count == 1)
    }

    private func key(_ byte: UInt8) throws -> SigningKey { try SigningKey(seed: Array(repeating: byte, count: 32)) }

    private func identity(_ node: String, kind: String?) throws -> NodeIdentity {
        let repository = Repository(
            keys: RepositoryKeys(root: try key(1), targets: try key(2), snapshot: try key(3), timestamp: try key(4)), lifetimes: .standard)
        let root = try repository.firstRoot(at: notBefore.milliseconds)
        return NodeIdentity(
            node: node, place: NodePlace(area: try #require(AreaCode("990101001")), siteKind: kind), root: root,
            fingerprint: SHA256Hex(of: root), epoch: "e")
    }

    private func terminal(_ disk: Disk, boot: Int64, run: Int64) throws -> TerminalNode {
        try TerminalNode(
            identity: try identity("T1", kind: "village"), zone: Self.zone, appetite: .all(kinds: [.pieces]),
            settings: NodeSettings(notBefore: notBefore), boot: boot, run: run, records: disk.records)
    }

    private func stops(_ changes: [Change]) -> [Stop] {
        changes.compactMap { if case .store(_, .fact(let fact)) = $0, case .stop(let stop) = fact.body { stop } else { nil } }
    }

    @Test func theNextStartTellsHowTheRunBeforeEnded() throws {
        var disk = Disk()
        var box = try terminal(disk, boot: 1, run: 1)
        var first = box.start(at: at(600))
        #expect(stops(first).isEmpty, "there was none before")
        for minute in Int64(600)..<630 { first += box.beat(at: at(minute).adding(seconds: 20)) }
        disk.carryOut(first)
        // The plug is pulled: the last minute on the disk is known.
        box = try terminal(disk, boot: 2, run: 2)
        let second = box.start(at: at(700))
        #expect(stops(second).count == 1)
        let cut = try #require(stops(second).first)
        #expect(cut.boot == 1 && !cut.isClean && cut.backAt == at(700) && cut.lastAt == at(629).adding(seconds: 20))
        disk.carryOut(second)
        disk.carryOut(box.stop(at: at(710)))
        box = try terminal(disk, boot: 3, run: 3)
        let third = box.start(at: at(720))
        let clean = try #require(stops(third).first)
        #expect(clean.boot == 2 && clean.isClean && clean.lastAt == at(710) && clean.backAt == at(720))
        disk.carryOut(third)
        // Made anew from the disk within the same run, after a full disk: no end.
        box = try terminal(disk, boot: 4, run: 3)
        #expect(stops(box.start(at: at(730))).isEmpty)
        // A clock that was set back tells no moment before the last.
        disk.carryOut(box.beat(at: at(740)))
        box = try terminal(disk, boot: 5, run: 5)
        let back = try #require(stops(box.start(at: at(100))).first)
        #expect(back.lastAt == back.backAt)
    }

    @Test func anEdgeTellsInWhichMinutesItHeardWhom() throws {
        var edge = try EdgeNode(
            identity: try identity("edge", kind: nil), zone: Self.zone, settings: NodeSettings(notBefore: notBefore), boot: 1, records: [:])
        func contacts(_ changes: [Change]) -> [String] {
            changes.compactMap {
                guard case .store(_, .fact(let fact)) = $0, case .contact(let contact) = fact.body else { return nil }
                return "\(contact.edge) \(contact.terminal) \(contact.day) \(contact.minutes.text)"
            }
        }
        #expect(contacts(edge.tick(at: at(1420))).isEmpty)
        for minute in Int64(1425)..<1450 { for _ in 0..<3 { edge.heard(minute % 2 == 0 ? "T1" : "T2", at: at(minute)) } }
        #expect(contacts(edge.tick(at: at(1430))).isEmpty, "a quarter of an hour is not over")
        let told = contacts(edge.tick(at: at(1450)))
        #expect(
            told.map { $0.split(separator: " ").dropLast().joined(separator: " ") } == [
                "edge T1 2011-04-01", "edge T1 2011-04-02", "edge T2 2011-04-01", "edge T2 2011-04-02",
            ])
        #expect(told[0].hasSuffix(" 1426,1428,1430,1432,1434,1436,1438") && told[1].hasSuffix(" 0,2,4,6,8"))
        #expect(contacts(edge.tick(at: at(1470))).isEmpty, "nothing twice")
        edge.heard("T1", at: at(1471))
        #expect(contacts(edge.stop(at: at(1471))) == ["edge T1 2011-04-02 0,2,4,6,8,31"], "at its end at once, with what waits")
    }

    /// Whatever comes first: the same stands.
    @Test func twoThatDifferMergeAlikeInAnyOrder() {
        let early = TestPlay(terminal: "t", boot: 1, sequence: 1, at: at(1), outcome: .disk, courseware: "a")
        let others = [
            TestPlay(terminal: "t", boot: 1, sequence: 1, at: at(2), outcome: .played, courseware: "a"),
            TestPlay(terminal: "t", boot: 1, sequence: 1, at: at(1), outcome: .played, courseware: "b"), early,
        ]
        for one in others { #expect(early.merged(with: one) == one.merged(with: early)) }
        #expect(early.merged(with: others[0]) == early && early.merged(with: others[1]) == others[1])
        let (long, short) = (
            Stop(terminal: "t", boot: 1, lastAt: at(9), backAt: at(20), isClean: true),
            Stop(terminal: "t", boot: 1, lastAt: at(5), backAt: at(7), isClean: false)
        )
        let merged = long.merged(with: short)
        #expect(merged == short.merged(with: long) && merged.lastAt == at(9) && merged.backAt == at(9) && !merged.isClean)
    }
}
