package import Accounts
package import Basics
package import Bulletins
import Crypto
package import Documents
import Figures
package import Foundation
package import Operations
import Registry
import Returns
package import Storage
package import Web

/// Makes editions: the document and everything that is printed from it, into the store and into the chain.
package struct EditionPress: Sendable {
    /// The programs that make pages and pictures; tests that publish by the dozen have cheap ones.
    package struct Programs: Sendable {
        let pdf: @Sendable (Data) async throws -> Data
        let pictures: @Sendable ([String]) async throws -> [Data]

        package init(pdf: @escaping @Sendable (Data) async throws -> Data, pictures: @escaping @Sendable ([String]) async throws -> [Data])
        {
            self.pdf = pdf
            self.pictures = pictures
        }

        /// weasyprint and rsvg-convert.
        package init(_ printer: Printer) {
            pdf = { try await refusing { try await printer.pdf($0) }($0) }
            pictures = { try await refusing { try await printer.png($0) }($0) }
        }
    }

    let database: Database
    let blobs: BlobStore
    let pages: Pages
    let rules: FactRules
    let programs: Programs
    /// Drafts, which many may ask for at once.
    let drafts = DraftShelf()
    let isSample: Bool

    package init(database: Database, blobs: BlobStore, pages: Pages, rules: FactRules, programs: Programs, isSample: Bool) {
        self.database = database
        self.blobs = blobs
        self.pages = pages
        self.rules = rules
        self.programs = programs
        self.isSample = isSample
    }

    /// Publishes the next edition of a closed month. The first holds the figures with which the month was closed; a later one those of now
    /// and what changed since the one before, and there must be something. `tell` hears how far it is and what is being done.
    /// - Throws: what `prepare` throws, and `Refusal.busy` when another edition of the month was written meanwhile.
    package func publish(
        code: String, month: Month, imprint: Imprint, number: Int? = nil, acceptsMisfits: Bool = false, language: Language, in scope: Scope,
        by act: Act,
        tell: (Double, String) async throws -> Void = { _, _ in }
    ) async throws -> Edition {
        try await tell(0.02, "figures")
        let (composition, area, before, errata) = try await prepare(
            code: code, month: month, imprint: imprint, number: number, acceptsMisfits: acceptsMisfits, language: language, in: scope,
            by: act)
        let published = EditionDocument(
            composition, number: before + 1, imprint, errata: errata, rules: rules, isSample: isSample, at: act.at)
        try await tell(0.1, "print")
        let made = try await files(of: published)
        let blobs = blobs
        try await tell(0.95, "store")
        let hashes = try await offPool { try made.map { try blobs.store($0) } }
        let (id, number, today, asOf) = (act.ids.next(), published.number, rules.zone.day(of: act.at), composition.facts.record.asOf)
        return try await database.write { statements in
            // Linked only now: printing takes seconds, in which others publish.
            let last = try statements.lastEdition()
            let edition = Edition(
                after: last, id: id, areaID: area.areaID, month: month.description, number: number, document: imprint.document,
                signedOff: imprint.signedOff, files: hashes,
                asOf: asOf, by: act.actor.id, at: act.at)
            try statements.addEdition(edition, area: area, by: act)
            // To every office directly below, as they are today.
            if let present = try statements.area(id: area.areaID, on: today) {
                try statements.distribute(edition, to: try statements.children(of: present, on: today, in: .everything), by: act)
            }
            return edition
        }
    }

    /// Everything that can be refused before something is printed: what would be published, after how many editions, and what it corrects.
    /// `number` is the edition that is meant: one that is there already is refused, and the attempt stands in the audit log. Sentences that
    /// no longer fit are published only where `acceptsMisfits` says so.
    /// - Throws: `Refusal.invalid` for a missing number or sign-off, `Refusal.conflict` for a month that is open or has nothing new, for
    ///   misfits, for a missing program.
    func prepare(
        code: String, month: Month, imprint: Imprint, number: Int?, acceptsMisfits: Bool, language: Language, in scope: Scope, by act: Act
    ) async throws -> (Composition, Area, before: Int, errata: [Erratum]) {
        try imprint.check()
        let ready = try await readiness(code: code, month: month, language: language, in: scope, at: act.at)
        if let number, let there = ready.before.first(where: { $0.number == number }) {
            try await database.write { try $0.refuseRewriting(there, by: act) }
            throw Refusal.conflict("edition.never_changes")
        }
        try ready.check()
        guard acceptsMisfits || ready.composition.misfits.isEmpty else { throw Refusal.conflict("compose.misfits") }
        return (ready.composition, ready.area, ready.before.count, ready.errata)
    }

    /// How an area's month stands before its next edition.
    func readiness(code: String, month: Month, language: Language, in scope: Scope, at moment: Instant) async throws -> Readiness {
        guard let (composition, area) = try await composition(code: code, month: month, language: language, in: scope, at: moment) else {
            throw Refusal.notFound("area")
        }
        let (isClosed, before) = try await database.read { statements in
            (
                try statements.closings(area: area.areaID).contains { $0.month == month.description },
                try statements.editions(area: area.areaID, month: month)
            )
        }
        let errata =
            try await before.last.asyncMap { last -> [Erratum] in
                let document = try await document(of: last)
                let ids = try await database.read { try $0.identities(of: document) }
                return document.errata(against: composition.facts.record, identities: ids)
            } ?? []
        return Readiness(composition: composition, area: area, month: month, isClosed: isClosed, before: before, errata: errata)
    }

    /// The files of a document in the order of `EditionFile`.
    private func files(of document: EditionDocument) async throws -> [Data] {
        let page = try sheet(document)
        var files = [try document.json, page, document.csv]
        if let printed = document.printed {
            files.append(try await programs.pdf(page))
            for file in [EditionFile.docx, .xlsx] { files.append(try await self.file(file, of: printed)) }
        }
        return files
    }

    /// A printed document as a file.
    package func file(_ file: EditionFile, of printed: PrintedDocument) async throws -> Data {
        switch file {
        case .pdf: return try await programs.pdf(try page(printed))
        case .docx:
            let pictures = try await programs.pictures(printed.blocks.compactMap(\.svg))
            return try await offPool { try printed.docx(pictures: pictures) }
        case .xlsx: return try await offPool { try printed.workbook() }
        case .html, .json, .csv: return try page(printed)
        }
    }

    /// The stored document of an edition; refuses one whose bytes are not those that were published.
    package func document(of edition: Edition) async throws -> EditionDocument {
        try EditionDocument(json: try await artefact(edition.jsonHash))
    }

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
        if let printed = document.printed { return try page(printed) }
        return Data(try pages.part("edition_1", EditionSheet(document), language: .chinese).utf8)
    }

    func page(_ printed: PrintedDocument) throws -> Data {
        Data(try pages.part("edition_2", PrintedSheet(printed), language: .chinese).utf8)
    }

    /// Walks the chain: each link, each artefact, and whether page and table come out of the document again byte by byte. Answers what is
    /// wrong, by edition.
    package func verify() async throws -> [(edition: Edition, problem: String)] {
        var wrong: [(Edition, String)] = []
        var previous: Edition?
        while true {
            let after = previous?.sequence ?? 0
            let part = try await database.read { try $0.editions(after: after, limit: 100) }
            for edition in part {
                if edition.previousHash != previous?.hash ?? "" || edition.sequence != (previous?.sequence ?? 0) + 1 {
                    wrong.append((edition, "chain"))
                }
                if !edition.isSound { wrong.append((edition, "row")) }
                do {
                    var files: [EditionFile: Data] = [:]
                    for file in EditionFile.allCases where !edition.hash(of: file).isEmpty {
                        files[file] = try await artefact(edition.hash(of: file))
                    }
                    let document = try EditionDocument(json: files[.json] ?? Data())
                    if try document.json != files[.json] || sheet(document) != files[.html] || document.csv != files[.csv] {
                        wrong.append((edition, "rendering"))
                    }
                } catch is Refusal { wrong.append((edition, "artefact")) } catch is DecodingError { wrong.append((edition, "document")) }
                previous = edition
            }
            if part.count < 100 { return wrong }
        }
    }
}

