package import Accounts
package import Basics
package import Jobs
package import Storage

/// What the centre is told of a feature, and all that it is told: one value, in the list of `CentreApplication`.
package struct Feature: Sendable {
    /// `[a-z_]+`; for the log, and for tests that walk all features.
    package let name: String
    package let menu: [MenuEntry]
    package let jobs: [FeatureJob]
    package let timers: [FeatureTimer]
    /// What it shows on home pages.
    package let today: [TodayLook]
    /// What it finds for the search box.
    package let searches: [SearchLook]
    /// The figures that it owns.
    package let figures: [Figure]
    /// What the log of acts says of its acts.
    package let speech: [EventSpeech]
    /// What stands at the top of a site's page.
    package let sites: [SiteLook]
    /// Its part in the demo's data.
    package let sample: FeatureSample?
    private let routes: @Sendable (inout Routes) -> Void

    package init(
        _ name: String, menu: [MenuEntry] = [], jobs: [FeatureJob] = [], timers: [FeatureTimer] = [], today: [TodayLook] = [],
        searches: [SearchLook] = [], figures: [Figure] = [],
        speech: [EventSpeech] = [], sites: [SiteLook] = [], sample: FeatureSample? = nil,
        routes: @escaping @Sendable (inout Routes) -> Void = { _ in }
    ) {
        self.name = name
        self.menu = menu
        self.jobs = jobs
        self.timers = timers
        self.today = today
        self.searches = searches
        self.figures = figures
        self.speech = speech
        self.sites = sites
        self.sample = sample
        self.routes = routes
    }

    /// Adds its pages, each with the right that it asks for.
    package func add(to routes: inout Routes) { self.routes(&routes) }
}

/// The parts of the left column, in their order: the field's own words.
package enum MenuGroup: String, CaseIterable, Sendable { case run, library, supervision, system }

/// A line in the left column; it shows for those who have its right.
package struct MenuEntry: Sendable {
    let group: MenuGroup
    /// Of its words.
    let key: String
    /// It is marked on every page whose path begins so.
    let place: Location
    let right: Right

    package init(_ group: MenuGroup, _ key: String, _ page: FixedAddress, _ right: Right) {
        self.group = group
        self.key = key
        place = page()
        self.right = right
    }
}

/// What a feature has at the top of the page of a site: what must be known at once, and what may be done there.
package struct SiteLook: Sendable {
    /// A line: what it is, and what it says.
    package struct Line: Sendable {
        let lineTerm: String
        let lineText: String
        let lineURL: Location?

        package init(_ term: String, _ text: String, url: Location? = nil) { (lineTerm, lineText, lineURL) = (term, text, url) }
    }
    package typealias Found = (lines: [Line], ways: [Frame.Link])

    let right: Right
    let find: @Sendable (Statements, SiteVisit) throws -> Found

    package init(_ right: Right, _ find: @escaping @Sendable (Statements, SiteVisit) throws -> Found) {
        (self.right, self.find) = (right, find)
    }
}

/// Who looks at a site.
package struct SiteVisit: Sendable {
    package let house: House
    package let visit: Visit
    /// Its number in the register, and its code.
    package let site: Int
    package let code: String
    package let today: Day

    package init(_ house: House, _ visit: Visit, site: Int, code: String) {
        (self.house, self.visit, self.site, self.code, self.today) = (house, visit, site, code, house.today)
    }

    package func text(_ key: String, _ values: [String: String] = [:]) -> String { house.text(key, visit, values) }
}

/// The partial `site_top`: what the features have at the top of a site's page.
package struct SiteTop: Sendable {
    let topLines: [SiteLook.Line]
    let topWays: [Frame.Link]
    /// Those behind one button, where there are many.
    let moreWays: [Frame.Link]
    let hasMore: Bool

    package init(_ statements: Statements, _ question: SiteVisit) throws {
        let found = try question.house.siteLooks.filter { question.visit.may($0.right) }.map { try $0.find(statements, question) }
        let ways = found.flatMap(\.ways)
        hasMore = ways.count > 5
        let first = hasMore ? 4 : ways.count
        (topLines, topWays, moreWays) = (found.flatMap(\.lines), Array(ways.prefix(first)), Array(ways.dropFirst(first)))
    }
}

/// What a feature puts into a demo, once, in one transaction.
package struct FeatureSample: Sendable {
    /// Puts it there as it would be on a day, done by an officer of the city.
    package let make: @Sendable (Statements, Day, Act) throws -> Void

    package init(_ make: @escaping @Sendable (Statements, Day, Act) throws -> Void) { self.make = make }
}

/// A kind of durable work. Kinds with one bell wait for each other; what takes hours has a bell of its own.
package struct FeatureJob: Sendable {
    package let kind: String
    package let bell: JobBell
    package let handler: JobRunner.Handler

    package init(_ kind: String, bell: JobBell, _ handler: @escaping JobRunner.Handler) {
        self.kind = kind
        self.bell = bell
        self.handler = handler
    }
}

/// What is done again and again.
package struct FeatureTimer: Sendable {
    package let work: PeriodicWork
    /// Whether every centre does it; else the one that does the jobs.
    package let isEverywhere: Bool

    package init(_ work: PeriodicWork, isEverywhere: Bool = false) {
        self.work = work
        self.isEverywhere = isEverywhere
    }
}
