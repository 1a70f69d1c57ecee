import Accounts
package import Basics
package import Bulletins
package import Figures
import Jobs
import Registry
import Web

/// What the page of an area's editions is made of.
struct EditionRecord: Sendable {
    let area: Area
    let path: [Area]
    let closing: MonthClosing?
    /// Whether no later month is closed.
    let isLastClosed: Bool
    let editions: [Edition]
    /// The newest attempt to publish.
    let job: Job?
    let accounts: [String: NamedAccount]

    var isPrinting: Bool { job.map { [.ready, .running].contains($0.state) } ?? false }
}

/// The page `editions`: whether the month is closed, what was published, and the next step.
struct EditionListPage: Sendable {
    let bulletinURL: Location
    let state: String
    /// How far the publishing is, or why it did not succeed.
    let printing: String?
    let eventsURL: Location
    let permille: Int
    let here: Location
    let failed: String?
    let editions: Table
    /// What differs from the closed figures, before anything is published.
    let closingURL: Location?
    /// For whoever keeps the area: the ways to close the month and to take that back.
    let closeURL: Location?
    let reopenURL: Location?
    let composeURL: Location
    /// How the figures are made, and by which paper.
    let figuresURL: Location
    /// The next edition.
    let form: FormView?

    init(_ record: EditionRecord, _ month: Month, _ form: FormView?, mayKeep: Bool, zone: NetworkZone, _ speech: Speech) {
        let code = record.area.code
        bulletinURL = BulletinAddress.bulletin(record.area.code, month)
        state =
            record.closing.map {
                speech(
                    "edition.state.closed",
                    ["actor": speech.words.actor($0.closedBy, record.accounts, speech.language), "time": zone.text($0.closedAt)])
            } ?? speech("edition.state.open")
        editions = .editions(record, zone, speech)
        (eventsURL, permille, here) = (
            JobAddress.events(record.job?.id ?? ""), record.job?.progress ?? 0, BulletinAddress.editions(month, code)
        )
        printing = record.isPrinting ? speech("edition.printing", ["percent": String((record.job?.progress ?? 0) / 10)]) : nil
        failed = record.job.flatMap {
            $0.state == .failed || $0.state == .cancelled
                ? speech(
                    "edition.failed", ["reason": speech("refusal.\(["", "job.defect"].contains($0.problem) ? "print.failed" : $0.problem)")]
                ) : nil
        }
        let standing = MonthState(isClosed: record.closing != nil, isPublished: !record.editions.isEmpty)
        closingURL = standing == .closed ? EditionAddress.closing(month, code) : nil
        closeURL = mayKeep && MonthLife.close.from.contains(standing) ? EditionAddress.close(month, code) : nil
        reopenURL =
            mayKeep && MonthLife.reopen.from.contains(standing) && record.isLastClosed && !record.isPrinting
            ? EditionAddress.reopen(month, code) : nil
        composeURL = BulletinAddress.composition(month, code)
        figuresURL = FigureAddress.list().with("month", month.description)
        self.form = form
    }
}

/// The page `errata`: what an edition would say otherwise now, cell by cell and site by site.
package struct ErrataPage: Sendable {
    let editionURL: Location
    let bulletinURL: Location
    let isSame: Bool
    let summary: String
    /// Whose rank differs, from and to.
    let ranks: String?
    let cells: Table
    let sites: Table

    package init(
        _ document: EditionDocument, _ record: AreaMonth, identities: [String: String], _ late: [String: LateFacts], zone: NetworkZone,
        _ speech: Speech
    ) {
        let (cells, sites) = (
            document.errata(against: record, identities: identities), document.siteErrata(against: record.figures.sites, late: late)
        )
        editionURL = BulletinAddress.editions(record.month, record.area.code)
        bulletinURL = BulletinAddress.bulletin(record.area.code, record.month)
        isSame = cells.isEmpty && sites.isEmpty
        let minutes = sites.reduce(0) { $0 + ($1.after?.onMinutes ?? 0) - ($1.before?.onMinutes ?? 0) }
        summary = speech(
            "edition.errata_summary", ["cells": String(cells.count), "sites": String(sites.count), "minutes": String(minutes)])
        let ranks = cells.filter { $0.column == "rank" }.map {
            speech("edition.rank_change", ["name": $0.lineName, "from": $0.from, "to": $0.to])
        }
        self.ranks = ranks.isEmpty ? nil : speech("edition.rank_changes", ["ranks": speech.list(ranks)])
        self.cells = Table(
            caption: speech("edition.errata_cells"),
            columns: ["line", "column", "from", "to"].map {
                Table.Column(speech("edition.errata.\($0)"), isNumber: $0 == "from" || $0 == "to")
            },
            rows: cells.map {
                [Table.Cell("\($0.line) \($0.lineName)"), Table.Cell($0.columnLabel), Table.Cell($0.from), Table.Cell($0.to)]
            },
            empty: speech("edition.no_errata_cells"))
        self.sites = .siteErrata(sites.prefix(500), record.month, zone, speech)
    }
}

