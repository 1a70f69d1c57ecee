import Testing
import Trust

struct CanonicalJSONTests {
    /// Value, what is signed, what is stored. The signed forms were compared with securesystemslib 1.x once.
    static let forms: [(JSONValue, String, String)] = [
        ([:], "{}", "{}"),
        ([], "[]", "[]"),
        (.null, "null", "null"),
        ([true, false], "[true,false]", "[true,false]"),
        ([0, -1, 9_007_199_254_740_991], "[0,-1,9007199254740991]", "[0,-1,9007199254740991]"),
        (["b": 1, "a": 2, "aa": 3, "A": 4, "": 5], #"{"":5,"A":4,"a":2,"aa":3,"b":1}"#, #"{"":5,"A":4,"a":2,"aa":3,"b":1}"#),
        (["title": "春耕 \"讲座\""], #"{"title":"春耕 \"讲座\""}"#, #"{"title":"春耕 \"讲座\""}"#),
        ("\\/é", #""\\/é""#, #""\\/é""#),
        ("a\u{0}b\n\u{1F}\u{7F}", "\"a\u{0}b\n\u{1F}\u{7F}\"", "\"a\\u0000b\\u000a\\u001f\u{7F}\""),
        // U+FF5E sorts before U+1F600 by code point and by UTF-8, but behind it by UTF-16.
        (["\u{1F600}": 1, "\u{FF5E}": 2], "{\"\u{FF5E}\":2,\"\u{1F600}\":1}", "{\"\u{FF5E}\":2,\"\u{1F600}\":1}"),
        // Decomposed e + acute (65 CC 81) sorts before f; Swift would sort it as the composed letter.
        (["f": 1, "e\u{301}": 2], "{\"e\u{301}\":2,\"f\":1}", "{\"e\u{301}\":2,\"f\":1}"),
    ]

    @Test(arguments: forms)
    func signedAndStoredFormsAreFixed(_ value: JSONValue, signed: String, stored: String) throws {
        #expect(CanonicalJSON.signedBytes(value) == signed.bytes)
        #expect(CanonicalJSON.fileBytes(value) == stored.bytes)
        #expect(try JSONValue(parsing: stored.bytes) == value)
    }

    @Test func anyValueSurvivesStoringAndReading() throws {
        var random = Seeded(7)
        for _ in 0..<2_000 {
            let value = Self.value(depth: 0, &random)
            let read = try JSONValue(parsing: CanonicalJSON.fileBytes(value))
            #expect(CanonicalJSON.signedBytes(read) == CanonicalJSON.signedBytes(value))
        }
    }

    private static func value(depth: Int, _ random: inout Seeded) -> JSONValue {
        switch Int.random(in: 0..<(depth < 5 ? 6 : 4), using: &random) {
        case 0: .null
        case 1: .bool(Bool.random(using: &random))
        case 2: .integer(Int64.random(in: -JSONValue.largestInteger...JSONValue.largestInteger, using: &random))
        case 3: .string(text(&random))
        case 4: .array((0..<Int.random(in: 0..<4, using: &random)).map { _ in value(depth: depth + 1, &random) })
        default:
            .object(
                Dictionary(
                    (0..<Int.random(in: 0..<4, using: &random)).map { _ in (text(&random), value(depth: depth + 1, &random)) },
                    uniquingKeysWith: { first, _ in first }))
        }
    }

    private static func text(_ random: inout Seeded) -> String {
        let scalars = (0..<Int.random(in: 0..<8, using: &random)).compactMap { _ in
            Unicode.Scalar(UInt32.random(in: 0..<(Bool.random(using: &random) ? 0x80 : 0x11_0000), using: &random))
        }
        return String(String.UnicodeScalarView(scalars))
    }
}
