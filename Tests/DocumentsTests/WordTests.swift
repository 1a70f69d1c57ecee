import Documents
import Foundation
import Testing

@Suite("The DOCX file")
struct WordTests {
    @Test("is made of parts that are well-formed, whatever the text", arguments: ["zh-Hans", "en"])
    func wellFormed(language: String) throws {
        let parts = try unzipped(Sample.document(language: language).docx(pictures: [Sample.png]))
        for (name, content) in parts where name.hasSuffix(".xml") || name.hasSuffix(".rels") {
            #expect(try isWellFormed(String(decoding: content, as: UTF8.self)), "\(name)")
        }
        let body = try parts.text("word/document.xml")
        #expect(body.contains("&lt;script&gt;alert(1)&lt;/script&gt; &amp; ]]&gt;"))
        #expect(!body.contains("<script"))
    }

    @Test("names only parts that are there, and all of them")
    func relations() throws {
        let parts = try unzipped(Sample.document().docx(pictures: [Sample.png]))
        let types = try parts.text("[Content_Types].xml")
        for target in try parts.text("word/_rels/document.xml.rels").matches(of: /Target="([^"]+)"/) {
            #expect(parts["word/\(target.output.1)"] != nil, "\(target.output.1)")
        }
        for name in types.matches(of: /PartName="\/([^"]+)"/) { #expect(parts[String(name.output.1)] != nil, "\(name.output.1)") }
        #expect(parts["word/media/picture1.png"] == Sample.png)
        #expect(try parts.text("docProps/core.xml").contains("<dc:title>关于站点运行情况的通报</dc:title>"))
        let (body, styles) = (try parts.text("word/document.xml"), try parts.text("word/styles.xml"))
        for style in body.matches(of: /w:pStyle w:val="([^"]+)"/) {
            #expect(styles.contains("w:styleId=\"\(style.output.1)\""), "\(style.output.1)")
        }
    }

    @Test("has the same bytes twice")
    func sameBytes() async throws {
        let first = try Sample.document().docx(pictures: [Sample.png])
        // The times in a ZIP file count in steps of two seconds; so they would differ.
        try await Task.sleep(for: .milliseconds(2100))
        #expect(try Sample.document().docx(pictures: [Sample.png]) == first)
    }

    @Test("repeats heads, keeps rows whole and turns annexes on their side")
    func pages() throws {
        let body = try unzipped(Sample.document().docx(pictures: [Sample.png])).text("word/document.xml")
        #expect(body.components(separatedBy: "<w:tblHeader/>").count - 1 == 2)
        // Two heads, four rows, sixty rows, one line of the imprint.
        #expect(body.components(separatedBy: "<w:cantSplit/>").count - 1 == 67)
        #expect(body.components(separatedBy: "<w:sectPr>").count - 1 == 2)
        #expect(body.components(separatedBy: "w:orient=\"landscape\"").count - 1 == 1)
        let upright = try unzipped(Sample.document(blocks: [.paragraph("一")]).docx(pictures: [])).text("word/document.xml")
        #expect(!upright.contains("landscape"))
    }

    @Test("numbers its pages between dashes, outside")
    func numbers() throws {
        let parts = try unzipped(Sample.document().docx(pictures: [Sample.png]))
        for (name, side) in [("word/footer1.xml", "right"), ("word/footer2.xml", "left")] {
            let footer = try parts.text(name)
            #expect(footer.contains(" PAGE ") && footer.contains("<w:jc w:val=\"\(side)\"/>"))
            #expect(footer.contains("— ") && footer.contains(" —"))
        }
    }

    @Test("keeps every table within the text, whatever the number of columns", arguments: [1, 3, 9, 18, 40])
    func widths(count: Int) throws {
        let columns = (0..<count).map { PrintedTable.Column(label: "很长的指标名称\($0)", isNumber: $0 > 0) }
        let table = PrintedTable(caption: "", columns: columns, rows: [Array(repeating: "12,345.67%", count: count)], hasTotal: true)
        let body = try unzipped(Sample.document(blocks: [.table(table)]).docx(pictures: [])).text("word/document.xml")
        let grid = try #require(body.firstMatch(of: /<w:tblGrid>(.*?)<\/w:tblGrid>/)).output.1
        let widths = grid.matches(of: /w:w="(\d+)"/).compactMap { Int($0.output.1) }
        #expect(widths.count == count && widths.allSatisfy { $0 > 0 })
        // 156 mm, in twentieths of a point.
        #expect(widths.reduce(0, +) <= 8844)
    }

    @Test("is not made without its pictures")
    func pictures() {
        let document = Sample.document()
        #expect(throws: DocumentProblem.pictures(expected: 1, found: 0)) { try document.docx(pictures: []) }
        #expect(throws: DocumentProblem.notPNG(place: 1)) { try document.docx(pictures: [Data("GIF89a".utf8)]) }
    }
}
