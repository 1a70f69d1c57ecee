import Basics
import Foundation
import Node
import Testing
import Wire

@Suite struct RecordTests {
    /// Every kind of record that a busy node makes comes back from JSON as it was.
    @Test func recordsComeBackFromDiskAsTheyWere() throws {
        var (queue, disk) = (queue(), Disk())
        for body in [presence("1-5"), watermark(5)] { disk.carryOut(queue.add(body)) }
        let sent = try #require(queue.next(at: noon).batch)
        disk.carryOut(
            queue.received(Receipt(batch: "b", epoch: "e2", verdicts: [Verdict(id: sent.facts[0].id, .stored)], at: noon), at: noon))
        var plays = PlayBook(terminal: "t", boot: 1, records: [:])
        let interval = PlayInterval(startedAt: noon, mediaFrom: 0, mediaUntil: 5, rate: 1500)
        disk.carryOut(
            changes(try plays.take(PlayReport(play: "p/1", courseware: "c", mode: .live, intervals: [interval], ended: false), at: noon)))
        var beats = PresenceBook(terminal: "t", zone: .shanghai, records: [:])
        disk.carryOut(changes(beats.beat(at: noon)))
        var relay = RelayBook(epoch: "e1", generator: SeededGenerator(seed: 1), records: [:])
        disk.carryOut(try relay.accept(sent, from: "t").changes)
        let relayed = try #require(relay.next(at: noon).envelopes)
        disk.carryOut(relay.received(relayed.receipt { Verdict(id: $1.id, .refused, reason: "r", sentence: "s") }, at: noon))
        disk.carryOut(try relay.accept(Batch(id: "c", facts: [Fact(id: "1", presence("9"))]), from: "t").changes)
        var world = try World()
        disk.carryOut(world.sync(at: noon))
        #expect(disk.records.count >= 9)
        for (key, record) in disk.records {
            #expect(try JSONDecoder().decode(Record.self, from: JSONEncoder().encode(record)) == record, "\(key)")
        }
    }
}
