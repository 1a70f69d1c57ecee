import Accounts
import Basics
import Bulletins
import Documents
import Figures
import Foundation
import Hummingbird
package import Jobs
import Operations
import Registry
import Storage
package import Web

extension Feature {
    /// What an editor changes in a bulletin before it is published.
    package static func compositions(_ press: EditionPress, drafts: DraftJob, bell: JobBell) -> Feature {
        Feature(
            "compositions", jobs: [FeatureJob(DraftJob.kind, bell: bell) { try await drafts.run($0) }],
            speech: [EventSpeech(["composition."]) { statements, ids, _ in try statements.areaNames(ids) }]
        ) {
            $0.addCompositions(press, bell: bell)
        }
    }
}

extension Routes {
    /// Composing a bulletin: sections, sentences, the draft and its files.
    fileprivate mutating func addCompositions(_ press: EditionPress, bell: JobBell) {
        let (house, rules) = (house, press.rules)
        get(CompositionAddress.page, .seeFigures) { request, context, visit in
            let at = FormVisit(house, visit, request, context)
            return try await house.page(house.compositionFrame(try EditionPlace(at, rules), nil, press, at), at)
        }
        post(CompositionAddress.sections, .keepRegister) { form, context, visit in
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
            return seeOther(CompositionAddress.section(target, place.month, place.code))
        }
        form(
            CompositionAddress.sentence, .keepRegister,
            on: { at in
                let (month, code, section, _) = try at.parts(CompositionAddress.sentence)
                return CompositionAddress.section(section, month, code)
            }, .sentence(press))
        get(CompositionAddress.draft(.html), .seeFigures) { _, context, visit in try await house.draft(.html, context, press, visit) }
        get(CompositionAddress.draft(.pdf), .seeFigures) { _, context, visit in
            try await house.orderDraft(context, press, visit, bell: bell)
        }
        get(CompositionAddress.draftJob, .seeFigures) { request, context, visit in
            let (place, job) = try await house.draftJob(context, press, visit)
            let (speech, folder) = (Speech(house, visit), press.draftFolder)
            let isKept = try await offPool { folder.isKept(job.id) }
            let draft = DraftPage(job, place, isKept: isKept, speech)
            var response = try house.page("draft", draft, title: speech("draft.title"), for: visit, request)
            if draft.isPrinting { response.looksAgain() }
            return response
        }
        get(CompositionAddress.draftPDF, .seeFigures) { _, context, visit in
            let (place, job) = try await house.draftJob(context, press, visit)
            let folder = press.draftFolder
            guard let data = try await offPool({ folder.file(job.id) }) else { throw Refusal.notFound("draft") }
            return artefact(data, .pdf, name: "draft-\(place.month)-\(place.code).pdf")
        }
        get(CompositionAddress.draft(.docx), .seeFigures) { _, context, visit in try await house.draft(.docx, context, press, visit) }
        get(CompositionAddress.draft(.xlsx), .seeFigures, hasOwnDoor: true) { _, context, visit in
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
        let (speech, page) = (Speech(self, visit), FormPage.sentence(press))
        let forms = { (section: BulletinSection, sentence: Sentence) -> FormView? in
            guard visit.may(.keepRegister) else { return nil }
            let place = SentencePlace(area: area, month: place.month, section: section, sentence: sentence)
            let action = CompositionAddress.sentence(place.month, area.code, section.id, sentence.name)
            if let refused, refused.isSent(to: action) { return refused }
            return self.opened(page, place, at, action: action)
        }
        return FormFrame(
            title: speech("compose.title", ["area": area.name, "month": speech.month(place.month)]),
            crumbs: [Frame.Link(label: area.name, url: BulletinAddress.bulletin(area.code, place.month))], template: "composition",
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
        let printed = press.draft(composition, area, at: now)
        return artefact(
            try await press.draft(file, of: printed, for: visit.account.id, through: papers), file,
            name: file == .html ? nil : "draft-\(place.month)-\(place.code).\(file.rawValue)")
    }

    /// The draft as PDF: leads to the job that prints it, which is ordered unless one for the same input is there.
    fileprivate func orderDraft(_ context: AppContext, _ press: EditionPress, _ visit: Visit, bell: JobBell) async throws -> Response {
        let (place, now, ids, account) = (try EditionPlace(context, press.rules, clock.now), clock.now, ids, visit.account.id)
        let found = try await press.composition(
            code: place.code, month: place.month, language: visit.language, in: visit.scope, at: now)
        guard let (composition, area) = found else { throw Refusal.notFound("area") }
        let (subject, folder) = (try press.draftSubject(composition, area), press.draftFolder)
        let payload = String(
            decoding: try JSONEncoder().encode(
                DraftJob.Order(code: area.code, month: place.month.description, language: visit.language.rawValue)), as: UTF8.self)
        let isUsable = { @Sendable (job: Job) in
            [.ready, .running].contains(job.state) || job.state == .done && folder.isKept(job.id)
        }
        let id = try await database.write { statements in
            if let job = try statements.latestJob(about: subject), isUsable(job) { return job.id }
            try statements.requireRoom(DraftJob.bound, kind: DraftJob.kind, of: account)
            return try statements.enqueueJob(kind: DraftJob.kind, subject: subject, payload: payload, madeBy: account, at: now, ids: ids)
        }
        bell.ring()
        return seeOther(CompositionAddress.draftJob(place.month, place.code, id))
    }

    /// The job of a draft, when it is one of the month and area that the address names and the scope covers.
    fileprivate func draftJob(_ context: AppContext, _ press: EditionPress, _ visit: Visit) async throws -> (EditionPlace, Job) {
        let place = try EditionPlace(context, press.rules, clock.now)
        let (area, id) = (try await bulletinArea(place, visit, press.rules), try CompositionAddress.draftJob.parts(context).2)
        guard let job = try await database.read({ try $0.job(id: id) }), job.kind == DraftJob.kind,
            let order = try? JSONDecoder().decode(DraftJob.Order.self, from: Data(job.payload.utf8)), order.code == area.code,
            order.month == place.month.description
        else { throw Refusal.notFound("draft") }
        return (place, job)
    }
}

/// The page `draft`: how far it is, the file, or why there is none.
struct DraftPage: Sendable {
    let backURL: Location
    let here: Location
    let isPrinting: Bool
    let eventsURL: Location
    let permille: Int
    let fileURL: Location?
    let failed: String?
    let againURL: Location

    init(_ job: Job, _ place: EditionPlace, isKept: Bool, _ speech: Speech) {
        let (month, code) = (place.month, place.code)
        (backURL, againURL) = (CompositionAddress.page(month, code), CompositionAddress.draft(.pdf)(month, code))
        (here, eventsURL) = (CompositionAddress.draftJob(month, code, job.id), JobAddress.events(job.id))
        isPrinting = [.ready, .running].contains(job.state)
        permille = job.progress
        fileURL = job.state == .done && isKept ? CompositionAddress.draftPDF(month, code, job.id) : nil
        failed =
            isPrinting || fileURL != nil
            ? nil : speech(job.state == .done ? "draft.gone" : "draft.failed", ["reason": speech("refusal.print.failed")])
    }
}
