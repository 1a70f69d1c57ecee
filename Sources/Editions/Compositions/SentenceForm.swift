import Accounts
import Basics
import Bulletins
import Figures
import Registry
import Storage
import Web

/// The form of a sentence.
enum SentenceFields {
    static let content = Field.note("content", "compose.content", most: 2000, isNeeded: false)
    /// What the sentence says by itself: whoever edits it edits it by that.
    static let reading = Field.seen("reading", "compose.automatic")
    static let form = Form(content, reading)
}

/// A sentence of a month's bulletin.
struct SentencePlace: Sendable {
    let area: Area
    let month: Month
    let section: BulletinSection
    let sentence: Sentence

    /// Stands before the ids of its form.
    var mark: String { "\(section.id)-\(sentence.name)-" }
}

extension FormPage where Subject == SentencePlace {
    /// Writes a sentence in place of the one that writes itself, leaves it out, or lets it write itself again.
    static func sentence(_ press: EditionPress) -> FormPage {
        FormPage(
            submit: "compose.save",
            ways: { place in
                guard place.section.kind != .free else { return [] }
                return [FormWay("leave_out", "compose.leave_sentence_out")]
                    + (place.sentence.edit == nil ? [] : [FormWay("reset", "compose.reset")])
            }, mark: \.mark,
            reading: { at in
                let (place, (_, _, section, name)) = (try EditionPlace(at, press.rules), try at.parts(CompositionAddress.sentence))
                guard
                    let (composition, area) = try await press.composition(
                        code: place.code, month: place.month, language: at.visit.language, in: at.visit.scope, at: at.act.at)
                else { throw Refusal.notFound("area") }
                let sentence = try composition.sentence(section, name)
                guard let found = composition.sections.first(where: { $0.id == section }) else { throw Refusal.notFound("sentence") }
                return { _ in SentencePlace(area: area, month: place.month, section: found, sentence: sentence) }
            }, form: { _ in SentenceFields.form },
            texts: { place, _ in
                [
                    SentenceFields.content.name: place.sentence.edit?.content ?? place.sentence.automatic,
                    SentenceFields.reading.name: place.sentence.automatic,
                ]
            }, record: { _ in "" },
            act: { statements, place, values, at in
                let (sentence, section, language) = (place.sentence, place.section.id, at.visit.language)
                if values.way == "reset" {
                    try statements.resetSentence(
                        sentence, section: section, area: place.area, month: place.month, language: language, by: at.act)
                } else {
                    let content = values.way == "leave_out" ? "" : try values[SentenceFields.content]
                    try statements.editSentence(
                        sentence, section: section, content: content, seen: sentence.mark, area: place.area, month: place.month,
                        language: language, by: at.act)
                }
                return CompositionAddress.section(section, place.month, place.area.code)
            },
            page: { form, place, at in
                try await at.house.compositionFrame(EditionPlace(code: place.area.code, month: place.month), form, press, at)
            })
    }
}
