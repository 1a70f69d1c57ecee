package import Accounts
package import Basics
import Crypto
package import Foundation
package import Operations
import Registry
package import Storage
package import Web

/// Makes editions: the document, its page and its table, into the store and into the chain.
package struct EditionPress: Sendable {
    let database: Database
    let blobs: BlobStore
    let pages: Pages
    let rules: FactRules

    package init(database: Database, blobs: BlobStore, pages: Pages, rules: FactRules) {
        self.database = database
        self.blobs = blobs
        self.pages = pages
        self.rules = rules
    }

    /// What is published beside the figures.
    package struct Imprint: Hashable, Sendable {
        package var document: String
        package var signedOff: String

        package init(document: String, signedOff: String) {
            self.document = document
            self.signedOff = signedOff
        }
    }

    /// Publishes the next edition of a closed month. The first holds the figures as they are now; a later one also what changed since the one before, and there must be something.
    /// - Throws: `Refusal.invalid` for a missing number or sign-off, `Refusal.conflict` for a month that is open or has nothing new.
    package func publish(code: String, month: Month, imprint: Imprint, language: Language, in scope: Scope, by act: Act) async throws -> Edition {
        var problems: [String: String] = [:]
        if !(1...100).contains(imprint.document.count) { problems["document"] = "form.required" }
        if !(1...100).contains(imprint.signedOff.count) { problems["signed_off"] = "form.required" }
        guard problems.isEmpty else { throw Refusal.invalid(problems) }
        let zone = rules.zone
        let found = try await database.read { statements -> (AreaMonth, [Edition], Edition?)? in
            guard let record = try statements.areaMonth(code: code, month: month, in: scope, zone: zone, at: act.at) else { return nil }
            guard try statements.closings(area: record.area.areaID).contains(where: { $0.month == month.description }) else { throw Refusal.conflict("month.not_closed") }
            return (record, try statements.editions(area: record.area.areaID, month: month), try statements.lastEdition())
        }
        guard let (record, before, last) = found else { throw Refusal.notFound("area") }
        let errata = try await before.last.asyncMap { try await document(of: $0).errata(against: record.bulletin) } ?? []
        guard before.isEmpty || !errata.isEmpty else { throw Refusal.conflict("edition.nothing_new") }
        let published = EditionDocument(record, number: before.count + 1, imprint, errata: errata, rules: rules, at: act.at, Speech(pages.words, language))
        let json = try published.json
        let (html, csv) = (try sheet(published), published.csv)
        let blobs = blobs
        let hashes = try await offPool { try [json, html, csv].map { try blobs.store($0) } }
        let (id, sequence) = (act.ids.next(), (last?.sequence ?? 0) + 1)
        let hash = Edition.chained(
            last?.hash ?? "", sequence: sequence, id: id, areaID: record.area.areaID, month: month.description, number: published.number, document: imprint.document,
            signedOff: imprint.signedOff, artefacts: hashes, asOf: act.at, by: act.actor.id, at: act.at)
        let edition = Edition(
            sequence: sequence, id: id, areaID: record.area.areaID, month: month.description, number: published.number, document: imprint.document,
            signedOff: imprint.signedOff, jsonHash: hashes[0], htmlHash: hashes[1], csvHash: hashes[2], previousHash: last?.hash ?? "", hash: hash, asOfAt: act.at,
            publishedBy: act.actor.id, publishedAt: act.at)
        try await database.write { try $0.addEdition(edition, area: record.area, by: act) }
        return edition
    }

    /// The stored document of an edition; refuses one whose bytes are not those that were published.
    package func document(of edition: Edition) async throws -> EditionDocument { try EditionDocument(json: try await artefact(edition.jsonHash)) }

    /// Stored bytes, checked against their hash.
    package func artefact(_ hash: String) async throws -> Data {
        let blobs = blobs
        return try await offPool {
            guard let url = blobs.url(hash), let bytes = try? Data(contentsOf: url), hexadecimal(SHA256.hash(data: bytes)) == hash else {
                throw Refusal.conflict("edition.damaged")
            }
            return bytes
        }
    }

    /// The page of a document, made from the document alone.
    func sheet(_ document: EditionDocument) throws -> Data {
        Data(try pages.part("edition_\(document.format)", EditionSheet(document), language: .chinese).utf8)
    }

    /// Walks the chain: each link, each artefact, and whether page and table come out of the document again byte by byte. Answers what is wrong, by edition.
    package func verify() async throws -> [(edition: Edition, problem: String)] {
        var wrong: [(Edition, String)] = []
        var previous: Edition?
        while true {
            let after = previous?.sequence ?? 0
            let part = try await database.read { try $0.editions(after: after, limit: 100) }
            for edition in part {
                if edition.previousHash != previous?.hash ?? "" || edition.sequence != (previous?.sequence ?? 0) + 1 { wrong.append((edition, "chain")) }
                if !edition.isSound { wrong.append((edition, "row")) }
                do {
                    let (json, html, csv) = (try await artefact(edition.jsonHash), try await artefact(edition.htmlHash), try await artefact(edition.csvHash))
                    let document = try EditionDocument(json: json)
                    if try document.json != json || sheet(document) != html || document.csv != csv { wrong.append((edition, "rendering")) }
                } catch is Refusal { wrong.append((edition, "artefact")) } catch is DecodingError { wrong.append((edition, "document")) }
                previous = edition
            }
            if part.count < 100 { return wrong }
        }
    }
}

