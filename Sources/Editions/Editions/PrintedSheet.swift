import Bulletins
import Documents
import Figures
import Returns

/// A document as the template `edition_2` takes it: every field stored, every name used once, because Mustache looks further out for a name
/// that is not there. The template stays as it is once an edition was issued with it; another look is another number.
struct PrintedSheet {
    let language: String
    let sheetTitle: String
    let hasIssuer: Bool
    let issuer: String
    /// Longer than a line of 26 points.
    let issuerIsLong: Bool
    let hasNumber: Bool
    let documentNumber: String
    let hasRecipients: Bool
    let recipients: String
    let hasMark: Bool
    let mark: String
    let parts: [SheetPart]
    let hasImprint: Bool
    let imprint: [String]

    init(_ document: PrintedDocument) {
        language = document.isChinese ? "zh-Hans" : "en"
        sheetTitle = printable(document.title)
        hasIssuer = !document.issuer.isEmpty
        issuer = printable(document.issuer)
        issuerIsLong = document.issuer.unicodeScalars.reduce(0) { $0 + ($1.isASCII ? 1 : 2) } > 32
        hasNumber = !document.documentNumber.isEmpty
        documentNumber = printable(document.documentNumber)
        hasRecipients = !document.recipients.isEmpty
        recipients = printable(document.recipients) + document.colon
        hasMark = !document.mark.isEmpty
        mark = printable(document.mark)
        parts = document.parts.map { SheetPart($0, signature: $0.title == nil ? document.signature : []) }
        hasImprint = !document.imprint.isEmpty
        imprint = document.imprint.map { printable($0.name + document.colon + $0.text) }
    }
}

/// The body with its signature, or an annex.
struct SheetPart {
    let isAnnex: Bool
    let annexTitle: String
    let pieces: [SheetPiece]
    let hasSignature: Bool
    let signature: [String]

    init(_ part: PrintedDocument.Part, signature: [String]) {
        isAnnex = part.title != nil
        annexTitle = printable(part.title ?? "")
        pieces = part.blocks.map(SheetPiece.init)
        hasSignature = !signature.isEmpty
        self.signature = signature.map(printable)
    }
}

/// One block: exactly one of the `is…` is true.
struct SheetPiece {
    let isHeading: Bool
    let isParagraph: Bool
    let isNote: Bool
    let isPicture: Bool
    let isTable: Bool
    let text: String
    let hasText: Bool
    let drawingSVG: String
    /// `wide` and `widest` make the text of tables with many columns smaller on paper.
    let tableClass: String
    let hasCaption: Bool
    let tableCaption: String
    let columns: [SheetColumn]
    let lines: [SheetLine]

    init(_ block: Block) {
        isHeading = block.kind == .heading
        isParagraph = block.kind == .paragraph
        isNote = block.kind == .note
        isPicture = block.kind == .picture
        isTable = block.kind == .table && block.table?.columns.isEmpty == false
        text = printable(block.text ?? "")
        hasText = !text.isEmpty
        drawingSVG = printable(block.svg ?? "")
        let table = block.table
        tableCaption = printable(table?.caption ?? "")
        hasCaption = !tableCaption.isEmpty
        let columns = (table?.columns ?? []).map { SheetColumn(columnLabel: printable($0.label), columnIsNumber: $0.isNumber) }
        self.columns = columns
        tableClass = columns.count > 12 ? "widest" : columns.count > 8 ? "wide" : "plain"
        let rows = table?.cells ?? []
        lines = rows.enumerated().map { place, cells in
            SheetLine(cells, columns: columns, isTotal: table?.hasTotal == true && place == rows.count - 1)
        }
    }
}

/// The head of a column.
struct SheetColumn {
    let columnLabel: String
    let columnIsNumber: Bool
}

/// A row; the first cell that says something names it.
struct SheetLine {
    let isTotal: Bool
    let cells: [SheetCell]

    init(_ texts: [String], columns: [SheetColumn], isTotal: Bool) {
        self.isTotal = isTotal
        let head = texts.firstIndex { !$0.isEmpty } ?? 0
        cells = zip(texts.indices, texts).map {
            SheetCell(cellText: printable($1), cellIsHead: $0 == head, cellIsNumber: columns[$0].columnIsNumber)
        }
    }
}

/// One cell.
struct SheetCell {
    let cellText: String
    let cellIsHead: Bool
    let cellIsNumber: Bool
}
