import Basics
import Foundation
import Testing
import Wire

@Suite struct EnvelopeTests {
    private func envelope(_ body: String, node: String = "T1") -> Envelope {
        Envelope(node: node, signature: String(repeating: "s", count: 86), body: Data(body.utf8))
    }

    @Test func aLoadComesBackAsItWas() throws {
        let envelopes = ["", "{}", "\n\n", "line\nfeed 12 T1 x\n", String(repeating: "课", count: 5000)].enumerated().map {
            envelope($1, node: "T\($0)")
        }
        let load = Envelope.load(envelopes)
        #expect(load.count == envelopes.reduce(0) { $0 + $1.weight })
        #expect(try Envelope.unload(load) == envelopes)
        #expect(try Envelope.unload(Data()) == [])
        // A part of another buffer has indices of its own.
        #expect(try Envelope.unload(Data([0, 0] + load).dropFirst(2)) == envelopes)
    }

    @Test(arguments: [
        "5", "5 T1 s", "5 T1 s\nabc\n", "5 T1 s\nabcde", "5 T1 s\nabcdeX", "4 T1 s\nabcde\n", "-1 T1 s\n\n", "+1 T1 s\nx\n", "1  s\nx\n",
        "1 T1\nx\n", "1 T1 s s\nx\n",
        " 1 T1 s\nx\n",
        "99999999999999999999 T1 s\nx\n", "4194305 T1 s\nx\n", "1 T\u{1}1 s\nx\n", "1 课 s\nx\n", "1 T1 s\r\nx\n", "1 T1 s\nx\n\n",
    ])
    func whatIsNoLoadIsRefused(_ text: String) {
        let refusal = #expect(throws: MalformedFact.self) { try Envelope.unload(Data(text.utf8)) }
        #expect(refusal?.code == "envelopes.malformed")
    }

    @Test func tooManyAreRefusedBeforeTheyAreRead() {
        let refusal = #expect(throws: MalformedFact.self) {
            try Envelope.unload(Envelope.load(Array(repeating: envelope(""), count: Envelope.maximumCount + 1)))
        }
        #expect(refusal?.code == "envelopes.too_many")
    }

    /// Whatever is changed in a load: it is refused, or it is another load of the same length; it never ends the program.
    @Test(arguments: 1...200 as ClosedRange<UInt64>)
    func anyBytesAreReadOrRefused(_ seed: UInt64) {
        var generator = SeededGenerator(seed: seed)
        var load = Envelope.load((0..<Int.random(in: 1...4, using: &generator)).map { envelope(String(repeating: "x", count: $0 * 3)) })
        for _ in 0..<Int.random(in: 1...4, using: &generator) {
            let place = Int.random(in: 0..<load.count, using: &generator)
            switch Int.random(in: 0..<3, using: &generator) {
            case 0: load[place] = UInt8.random(in: 0...255, using: &generator)
            case 1: load.remove(at: place)
            default: load.insert(UInt8.random(in: 0x30...0x39, using: &generator), at: place)
            }
        }
        if let read = try? Envelope.unload(load) {
            // Zeros before a length are the only thing that writing does not bring back.
            #expect(Envelope.load(read).count <= load.count)
        }
    }
}
