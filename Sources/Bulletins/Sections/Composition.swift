package import Basics
package import Documents
package import Figures
import Registry
import Returns
import Web

/// A section's place in a bulletin.
package struct ArrangedSection: Decodable, Hashable, Sendable {
    /// A kind's raw value, or the id of a free paragraph, which begins with `free-`.
    package let section: String
    package var included: Bool

    package init(section: String, included: Bool) {
        self.section = section
        self.included = included
    }

    package var isFree: Bool { section.hasPrefix("free-") }
}

/// What an editor does to the order of sections.
package enum Rearrangement: Hashable, Sendable {
    case up(String)
    case down(String)
    case include(String)
    case leaveOut(String)
    case add(String)
    case remove(String)
}

extension [ArrangedSection] {
    /// Every kind once: those that are not named stand at the end, included. What is no section is left out.
    package var complete: [ArrangedSection] {
        let kinds = SectionKind.allCases.filter { $0 != .free }.map(\.rawValue)
        let known = filter { $0.isFree || kinds.contains($0.section) }
        return known + kinds.filter { kind in !known.contains { $0.section == kind } }.map { ArrangedSection(section: $0, included: true) }
    }

    /// The order after a change; the same when the change names no section or leads over an end.
    package func rearranged(_ change: Rearrangement) -> [ArrangedSection] {
        var result = complete
        func place(_ id: String) -> Int? { result.firstIndex { $0.section == id } }
        switch change {
        case .up(let id): if let at = place(id), at > 0 { result.swapAt(at, at - 1) }
        case .down(let id): if let at = place(id), at + 1 < result.count { result.swapAt(at, at + 1) }
        case .include(let id): if let at = place(id) { result[at].included = true }
        case .leaveOut(let id): if let at = place(id) { result[at].included = false }
        case .add(let id): if place(id) == nil { result.append(ArrangedSection(section: id, included: true)) }
        case .remove(let id): result.removeAll { $0.section == id && $0.isFree }
        }
        return result
    }
}

/// A month's bulletin as an editor arranged it: sections that write themselves, in order, with what was edited. Pure.
package struct Composition: Sendable {
    package let sections: [BulletinSection]
    package let facts: BulletinFacts
    package let speech: Speech
    /// The figures that any sentence may name, by their names.
    package let figures: [String: String]

    package init(_ facts: BulletinFacts, arranged: [ArrangedSection], edits: [Sentence.Edit], _ speech: Speech) {
        (self.facts, self.speech) = (facts, speech)
        let writer = SectionWriter(facts, speech)
        figures = writer.figures
        let written = Dictionary(writer.sections().map { ($0.id, $0) }, uniquingKeysWith: { first, _ in first })
        let edited = Dictionary(edits.map { ("\($0.section) \($0.sentence)", $0) }, uniquingKeysWith: { first, _ in first })
        sections = arranged.complete.compactMap { place in
            let free = BulletinSection(
                id: place.section, kind: .free, heading: speech("compose.section.free"),
                sentences: [Sentence(name: "text", automatic: "", figures: writer.figures)])
            guard let section = place.isFree ? free : written[place.section] else { return nil }
            return BulletinSection(
                id: section.id, kind: section.kind, heading: section.heading,
                sentences: section.sentences.map {
                    Sentence(name: $0.name, automatic: $0.automatic, figures: $0.figures, edit: edited["\(section.id) \($0.name)"])
                }, blocks: section.blocks, isIncluded: place.included)
        }
    }

    /// A sentence by its place; throws `Refusal.notFound("sentence")` where there is none.
    package func sentence(_ section: String, _ name: String) throws -> Sentence {
        guard let sentence = sections.first(where: { $0.id == section })?.sentences.first(where: { $0.name == name }) else {
            throw Refusal.notFound("sentence")
        }
        return sentence
    }

    /// Edited sentences of printed sections that may no longer fit the figures.
    package var misfits: [(section: BulletinSection, sentence: Sentence)] {
        sections.filter(\.isIncluded).flatMap { section in section.sentences.filter { !$0.misfits.isEmpty }.map { (section, $0) } }
    }
}

/// What stands around the figures of a bulletin.
package struct Imprint: Hashable, Sendable {
    /// The number of the paper, and who signed it off.
    package var document: String
    package var signedOff: String
    /// Who issues it, to whom it is addressed, who gets a copy; each may be empty.
    package var issuer: String
    package var recipients: String
    package var copies: String

    package init(document: String, signedOff: String, issuer: String = "", recipients: String = "", copies: String = "") {
        self.document = document
        self.signedOff = signedOff
        self.issuer = issuer
        self.recipients = recipients
        self.copies = copies
    }
}

