import Documents
import Foundation
import Testing

@Suite("A printed document")
struct DocumentTests {
    @Test("comes back from its JSON as it was, and leaves out what a block does not have")
    func comesBack() throws {
        let document = Sample.document()
        let encoder = JSONEncoder()
        encoder.outputFormatting = .sortedKeys
        let json = try encoder.encode(document)
        #expect(try JSONDecoder().decode(PrintedDocument.self, from: json) == document)
        let heading = String(decoding: try encoder.encode(Block.heading("一")), as: UTF8.self)
        #expect(heading == #"{"kind":"heading","text":"一"}"#)
    }

    @Test("has a body and one part for each annex")
    func parts() {
        let document = Sample.document(blocks: [.annex("甲"), .note("1"), .annex("乙")])
        #expect(document.parts.map(\.title) == [nil, "甲", "乙"])
        #expect(document.parts.map(\.blocks.count) == [0, 1, 0])
    }

    @Test("fills up rows that are too short and cuts those too long")
    func cells() {
        let columns = ["a", "b"].map { PrintedTable.Column(label: $0, isNumber: false) }
        #expect(
            PrintedTable(caption: "", columns: columns, rows: [["1"], ["1", "2", "3"]], hasTotal: false).cells == [["1", ""], ["1", "2"]])
    }

    @Test("drops only the characters that XML forbids")
    func printableText() {
        #expect(printable(Sample.hostile) == Sample.readable)
        #expect(printable("龘𠮷\t\n\u{E000}") == "龘𠮷\t\n\u{E000}")
    }
}
