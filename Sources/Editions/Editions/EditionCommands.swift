package import Accounts
package import Basics
package import Bulletins
import Figures
import Jobs
package import Operations
package import Registry
import Returns
package import Storage

/// A closed month of an area.
package struct MonthClosing: Decodable, Hashable, Sendable {
    package let month: String
    package let closedBy: String
    package let closedAt: Instant
}

/// Where a month of an area stands.
package enum MonthState: String, CaseIterable, Sendable {
    case open, closed, published

    package init(isClosed: Bool, isPublished: Bool) { self = isPublished ? .published : isClosed ? .closed : .open }
}

/// The life of a month of an area: closed, published in editions, of which each corrects the one before; a closing is taken back until
/// then.
package enum MonthLife {
    static let close = LifeStep<MonthState>("close", from: [.open], to: .closed, event: "month.closed", stale: "month.closed_already")
    static let reopen = LifeStep<MonthState>(
        "reopen", from: [.closed], to: .open, event: "month.reopened", stale: "month.not_closed",
        staleIn: [.published: "month.reopen_published"])
    static let publish = LifeStep<MonthState>(
        "publish", from: [.closed, .published], to: .published, event: "edition.published", stale: "month.not_closed")
    package static let cycle = LifeCycle("month", [close, reopen, publish])
}

extension Statements {
    /// Closes a month of an area: its figures are no longer provisional, and kept as they are for the first edition. Not before facts about
    /// its last day are late, and not over a gap behind the last closed month.
    package func closeMonth(_ month: Month, area: Area, rules: FactRules, by act: Act) throws {
        try checkClosing(month, area: area, rules: rules, at: act.at)
        try run(
            """
            INSERT INTO month_closing (area_id, month, closed_by, closed_at)
            VALUES (\(area.areaID), \(month.description), \(act.actor.id), \(act.at))
            """
        )
        try keepFigures(of: month, area: area, rules: rules, by: act)
        try record(MonthLife.close.event, area.areaID, ["month": month.description, "area": area.code], by: act)
    }

    /// Takes a closing back: the figures of the month move again. Only the last closed month of an area, and only while nothing of it is
    /// published: an edition stands on it for good.
    package func reopenMonth(_ month: Month, area: Area, reason: String, by act: Act) throws {
        try check(MonthLife.reopen, month, area, by: act)
        guard try closings(area: area.areaID).map(\.month).max() == month.description else { throw Refusal.conflict("month.reopen_order") }
        // What is being printed is as good as published.
        if let job = try latestJob(about: PublishJob.subject(area: area.areaID, month)), [.ready, .running].contains(job.state) {
            throw Refusal.conflict("edition.printing")
        }
        try run("DELETE FROM closed_figures WHERE area_id = \(area.areaID) AND month = \(month.description)")
        try run("DELETE FROM month_closing WHERE area_id = \(area.areaID) AND month = \(month.description)")
        try record(MonthLife.reopen.event, area.areaID, ["month": month.description, "area": area.code, "reason": reason], by: act)
    }

    /// Whether a month of an area may be closed.
    func checkClosing(_ month: Month, area: Area, rules: FactRules, at moment: Instant) throws {
        guard moment >= rules.close(of: month.days.upperBound) else { throw Refusal.conflict("month.still_running") }
        let closed = try closings(area: area.areaID).map(\.month)
        guard !closed.contains(month.description) else { throw Refusal.conflict(MonthLife.close.stale) }
        if let last = closed.max(), last < month.description, last != month.previous.description {
            throw Refusal.conflict("month.close_order")
        }
        // A new threshold is worked in by a job; until it is through, some days stand by the old one.
        if let job = try latestJob(about: FormulaJob.subject), job.state != .done, let first = Day(job.payload),
            first <= month.days.upperBound
        {
            throw Refusal.conflict("month.deriving")
        }
    }

    /// Throws why a step of a month's life may not be taken.
    private func check(_ step: LifeStep<MonthState>, _ month: Month, _ area: Area, by act: Act) throws {
        let isClosed = try closings(area: area.areaID).contains { $0.month == month.description }
        let isPublished = try !editions(area: area.areaID, month: month).isEmpty
        let standing = LifeStanding(MonthState(isClosed: isClosed, isPublished: isPublished), maker: "", area: area.areaCode)
        try step.check(standing, by: act.actor.id, in: .everything)
    }

    /// The closed months of an area, the latest first.
    package func closings(area id: String) throws -> [MonthClosing] {
        try all(MonthClosing.self, "SELECT month, closed_by, closed_at FROM month_closing WHERE area_id = \(id) ORDER BY month DESC")
    }

    /// The editions of an area's month, the first first.
    package func editions(area id: String, month: Month) throws -> [Edition] {
        try all(
            Edition.self,
            "SELECT \(sql: editionColumns) FROM edition WHERE area_id = \(id) AND month = \(month.description) ORDER BY number")
    }

    /// The last edition of each month of an area between two months.
    package func lastEditions(area id: String, from first: Month, through last: Month) throws -> [Edition] {
        try all(
            Edition.self,
            """
            SELECT \(sql: editionColumns) FROM edition e WHERE area_id = \(id) AND month >= \(first.description)
                AND month <= \(last.description)
                AND number = (SELECT max(f.number) FROM edition f WHERE f.area_id = e.area_id AND f.month = e.month) ORDER BY month
            """)
    }

