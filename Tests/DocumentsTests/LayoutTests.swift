import Documents
import Foundation
import Testing

@Suite("The pages of the DOCX file")
struct LayoutTests {
    private func body(_ blocks: [Block], signed: Bool = true, pictures: [Data] = []) throws -> String {
        var document = Sample.document(blocks: blocks)
        if !signed { document.signature = [] }
        return try unzipped(document.docx(pictures: pictures)).text("word/document.xml")
    }

    @Test(
        "hold every picture with its caption, upright and across, in its own proportion",
        arguments: [(200, 100), (100, 100), (100, 250), (1, 255)] as [(UInt8, UInt8)])
    func pictures(width: UInt8, height: UInt8) throws {
        var png = Sample.png
        (png[19], png[23]) = (width, height)
        let body = try body(
            [.picture(svg: Sample.svg, caption: "图1"), .annex("附件"), .picture(svg: Sample.svg, caption: "图2")], pictures: [png, png])
        let sizes = body.matches(of: /<wp:extent cx="(\d+)" cy="(\d+)"/).compactMap { match in
            Double(match.output.1).flatMap { x in Double(match.output.2).map { (x, $0) } }
        }
        #expect(sizes.count == 2)
        // Millimetres; 36,000 units each.
        for ((x, y), highest) in zip(sizes, [205.0, 130.0]) {
            #expect(x <= 156 * 36_000 && y <= highest * 36_000)
            #expect(abs(x / y - Double(width) / Double(height)) < 0.01)
        }
    }

    @Test("never hold a signature without text")
    func signature() throws {
        let blocks: [Block] = [.paragraph("甲"), .note("乙"), .annex("附件"), .paragraph("丙")]
        #expect(try body(blocks).matches(of: /w:val="([A-Za-z]+)"\/><w:keepNext\/>/).map { String($0.output.1) } == ["Note", "Gap"])
        #expect(try body(blocks, signed: false).contains("<w:keepNext/>") == false)
    }

    @Test("hold the red head line in a size of its own when it is long")
    func head() throws {
        var document = Sample.document(blocks: [])
        for (count, style) in [(16, "Issuer"), (17, "IssuerLong")] {
            document.issuer = String(repeating: "长", count: count)
            #expect(try unzipped(document.docx(pictures: [])).text("word/document.xml").contains("w:val=\"\(style)\""))
        }
    }
}
