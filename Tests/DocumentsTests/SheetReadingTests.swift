import Documents
import Foundation
import Testing

/// Workbooks as offices send them, read as what their cells say.
@Suite struct SheetReadingTests {
    /// A workbook around a sheet's XML, as small as one may be.
    private func workbook(
        _ sheet: String, shared: [String] = [], formats: [String] = [], book: String? = nil, links: String? = nil
    ) throws -> [UInt8] {
        let custom = formats.enumerated().map { "<numFmt numFmtId=\"\(170 + $0.offset)\" formatCode=\"\($0.element)\"/>" }.joined()
        let styles = ["0", "14", "31"] + formats.indices.map { String(170 + $0) }
        var zip = ZipFile()
        zip.add(
            "xl/workbook.xml",
            book ?? "<workbook xmlns:r=\"r\"><sheets><sheet name=\"表\" sheetId=\"1\" r:id=\"rId1\"/></sheets></workbook>")
        zip.add(
            "xl/_rels/workbook.xml.rels",
            links ?? "<Relationships><Relationship Id=\"rId1\" Target=\"worksheets/sheet1.xml\"/></Relationships>")
        zip.add("xl/sharedStrings.xml", "<sst>" + shared.map { "<si>\($0)</si>" }.joined() + "</sst>")
        zip.add(
            "xl/styles.xml",
            "<styleSheet><numFmts>\(custom)</numFmts><cellStyleXfs><xf numFmtId=\"14\"/></cellStyleXfs><cellXfs>"
                + styles.map { "<xf numFmtId=\"\($0)\"/>" }.joined() + "</cellXfs></styleSheet>")
        zip.add("xl/worksheets/sheet1.xml", "<worksheet>\(sheet)</worksheet>")
        return Array(try zip.packed())
    }

    private func cells(_ bytes: [UInt8]) throws -> [[String]] { try SheetReading.rows(bytes).map(\.cells) }

