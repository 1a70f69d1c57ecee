package import Accounts
package import Basics
package import Registry
package import Storage

/// What people say about a courseware, checked.
package struct CoursewareFields: Hashable, Sendable {
    package let title: String
    /// A raw value of `CoursewareCategory`, or empty.
    package let category: String
    package let speaker: String
    package let unit: String
    /// Empty for the courseware's own area.
    package let areas: [AreaCode]
    /// Empty for all.
    package let kinds: [SiteKind]
}

/// The fields as they were typed.
package struct CoursewareDraft: Hashable, Sendable {
    package var title: String
    package var category: String
    package var speaker: String
    package var unit: String
    /// Area codes, separated by blanks, commas or new lines.
    package var areas: String
    package var kinds: [String]

    package init(title: String, category: String, speaker: String, unit: String, areas: String, kinds: [String]) {
        self.title = title
        self.category = category
        self.speaker = speaker
        self.unit = unit
        self.areas = areas
        self.kinds = kinds
    }

    package init(_ courseware: Courseware) {
        self.init(
            title: courseware.title, category: courseware.category, speaker: courseware.speaker, unit: courseware.unit, areas: courseware.audienceAreas,
            kinds: courseware.kinds)
    }
}

extension Statements {
    /// Checks a draft. Throws `Refusal.invalid` with all fields that are wrong; an area must exist on the day and lie in the scope.
    package func checkedFields(_ draft: CoursewareDraft, on day: Day, in scope: Scope) throws -> CoursewareFields {
        var wrong: [String: String] = [:]
        let (title, speaker, unit) = (oneLine(draft.title), oneLine(draft.speaker), oneLine(draft.unit))
        if title.isEmpty { wrong["title"] = "form.required" }
        for (name, text) in [("title", title), ("speaker", speaker), ("unit", unit)] where text.unicodeScalars.count > 200 {
            wrong[name] = "courseware.text_long"
        }
        if !draft.category.isEmpty, CoursewareCategory(rawValue: draft.category) == nil { wrong["category"] = "form.choice" }
        let words = draft.areas.split { $0.isWhitespace || ",，、;；".contains($0) }
        var areas: [AreaCode] = []
        for word in words.prefix(500) {
            guard let code = AreaCode(word), try area(code: code.description, on: day, in: scope) != nil else {
                wrong["areas"] = "courseware.area_unknown"
                break
            }
            if !areas.contains(code) { areas.append(code) }
        }
        if words.count > 500 { wrong["areas"] = "courseware.areas_many" }
        let kinds = draft.kinds.compactMap { SiteKind(rawValue: $0) }
        if kinds.count != draft.kinds.count { wrong["kinds"] = "form.choice" }
        guard wrong.isEmpty else { throw Refusal.invalid(wrong) }
        return CoursewareFields(
            title: title, category: draft.category, speaker: speaker, unit: unit, areas: areas.sorted(), kinds: SiteKind.allCases.filter { kinds.contains($0) })
    }
}

/// A text as one line that may stand in a signed manifest: control characters, line separators and marks that turn the direction of writing become blanks.
package func oneLine(_ text: String) -> String {
    var scalars = String.UnicodeScalarView()
    for scalar in text.unicodeScalars {
        switch scalar.value {
        case 0..<0x20, 0x7F..<0xA0, 0x2028...0x202E, 0x2066...0x2069: scalars.append(" ")
        default: scalars.append(scalar)
        }
    }
    return String(scalars).trimmedBlanks
}
