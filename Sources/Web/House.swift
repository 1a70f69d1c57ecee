package import Accounts
package import Basics
import Hummingbird
package import Jobs
package import Listener
package import Storage
package import Wire

/// What every page and route of the centre stands on; made once at start.
package struct House: Sendable {
    package let database: Database
    package let clock: Clock
    package let ids: IDs
    package let entropy: Entropy
    package let zone: NetworkZone
    package let passwords: PasswordScheme
    package let pages: Pages
    /// What the features say of themselves for the left column, in the order of the list of features.
    package var menu: [MenuEntry] = []
    /// What the features look up for the home page.
    package var looks: [TodayLook] = []
    /// What the features look through for the search box, in the order of the list of features.
    package var searches: [SearchLook] = []
    /// The figures that features own, in the order of the list of features.
    package var figures: [Figure] = []
    /// What the log of acts says of the acts of features.
    package var speech: [EventSpeech] = []
    /// What the features have at the top of a site's page, in the order of the list of features.
    package var siteLooks: [SiteLook] = []
    /// Marks every page as sample data.
    package let isSample: Bool
    /// Whether browsers reach the centre over TLS only, so that the cookie may say so.
    package let secureCookies: Bool
    /// Whom to ask who forgot his password; empty where nobody said.
    package var signInHelp = ""
    /// Of whom a second factor is asked.
    package var factorRule = FactorRule.required
    /// After so many seconds without a request a session ends.
    package let idleSeconds: Int64
    /// For so many seconds a password that was given is good enough for what goes outside.
    package let confirmSeconds: Int64
    let seen = SeenSessions()
    let counts = MenuCounts()
    let watchers = Watchers()
    /// The files of long lists; nil where nobody keeps any.
    package var exportFiles: KeptFiles?
    /// A list of more rows is written as a file by a job.
    package var rowsAtOnce = 5000
    package let exportBell = JobBell()
    /// How many refusals of one account or address are written one by one.
    package let refusals = RefusalBudget()
    /// Before slices of uploads go to the disk: of one account four at a time.
    package let uploads = Admission(atOnce: 16, inLine: 32, perOrigin: 4)
    /// Before drafts are printed: one at a time, because a printing program takes hundreds of megabytes; of one account two.
    package let papers = Admission(atOnce: 1, inLine: 8, perOrigin: 2)
    /// Before lists are read and written as files: of one account two.
    package let lists = Admission(atOnce: 4, inLine: 16, perOrigin: 2)
    /// Before the whole register is looked through for a few letters: of one account two.
    let finds = Admission(atOnce: 4, inLine: 32, perOrigin: 2)
    /// Before passwords are hashed: one at a time, so that a stranger who guesses leaves the machine to others.
    package let signIns = Admission(atOnce: 1, inLine: 64, perOrigin: 4)
    /// What this centre noticed that an honest network would not cause; written once a second.
    package let incidents = IncidentTally()
    /// Which part of the network the grants of an account open for a right (the register knows the areas).
    package let scope: @Sendable (Statements, [RoleGrant], Right, Day) throws -> Scope

    package init(
        database: Database, clock: Clock, ids: IDs, entropy: Entropy, zone: NetworkZone, passwords: PasswordScheme, pages: Pages,
        isSample: Bool, secureCookies: Bool,
        idleSeconds: Int64 = 2 * 3600, confirmSeconds: Int64 = 900,
        scope: @escaping @Sendable (Statements, [RoleGrant], Right, Day) throws -> Scope
    ) {
        self.database = database
        self.clock = clock
        self.ids = ids
        self.entropy = entropy
        self.zone = zone
        self.passwords = passwords
        self.pages = pages
        self.isSample = isSample
        self.secureCookies = secureCookies
        self.idleSeconds = idleSeconds
        self.confirmSeconds = confirmSeconds
        self.scope = scope
    }

    /// The tables of this module.
    package static var migrations: [Migration] { get throws { try Migration.all(in: .module) } }

    /// The network's present day.
    package var today: Day { zone.day(of: clock.now) }

    /// The circumstances of a command that a signed-in person gives.
    package func act(_ visit: Visit) -> Act { Act(by: Actor(id: visit.account.id), at: clock.now, ids: ids, from: visit.place) }

    /// Counts something that an honest network would not cause.
    package func notice(_ kind: IncidentKind, about: String = "") {
        incidents.note(kind.rawValue, about: Incident.about(about), at: clock.now)
    }

    /// The circumstances of a request by somebody who has not said who he is.
    func strangersAct(_ request: Request, _ context: AppContext) -> Act {
        Act(by: .stranger, at: clock.now, ids: ids, from: request.place(context))
    }
}

/// A signed-in person at a route, with the part of the network that the route's right covers.
package struct Visit: Sendable {
    package let account: Account
    package let grants: [RoleGrant]
    /// For the right that the route asks for.
    package let scope: Scope
    package let language: Language
    /// To be sent back with every form; masked.
    package let csrf: String
    /// The same without its mask, which no page shows.
    let token: String
    package let sessionDigest: String
    /// When it ends, however much it is used.
    package let endsAt: Instant
    /// When the password was last given in this session.
    package let confirmedAt: Instant
    /// Whether the password was given, and the code of the second factor not yet.
    package let codeIsDue: Bool
    /// From where, for the log of acts.
    package let place: Place
    /// What he typed before his session ended, when the page may show it.
    var kept: KeptForm?

    func keeping(_ kept: KeptForm?) -> Visit {
        var visit = self
        visit.kept = kept
        return visit
    }

    /// Whether a form was one of this session's pages'.
    func made(_ csrf: String) -> Bool { MaskedToken.unmask(csrf) == token }

    /// Whether one of the account's roles has a right at all; before the code of its second factor none but to its own account.
    package func may(_ right: Right) -> Bool {
        (!codeIsDue || right == .ownAccount) && grants.contains { $0.role.rights.contains(right) }
    }
}
