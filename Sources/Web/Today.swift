package import Accounts
package import Basics
import Hummingbird
package import Storage

/// The parts of the home page, in their order: what is late, what waits for whoever looks, what waits for others.
package enum TodayGroup: String, CaseIterable, Sendable { case late, mine, others }

/// One line of the home page: how many things of a kind wait, and where they are seen to.
package struct TodayEntry: Sendable {
    let group: TodayGroup
    /// Of its words, which name `{count}`.
    let key: String
    let count: Int
    /// Since when the first of them waits; nil when that says nothing.
    let since: Day?
    let path: String
    /// No more than so many were looked for.
    let most: Int

    package init(_ group: TodayGroup, _ key: String, count: Int, since: Day? = nil, path: String, most: Int = .max) {
        self.group = group
        self.key = key
        self.count = count
        self.since = since
        self.path = path
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
        open(.get, "/") { request, context in
            guard let visit = try await house.visit(request, context, for: .ownAccount) else { throw Refusal.signInNeeded }
            let (looks, scope, today, now, zone) = (
                house.looks.filter { visit.may($0.right) }, house.scope, house.today, house.clock.now, house.zone
            )
            let entries = try await house.database.read { statements in
                try looks.flatMap { look in
                    let scope = try scope(statements, visit.grants, look.right, today)
                    return try look.entries(
                        statements,
                        TodayQuestion(account: visit.account.id, grants: visit.grants, scope: scope, today: today, now: now, zone: zone))
                }
            }
            return try house.page(
                "home", HomePage(entries.filter { $0.count > 0 }, house, visit), title: house.text("home.title", visit), for: visit, request
            )
        }
    }
}

/// The page `home`.
struct HomePage: Sendable {
    struct Line: Sendable {
        let text: String
        let url: String
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
    /// Whoever keeps accounts does it by command.
    let keepsAccounts: Bool
    let next: [Frame.Link]

    init(_ entries: [TodayEntry], _ house: House, _ visit: Visit) {
        greeting = house.text("home.greeting", visit, ["name": visit.account.name])
        parts = TodayGroup.allCases.compactMap { group in
            let lines = entries.filter { $0.group == group }.map { entry in
                Line(
                    text: house.text(entry.key, visit, ["count": entry.count < entry.most ? String(entry.count) : "\(entry.most)+"]),
                    url: entry.path,
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
        keepsAccounts = visit.may(.keepAccounts)
        noPage = pages.isEmpty && !keepsAccounts
        nothing = parts.isEmpty && !pages.isEmpty
        next = pages.prefix(1).map { Frame.Link(label: house.text($0.key, visit), url: $0.path) }
    }
}
