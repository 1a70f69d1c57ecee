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
    /// Its part in the demo's data.
    package let sample: FeatureSample?
    private let routes: @Sendable (inout Routes) -> Void

    package init(
        _ name: String, menu: [MenuEntry] = [], jobs: [FeatureJob] = [], timers: [FeatureTimer] = [], today: [TodayLook] = [],
        searches: [SearchLook] = [], figures: [Figure] = [],
        speech: [EventSpeech] = [], sample: FeatureSample? = nil,
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
