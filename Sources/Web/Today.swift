package import Accounts
package import Basics
import Hummingbird
package import Storage
import Synchronization

/// The parts of the home page, in their order: what is late, how whoever looks stands himself, what waits for him, what waits for others.
package enum TodayGroup: String, CaseIterable, Sendable { case late, own, mine, others }

/// One line of the home page: how many things of a kind wait, and where they are seen to.
package struct TodayEntry: Sendable {
    let group: TodayGroup
    /// Of its words, which name `{count}`.
    let key: String
    let count: Int
    /// Since when the first of them waits; nil when that says nothing.
    let since: Day?
    let place: Location
    /// No more than so many were looked for.
    let most: Int
    /// What its words name besides.
    let values: [String: String]

    package init(
        _ group: TodayGroup, _ key: String, count: Int, since: Day? = nil, at place: Location, most: Int = .max,
        values: [String: String] = [:]
    ) {
        self.values = values
        self.group = group
        self.key = key
        self.count = count
        self.since = since
        self.place = place
        self.most = most
    }
}

/// Who looks at his home page, and when.
package struct TodayQuestion: Sendable {
    package let account: String
    package let grants: [RoleGrant]
    /// For the right of the look.
    package let scope: Scope
    package let today: Day
    package let now: Instant
    package let zone: NetworkZone

    package func may(_ right: Right) -> Bool { grants.contains { $0.role.rights.contains(right) } }
}

/// What a feature looks up for the home page of whoever has a right. Every look is bounded: the page is the first that everybody opens in
/// the morning.
package struct TodayLook: Sendable {
    let right: Right
    let entries: @Sendable (Statements, TodayQuestion) throws -> [TodayEntry]

    /// Lines without a count are left out.
    package init(_ right: Right, _ entries: @escaping @Sendable (Statements, TodayQuestion) throws -> [TodayEntry]) {
        self.right = right
        self.entries = entries
    }
}

extension Routes {
    /// `/`: today's work.
    mutating func addHome() {
        let house = house
        open(.get, HouseAddress.home) { request, context in
            guard let visit = try await house.visit(request, context, for: .ownAccount) else { throw Refusal.signInNeeded }
            try house.requireWholeSignIn(visit, at: request.uri.path)
            let entries = try await house.todayEntries(visit)
            return try house.page(
                "home", HomePage(entries, house, visit), title: house.text("home.title", visit), for: visit, request
            )
        }
    }
}

/// What waits behind each line of the menu, by account: looked up again a minute after the last look, and after whatever the account did.
final class MenuCounts: Sendable {
    private struct Kept {
        var at: Instant
        var counts: [String: String]
    }
    private static let mostAccounts = 2000
    private let kept = Mutex<[String: Kept]>([:])

    /// By the path of a line; nil when they must be looked up first.
    func of(_ account: String) -> [String: String]? { kept.withLock { $0[account]?.counts } }

    /// Whether they are a minute old. Whoever asks is the one that looks them up again.
    func areStale(_ account: String, at now: Instant) -> Bool {
        kept.withLock { kept in
            guard let found = kept[account] else { return true }
            guard now.milliseconds(since: found.at) >= 60_000 else { return false }
            kept[account]?.at = now
            return true
        }
    }

    func keep(_ entries: [TodayEntry], of account: String, at now: Instant) {
        var sums: [String: (count: Int, isMore: Bool)] = [:]
        for entry in entries where entry.group == .late || entry.group == .mine {
            let before = sums[entry.place.path] ?? (0, false)
            sums[entry.place.path] = (before.count + entry.count, before.isMore || entry.count >= entry.most)
        }
        let counts = sums.mapValues { grouped($0.count) + ($0.isMore ? "+" : "") }
        kept.withLock { kept in
            if kept.count >= Self.mostAccounts, kept[account] == nil, let oldest = kept.min(by: { $0.value.at < $1.value.at })?.key {
                kept[oldest] = nil
            }
            kept[account] = Kept(at: now, counts: counts)
        }
    }

    func forget(_ account: String) { kept.withLock { $0[account] = nil } }
}

extension House {
    /// What the features have for the home page of somebody, in their order; lines without a count are left out. The counts of the menu
    /// are kept besides.
    func todayEntries(_ visit: Visit) async throws -> [TodayEntry] {
        let (looks, scope, today, now, zone) = (looks.filter { visit.may($0.right) }, scope, today, clock.now, zone)
        let entries = try await database.read { statements in
            try looks.flatMap { look in
                let scope = try scope(statements, visit.grants, look.right, today)
                return try look.entries(
                    statements,
                    TodayQuestion(account: visit.account.id, grants: visit.grants, scope: scope, today: today, now: now, zone: zone))
            }
        }.filter { $0.count > 0 }
        counts.keep(entries, of: visit.account.id, at: now)
        return entries
    }

    /// Sees to it that the counts of somebody's menu are there. He waits only where none are, and a page does not fail for them.
    func countWhatWaits(_ visit: Visit) async {
        guard counts.areStale(visit.account.id, at: clock.now) else { return }
        let look = Task { _ = try? await todayEntries(visit) }
        if counts.of(visit.account.id) == nil { await look.value }
    }
}

/// The page `home`.
struct HomePage: Sendable {
    struct Line: Sendable {
        let text: String
        let url: Location
        let since: String?
    }
    struct Part: Sendable {
        let title: String
        let isLate: Bool
        let lines: [Line]
    }

    let greeting: String
    let parts: [Part]
    /// Nothing waits, and there is something else to see.
    let nothing: Bool
    /// The roles open no page yet.
    let noPage: Bool
    let next: [Frame.Link]

    init(_ entries: [TodayEntry], _ house: House, _ visit: Visit) {
        greeting = house.text("home.greeting", visit, ["name": visit.account.name])
        parts = TodayGroup.allCases.compactMap { group in
            let lines = entries.filter { $0.group == group }.map { entry in
                Line(
                    text: house.text(
                        entry.key, visit,
                        entry.values.merging(["count": entry.count < entry.most ? String(entry.count) : "\(entry.most)+"]) { $1 }),
                    url: entry.place,
                    // What came today needs no counting.
                    since: (entry.count < entry.most ? entry.since : nil).flatMap { day in
                        let days = day.distance(to: house.today)
                        return days > 0 ? house.text("home.since", visit, ["day": day.description, "days": String(days)]) : nil
                    })
            }
            return lines.isEmpty
                ? nil : Part(title: house.text("home.group.\(group.rawValue)", visit), isLate: group == .late, lines: lines)
        }
        let pages = house.menu.filter { visit.may($0.right) }
        noPage = pages.isEmpty
        nothing = parts.isEmpty && !pages.isEmpty
        next = pages.prefix(1).map { Frame.Link(label: house.text($0.key, visit), url: $0.place) }
    }
}