extension Table {
    private static let files = EditionFile.allCases.filter { $0 != .html }

    /// What was published, with its files and hash.
    fileprivate static func editions(_ record: EditionRecord, _ zone: NetworkZone, _ speech: Speech) -> Table {
        Table(
            caption: speech("edition.list"),
            columns: ["number", "document", "signed_off", "as_of", "published", "errata"].map { Column(speech("edition.\($0)")) }
                + [Column(speech("distribution.link")), Column(speech("edition.hash"))]
                + Table.files.map { Column($0.rawValue.uppercased()) },
            rows: record.editions.map { edition in
                [
                    Cell(speech("edition.nth", ["number": String(edition.number)]), url: EditionAddress.one(edition.id)),
                    Cell(edition.document),
                    Cell(edition.signedOff),
                    Cell(zone.text(edition.asOfAt)), Cell(speech.words.actor(edition.publishedBy, record.accounts, speech.language)),
                    Cell(speech("edition.show_errata"), url: EditionAddress.errata(edition.id)),
                    Cell(speech("distribution.link"), url: EditionAddress.recipients(edition.id)), Cell(String(edition.hash.prefix(16))),
                ]
                    + Table.files.map { file in
                        edition.hash(of: file).isEmpty
                            ? Cell("—") : Cell(file.rawValue.uppercased(), url: EditionAddress.file(file)(edition.id))
                    }
            }, empty: speech("edition.none"))
    }

    /// The sites that differ, from and to, and why.
    fileprivate static func siteErrata(_ sites: some Sequence<SiteErratum>, _ month: Month, _ zone: NetworkZone, _ speech: Speech) -> Table
    {
        func change(_ erratum: SiteErratum, _ figure: KeyPath<EditionDocument.Site, Int>) -> Cell {
            let (from, to) = (erratum.before?[keyPath: figure], erratum.after?[keyPath: figure])
            return Cell(from == to ? to.map(String.init) ?? "" : "\(from.map(String.init) ?? "-") → \(to.map(String.init) ?? "-")")
        }
        return Table(
            caption: speech("edition.errata_sites"),
            columns: ["code", "name", "minutes", "plays", "heard", "why"].map {
                Column(speech("edition.site.\($0)"), isNumber: ["minutes", "plays", "heard"].contains($0))
            },
            rows: sites.map { erratum in
                [
                    Cell(erratum.code), Cell(erratum.name, url: FigureAddress.site(erratum.code, month)), change(erratum, \.onMinutes),
                    change(erratum, \.effectivePlays),
                    change(erratum, \.heardDays), Cell(speech.why(erratum, zone), mark: "wide"),
                ]
            }, head: 1, empty: speech("edition.no_errata_sites"))
    }
}

extension Speech {
    /// Why a site's figures differ from the published ones.
    fileprivate func why(_ erratum: SiteErratum, _ zone: NetworkZone) -> String {
        if erratum.before == nil { return self("edition.why.joined") }
        if erratum.after == nil { return self("edition.why.left") }
        guard let late = erratum.late else { return self(erratum.isOnlyHeard ? "edition.why.heard" : "edition.why.other") }
        return self(
            late.plays == 0 ? "edition.why.late" : late.minutes == 0 ? "edition.why.late_plays" : "edition.why.late_both",
            [
                "from": late.days.lowerBound.description, "through": late.days.upperBound.description,
                "first": zone.text(late.received.lowerBound),
                "last": zone.text(late.received.upperBound), "minutes": String(late.minutes),
                "plays": String(late.plays),
            ])
    }
}
