import Accounts
import Basics
import Bulletins
import Figures
import Foundation
import HTTPTypes
import Hummingbird
package import Jobs
import Lists
import NIOCore
import Operations
import Registry
import Storage
package import Web

extension Feature {
    /// Published bulletins.
    package static func editions(_ press: EditionPress, publishing: PublishJob, bell: JobBell) -> Feature {
        Feature(
            "editions", menu: [MenuEntry(.supervision, "nav.editions", EditionAddress.list, .seeFigures)],
            jobs: [FeatureJob(PublishJob.kind, bell: bell) { try await publishing.run($0) }], searches: [.editions],
            speech: [
                EventSpeech(["edition."]) { statements, ids, _ in try statements.editionNames(ids) },
                EventSpeech(["month.", "edition.ordered"]) { statements, ids, _ in try statements.areaNames(ids) },
            ]
        ) {
            $0.addEditions(press, bell: bell)
        }
    }
}

extension Routes {
    /// Closing a month, publishing it, and what was published.
    fileprivate mutating func addEditions(_ press: EditionPress, bell: JobBell) {
        let (house, rules) = (house, press.rules)
        list(.editions)
        get(BulletinAddress.editions, .seeFigures) { request, context, visit in
            let at = FormVisit(house, visit, request, context)
            let place = try EditionPlace(at, rules)
            var response = try await house.page(house.editionFrame(place, nil, at, press, bell: bell), at)
            if try await house.isPrinting(place, visit) { response.looksAgain() }
            return response
        }
        form(EditionAddress.close, .keepRegister, asksAgain: true, .closing(rules))
        form(EditionAddress.reopen, .keepRegister, asksAgain: true, .reopening(rules))
        form(
            EditionAddress.publish, .keepRegister, asksAgain: true, on: { try EditionPlace($0, rules).url },
            .publication(press, bell: bell))
        for file in EditionFile.allCases {
            get(EditionAddress.file(file), .seeFigures) { _, context, visit in
                // The figures of each site are for those who keep them; whoever got the paper gets the paper.
                let edition = try await house.edition(try EditionAddress.one.parts(context), visit, rules, orSentTo: file != .json)
                return artefact(
                    try await press.artefact(edition.hash(of: file)), file,
                    name: file == .html ? nil : "bulletin-\(edition.month)-\(edition.number).\(file.rawValue)")
            }
        }
        get(EditionAddress.errata, .seeFigures) { request, context, visit in
            let edition = try await house.edition(try EditionAddress.one.parts(context), visit, rules)
            let document = try await press.document(of: edition)
            let (month, now) = (try found(Month(edition.month)), house.clock.now)
            let (record, ids, late) = try await house.database.read { statements in
                let last = month.days.upperBound
                guard let area = try statements.area(id: edition.areaID, on: last) else { throw Refusal.notFound("edition") }
                let record = try statements.areaMonth(code: area.code, month: month, in: visit.scope, zone: rules.zone, at: now)
                return (record, try statements.identities(of: document), try statements.lateFacts(month: month, after: edition.asOfAt))
            }
            let speech = Speech(house, visit)
            let values = ["area": document.areaName, "month": speech.month(month), "number": String(edition.number)]
            return try house.errataPage(
                document, try found(record), ids, late, title: speech("edition.errata_title", values), rules, speech, request, visit)
        }
        get(EditionAddress.closing, .seeFigures) { request, context, visit in
            let (place, now) = (try EditionPlace(context, rules, house.clock.now), house.clock.now)
            let closed = try await press.composition(
                code: place.code, month: place.month, language: visit.language, in: visit.scope, at: now)
            let document = EditionDocument(
                try found(closed).0, number: 0, Imprint(document: "", signedOff: ""), errata: [], rules: rules, isSample: press.isSample,
                at: now)
            let (record, ids, late) = try await house.database.read { statements in
                let record = try statements.areaMonth(code: place.code, month: place.month, in: visit.scope, zone: rules.zone, at: now)
                let late = try statements.lateFacts(month: place.month, after: Instant(milliseconds: document.asOf))
                return (record, try statements.identities(of: document), late)
            }
            let speech = Speech(house, visit)
            let values = ["area": document.areaName, "month": speech.month(place.month)]
            return try house.errataPage(
                document, try found(record), ids, late, title: speech("edition.closing_title", values), rules, speech, request, visit)
        }
    }
}

/// Area and month that an address names.
struct EditionPlace: Sendable {
    let code: String
    let month: Month

    init(code: String, month: Month) { (self.code, self.month) = (code, month) }

    /// The page of its editions.
    var url: Location { BulletinAddress.editions(month, code) }

    init(_ at: FormVisit, _ rules: FactRules) throws {
        try self.init(at.parts(BulletinAddress.page), rules, at.act.at)
    }

    init(_ context: AppContext, _ rules: FactRules, _ now: Instant) throws {
        try self.init(BulletinAddress.page.parts(context), rules, now)
    }

    private init(_ parts: (Month, String), _ rules: FactRules, _ now: Instant) throws {
        self.init(code: parts.1, month: try Period(parts.0.description, rules: rules, at: now).month)
    }
}

