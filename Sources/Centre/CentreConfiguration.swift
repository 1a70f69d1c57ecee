package import Accounts
package import Basics
package import Content
package import Foundation
package import Listener
package import Logging
package import Programs

/// How a centre is set up; docs/configuration.md lists where each comes from.
package struct CentreConfiguration: Sendable {
    /// Everything that the centre keeps lies below it: database, blobs, keys, uploads.
    package var dataFolder: URL
    /// `postgres:` and a libpq connection string, or nil for SQLite in the data folder.
    package var database: String?
    /// A replica of that database, in the same form, from which pages of figures read.
    package var reports: String?
    /// Whether another centre on the same database and folder does the jobs, renews the catalogue and sweeps.
    package var isFront: Bool
    package var host: String
    package var port: Int
    /// The time zone of a network that is made now; an existing network keeps its own.
    package var zone: NetworkZone
    /// Marks every page as sample data.
    package var isSample: Bool
    /// The folder `Sources`, whose templates and words are shown as they stand at each look: for whoever changes them.
    package var sources: URL?
    /// Whether browsers reach the centre over TLS only.
    package var secureCookies: Bool
    /// Paths or names of the programs.
    package var ffmpeg: String
    package var ffprobe: String
    package var weasyprint: String
    package var rsvgConvert: String
    /// Whether lessons are made as MPEG-TS, too, for boxes that know nothing newer.
    package var transportStreams = false
    /// How far these programs are kept apart: nothing for the best that the machine has, else what it must have.
    package var confinement: Confinement?
    /// Who runs these programs under another user, if anybody.
    package var worker: Worker?
    /// Where the log of acts is sent on to, if anywhere.
    package var logReceiver: LogReceiver?
    /// Where what goes onto screens needs a second person.
    package var secondPerson = SecondPerson.aboveCounty
    /// Whom to ask who forgot his password: an office and its telephone, at most 200 characters.
    package var signInHelp = ""
    /// What new passwords must be.
    package var passwordPolicy = PasswordPolicy.standard
    /// Of whom a second factor is asked.
    package var factorRule = FactorRule.required
    /// For so many minutes a password that was given is good enough for what goes outside.
    package var passwordAgainMinutes = 15
    /// Where `/metrics` is served alone; nil for the centre's own listener, to this machine only.
    package var metrics: MetricsAddress?
    /// Binary logarithm of scrypt's cost.
    package var passwordCost: Int
    /// Bytes that uploads leave free on the disk.
    package var reserveBytes: Int64
    /// Seconds after which a document that is being made is given up.
    package var printSeconds: Int
    /// After so many minutes without a request a session ends.
    package var sessionIdleMinutes: Int

    package init(
        dataFolder: URL, database: String? = nil, reports: String? = nil, isFront: Bool = false, host: String = "127.0.0.1",
        port: Int = 8080,
        zone: NetworkZone = .shanghai, isSample: Bool = false, secureCookies: Bool = false, ffmpeg: String = "ffmpeg",
        ffprobe: String = "ffprobe",
        weasyprint: String = "weasyprint",
        rsvgConvert: String = "rsvg-convert", passwordCost: Int = 14, reserveBytes: Int64 = 512 << 20, printSeconds: Int = 120,
        sessionIdleMinutes: Int = 120
    ) {
        self.dataFolder = dataFolder
        self.database = database
        self.reports = reports
        self.isFront = isFront
        self.host = host
        self.port = port
        self.zone = zone
        self.isSample = isSample
        self.secureCookies = secureCookies
        self.ffmpeg = ffmpeg
        self.ffprobe = ffprobe
        self.weasyprint = weasyprint
        self.rsvgConvert = rsvgConvert
        self.passwordCost = passwordCost
        self.reserveBytes = reserveBytes
        self.printSeconds = printSeconds
        self.sessionIdleMinutes = sessionIdleMinutes
    }

    /// What `Database.open` takes.
    package var databaseAddress: String { database ?? dataFolder.appendingPathComponent("centre.sqlite").path }

    /// Where other people's programs run from now on; says it, and refuses what was asked for and is not at hand.
    /// - Throws: `WorkerProblem` when there is to be a worker and none answers; an error that names what the machine cannot do.
    package func workplace(_ logger: Logger? = nil) async throws -> Workplace {
        guard let worker else {
            let found = try await confined(logger)
            logger?.notice(
                """
                ffmpeg, ffprobe, weasyprint and rsvg-convert run under this program's own user; a worker would give them another: \
                docs/operations.md, The worker
                """
            )
            return .here(found)
        }
        let greeting = try await worker.greeting()
        if let confinement, confinement != .none, ![confinement, .bubblewrap].contains(greeting.confinement) {
            throw NotConfined(
                description: "The worker does not do `confine` = \(confinement.rawValue); there it is \(greeting.confinement.rawValue)")
        }
        let missing = Tool.allCases.filter { !greeting.tools.contains($0) }
        if !missing.isEmpty {
            logger?.warning("the worker cannot start \(missing.map(\.rawValue).joined(separator: ", ")): install them on its machine")
        }
        if greeting.user == geteuid() {
            logger?.warning(
                """
                the worker runs under this program's own user: give yuanjiao-worker@.service another, so that what reads strangers' files \
                cannot read keys
                """
            )
        }
        logger?.log(
            level: greeting.confinement == .bubblewrap ? .info : .warning, "ffmpeg, ffprobe, weasyprint and rsvg-convert run at the worker",
            metadata: [
                "socket": "\(worker.socket)", "user": "\(greeting.user)", "own_user": "\(geteuid())",
                "confinement": "\(greeting.confinement.rawValue)",
            ])
        return .worker(worker)
    }

    /// How far these programs are kept apart as children of this process; says it, and refuses what was asked for and is not at hand.
    package func confined(_ logger: Logger? = nil) async throws -> Confinement {
        if confinement == Confinement.none { return .none }
        let found = await Confinement.atHand()
        if let confinement, confinement != found, found != .bubblewrap {
            throw NotConfined(description: "This machine cannot do `confine` = \(confinement.rawValue); at hand is \(found.rawValue)")
        }
        switch found {
        case .bubblewrap:
            logger?.info("ffmpeg, ffprobe, weasyprint and rsvg-convert see nothing but their input and reach no network (bubblewrap)")
        case .namespaces:
            logger?.warning(
                """
                ffmpeg, ffprobe, weasyprint and rsvg-convert reach no network, but can read what this program can: install the Debian \
                package bubblewrap
                """
            )
        case .none:
            logger?.warning(
                """
                ffmpeg, ffprobe, weasyprint and rsvg-convert run with nothing but limits: install the Debian package bubblewrap, and allow \
                user namespaces
                """
            )
        }
        return confinement ?? found
    }
}

/// What was asked for and the machine does not have.
struct NotConfined: Error, CustomStringConvertible { let description: String }
