package import Accounts
package import Basics
package import Bulletins
import Figures
import Operations
package import Registry
import Returns
import Storage
package import Web

extension EditionPress {
    /// The bulletin of an area's month as it would be printed now, and the area. Nil when the scope does not cover the area.
    package func composition(code: String, month: Month, language: Language, in scope: Scope, at now: Instant) async throws -> (
        Composition, Area
    )? {
        guard let facts = try await facts(code: code, month: month, in: scope, at: now) else { return nil }
        let area = facts.record.area
        let (arranged, edits) = try await database.read { statements in
            (
                try statements.arrangement(area: area.areaID, month: month),
                try statements.sentenceEdits(area: area.areaID, month: month, language: language)
            )
        }
        return (Composition(facts, arranged: arranged, edits: edits, Speech(pages.words, language)), area)
    }

    /// What the sections of an area's bulletin are written from: the figures with which the month was closed, until the first edition is
    /// published. Months that were published are read from their editions, others computed.
    package func facts(code: String, month: Month, in scope: Scope, at now: Instant) async throws -> BulletinFacts? {
        let zone = rules.zone
        let first = Month("\(padded(month.year - 1, 4))-01") ?? month
        let found = try await database.read { statements -> (AreaMonth, ClosedFigures?, [Edition], [Month])? in
            guard let place = try statements.areaPlace(code: code, month: month, network: .then, in: scope, zone: zone, at: now) else {
                return nil
            }
            let closed = try statements.unpublishedFigures(of: month, area: place.area.areaID)
            guard
                let record = try closed?.record(month, statements.formula(for: month), path: place.path)
                    ?? statements.areaMonth(code: code, month: month, in: scope, zone: zone, at: now)
            else { return nil }
            let editions = try statements.lastEditions(area: record.area.areaID, from: first, through: month.previous)
            return (
                record, closed, editions, try statements.monthsWithFacts().filter { first <= $0 && ($0 < month || $0.year < month.year) }
            )
        }
        guard let (record, closed, editions, known) = found else { return nil }
        var documents: [Month: EditionDocument] = [:]
        for edition in editions { if let month = Month(edition.month) { documents[month] = try await document(of: edition) } }
        let (published, rules) = (documents, rules)
        return try await database.read { statements in
            var past: [Month: PastMonth] = [:]
            var errata: [EarlierErrata] = []
            for earlier in Set(known).union(published.keys).sorted() {
                let last = earlier.days.upperBound
                guard let area = try statements.area(id: record.area.areaID, on: last) else { continue }
                let document = published[earlier]
                let ids = try document.map { try statements.identities(of: $0) } ?? [:]
                past[earlier] = document.flatMap { PastMonth(published: $0, earlier, ids: ids) }
                // A year back: what came later than that is history.
                let mayDiffer =
                    document != nil && earlier < month
                    && earlier >= Month("\(padded(month.year - 1, 4))-\(padded(month.month, 2))") ?? month
                guard past[earlier] == nil || mayDiffer,
                    let present = try statements.areaMonth(code: area.code, month: earlier, in: scope, zone: zone, at: now)
                else { continue }
                if past[earlier] == nil { past[earlier] = PastMonth(present: present) }
                if let document {
                    let (cells, sites) = (
                        document.errata(against: present, identities: ids), document.siteErrata(against: present.figures.sites, late: [:])
                    )
                    let place = document.columns.firstIndex { $0.name == "boot_rate" }
                    errata.append(
                        EarlierErrata(
                            month: earlier, number: document.number, cells: cells.count, sites: sites.count,
                            from: place.flatMap { document.lines.last?[$0] } ?? "-",
                            to: present.bulletin.total.bootRate.percent ?? "-"))
                }
            }
            let inside = Scope(areas: [record.area.areaCode].compactMap { $0 })
            return BulletinFacts(
                record: record, past: past, errata: errata,
                delivery: try closed?.delivery ?? statements.delivery(month: month, in: inside, rules: rules),
                oddities: try closed?.oddities ?? statements.oddities(month: month, in: inside, zone: zone),
                typed: try statements.typedFigures(month: month, in: inside),
                passedDays: min(month.days.count, max(0, month.days.lowerBound.distance(to: zone.day(of: now)))))
        }
    }
}