private func found<Value>(_ value: Value?) throws -> Value {
    guard let value else { throw Refusal.notFound("edition") }
    return value
}

extension Response {
    /// A page that waits looks again by itself, where no script hears of the end.
    mutating func looksAgain() {
        if let refresh = HTTPField.Name("Refresh") { headers[refresh] = "30" }
    }
}

/// A file of an edition or a draft, kept by no browser: the next person at the machine may have another right. A page stands on its own: it
/// brings its style sheet and pictures with it and loads nothing.
func artefact(_ bytes: some Sequence<UInt8>, _ file: EditionFile, name: String?) -> Response {
    var headers: HTTPFields = [.contentType: file.type, .cacheControl: "no-store"]
    if let name { headers[.contentDisposition] = "attachment; filename=\"\(name)\"" }
    if let policy = HTTPField.Name("Content-Security-Policy"), file == .html {
        headers[policy] =
            """
            default-src 'none'; style-src 'self' 'unsafe-inline'; img-src data:; frame-ancestors 'none'; base-uri 'none'; form-action 'none'
            """
    }
    return Response(status: .ok, headers: headers, body: .init(byteBuffer: ByteBuffer(bytes: bytes)))
}

extension House {
    /// An edition whose area the visit's scope covers, as that area lay at the month's end.
    /// With `orSentTo` also one that was sent to an area of the scope.
    func edition(_ id: String, _ visit: Visit, _ rules: FactRules, orSentTo: Bool = false) async throws -> Edition {
        let today = today
        let edition = try await database.read { statements -> Edition? in
            guard let edition = try statements.edition(id: id), let month = Month(edition.month) else { return nil }
            let last = month.days.upperBound
            guard let area = try statements.area(id: edition.areaID, on: last), let code = area.areaCode else { return nil }
            if try statements.scope(visit.scope, on: last, today: today).covers(code) { return edition }
            return try orSentTo && statements.isSent(id, to: visit.scope) ? edition : nil
        }
        guard let edition else { throw Refusal.notFound("edition") }
        return edition
    }

    fileprivate func errataPage(
        _ document: EditionDocument, _ record: AreaMonth, _ identities: [String: String], _ late: [String: LateFacts], title: String,
        _ rules: FactRules, _ speech: Speech,
        _ request: Request, _ visit: Visit
    ) throws -> Response {
        try page(
            "errata", ErrataPage(document, record, identities: identities, late, zone: rules.zone, speech), title: title,
            crumbs: [Frame.Link(label: record.area.name, url: BulletinAddress.bulletin(record.area.code, record.month))], for: visit,
            request)
    }

    /// Whether an edition of the month is being printed.
    fileprivate func isPrinting(_ place: EditionPlace, _ visit: Visit) async throws -> Bool {
        let last = place.month.days.upperBound
        return try await database.read { statements in
            guard let area = try statements.areaEver(code: place.code, on: last, in: .everything) else { return false }
            return try statements.latestJob(about: PublishJob.subject(area: area.areaID, place.month)).map {
                [.ready, .running].contains($0.state)
            } ?? false
        }
    }

    /// The page of an area's editions; with the form of the next one that was not taken as it is.
    func editionFrame(_ place: EditionPlace, _ refused: FormView?, _ at: FormVisit, _ press: EditionPress, bell: JobBell) async throws
        -> FormFrame
    {
        let (rules, visit) = (press.rules, at.visit)
        let record = try await database.read { statements -> EditionRecord? in
            guard
                let found = try statements.areaMonth(code: place.code, month: place.month, in: visit.scope, zone: rules.zone, at: at.act.at)
            else { return nil }
            let closings = try statements.closings(area: found.area.areaID)
            let closing = closings.first { $0.month == place.month.description }
            let editions = try statements.editions(area: found.area.areaID, month: place.month)
            let accounts = try statements.namedAccounts(Set(editions.map(\.publishedBy) + [closing?.closedBy ?? ""]).sorted())
            let job = try statements.latestJob(about: PublishJob.subject(area: found.area.areaID, place.month))
            return EditionRecord(
                area: found.area, path: found.path, closing: closing, isLastClosed: closings.map(\.month).max() == place.month.description,
                editions: editions, job: job,
                accounts: accounts)
        }
        guard let record else { throw Refusal.notFound("area") }
        let speech = Speech(self, visit)
        let mayPublish = visit.may(.keepRegister) && record.closing != nil && !record.isPrinting
        var form = refused
        if form == nil, mayPublish {
            form = opened(
                FormPage.publication(press, bell: bell), ImprintFields.form,
                [ImprintFields.issuer.name: speech("compose.issuer", ["area": record.area.name])], at,
                action: EditionAddress.publish(place.month, place.code))
        }
        return FormFrame(
            title: speech("edition.title"),
            crumbs: record.path.map { Frame.Link(label: $0.name, url: BulletinAddress.bulletin($0.code, place.month)) },
            template: "editions",
            content: EditionListPage(record, place.month, form, mayKeep: visit.may(.keepRegister), zone: rules.zone, speech))
    }
}