extension Composition {
    /// The bulletin as it is printed. `marks` are words that stand above everything, such as that it is a draft; `closing` are pairs of the
    /// imprint at the end.
    package func printed(_ imprint: Imprint, on day: Day, marks: [String], closing: [PrintedDocument.Pair], errata: [Erratum])
        -> PrintedDocument
    {
        let bulletin = facts.bulletin
        var blocks: [Block] = []
        var number = 0
        func heading(_ text: String) {
            number += 1
            blocks.append(.heading(speech.numbered(number, text)))
        }
        for section in sections where section.isIncluded {
            let paragraph = section.paragraph(separator: speech.language == .chinese ? "" : " ")
            guard !paragraph.isEmpty || !section.blocks.isEmpty else { continue }
            if section.kind != .free { heading(section.heading) }
            if !paragraph.isEmpty { blocks.append(.paragraph(paragraph)) }
            blocks += section.blocks
        }
        if !errata.isEmpty {
            heading(speech("compose.section.corrected"))
            blocks += [.paragraph(speech("compose.corrected", ["count": String(errata.count)])), .table(speech.table(errata))]
        }
        blocks += annex
        return PrintedDocument(
            language: speech.language.rawValue, issuer: imprint.issuer, documentNumber: imprint.document,
            title: speech("bulletin.title", ["area": bulletin.area.name, "month": speech.month(bulletin.month)]),
            recipients: imprint.recipients,
            mark: speech.list(marks), blocks: blocks, signature: [imprint.issuer, speech.date(day)].filter { !$0.isEmpty }, imprint: closing
        )
    }

    /// The whole table with what its figures mean.
    private var annex: [Block] {
        let bulletin = facts.bulletin
        let names = { (line: BulletinLine, isTotal: Bool) in
            isTotal ? speech("figures.total") : line.code == BulletinArea.rest ? speech("bulletin.rest") : line.name
        }
        let rows = (bulletin.lines.map { ($0, false) } + [(bulletin.total, true)]).map { line, isTotal in
            zip(Bulletin.columns, line.cells).map { $0 == "name" ? names(line, isTotal) : speech.printed($1, column: $0) }
        }
        let table = PrintedTable(
            caption: speech("bulletin.caption", ["area": bulletin.area.name, "month": speech.month(bulletin.month)]),
            columns: Bulletin.columns.map { .init(label: speech("bulletin.\($0)"), isNumber: !["code", "name"].contains($0)) }, rows: rows,
            hasTotal: true)
        return [.annex(speech("compose.annex")), .table(table)]
            + bulletin.formulas(speech).map { .note("\($0.name)\(speech.language == .chinese ? "：" : ": ")\($0.text)") }
            + [
                .note(speech("network.\(bulletin.network.rawValue)", ["day": bulletin.month.days.upperBound.description])),
                .note(speech("bulletin.note.not_heard", ["count": String(bulletin.total.notHeard)])),
                .note(speech.rankNote(bulletin.formula)),
            ]
    }
}

extension Speech {
    /// A heading with its number, as the language writes it.
    func numbered(_ number: Int, _ heading: String) -> String {
        let digits = ["", "一", "二", "三", "四", "五", "六", "七", "八", "九"]
        guard language == .chinese, number < 100 else { return "\(number). \(heading)" }
        let tens = number < 10 ? "" : (number < 20 ? "" : digits[number / 10]) + "十"
        return "\(tens)\(digits[number % 10])、\(heading)"
    }

    /// A day as the language writes it at the end of a paper.
    func date(_ day: Day) -> String {
        let month = day.month
        let width = language == .chinese ? 1 : 2
        return self(
            "compose.date",
            [
                "year": String(month.year), "month": padded(month.month, width),
                "day": padded(month.days.lowerBound.distance(to: day) + 1, width),
            ])
    }

    func table(_ errata: [Erratum]) -> PrintedTable {
        PrintedTable(
            caption: self("edition.errata_cells"),
            columns: ["line", "column", "from", "to"].map {
                .init(label: self("edition.errata.\($0)"), isNumber: $0 == "from" || $0 == "to")
            },
            rows: errata.map { ["\($0.line) \($0.lineName)", $0.columnLabel, $0.from, $0.to] }, hasTotal: false)
    }
}

extension Bulletin {
    /// The rates of the total, each with what it is and what it is made of.
    package func formulas(_ speech: Speech) -> [EditionDocument.Formula] {
        MonthFigure.all.filter { $0.figure.unit == .percent }.compactMap { figure in
            speech.formula(figure, total).map { EditionDocument.Formula(name: speech(figure.figure.name), text: $0) }
        }
    }
}
