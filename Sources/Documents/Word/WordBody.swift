/// The part `document.xml`: paragraphs, tables, pictures and the two kinds of pages.
struct WordBody {
    /// A page of A4 and its text; lengths in twentieths of a point (1 mm is 56.7).
    struct Page {
        let width: Int
        let height: Int
        let top: Int
        let right: Int
        let bottom: Int
        let left: Int
        /// From the page's lower edge to the number, which stands 7 mm below the text.
        let footer: Int
        /// What a picture may take, in millimetres, so that its caption and the title of an annex stand on the same page.
        let highestPicture: Int

        var text: Int { width - left - right }

        /// Margins of GB/T 9704: 37, 26, 35 and 28 mm.
        static let upright = Page(
            width: 11906, height: 16838, top: 2098, right: 1474, bottom: 1984, left: 1588, footer: 1300, highestPicture: 205)
        /// For wide tables: 26, 20, 24 and 20 mm.
        static let across = Page(
            width: 16838, height: 11906, top: 1474, right: 1134, bottom: 1361, left: 1134, footer: 680, highestPicture: 130)
    }

    static let oddFooter = "rId4"
    static let evenFooter = "rId5"

    let document: PrintedDocument
    /// Of the picture blocks, in order.
    let sizes: [PNGSize]

    var part: String {
        let parts = document.parts
        let hasAnnex = parts.count > 1
        var place = 0
        var content = head + pieces(of: parts[0], on: .upright, &place) + closing
        if hasAnnex {
            // A section ends with the paragraph that holds its properties; this one is made too small to be seen.
            content +=
                """
                <w:p><w:pPr><w:pStyle w:val="Gap"/><w:spacing w:line="20" w:lineRule="exact"/>\(Self.section(.upright))</w:pPr></w:p>
                """
            content += parts.dropFirst().map { paragraph("Annex", $0.title ?? "") + pieces(of: $0, on: .across, &place) }.joined()
        }
        content += imprint + Self.section(hasAnnex ? .across : .upright)
        return WordFile.declaration + "<w:document \(WordFile.namespace) \(WordPicture.namespaces)><w:body>\(content)</w:body></w:document>"
    }

    private var head: String {
        var content = document.mark.isEmpty ? "" : paragraph("Mark", document.mark)
        if !document.issuer.isEmpty {
            content += paragraph(halves(document.issuer) > 32 ? "IssuerLong" : "Issuer", document.issuer)
            if !document.documentNumber.isEmpty { content += paragraph("Number", document.documentNumber) }
            content += paragraph("RedLine", "")
        } else if !document.documentNumber.isEmpty {
            content += paragraph("Number", document.documentNumber)
        }
        content += paragraph("Title", document.title)
        if !document.recipients.isEmpty { content += paragraph("Addressed", document.recipients + document.colon) }
        return content
    }

    private func pieces(of part: PrintedDocument.Part, on page: Page, _ place: inout Int) -> String {
        var content = ""
        for (index, block) in part.blocks.enumerated() {
            // A signature does not stand on a page without text.
            let keeps = part.title == nil && index == part.blocks.count - 1 && !document.signature.isEmpty
            switch block.kind {
            case .heading: content += paragraph("Heading1", block.text ?? "")
            case .paragraph: content += paragraph("Body", block.text ?? "", keeps: keeps)
            case .note: content += paragraph("Note", block.text ?? "", keeps: keeps)
            case .table: content += block.table.map { table($0, on: page) } ?? ""
            case .picture:
                content +=
                    WordPicture(number: place + 1, size: sizes[place], caption: block.text ?? "", highest: page.highestPicture).paragraph
                if let caption = block.text, !caption.isEmpty { content += paragraph("PictureCaption", caption) }
                place += 1
            case .annex: break  // It began this part.
            }
        }
        return content
    }

    /// Word joins two tables that touch, so each is followed by a gap.
    private func table(_ table: PrintedTable, on page: Page) -> String {
        guard !table.columns.isEmpty else { return "" }
        let caption = table.caption.isEmpty ? "" : paragraph("Caption", table.caption)
        return caption + WordTable(table: table, room: page.text).xml + paragraph("Gap", "")
    }

