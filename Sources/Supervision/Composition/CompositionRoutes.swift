import Accounts
import Basics
import Documents
import Hummingbird
import Operations
import Registry
import Storage
package import Web

extension Feature {
    /// What an editor changes in a bulletin before it is published.
    package static func compositions(_ press: EditionPress) -> Feature {
        Feature("compositions") { $0.addCompositions(press) }
    }
}

extension Routes {
    /// Composing a bulletin: sections, sentences, the draft and its files.
    fileprivate mutating func addCompositions(_ press: EditionPress) {
        let (house, rules) = (house, press.rules)
        get("/bulletins/:month/:code/compose", .seeFigures) { request, context, visit in
            try await house.compositionPage(try EditionPlace(context, rules, house.clock.now), nil, press, request, visit)
        }
        post("/bulletins/:month/:code/compose/sections", .keepRegister) { form, context, visit in
            let (place, act) = (try EditionPlace(context, rules, house.clock.now), house.act(visit))
            let id = form["section"]
            let change: Rearrangement
            switch form["change"] {
            case "up": change = .up(id)
            case "down": change = .down(id)
            case "include": change = .include(id)
            case "leave_out": change = .leaveOut(id)
            case "remove": change = .remove(id)
            case "add": change = .add("free-" + act.ids.next())
            default: throw Refusal.notFound("page")
            }
            let area = try await house.bulletinArea(place, visit, rules)
            try await house.database.write { try $0.rearrange(change, area: area, month: place.month, by: act) }
            var target = id
            if case .add(let new) = change { target = new }
            return seeOther("/bulletins/\(place.month)/\(place.code)/compose#section-\(target)")
        }
        post("/bulletins/:month/:code/compose/sentences", .keepRegister) { form, context, visit in
            let (place, act) = (try EditionPlace(context, rules, house.clock.now), house.act(visit))
            let (section, name, language) = (form["section"], form["sentence"], visit.language)
            guard let (composition, area) = try await press.composition(code: place.code, month: place.month, language: language, in: visit.scope, at: act.at) else {
                throw Refusal.notFound("area")
            }
            let (sentence, change) = (try composition.sentence(section, name), form["change"])
            let content = change == "leave_out" ? "" : form["content"].replacing("\r\n", with: "\n")
            do {
                try await house.database.write { statements in
                    if change == "reset" {
                        try statements.resetSentence(sentence, section: section, area: area, month: place.month, language: language, by: act)
                    } else {
                        try statements.editSentence(sentence, section: section, content: content, seen: form["seen"], area: area, month: place.month, language: language, by: act)
                    }
                }
            } catch Refusal.invalid(let problems) {
                return try await house.compositionPage(place, (section, name, content, problems["content"] ?? ""), press, form.request, visit)
            }
            return seeOther("/bulletins/\(place.month)/\(place.code)/compose#section-\(section)")
        }
        get("/bulletins/:month/:code/draft", .seeFigures) { _, context, visit in try await house.draft(.html, context, press, visit) }
        get("/bulletins/:month/:code/draft.pdf", .seeFigures) { _, context, visit in try await house.draft(.pdf, context, press, visit) }
        get("/bulletins/:month/:code/draft.docx", .seeFigures) { _, context, visit in try await house.draft(.docx, context, press, visit) }
        get("/bulletins/:month/:code/draft.xlsx", .seeFigures, hasOwnDoor: true) { _, context, visit in try await house.draft(.xlsx, context, press, visit) }
    }
}

extension House {
    /// The area of a bulletin, when the visit's scope covers it as it lay at the month's end.
    func bulletinArea(_ place: EditionPlace, _ visit: Visit, _ rules: FactRules) async throws -> Area {
        let (last, today) = (place.month.days.upperBound, today)
        let area = try await database.read { statements in
            try statements.areaEver(code: place.code, on: last, in: try statements.scope(visit.scope, on: last, today: today))
        }
        guard let area else { throw Refusal.notFound("area") }
        return area
    }

    fileprivate func compositionPage(
        _ place: EditionPlace, _ typed: (section: String, name: String, content: String, problem: String)?, _ press: EditionPress, _ request: Request, _ visit: Visit
    ) async throws -> Response {
        guard let (composition, area) = try await press.composition(code: place.code, month: place.month, language: visit.language, in: visit.scope, at: clock.now) else {
            throw Refusal.notFound("area")
        }
        let standing = try await database.read { try $0.standing(of: place.month, area: area.areaID) }
        let speech = Speech(self, visit)
        return try page(
            "composition",
            CompositionPage(composition, area, place.month, standing: standing, typed: typed, mayEdit: visit.may(.keepRegister), csrf: visit.csrf, speech),
            title: speech("compose.title", ["area": area.name, "month": speech.month(place.month)]),
            crumbs: [Frame.Link(label: area.name, url: FigureURL.bulletin(area.code, place.month))], for: visit, request, status: typed == nil ? .ok : .unprocessableContent)
    }

    /// The bulletin as it would be published now, marked as a draft.
    fileprivate func draft(_ file: EditionFile, _ context: AppContext, _ press: EditionPress, _ visit: Visit) async throws -> Response {
        let (place, now) = (try EditionPlace(context, press.rules, clock.now), clock.now)
        guard let (composition, area) = try await press.composition(code: place.code, month: place.month, language: visit.language, in: visit.scope, at: now) else {
            throw Refusal.notFound("area")
        }
        let speech = Speech(self, visit)
        let marks = [speech("compose.draft_mark")] + (press.isSample ? [speech("product.sample")] : [])
        let printed = composition.printed(
            Imprint(document: "", signedOff: "", issuer: speech("compose.issuer", ["area": area.name])), on: press.rules.zone.day(of: now), marks: marks,
            closing: [.init(name: speech("edition.as_of"), text: press.rules.zone.text(now))], errata: [])
        return artefact(
            try await press.draft(file, of: printed, for: visit.account.id, through: papers), file,
            name: file == .html ? nil : "draft-\(place.month)-\(place.code).\(file.rawValue)")
    }
}
