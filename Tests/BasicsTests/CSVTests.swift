import Basics
import Testing

@Suite struct CSVTests {
    @Test(arguments: [
        ("a,b\n1,2", [["1", "2"]]), ("a,b\r\n1,\r\n,2\r\n", [["1", ""], ["", "2"]]), ("a,b\n1,", [["1", ""]]), ("a\n\n\nx\n", [["x"]]),
        ("a,b\n\"x,\"\"y\"\"\n z\",2\n", [["x,\"y\"\n z", "2"]]), ("\u{FEFF}A ,b\n村,𠮷", [["村", "𠮷"]]), ("", []), ("a", []),
    ])
    func recordsAreReadAsWritten(_ text: String, _ fields: [[String]]) throws {
        #expect(try CSV(Array(text.utf8)).records.map(\.fields) == fields)
    }

    @Test func recordsKnowTheLineOnWhichTheyBegin() throws {
        let csv = try CSV(Array("a,b\n\"1\n1\",2\n\n3,4".utf8))
        #expect(csv.records.map(\.line) == [2, 5])
        #expect(csv.header == ["a", "b"])
    }

    @Test(arguments: [("a\n\"x", "csv.quote"), ("a\n\"x\"y", "csv.quote")])
    func brokenQuotesAreRefused(_ text: String, _ code: String) {
        let error = #expect(throws: CSV.Malformed.self) { try CSV(Array(text.utf8)) }
        #expect(error?.line == 2)
        #expect(error?.code == code)
    }

    @Test func otherEncodingsAreRefused() {
        let error = #expect(throws: CSV.Malformed.self) { try CSV([0x61, 0xC4, 0xE3]) }
        #expect(error?.code == "csv.encoding")
    }

    @Test(arguments: [
        ("=1+2", "'=1+2\r\n"), ("-5", "-5\r\n"), ("@x", "'@x\r\n"), ("a,b", "\"a,b\"\r\n"), ("x\"y", "\"x\"\"y\"\r\n"), ("\tx", "'\tx\r\n"),
        ("=\u{200D}1", "'=\u{200D}1\r\n"), ("\u{200B}=1", "'\u{200B}=1\r\n"), ("\r\n=1", "\"'\r\n=1\"\r\n"), ("\n @x", "\"'\n @x\"\r\n"),
        ("＝1+1", "'＝1+1\r\n"),
        ("－2+3", "'－2+3\r\n"), ("－", "－\r\n"), (" +1", "' +1\r\n"), ("\u{0}=1", "'\u{0}=1\r\n"), ("柳河村=1", "柳河村=1\r\n"), ("", "\r\n"),
        ("\u{200D}", "\u{200D}\r\n"),
    ])
    func whatASpreadsheetWouldRunIsWrittenAsText(_ field: String, _ line: String) { #expect(CSV.line([field]) == line) }

    @Test func whatIsWrittenIsReadBack() throws {
        let row = ["村,镇", "a\"b", "", "x\r\ny", " z "]
        #expect(try CSV(Array((CSV.line(["1", "2", "3", "4", "5"]) + CSV.line(row)).utf8)).records.map(\.fields) == [row])
    }
}