    private var closing: String {
        guard !document.signature.isEmpty else { return "" }
        return paragraph("Gap", "", keeps: true) + document.signature.map { paragraph("Signature", $0) }.joined()
    }

    /// Lines between rules, thick outside and thin between. A table, because LibreOffice and Word differ in how borders of paragraphs join.
    private var imprint: String {
        guard !document.imprint.isEmpty else { return "" }
        let width = (document.parts.count > 1 ? Page.across : .upright).text
        let rules = [("top", 8), ("bottom", 8), ("insideH", 4)].map {
            "<w:\($0) w:val=\"single\" w:sz=\"\($1)\" w:space=\"0\" w:color=\"000000\"/>"
        }.joined()
        let rows = document.imprint.map { pair in
            let text = paragraph("Imprint", pair.name + document.colon + pair.text)
            return
                "<w:tr><w:trPr><w:cantSplit/></w:trPr><w:tc><w:tcPr><w:tcW w:w=\"\(width)\" w:type=\"dxa\"/></w:tcPr>\(text)</w:tc></w:tr>"
        }
        return paragraph("Gap", "")
            + "<w:tbl><w:tblPr><w:tblW w:w=\"\(width)\" w:type=\"dxa\"/><w:jc w:val=\"center\"/><w:tblBorders>\(rules)</w:tblBorders>"
            + "<w:tblLayout w:type=\"fixed\"/></w:tblPr><w:tblGrid><w:gridCol w:w=\"\(width)\"/></w:tblGrid>\(rows.joined())</w:tbl>"
            + paragraph("Gap", "")
    }

    /// `keeps`: on the page of what follows.
    private func paragraph(_ style: String, _ text: String, keeps: Bool = false) -> String {
        "<w:p><w:pPr><w:pStyle w:val=\"\(style)\"/>\(keeps ? "<w:keepNext/>" : "")</w:pPr>\(Self.run(text))</w:p>"
    }

    /// A line break of the text stays one.
    static func run(_ text: String, _ properties: String = "") -> String {
        guard !text.isEmpty else { return "" }
        let lines = text.split(omittingEmptySubsequences: false) { $0.isNewline }.map {
            "<w:t xml:space=\"preserve\">\(xml(String($0)))</w:t>"
        }
        return "<w:r>\(properties)\(lines.joined(separator: "<w:br/>"))</w:r>"
    }

    private static func section(_ page: Page) -> String {
        """
        <w:sectPr><w:footerReference w:type="default" r:id="\(oddFooter)"/><w:footerReference w:type="even" r:id="\(evenFooter)"/><w:type \
        w:val="nextPage"/>
        """
            + "<w:pgSz w:w=\"\(page.width)\" w:h=\"\(page.height)\"\(page.width > page.height ? " w:orient=\"landscape\"" : "")/>"
                + """
                <w:pgMar w:top="\(page.top)" w:right="\(page.right)" w:bottom="\(page.bottom)" w:left="\(page.left)" w:header="851" \
                w:footer="\(page.footer)" w:gutter="0"/>
                """
            + "</w:sectPr>"
    }

    /// The number of the page between dashes, one character in from the `side`.
    static func footer(side: String) -> String {
        let field = ["begin", "", "separate", "1", "end"].map { step in
            switch step {
            case "": "<w:r><w:instrText xml:space=\"preserve\"> PAGE </w:instrText></w:r>"
            case "1": "<w:r><w:t>1</w:t></w:r>"
            default: "<w:r><w:fldChar w:fldCharType=\"\(step)\"/></w:r>"
            }
        }
        return WordFile.declaration
            + """
            <w:ftr \(WordFile.namespace)><w:p><w:pPr><w:pStyle w:val="Footer"/><w:ind w:\(side)="280"/><w:jc w:val="\(side)"/></w:pPr>
            """
            + "\(run("— "))\(field.joined())\(run(" —"))</w:p></w:ftr>"
    }
}
