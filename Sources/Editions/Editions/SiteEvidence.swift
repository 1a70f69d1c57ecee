package import Accounts
package import Basics
package import Bulletins
import Figures
import Operations
import Registry
import Returns
package import Storage

/// The minutes and plays behind a site's published figures, as they were known at the edition's moment: what arrived, was voided or was
/// decided later is left out again.
package struct SiteEvidence: Encodable, Hashable, Sendable {
    package struct Day: Encodable, Hashable, Sendable {
        package let day: String
        /// Runs of minutes of the local day, both ends included: `480-541,600`.
        package let minutes: String
        package let onMinutes: Int
        package let said: [Said]
        /// Runs of those minutes in which something played though the terminal's complete report calls them off; as it is known now.
        /// Nothing where there are none.
        package let calledOff: String?
    }
    /// Where a terminal's minutes of a day came from, such as `self carried by edge-990101`; as it is known now.
    package struct Said: Encodable, Hashable, Sendable {
        package let terminal: String
        package let by: [String]
    }
    /// A play that touches the month.
    package struct Play: Encodable, Hashable, Sendable {
        package let terminal: String
        package let boot: Int64
        package let sequence: Int64
        package let courseware: String
        package let mode: String
        package let firstDay: String
        package let mediaSeconds: Int64
    }

    package let code: String
    package let days: [Day]
    package let plays: [Play]
    /// What the days make, and what the edition counted.
    package let onMinutes: Int
    package let published: Int

    /// Whether the evidence makes the published figure.
    package var agrees: Bool { onMinutes == published }
}

extension Statements {
    /// The evidence of a site of an edition. Nil when the scope covers no such site.
    package func siteEvidence(_ site: EditionDocument.Site, month: Month, asOf moment: Instant, in scope: Scope, zone: NetworkZone) throws
        -> SiteEvidence?
    {
        guard let found = try self.site(code: site.code, on: month.days.upperBound, in: scope) else { return nil }
        let assignments = try assignments(site: found.num).filter {
            $0.fromDay <= month.days.upperBound && $0.untilDay > month.days.lowerBound
        }
        let terminals = Set(assignments.map(\.terminal)).sorted()
        let names = Dictionary(assignments.map { ($0.terminal, $0.terminalID) }, uniquingKeysWith: { first, _ in first })
        let service = try serviceDays(site: found.num, month: month, asOf: moment)
        let voids = try voids(terminals: terminals, within: month.days).filter { void in
            void.kind == .facts && void.recordedAt <= moment && void.withdrawnAt.map { $0 > moment } ?? true
        }
        func counts(_ terminal: Int, _ day: Basics.Day) -> Bool {
            service.contains { $0.contains(day) }
                && assignments.contains { $0.terminal == terminal && $0.fromDay <= day && $0.untilDay > day }
                && !voids.contains { $0.terminal == terminal && $0.fromDay <= day && $0.untilDay > day }
        }
        let late = try lateMinutes(terminals: terminals, within: month.days).filter { $0.receivedAt > moment }
        var days: [Basics.Day: MinuteSet] = [:]
        let presence = try presence(terminals: terminals, within: month.days)
        for fact in presence where counts(fact.terminal, fact.day) {
            let later = late.filter { $0.day == fact.day && $0.terminal == fact.terminal }.reduce(into: MinuteSet()) {
                $0.formUnion($1.minutes)
            }
            days[fact.day, default: MinuteSet()].formUnion(fact.minutes.subtracting(later))
        }
        let plays = try plays(terminals: terminals, within: month.days, knownAt: moment)
        let reports = CompleteReports(
            try claims(terminals: terminals), voided: try voidedRanges(month.days, kinds: VoidKind.allCases), zone)
        var calledOff: [Basics.Day: MinuteSet] = [:]
        // Minutes in which something played were on, too.
        for play in plays {
            for day in month.days where counts(play.terminal, day) {
                let played = play.coverage.watched(on: day, zone).wall.minutes(from: zone.start(of: day))
                days[day, default: MinuteSet()].formUnion(played)
                let reported = presence.first { $0.day == day && $0.terminal == play.terminal }?.minutes ?? MinuteSet()
                calledOff[day, default: MinuteSet()].formUnion(reports.calledOff(played, reported: reported, by: play.terminal, on: day))
            }
        }
        let sources = try presenceSources(terminals: terminals, within: month.days)
        let listed = days.filter { !$0.value.isEmpty }.sorted { $0.key < $1.key }
        return SiteEvidence(
            code: site.code,
            days: listed.map { day, minutes in
                SiteEvidence.Day(
                    day: day.description, minutes: minutes.text, onMinutes: minutes.count,
                    said: (sources[day] ?? [:]).sorted { $0.key < $1.key }.map { terminal, shares in
                        SiteEvidence.Said(terminal: names[terminal] ?? "", by: shares.map(\.source.description))
                    }, calledOff: calledOff[day].flatMap { $0.isEmpty ? nil : $0.text })
            },
            plays: plays.compactMap { play in
                let touched = month.days.filter { counts(play.terminal, $0) && play.coverage.watched(on: $0, zone).wall.total > 0 }
                guard let first = touched.first else { return nil }
                return SiteEvidence.Play(
                    terminal: names[play.terminal] ?? "", boot: play.boot, sequence: play.sequence, courseware: play.courseware,
                    mode: String(describing: play.mode),
                    firstDay: first.description,
                    mediaSeconds: touched.reduce(0) { $0 + play.coverage.watched(on: $1, zone).media.total } / 1000)
            }, onMinutes: listed.reduce(0) { $0 + $1.value.count }, published: site.onMinutes)
    }

    /// The days of a month on which a site was in service, by the states that had been recorded at a moment.
    private func serviceDays(site: Int, month: Month, asOf moment: Instant) throws -> [Range<Day>] {
        let known = try stateHistory(site: site).filter { $0.recordedAt <= moment && $0.replacedAt.map { $0 > moment } ?? true }.sorted {
            $0.fromDay < $1.fromDay
        }
        return known.enumerated().compactMap { place, row in
            // A state that was recorded later cut this one off only then.
            let until = place + 1 < known.count ? known[place + 1].fromDay : month.end
            let from = max(row.fromDay, month.days.lowerBound)
            return SiteState.counted.contains(row.state) && from < min(until, month.end) ? from..<min(until, month.end) : nil
        }
    }
}
