package import Accounts
package import Basics
import Registry
package import Storage
package import Web

/// What people say about a courseware, as they type it.
package enum CoursewareForm {
    static let title = Field.text("title", "library.column.title", most: 200)
    static let category = Field.choice("category", "library.column.category", among: CoursewareCategory.allCases, words: "library.category")
        .optional
    static let speaker = Field.text("speaker", "library.column.speaker", most: 200, isNeeded: false)
    static let unit = Field.text("unit", "library.column.unit", most: 200, isNeeded: false)
    static let areas = Field.codes("areas", "library.field.areas", isHelped: true, rows: 2, from: AreaAddress.pickForLibrary)
    static let kinds = Field.boxes("kinds", "library.field.kinds", among: SiteKind.allCases, words: "site_kind", isHelped: true)
    package static let form = Form(title, category, speaker, unit, areas, kinds)

    /// The texts of a form. `areas` are codes or names with blanks or any comma between them.
    package static func texts(title: String, category: String, speaker: String, unit: String, areas: String, kinds: [String]) -> [String:
        String]
    {
        [
            self.title.name: title, self.category.name: category, self.speaker.name: speaker, self.unit.name: unit, self.areas.name: areas,
            self.kinds.name: kinds.joined(separator: ","),
        ]
    }

    /// The texts of what is stored.
    package static func texts(_ courseware: Courseware) -> [String: String] {
        texts(
            title: courseware.title, category: courseware.category, speaker: courseware.speaker, unit: courseware.unit,
            areas: courseware.audienceAreas, kinds: courseware.kinds)
    }
}

extension Statements {
    /// What a form says, when the areas that it names exist on the day and lie in the scope; else `Refusal.invalid` that names those that
    /// do not.
    package func coursewareFields(_ values: FormValues, on day: Day, in scope: Scope) throws -> CoursewareFields {
        let areas = try areas(typed: try values[CoursewareForm.areas], in: CoursewareForm.areas.name, on: day, scope: scope).compactMap(
            \.areaCode)
        return CoursewareFields(
            title: try values[CoursewareForm.title].oneLine, category: try values[CoursewareForm.category]?.rawValue ?? "",
            speaker: try values[CoursewareForm.speaker].oneLine, unit: try values[CoursewareForm.unit].oneLine, areas: Set(areas).sorted(),
            kinds: try values[CoursewareForm.kinds])
    }
}

extension FormPage where Subject == Courseware {
    /// Changes what is said about a courseware, on its page.
    static func coursewareFields(_ library: ContentHouse) -> FormPage {
        FormPage(
            submit: "library.form.submit", subject: { try $0.presentCourseware($1) }, form: { _ in CoursewareForm.form },
            texts: { courseware, _ in CoursewareForm.texts(courseware) },
            record: \.id, values: { ["area": $0.areaName, "code": $0.areaCode] },
            check: { statements, _, values, at in
                guard let typed = values.understood(CoursewareForm.areas) else { return [:] }
                do {
                    _ = try statements.areas(typed: typed, in: CoursewareForm.areas.name, on: at.today, scope: at.visit.scope)
                } catch Refusal.invalid(let wrong) { return wrong }
                return [:]
            },
            act: { statements, courseware, values, at in
                try statements.changeCourseware(
                    id: courseware.id, try statements.coursewareFields(values, on: at.today, in: at.visit.scope), by: at.act)
                return CoursewareAddress.one(courseware.id).with("saved", 1)
            },
            page: { form, courseware, at in try await at.house.coursewareFrame(courseware.id, at, library, fields: form) })
    }
}

extension Statements {
    /// The courseware that an address names, in the scope of the right.
    func presentCourseware(_ at: FormVisit) throws -> Courseware {
        guard let courseware = try courseware(id: try at.parts(CoursewareAddress.one), on: at.today, in: at.visit.scope) else {
            throw Refusal.notFound("courseware")
        }
        return courseware
    }
}
