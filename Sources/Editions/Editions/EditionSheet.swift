import Bulletins
import Figures
import Returns
/// The page `edition_1` of documents of format 1: the whole document, laid out; it holds no words of its own.
struct EditionSheet: Sendable {
    struct Pair: Sendable {
        let pairName: String
        let pairText: String
    }
    struct Line: Sendable { let cells: [String] }
    let language: String
    let title: String
    let imprint: [Pair]
    let columns: [String]
    let lines: [Line]
    let formulas: [Pair]
    let notes: [String]
    let hasExcluded: Bool
    let excludedTitle: String
    let excluded: [Line]
    let hasErrata: Bool
    let errataTitle: String
    let errataColumns: [String]
    let errata: [Line]

    init(_ document: EditionDocument) {
        (language, title) = (document.language, document.title)
        imprint = document.imprint.map { Pair(pairName: $0.name, pairText: $0.text) }
        columns = document.columns.map(\.label)
        lines = document.lines.map { Line(cells: $0) }
        formulas = document.formulas.map { Pair(pairName: $0.name, pairText: $0.text) }
        notes = document.notes
        (hasExcluded, excludedTitle) = (!document.excluded.isEmpty, document.excludedTitle)
        excluded = document.excluded.map { Line(cells: [$0.code, $0.name, $0.reason, $0.document]) }
        (hasErrata, errataTitle, errataColumns) = (!document.errata.isEmpty, document.errataTitle, document.errataColumns)
        errata = document.errata.map { Line(cells: ["\($0.line) \($0.lineName)", $0.columnLabel, $0.from, $0.to]) }
    }
}
