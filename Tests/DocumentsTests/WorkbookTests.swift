import Documents
import Foundation
import Testing

@Suite("The workbook")
struct WorkbookTests {
    @Test("writes numbers as they were printed, and leaves alone what only looks like one", arguments: cells)
    func cell(text: String, expected: SheetCell) { #expect(SheetCell(text, isNumber: true) == expected) }

    static let cells: [(String, SheetCell)] = [
        ("0", .number(0, format: "0")), ("12", .number(12, format: "0")), ("-3", .number(-3, format: "0")),
        ("−3", .number(-3, format: "0")),
        ("1,280", .number(1280, format: "#,##0")), ("1,234,567.5", .number(1_234_567.5, format: "#,##0.0")),
        ("0.50", .number(0.5, format: "0.00")),
        ("25.55%", .number(0.2555, format: "0.00%")), ("100%", .number(1, format: "0.00%")),
        ("+1.2", .number(1.2, format: "+0.0;-0.0;0.0")),
        ("123456789012345", .number(123_456_789_012_345, format: "0")), ("1234567890123456", .text("1234567890123456")),
        ("007", .text("007")), ("00", .text("00")), ("-", .text("-")), ("—", .text("—")), ("", .text("")), ("%", .text("%")),
        (".5", .text(".5")), ("5.", .text("5.")),
        ("1,28", .text("1,28")), ("12,34,567", .text("12,34,567")), (",1", .text(",1")), ("1e5", .text("1e5")), ("0x10", .text("0x10")),
        ("nan", .text("nan")),
        ("inf", .text("inf")),
        ("１２", .text("１２")), ("١٢", .text("١٢")), ("1 2", .text("1 2")), ("1.2.3", .text("1.2.3")), ("--1", .text("--1")),
        ("=1+1", .text("=1+1")), ("+x", .text("+x")),
        ("@x", .text("@x")), ("12台", .text("12台")),
    ]

    @Test("leaves text what stands in a column of text")
    func code() { #expect(SheetCell("360100", isNumber: false) == .text("360100")) }

    @Test("gives every sheet a legal name of its own", arguments: names)
    func name(captions: [String], expected: [String]) {
        var names = SheetNames()
        #expect(captions.map { names.name(for: $0) } == expected)
    }

    static let names: [([String], [String])] = [
        (["表1 站点"], ["表1 站点"]),
        (["a/b\\c[d]e:f*g?h"], ["abcdefgh"]),
        (["", "[]", "  "], ["1", "2", "3"]),
        (["'甲'", "甲"], ["甲", "甲 (2)"]),
        (["Sites", "SITES", "sites"], ["Sites", "SITES (2)", "sites (3)"]),
        (["History"], ["History (2)"]),
        (["甲\n乙\u{0}"], ["甲 乙"]),
        (
            [String(repeating: "长", count: 40), String(repeating: "长", count: 40)],
            [String(repeating: "长", count: 31), String(repeating: "长", count: 27) + " (2)"]
        ),
        // Two UTF-16 units each.
        ([String(repeating: "𠮷", count: 20)], [String(repeating: "𠮷", count: 15)]),
        (["1", ""], ["1", "2"]),
        // One character, longer than a name.
        (["e" + String(repeating: "\u{301}", count: 40), "乙"], ["1", "乙"]),
    ]

    @Test("never holds a formula, and keeps the header in sight")
    func sheets() throws {
        let parts = try unzipped(Sample.document().workbook())
        for (name, content) in parts where name.hasPrefix("xl/worksheets/") {
            let sheet = String(decoding: content, as: UTF8.self)
            #expect(try isWellFormed(sheet))
            #expect(!sheet.contains("<f>") && !sheet.contains("<f "))
        }
        #expect(try parts.text("xl/sharedStrings.xml").contains("<t>=1+1</t>"))
        let table = try parts.text("xl/worksheets/sheet2.xml")
        #expect(table.contains("ySplit=\"1\"") && table.contains("state=\"frozen\""))
        #expect(table.contains("<v>0.2555</v>") && table.contains("<v>1280</v>"))
        #expect(try parts.text("xl/workbook.xml").contains("name=\"表2 明细\""))
    }

    @Test("says the texts of the document on its first sheet")
    func texts() throws {
        let strings = try unzipped(Sample.document().workbook()).text("xl/sharedStrings.xml")
        for text in ["关于站点运行情况的通报", "云远办〔2011〕5号", "一、总体情况", "签发：林秋禾", "&lt;script&gt;alert(1)&lt;/script&gt; &amp; ]]&gt;"] {
            #expect(strings.contains(text), "\(text)")
        }
    }

    @Test("has the same bytes twice")
    func sameBytes() async throws {
        let first = try Sample.document().workbook()
        try await Task.sleep(for: .milliseconds(2100))
        #expect(try Sample.document().workbook() == first)
    }

    @Test("cuts a text that no cell can hold, and refuses a table that no sheet can")
    func limits() throws {
        let columns = [PrintedTable.Column(label: "文", isNumber: false)]
        let long = try unzipped(
            workbook(of: [PrintedTable(caption: "长", columns: columns, rows: [[String(repeating: "𠮷", count: 40_000)]], hasTotal: false)]))
        #expect(try long.text("xl/sharedStrings.xml").contains("𠮷…"))
        let rows = Array(repeating: ["1"], count: 1_048_576)
        #expect(throws: DocumentProblem.tooLarge(caption: "大")) {
            try workbook(of: [PrintedTable(caption: "大", columns: columns, rows: rows, hasTotal: false)])
        }
    }

    @Test("can be opened when there is no table at all")
    func empty() throws { #expect(try unzipped(workbook(of: [])).text("xl/workbook.xml").contains("<sheet name=\"1\"")) }
}