    @Test func cellsSayWhatTheyShow() throws {
        let sheet = """
            <sheetData><row r="1"><c r="A1" t="s"><v>0</v></c><c r="C1" t="s"><v>1</v></c></row>
            <row r="3"><c r="A3"><v>990101001001</v></c><c r="B3"><v>9.90101116201101E14</v></c><c r="C3"><v>0.5</v></c></row>
            <row r="4"><c r="A4" t="inlineStr"><is><t>甲</t><t>乙</t></is></c><c r="B4" t="str"><f>A1</f><v>算出的</v></c>
            <c r="C4" t="b"><v>1</v></c><c r="D4" t="e"><v>#N/A</v></c><c r="E4"><v>990101001001003000</v></c></row></sheetData>
            """
        let found = try SheetReading.rows(
            try workbook(sheet, shared: ["<t>云溪市</t><rPh><t>yunxi</t></rPh>", "<r><t>区划</t></r><r><t>代码</t></r>"]))
        #expect(found.map(\.number) == [1, 3, 4])
        #expect(
            found.map(\.cells) == [
                ["云溪市", "", "区划代码"], ["990101001001", "990101116201101", "0.5"],
                ["甲乙", "算出的", "1", "#N/A", "9.90101001001003E+17"],
            ])
    }

    /// Numbers that a format shows as days are days; the count from 1900 has a day too many, that from 1904 has not.
    @Test func numbersThatAreDaysAreWrittenAsDays() throws {
        let row = (0...5).map { "<c s=\"\($0)\"><v>40664</v></c>" }.joined() + "<c s=\"1\"><v>1</v></c><c s=\"1\"><v>61.75</v></c>"
        let formats = ["yyyy&quot;年&quot;m&quot;月&quot;d&quot;日&quot;", "0.00&quot;day&quot;", "[$-804]yyyy/m/d;@"]
        let sheet = "<sheetData><row>\(row)</row></sheetData>"
        #expect(
            try cells(try workbook(sheet, formats: formats)) == [
                ["40664", "2011-05-01", "2011-05-01", "2011-05-01", "40664", "2011-05-01", "1900-01-01", "1900-03-01"]
            ])
        let book = "<workbook xmlns:r=\"r\"><workbookPr date1904=\"1\"/><sheets><sheet name=\"x\" r:id=\"rId1\"/></sheets></workbook>"
        #expect(try cells(try workbook(sheet, formats: formats, book: book))[0][1] == "2015-05-02")
    }

    /// What spans rows is said in each of them; a title over columns once; a hidden sheet is not read.
    @Test func spansAndHiddenSheets() throws {
        let sheet = """
            <sheetData><row r="1"><c r="A1" t="str"><v>云溪市区划表</v></c></row>
            <row r="2"><c r="A2" t="str"><v>东岭县</v></c><c r="B2" t="str"><v>上湾村</v></c></row>
            <row r="3"><c r="A3" s="1"/><c r="B3" t="str"><v>下湾村</v></c></row><row r="4"/></sheetData>
            <mergeCells><mergeCell ref="A1:B1"/><mergeCell ref="A2:A4"/><mergeCell ref="bad"/></mergeCells>
            """
        let book = """
            <workbook xmlns:r="r"><sheets><sheet name="藏" state="hidden" r:id="rId9"/><sheet name="表" r:id="rId1"/></sheets></workbook>
            """
        let links = """
            <Relationships><Relationship Id="rId9" Target="worksheets/none.xml"/>
            <Relationship Id="rId1" Target="/xl/worksheets/sheet1.xml"/></Relationships>
            """
        #expect(
            try cells(try workbook(sheet, book: book, links: links)) == [["云溪市区划表"], ["东岭县", "上湾村"], ["东岭县", "下湾村"]])
    }

    @Test func whatIsNoWorkbookIsRefused() throws {
        let good = try workbook("<sheetData><row><c><v>1</v></c></row></sheetData>")
        #expect(try cells(good) == [["1"]])
        let entity = "<!DOCTYPE x [<!ENTITY a \"aaaaaaaaaa\"><!ENTITY b \"&a;&a;&a;&a;\">]>"
        var broken: [[UInt8]] = [
            [], [0x50, 0x4B, 3, 4], Array(good.dropLast(30)), Array("code,name\n1,2\n".utf8),
            try workbook("<sheetData><row><c><v>1</v></row></sheetData>"), try workbook("", links: "<Relationships/>"),
            try workbook("<sheetData/>", book: "<workbook/>"),
        ]
        var zip = ZipFile()
        zip.add("xl/workbook.xml", entity + "<workbook>&b;</workbook>")
        broken.append(Array(try zip.packed()))
        for bytes in broken { #expect(throws: SheetProblem.notASheet) { try SheetReading.rows(bytes) } }
        #expect(throws: SheetProblem.oldOrLocked) { try SheetReading.rows([0xD0, 0xCF, 0x11, 0xE0, 0xA1, 0xB1]) }
    }

    /// A file of some kilobytes that unpacks to more than may be is refused before it is read whole; a cell far to the right, too many
    /// spans and a text without end, too.
    @Test func whatUnpacksToTooMuchIsRefused() throws {
        let blank = String(repeating: " ", count: 130 << 20)
        let large = [
            try workbook(blank), try workbook("<sheetData/>", shared: [String(repeating: "a", count: 50 << 20)]),
            try workbook("<sheetData><row r=\"1\"><c r=\"ZZZ1\"><v>1</v></c></row></sheetData>"),
            try workbook("<sheetData><row r=\"900000\"><c><v>1</v></c></row></sheetData>"),
            try workbook("<sheetData><row r=\"9223372036854775807\"/><row><c><v>1</v></c></row></sheetData>"),
            try workbook("<sheetData><row><c t=\"str\"><v>\(String(repeating: "x", count: 200_000))</v></c></row></sheetData>"),
            try workbook(
                "<sheetData><row><c><v>1</v></c></row></sheetData><mergeCells>"
                    + String(repeating: "<mergeCell ref=\"A1:A200000\"/>", count: 20) + "</mergeCells>"),
        ]
        for (place, bytes) in large.enumerated() {
            #expect(bytes.count < 1 << 20, "\(place) is \(bytes.count) bytes")
            #expect(throws: SheetProblem.tooLarge, "\(place)") { try SheetReading.rows(bytes) }
        }
    }
}
