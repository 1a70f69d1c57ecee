import Basics
import Bulletins
import Documents
import Figures
import Registry
import Returns
import Web

/// The page `composition`: a month's bulletin section by section, each sentence with the text that it writes itself and what an editor made
/// of it.
struct CompositionPage: Sendable {
    struct SectionCard: Sendable {
        let sectionID: String
        let sectionHeading: String
        let isIncluded: Bool
        let isFree: Bool
        let isNothing: Bool
        let sentences: [SentencePart]
        let views: [BlockView]
    }
    struct SentencePart: Sendable {
        let printedText: String
        let isLeftOut: Bool
        let isEdited: Bool
        let automaticText: String
        let form: FormView?
        let isOpen: Bool
        let misfits: [String]
    }
    struct BlockView: Sendable {
        let blockTable: Table?
        let drawingSVG: String?
        let blockCaption: String?
        let blockNote: String?
    }
    let csrf: String
    let sectionsURL: Location
    let bulletinURL: Location
    let editionsURL: Location
    let draftURL: Location
    /// The draft as a file.
    let files: [Frame.Link]
    let isProvisional: Bool
    let misfitCount: String?
    let mayEdit: Bool
    let sections: [SectionCard]
    let figures: Table

    /// `forms` are those of sentences, for whoever may change them.
    init(
        _ composition: Composition, _ area: Area, _ month: Month, standing: MonthStanding, forms: (BulletinSection, Sentence) -> FormView?,
        mayEdit: Bool, csrf: String,
        _ speech: Speech
    ) {
        self.csrf = csrf
        (sectionsURL, draftURL) = (CompositionAddress.sections(month, area.code), CompositionAddress.draft(.html)(month, area.code))
        (bulletinURL, editionsURL) = (BulletinAddress.page(month, area.code), BulletinAddress.editions(month, area.code))
        files = [EditionFile.pdf, .docx, .xlsx].map {
            Frame.Link(label: $0.rawValue.uppercased(), url: CompositionAddress.draft($0)(month, area.code))
        }
        isProvisional = standing == .provisional
        let misfits = composition.misfits.count
        misfitCount = misfits > 0 ? speech("compose.misfit_count", ["count": String(misfits)]) : nil
        self.mayEdit = mayEdit
        sections = composition.sections.map { section in
            SectionCard(
                sectionID: section.id, sectionHeading: section.heading, isIncluded: section.isIncluded, isFree: section.kind == .free,
                isNothing: section.sentences.isEmpty && section.blocks.isEmpty,
                sentences: section.sentences.map { SentencePart($0, forms(section, $0), speech) },
                views: section.blocks.map { BlockView($0) })
        }
        figures = Table(
            caption: speech("compose.figures"),
            columns: [Table.Column(speech("compose.column.figure")), Table.Column(speech("compose.column.value"))],
            rows: composition.figures.sorted { $0.key < $1.key }.map {
                [Table.Cell("{\($0.key)}"), Table.Cell($0.value)]
            })
    }
}

extension CompositionPage.SentencePart {
    fileprivate init(_ sentence: Sentence, _ form: FormView?, _ speech: Speech) {
        printedText = sentence.text
        isEdited = sentence.edit != nil
        isLeftOut = isEdited && sentence.text.isEmpty
        automaticText = sentence.automatic
        self.form = form
        misfits = sentence.misfits.map { misfit in
            switch misfit {
            case .changed(let against): speech("compose.misfit.changed", ["against": against])
            case .number(let number): speech("compose.misfit.number", ["number": number])
            }
        }
        isOpen = form?.isTouched == true || !misfits.isEmpty || sentence.text.isEmpty
    }
}

extension CompositionPage.BlockView {
    fileprivate init(_ block: Block) {
        blockTable = block.table.map(Table.init)
        drawingSVG = block.svg
        blockCaption = block.svg == nil ? nil : block.text
        blockNote = block.kind == .note ? block.text : nil
    }
}

extension Table {
    /// A printed table on a page.
    init(_ printed: PrintedTable) {
        let rows = printed.rows.map { $0.map { Cell($0, mark: $0.count > 30 ? "wide" : nil) } }
        self.init(
            caption: printed.caption, columns: printed.columns.map { Column($0.label, isNumber: $0.isNumber) },
            rows: printed.hasTotal ? rows.dropLast() : rows,
            total: printed.hasTotal ? rows.last : nil)
    }
}