    /// What editions are of, by their ids: area, month and number.
    func editionNames(_ ids: [String]) throws -> [String: String] {
        let areas = try names(ids) { "SELECT id, area_id FROM edition WHERE id IN (\(sql: $0))" }
        let months = try names(ids) { "SELECT id, month || ' №' || number FROM edition WHERE id IN (\(sql: $0))" }
        let names = try areaNames(Set(areas.values).sorted())
        return areas.reduce(into: [:]) { found, one in found[one.key] = "\(names[one.value] ?? "") \(months[one.key] ?? "")" }
    }

    /// An edition by its id.
    package func edition(id: String) throws -> Edition? {
        try first(Edition.self, "SELECT \(sql: editionColumns) FROM edition WHERE id = \(id)")
    }

    /// Some editions of the chain, in its order, after a place in it.
    package func editions(after sequence: Int, limit: Int) throws -> [Edition] {
        try all(Edition.self, "SELECT \(sql: editionColumns) FROM edition WHERE sequence > \(sequence) ORDER BY sequence LIMIT \(limit)")
    }

    /// The newest edition of all.
    package func lastEdition() throws -> Edition? {
        try first(Edition.self, "SELECT \(sql: editionColumns) FROM edition ORDER BY sequence DESC LIMIT 1")
    }

    /// Writes down an edition whose artefacts are in the store. Refuses when another was written meanwhile, so that numbers and chain have
    /// no gap.
    package func addEdition(_ edition: Edition, area: Area, by act: Act) throws {
        guard try closings(area: edition.areaID).contains(where: { $0.month == edition.month }) else {
            throw Refusal.conflict(MonthLife.publish.stale)
        }
        let (last, before) = (
            try lastEdition(), try count("SELECT count(*) FROM edition WHERE area_id = \(edition.areaID) AND month = \(edition.month)")
        )
        guard edition.previousHash == last?.hash ?? "", edition.sequence == (last?.sequence ?? 0) + 1, edition.number == before + 1,
            edition.isSound
        else { throw Refusal.busy }
        try run(
            """
            INSERT INTO edition (\(sql: editionColumns))
            VALUES (\(edition.sequence), \(edition.id), \(edition.areaID), \(edition.month), \(edition.number), \(edition.document),
                \(edition.signedOff), \(edition.jsonHash),
                \(edition.htmlHash), \(edition.csvHash), \(edition.pdfHash), \(edition.docxHash), \(edition.xlsxHash), \
                \(edition.previousHash), \(edition.hash), \(edition.asOfAt), \(edition.publishedBy), \(edition.publishedAt))
            """)
        try record(
            MonthLife.publish.event, edition.id,
            ["month": edition.month, "area": area.code, "number": String(edition.number), "hash": edition.hash], by: act)
    }

    /// Which area had which code of a document's lines when it was made.
    package func identities(of document: EditionDocument) throws -> [String: String] {
        guard let month = Month(document.month) else { throw StorageError.column("The edition of \(document.month) names no month") }
        return try identities(
            ofCodes: document.lines.map { $0[0] }, on: month.days.upperBound, knownAt: Instant(milliseconds: document.asOf))
    }

    /// Notes that somebody wanted to publish an edition that is there already. It stays as it is.
    package func refuseRewriting(_ edition: Edition, by act: Act) throws {
        try record("edition.rewrite_refused", edition.id, ["month": edition.month, "number": String(edition.number)], by: act)
    }

    /// The facts about a month that arrived after a moment, by the code of the site at which the terminal stood.
    package func lateFacts(month: Month, after moment: Instant) throws -> [String: LateFacts] {
        var found: [String: LateFacts] = [:]
        let (first, last) = (month.days.lowerBound, month.days.upperBound)
        try each(
            """
            SELECT s.code, r.day, r.received_at, r.added_minutes FROM late_receipt r
            JOIN terminal_assignment x ON x.terminal = r.terminal AND x.replaced_at IS NULL AND x.from_day <= r.day AND x.until_day > r.day
            JOIN site s ON s.num = x.site
            WHERE r.day >= \(first) AND r.day <= \(last) AND r.received_at > \(moment)
            """
        ) { row in
            let (day, at) = (try row.day(1), try row.instant(2))
            found[try row.text(0), default: LateFacts(on: day, at: at)].add(on: day, at: at, minutes: try row.int(3))
        }
        try each(
            """
            SELECT s.code, p.first_day, min(p.received_at), max(p.received_at) FROM late_play p
            JOIN terminal_assignment x ON x.terminal = p.terminal AND x.replaced_at IS NULL AND x.from_day <= p.first_day
                AND x.until_day > p.first_day
            JOIN site s ON s.num = x.site
            WHERE p.first_day >= \(first) AND p.first_day <= \(last) AND p.received_at > \(moment)
            GROUP BY s.code, p.first_day, p.terminal, p.boot, p.sequence
            """
        ) { row in
            let (code, day, first, last) = (try row.text(0), try row.day(1), try row.instant(2), try row.instant(3))
            found[code, default: LateFacts(on: day, at: first)].add(on: day, at: first, plays: 1)
            found[code]?.add(on: day, at: last)
        }
        return found
    }
}

let editionColumns: SQL =
    """
    sequence, id, area_id, month, number, document, signed_off, json_hash, html_hash, csv_hash, pdf_hash, docx_hash, xlsx_hash, \
    previous_hash, hash, as_of_at, published_by, published_at
    """
