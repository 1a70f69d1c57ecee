/// A document as it is printed, in order. Its JSON is canonical; page, PDF, DOCX and XLSX are made from it alone.
package struct PrintedDocument: Codable, Hashable, Sendable {
    /// `zh-Hans` or `en`; decides fonts, indents and the colon after a name.
    package var language: String
    /// The red head line; when empty, the head is left out.
    package var issuer: String
    /// Under the head line; may be empty.
    package var documentNumber: String
    /// In the middle above the text, and the file's own title.
    package var title: String
    /// The line of those addressed, without its colon; may be empty.
    package var recipients: String
    /// Printed visibly at the top when not empty, such as that the figures are samples.
    package var mark: String
    /// Body and annexes in the order of reading.
    package var blocks: [Block]
    /// Lines to the right after the body: who issued it, and the date.
    package var signature: [String]
    /// What stands between the rules at the very end: copies to, edition, date of the figures.
    package var imprint: [Pair]

    /// A name and what stands beside it.
    package struct Pair: Codable, Hashable, Sendable {
        /// Such as 抄送; without a colon.
        package var name: String
        /// What stands after the colon.
        package var text: String

        package init(name: String, text: String) {
            self.name = name
            self.text = text
        }
    }

    package init(
        language: String, issuer: String, documentNumber: String, title: String, recipients: String, mark: String, blocks: [Block],
        signature: [String], imprint: [Pair]
    ) {
        self.language = language
        self.issuer = issuer
        self.documentNumber = documentNumber
        self.title = title
        self.recipients = recipients
        self.mark = mark
        self.blocks = blocks
        self.signature = signature
        self.imprint = imprint
    }

    /// Whether the text is Chinese.
    package var isChinese: Bool { language.hasPrefix("zh") }

    /// Between a name and its text.
    package var colon: String { isChinese ? "：" : ": " }

    /// The body before the first annex, then each annex with its title; the body is there even when it is empty.
    package var parts: [Part] {
        var parts = [Part(title: nil, blocks: [])]
        for block in blocks {
            if block.kind == .annex {
                parts.append(Part(title: block.text ?? "", blocks: []))
            } else {
                parts[parts.count - 1].blocks.append(block)
            }
        }
        return parts
    }

    /// A run of blocks on pages of its own.
    package struct Part: Hashable, Sendable {
        /// Nil for the body, which stands upright; an annex lies on its side.
        package let title: String?
        package var blocks: [Block]
    }
}

/// One piece of a document, made by the functions named like the kinds. Fields that a kind does not have are left out of the JSON.
package struct Block: Codable, Hashable, Sendable {
    /// What a block is; each has a function of its name that makes it.
    package enum Kind: String, Codable, Sendable { case heading, paragraph, note, table, picture, annex }

    /// Decides which of the other fields are there.
    package let kind: Kind
    /// The words of every kind but a table; of a picture its caption, of an annex its title.
    package let text: String?
    /// Of a table only.
    package let table: PrintedTable?
    /// An SVG text that stands on its own.
    package let svg: String?

    private init(_ kind: Kind, text: String? = nil, table: PrintedTable? = nil, svg: String? = nil) {
        self.kind = kind
        self.text = text
        self.table = table
        self.svg = svg
    }

    /// A heading of the body, with its number as text.
    package static func heading(_ text: String) -> Block { Block(.heading, text: text) }
    /// A paragraph of the body; a line break in it stays one.
    package static func paragraph(_ text: String) -> Block { Block(.paragraph, text: text) }
    /// Small print: where figures come from and what is missing in them.
    package static func note(_ text: String) -> Block { Block(.note, text: text) }
    /// A table over the full width with its caption above.
    package static func table(_ table: PrintedTable) -> Block { Block(.table, table: table) }
    /// A drawing of full text width with its caption below.
    package static func picture(svg: String, caption: String) -> Block { Block(.picture, text: caption, svg: svg) }
    /// Everything from here to the next annex stands on landscape pages of its own under `title`.
    package static func annex(_ title: String) -> Block { Block(.annex, text: title) }
}

/// A table of texts. A row that is shorter than the columns is filled up with empty cells; what is longer is not shown.
package struct PrintedTable: Codable, Hashable, Sendable {
    /// Above the table, and the name of its sheet in a workbook; may be empty.
    package var caption: String
    /// From left to right; a table without any is not printed.
    package var columns: [Column]
    /// Cells as they are printed, the total among them.
    package var rows: [[String]]
    /// Whether the last row is a total, which is printed bold.
    package var hasTotal: Bool

    /// A column; numbers stand to the right.
    package struct Column: Codable, Hashable, Sendable {
        /// In the head of the table.
        package var label: String
        /// Whether a workbook keeps the cells as numbers.
        package var isNumber: Bool

        package init(label: String, isNumber: Bool) {
            self.label = label
            self.isNumber = isNumber
        }
    }

    package init(caption: String, columns: [Column], rows: [[String]], hasTotal: Bool) {
        self.caption = caption
        self.columns = columns
        self.rows = rows
        self.hasTotal = hasTotal
    }

    /// The rows, each with exactly one cell a column.
    package var cells: [[String]] { rows.map { row in columns.indices.map { $0 < row.count ? row[$0] : "" } } }
}
