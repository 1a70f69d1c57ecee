import Testing
import Trust

struct JSONParserTests {
    @Test(arguments: [
        (" \n\t\r{ \"a\" : [ 1 , true , null ] } ", ["a": [1, true, .null]] as JSONValue),
        (#""\"\\\/\b\f\n\r\t""#, .string("\"\\/\u{8}\u{C}\n\r\t")),
        (#""\u6625\u8015 \uD83D\uDE00 \u0000""#, .string("春耕 \u{1F600} \u{0}")),
        ("0", 0), ("-9007199254740991", -9_007_199_254_740_991),
    ])
    func strictTextIsRead(_ text: String, _ value: JSONValue) throws {
        #expect(try JSONValue(parsing: text.bytes) == value)
    }

    @Test(arguments: [
        "", " ", "{", "[", "}", "\"", "{\"a\"}", "{\"a\":}", "{\"a\":1,}", "{,}", "{a:1}", "{a\":1}", "{'a':1}", "[1,]", "[,1]", "[1 2]",
        "1 2", "{}{}", "tru",
        "TRUE",
        "nul", "NaN",
        "Infinity", "undefined", "1.0", "1e3", "1E3", ".5", "5.", "-", "-0", "+1", "01", "-01", "0x10", "9007199254740992",
        "-9007199254740992",
        "99999999999999999", "999999999999999999999999999", "\"\n\"", "\"\t\"", "\"\u{0}\"", #""\x""#, #""\u12""#, #""\u12G4""#,
        #""\uD800""#,
        #""\uDC00""#, #""\uD800\u0041""#, #""\uD800x""#, #""\""#, "\u{FEFF}{}", "/* */{}", "{\"a\":1,\"a\":1}", "{\"a\":1,\"\\u0061\":2}",
        // The same name in two normal forms would be one dictionary key for us and two for another reader.
        "{\"\u{E9}\":1,\"e\u{301}\":2}",
    ])
    func everythingElseIsRefused(_ text: String) {
        #expect(refusal { _ = try JSONValue(parsing: text.bytes) } == .json)
    }

    @Test(
        arguments: [
            [0x22, 0xFF, 0x22], [0x22, 0xC0, 0x80, 0x22], [0x22, 0xED, 0xA0, 0x80, 0x22], [0x22, 0xE6, 0x98, 0x22],
            [0xFF, 0xFE, 0x7B, 0x00],
        ]
            as [[UInt8]])
    func textThatIsNotUTF8IsRefused(_ bytes: [UInt8]) {
        #expect(refusal { _ = try JSONValue(parsing: bytes) } == .json)
    }

    @Test(arguments: ["[", "{\"a\":"])
    func nestingStopsAtThirtyTwoLevels(_ opening: String) {
        let (inner, closing) = opening == "[" ? ("", "]") : ("1", "}")
        // The innermost of 33 brackets is a value at level 32; a 34th would be one at level 33.
        let deepest = opening == "[" ? 33 : 32
        func text(_ levels: Int) -> [UInt8] {
            (String(repeating: opening, count: levels) + inner + String(repeating: closing, count: levels)).bytes
        }
        #expect(refusal { _ = try JSONValue(parsing: text(deepest)) } == nil)
        #expect(refusal { _ = try JSONValue(parsing: text(deepest + 1)) } == .json)
        #expect(refusal { _ = try JSONValue(parsing: String(repeating: opening, count: 1_000_000).bytes) } == .json)
    }

    @Test func changedTextIsReadOrRefusedButNeverTraps() throws {
        var random = Seeded(11)
        let sample = #"{"a":[1,-20,{"春":"\u6625\n"}],"b":true,"c":null,"d":"x\\y"}"#.bytes
        var read = 0
        for _ in 0..<20_000 {
            var bytes = sample
            for _ in 0..<Int.random(in: 1...3, using: &random) {
                bytes[Int.random(in: 0..<bytes.count, using: &random)] = UInt8.random(in: 0...255, using: &random)
            }
            guard let value = try? JSONValue(parsing: bytes) else { continue }
            read += 1
            #expect(try JSONValue(parsing: CanonicalJSON.fileBytes(value)) == value)
        }
        #expect(read > 500)
    }
}