extension Optional {
    fileprivate func asyncMap<Result>(_ body: (Wrapped) async throws -> Result) async rethrows -> Result? {
        guard let self else { return nil }
        return try await body(self)
    }
}

extension EditionDocument {
    init(
        _ record: AreaMonth, number: Int, _ imprint: EditionPress.Imprint, errata: [Erratum], rules: FactRules, at now: Instant, _ speech: Speech
    ) {
        let bulletin = record.bulletin
        let total = bulletin.total
        language = speech.language.rawValue
        title = speech("bulletin.title", ["area": record.area.name, "month": speech.month(record.month)])
        (month, areaCode, areaName) = (record.month.description, record.area.code, record.area.name)
        (self.number, document, signedOff, asOf) = (number, imprint.document, imprint.signedOff, now.milliseconds)
        self.imprint = [
            Formula(name: speech("edition.number"), text: speech("edition.nth", ["number": String(number)])), Formula(name: speech("edition.document"), text: imprint.document),
            Formula(name: speech("edition.signed_off"), text: imprint.signedOff), Formula(name: speech("edition.as_of"), text: rules.zone.text(now)),
        ]
        columns = Bulletin.columns.map { Heading(name: $0, label: speech("bulletin.\($0)")) }
        lines = (bulletin.lines + [total]).map(\.cells)
        func formula(_ name: String, _ rate: Rate) -> Formula {
            Formula(
                name: speech("bulletin.\(name)"),
                text: speech("bulletin.formula.\(name)", ["numerator": String(rate.numerator), "denominator": String(rate.denominator), "value": speech.rate(rate)]))
        }
        formulas = [
            formula("boot_rate", total.bootRate), formula("viewing_rate", total.viewingRate), formula("demand_rate", total.demandRate),
            formula("completeness", total.completeness),
        ]
        notes = [
            speech("network.then", ["day": record.month.days.upperBound.description]), speech("bulletin.note.not_heard", ["count": String(total.notHeard)]),
            speech("bulletin.note.rank"),
        ]
        excludedTitle = speech("excluded.title")
        excluded = bulletin.excluded.map { Excluded(code: $0.code, name: $0.name, reason: $0.reason, document: $0.document) }
        errataTitle = speech("edition.errata")
        errataColumns = ["line", "column", "from", "to"].map { speech("edition.errata.\($0)") }
        self.errata = errata
        self.rules = Rules(closeSeconds: rules.closeSeconds, effectiveMilliseconds: rules.effectiveMilliseconds, rank: "boot_rate", ties: "shared")
        sites = record.figures.sites.map(Site.init)
    }
}

/// The page `edition_1`: the whole document, laid out; it holds no words of its own.
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
