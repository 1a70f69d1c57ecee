import Basics
import Foundation
import Testing
import Wire

private func entry(_ json: String) throws -> Batch.Entry { try JSONDecoder().decode(LenientFact.self, from: Data(json.utf8)).entry }

@Suite struct FactTests {
    /// Golden bytes of version 1 of the wire: an old terminal's facts are read by every later centre.
    @Test(arguments: [
        #"{"day":"2011-03-05","id":"a1","kind":"presence","minutes":"480-541,600","terminal":"T1"}"#,
        #"{"boot":7,"courseware":"c","id":"a2","intervals":[{"at":1299283200000,"from":0,"until":60000}],"kind":"play","mode":"demand","sequence":1,"terminal":"T1"}"#,
        #"{"boot":7,"courseware":"c","id":"a3","intervals":[{"at":1,"from":0,"rate":1500,"until":9}],"kind":"play","mode":"live","sequence":2,"terminal":"T1"}"#,
        #"{"id":"a4","kind":"watermark","terminal":"T1","through_at":1299283200000}"#,
        #"{"courseware":"c","done_bytes":1,"id":"a5","kind":"holding","node":"N","reason":"","revision":3,"state":"fetching","total_bytes":9,"version":2}"#,
        #"{"at":1299283200000,"boot":7,"courseware":"c","id":"a6","kind":"test","outcome":"not_decoded","sequence":1,"terminal":"T1"}"#,
        #"{"at":1299283200000,"boot":7,"id":"a7","kind":"test","outcome":"nothing_complete","sequence":2,"terminal":"T1"}"#,
        #"{"back_at":1299286800000,"boot":7,"clean":false,"id":"a8","kind":"stop","last_at":1299283200000,"terminal":"T1"}"#,
        #"{"day":"2011-03-05","edge":"edge-990101","id":"a9","kind":"contact","minutes":"480-541","terminal":"T1"}"#,
    ])
    func theDocumentedFormIsReadAndWrittenBackByteForByte(_ json: String) throws {
        guard case .fact(let fact) = try entry(json) else {
            Issue.record("not read: \(json)")
            return
        }
        let encoder = JSONEncoder()
        encoder.outputFormatting = .sortedKeys
        #expect(String(decoding: try encoder.encode(fact), as: UTF8.self) == json)
    }

    @Test(arguments: [
        ("[]", "fact.not_an_object"), ("{}", "fact.field"), (#"{"id":"a","kind":"dance"}"#, "fact.kind"),
        (#"{"id":"","kind":"presence"}"#, "fact.name"),
        (#"{"id":7,"kind":"presence"}"#, "fact.field"),
        (#"{"id":"a","kind":"presence","terminal":"T","day":"2011-02-30","minutes":"1"}"#, "fact.day"),
        (#"{"id":"a","kind":"presence","terminal":"T","day":"2011-02-03","minutes":"1500"}"#, "fact.minutes"),
        (#"{"id":"a","kind":"presence","terminal":"T","day":"2011-02-03","minutes":[1]}"#, "fact.field"),
        (#"{"id":"a","kind":"presence","terminal":"村","day":"2011-02-03","minutes":"1"}"#, "fact.name"),
        (#"{"id":"a","kind":"watermark","terminal":"T","through_at":-1}"#, "fact.number"),
        (#"{"id":"a","kind":"watermark","terminal":"T","through_at":1e300}"#, "fact.field"),
        (#"{"id":"a","kind":"play","terminal":"T","boot":1,"sequence":1,"courseware":"c","mode":"dream","intervals":[]}"#, "fact.mode"),
        (#"{"id":"a","kind":"play","terminal":"T","boot":1,"sequence":1,"courseware":"c","mode":"live","intervals":[]}"#, "fact.intervals"),
        (
            #"{"id":"a","kind":"play","terminal":"T","boot":1,"sequence":1,"courseware":"c","mode":"live","intervals":[{"at":1,"from":5,"until":5}]}"#,
            "fact.interval"
        ),
        (
            #"{"id":"a","kind":"play","terminal":"T","boot":1,"sequence":1,"courseware":"c","mode":"live","intervals":[{"at":1,"from":5,"until":6,"rate":1}]}"#,
            "fact.rate"
        ),
        (
            #"{"id":"a","kind":"play","terminal":"T","boot":1,"sequence":1,"courseware":"c","mode":"live","intervals":[{"at":1,"from":0,"until":90000000}]}"#,
            "fact.play_too_long"
        ),
        (#"{"id":"a","kind":"test","terminal":"T","boot":1,"sequence":1,"at":5,"outcome":"dreamt"}"#, "fact.outcome"),
        (#"{"id":"a","kind":"test","terminal":"T","boot":1,"sequence":1,"at":5,"outcome":"played","courseware":"村"}"#, "fact.name"),
        (#"{"id":"a","kind":"test","terminal":"T","boot":1,"sequence":1,"outcome":"played"}"#, "fact.field"),
        (#"{"id":"a","kind":"stop","terminal":"T","boot":1,"last_at":5,"back_at":4,"clean":true}"#, "fact.interval"),
        (#"{"id":"a","kind":"stop","terminal":"T","boot":1,"last_at":5,"back_at":6,"clean":1}"#, "fact.field"),
        (#"{"id":"a","kind":"contact","terminal":"T","day":"2011-03-05","minutes":"1"}"#, "fact.field"),
        (#"{"id":"a","kind":"contact","edge":"E","terminal":"T","day":"2011-03-05","minutes":"1500"}"#, "fact.minutes"),
    ])
    func hostileOrBrokenEntriesAreNamed(_ json: String, _ code: String) throws {
        guard case .malformed(_, let problem) = try entry(json) else {
            Issue.record("taken: \(json)")
            return
        }
        #expect(problem.code == code)
        #expect(!problem.sentence.isEmpty)
    }

    @Test func aBrokenEntryDoesNotSpoilItsNeighbours() throws {
        let batch = try Batch(
            json: Data(#"{"batch":"b","facts":[{"id":"x"},{"id":"w","kind":"watermark","terminal":"T","through_at":5},null]}"#.utf8))
        #expect(batch.entries.map(\.id) == ["x", "w", ""])
        if case .fact = batch.entries[1] {} else { Issue.record("the good one was not read") }
    }

    @Test(arguments: [
        "", "[]", "{\"batch\":\"b\"}", "{\"batch\":\"\",\"facts\":[]}", "{\"facts\":[]}", "\u{0}", "{\"batch\":\"b\",\"facts\":{}}",
    ])
    func whatIsNoBatchIsRefusedWhole(_ json: String) { #expect(throws: MalformedFact.self) { try Batch(json: Data(json.utf8)) } }

    @Test func aBatchSurvivesTheWire() throws {
        let fact = Fact(id: "a", .presence(Presence(terminal: "T", day: Day(number: 15_038), minutes: MinuteSet(3..<90))))
        let read = try Batch(json: try Batch(id: "b", facts: [fact]).json)
        guard case .fact(let back) = read.entries[0] else {
            Issue.record("not read back")
            return
        }
        #expect(back == fact)
    }
}
