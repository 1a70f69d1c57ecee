package import Accounts
package import Basics
package import Bulletins
import Figures
package import Registry
package import Storage
package import Web

extension Statements {
    /// The sections of an area's bulletin in their order: those of the month, else those of the last month before it without its free
    /// paragraphs, else all.
    package func arrangement(area id: String, month: Month) throws -> [ArrangedSection] {
        guard
            let last = try first(
                "SELECT max(month) FROM bulletin_section WHERE area_id = \(id) AND month <= \(month.description)",
                { try $0.optionalText(0) }) ?? nil
        else {
            return []
        }
        let sections = try all("SELECT section, included FROM bulletin_section WHERE area_id = \(id) AND month = \(last) ORDER BY place") {
            ArrangedSection(section: try $0.text(0), included: try $0.int(1) == 1)
        }
        return last == month.description ? sections : sections.filter { !$0.isFree }
    }

    /// Changes the order of the sections of a month.
    package func rearrange(_ change: Rearrangement, area: Area, month: Month, by act: Act) throws {
        let sections = try arrangement(area: area.areaID, month: month).rearranged(change)
        guard sections.count <= 40 else { throw Refusal.conflict("compose.too_many") }
        try run("DELETE FROM bulletin_section WHERE area_id = \(area.areaID) AND month = \(month.description)")
        let rows: [[Value]] = sections.enumerated().map {
            [area.areaID.bound, month.description.bound, $1.section.bound, $0.bound, $1.included.bound]
        }
        try run("INSERT INTO bulletin_section (area_id, month, section, place, included) \(values: rows)")
        if case .remove(let id) = change, id.hasPrefix("free-") {
            try run("DELETE FROM bulletin_sentence WHERE area_id = \(area.areaID) AND month = \(month.description) AND section = \(id)")
        }
        try record(
            "composition.arranged", area.areaID,
            ["month": month.description, "sections": sections.filter(\.included).map(\.section).joined(separator: " ")], by: act)
    }

    /// What editors wrote into the bulletin of a month, in one language.
    package func sentenceEdits(area id: String, month: Month, language: Language) throws -> [Sentence.Edit] {
        try all(
            Sentence.Edit.self,
            """
            SELECT section, sentence, content, against, edited_by, edited_at FROM bulletin_sentence
            WHERE area_id = \(id) AND month = \(month.description) AND language = \(language.rawValue) ORDER BY section, sentence
            """)
    }

    /// Writes a sentence in place of the one that writes itself; an empty one leaves it out. Refuses a text that is too long or names a
    /// figure that there is not, and one that was written over another reading than the present: `seen` is the mark of the sentence that
    /// the editor read.
    package func editSentence(
        _ sentence: Sentence, section: String, content: String, seen: String, area: Area, month: Month, language: Language, by act: Act
    ) throws {
        guard content.unicodeScalars.count <= 2000 else { throw Refusal.invalid(["content": "form.too_large"]) }
        let stored = try sentenceEdits(area: area.areaID, month: month, language: language).first {
            $0.section == section && $0.sentence == sentence.name
        }
        let present = Sentence(name: sentence.name, automatic: sentence.automatic, figures: sentence.figures, edit: stored)
        guard present.mark == seen else { throw Refusal.invalid(["content": "compose.changed_meanwhile"]) }
        let unknown = Sentence.names(in: content).filter { sentence.figures[$0] == nil }
        guard unknown.isEmpty else {
            throw Refusal.invalid([
                "content": FieldProblem("compose.unknown_figure", ["names": unknown.map { "{\($0)}" }.joined(separator: " ")])
            ])
        }
        try run(
            """
            INSERT INTO bulletin_sentence (area_id, month, language, section, sentence, content, against, edited_by, edited_at)
            VALUES (\(area.areaID), \(month.description), \(language.rawValue), \(section), \(sentence.name), \(content),
                \(String(sentence.automatic.unicodeScalars.prefix(4000))),
                \(act.actor.id), \(act.at))
            ON CONFLICT (area_id, month, language, section, sentence) DO UPDATE SET
                content = excluded.content, against = excluded.against, edited_by = excluded.edited_by, edited_at = excluded.edited_at
            """)
        try record(
            "composition.edited", area.areaID,
            ["month": month.description, "sentence": "\(section) \(sentence.name)", "from": stored?.content ?? "", "to": content], by: act)
    }

    /// Lets a sentence write itself again.
    package func resetSentence(_ sentence: Sentence, section: String, area: Area, month: Month, language: Language, by act: Act) throws {
        try run(
            """
            DELETE FROM bulletin_sentence WHERE area_id = \(area.areaID) AND month = \(month.description)
                AND language = \(language.rawValue) AND section = \(section)
                AND sentence = \(sentence.name)
            """)
        try record(
            "composition.reset", area.areaID,
            ["month": month.description, "sentence": "\(section) \(sentence.name)", "from": sentence.edit?.content ?? ""], by: act)
    }
}
