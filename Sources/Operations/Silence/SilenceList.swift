import Accounts
package import Basics
import Lists
import Registry
import Storage
package import Web

/// For how long somebody has been silent.
package enum SilenceSpan: String, CaseIterable, Sendable {
    case day = "1"
    case threeDays = "3"
    case week = "7"
    case month = "30"

    /// A report of after this moment is no silence.
    package func start(_ now: Instant) -> Instant { now.adding(seconds: -(Int64(rawValue) ?? 1) * 86_400) }
}

/// Where sites are that fell silent.
enum SilenceAddress {
    static let list = FixedAddress("/silent")
}

extension Feature {
    /// Sites that fell silent, and since when.
    package static var silence: Feature {
        let today = TodayLook(.keepRegister) { statements, question in
            let filter = SilenceFilter(before: SilenceSpan.threeDays.start(question.now), zone: question.zone)
            let count = try statements.silentSiteCount(filter, most: 500, on: question.today, in: question.scope)
            return [TodayEntry(.late, "today.silence", count: count, at: SilenceAddress.list().with("days", 3), most: 500)]
        }
        return Feature("silence", menu: [MenuEntry(.run, "nav.silence", SilenceAddress.list, .seeFigures)], today: [today]) {
            $0.list(.silent)
        }
    }
}

extension ListPage where Row == SilentSite {
    /// Sites in service that are silent, the longest first.
    fileprivate static var silent: ListPage {
        @Sendable func filter(_ question: ListQuestion) -> SilenceFilter {
            SilenceFilter(
                before: (SilenceSpan(rawValue: question["days"]) ?? .day).start(question.now), zone: question.house.zone,
                words: question.words)
        }
        return ListPage(
            SilenceAddress.list, .seeFigures, title: "silence.title",
            columns: [
                ListColumn("name", "silence.name") { row, _ in Table.Cell(row.name, url: SiteAddress.page(row.code)) },
                ListColumn("code", "silence.code") { row, _ in Table.Cell(row.code) },
                ListColumn("area", "silence.area") { row, _ in Table.Cell(row.areaName, url: AreaAddress.page(row.areaCode)) },
                ListColumn("heard", "silence.heard") { row, question in
                    Table.Cell(row.heardAt.map(question.house.zone.text) ?? question.text("silence.never"))
                },
                ListColumn("days", "silence.days", isNumber: true) { row, question in
                    Table.Cell(row.heardAt.map { String(question.now.milliseconds(since: $0) / 86_400_000) } ?? "")
                },
            ],
            filters: [
                ListFilter("days", "silence.since", SilenceSpan.allCases.map { FieldOption($0.rawValue, "silence.span.\($0.rawValue)") })
            ], search: "silence.search",
            rows: { statements, question in
                let parts = question.after.split(separator: "_", maxSplits: 1)
                let place = parts.count == 2 ? Int64(parts[0]).map { (heardAt: Instant(milliseconds: $0), code: String(parts[1])) } : nil
                return try statements.silentSites(
                    filter(question), after: place, limit: question.limit, on: question.today, in: question.scope)
            }, count: { try $0.silentSiteCount(filter($1), on: $1.today, in: $1.scope) },
            place: { "\($0.heardAt?.milliseconds ?? 0)_\($0.code)" }, note: "silence.note",
            empty: "silence.empty")
    }
}