/// A missing or failing program as a refusal that names it; anything else as it is.
private func refusing<Input, Output>(_ body: @escaping @Sendable (Input) async throws -> Output) -> @Sendable (Input) async throws -> Output
{
    { input in
        do { return try await body(input) } catch let problem as PrintProblem {
            switch problem {
            case .missing: throw Refusal.conflict("print.program_missing")
            case .workerAway: throw Refusal.conflict("print.worker_away")
            default: throw problem
            }
        }
    }
}

extension Optional {
    fileprivate func asyncMap<Result>(_ body: (Wrapped) async throws -> Result) async rethrows -> Result? {
        guard let self else { return nil }
        return try await body(self)
    }
}

extension Imprint {
    /// Throws `Refusal.invalid` with a code for each field that is missing or too long.
    fileprivate func check() throws {
        var problems: FieldProblems = [:]
        for (field, text) in [("document", document), ("signed_off", signedOff)] where !(1...100).contains(text.unicodeScalars.count) {
            problems[field] = "form.required"
        }
        for (field, text) in [("issuer", issuer), ("recipients", recipients), ("copies", copies)] where text.unicodeScalars.count > 200 {
            problems[field] = "form.too_large"
        }
        guard problems.isEmpty else { throw Refusal.invalid(problems) }
    }
}

/// How an area's month stands before its next edition.
struct Readiness: Sendable {
    let composition: Composition
    let area: Area
    let month: Month
    let isClosed: Bool
    let before: [Edition]
    /// What the next edition corrects of the last.
    let errata: [Erratum]

    /// The number of the next edition.
    var number: Int { before.count + 1 }

    /// Whether there is something to publish.
    func check() throws {
        guard isClosed else { throw Refusal.conflict(MonthLife.publish.stale) }
        guard before.isEmpty || !errata.isEmpty else { throw Refusal.conflict("edition.nothing_new") }
    }
}
