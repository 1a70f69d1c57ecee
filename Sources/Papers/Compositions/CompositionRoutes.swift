import Figures
import Bulletins
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
            let at = FormVisit(house, visit, request, context)
            return try await house.page(house.compositionFrame(try EditionPlace(at, rules), nil, press, at), at)
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
        form(
            "/bulletins/:month/:code/compose/sentences/:section/:sentence", .keepRegister,
            on: {
                let (month, code, section) = (
                    try $0.path("month"), Query.segment(try $0.path("code")), Query.segment(try $0.path("section"))
                )
                return "/bulletins/\(month)/\(code)/compose#section-\(section)"
            }, .sentence(press))
        get("/bulletins/:month/:code/draft", .seeFigures) { _, context, visit in try await house.draft(.html, context, press, visit) }
        get("/bulletins/:month/:code/draft.pdf", .seeFigures) { _, context, visit in try await house.draft(.pdf, context, press, visit) }
        get("/bulletins/:month/:code/draft.docx", .seeFigures) { _, context, visit in try await house.draft(.docx, context, press, visit) }
        get("/bulletins/:month/:code/draft.xlsx", .seeFigures, hasOwnDoor: true) { _, context, visit in
            try await house.draft(.xlsx, context, press, visit)
        }
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

    /// The page of a month's composition; with the form of a sentence that was not taken as it is.
    func compositionFrame(_ place: EditionPlace, _ refused: FormView?, _ press: EditionPress, _ at: FormVisit) async throws -> FormFrame {
        let visit = at.visit
        guard
            let (composition, area) = try await press.composition(
                code: place.code, month: place.month, language: visit.language, in: visit.scope, at: at.act.at)
        else {
            throw Refusal.notFound("area")
        }
        let standing = try await database.read { try $0.standing(of: place.month, area: area.areaID) }
        let (speech, page, base) = (
            Speech(self, visit), FormPage.sentence(press), "/bulletins/\(place.month)/\(area.code)/compose/sentences"
        )
        let forms = { (section: BulletinSection, sentence: Sentence) -> FormView? in
            guard visit.may(.keepRegister) else { return nil }
            let place = SentencePlace(area: area, month: place.month, section: section, sentence: sentence)
            let action = "\(base)/\(Query.segment(section.id))/\(Query.segment(sentence.name))"
            if let refused, refused.isSent(to: action) { return refused }
            return self.opened(page, place, at, action: action)
        }
        return FormFrame(
            title: speech("compose.title", ["area": area.name, "month": speech.month(place.month)]),
            crumbs: [Frame.Link(label: area.name, url: FigureURL.bulletin(area.code, place.month))], template: "composition",
            content: CompositionPage(
                composition, area, place.month, standing: standing, forms: forms, mayEdit: visit.may(.keepRegister), csrf: visit.csrf,
                speech))
    }

    /// The bulletin as it would be published now, marked as a draft.
    fileprivate func draft(_ file: EditionFile, _ context: AppContext, _ press: EditionPress, _ visit: Visit) async throws -> Response {
        let (place, now) = (try EditionPlace(context, press.rules, clock.now), clock.now)
        guard
            let (composition, area) = try await press.composition(
                code: place.code, month: place.month, language: visit.language, in: visit.scope, at: now)
        else {
            throw Refusal.notFound("area")
        }
        let speech = Speech(self, visit)
        let marks = [speech("compose.draft_mark")] + (press.isSample ? [speech("product.sample")] : [])
        let printed = composition.printed(
            Imprint(document: "", signedOff: "", issuer: speech("compose.issuer", ["area": area.name])), on: press.rules.zone.day(of: now),
            marks: marks,
            closing: [.init(name: speech("edition.as_of"), text: press.rules.zone.text(now))], errata: [])
        return artefact(
            try await press.draft(file, of: printed, for: visit.account.id, through: papers), file,
            name: file == .html ? nil : "draft-\(place.month)-\(place.code).\(file.rawValue)")
    }
}
