import Accounts
import ArgumentParser
import Basics
import Bulletins
import Centre
import Content
import Editions
import Figures
import Foundation
import Operations
import Storage
import Trust

/// `yuanjiao migrate`
struct MigrateCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "migrate", abstract: "Brings the schema of a centre's database up to date and says what it did.")
    @OptionGroup var common: CommonOptions

    func run() async throws {
        let configuration = try await Settings(common).centre()
        try FileManager.default.createDirectory(at: configuration.dataFolder, withIntermediateDirectories: true)
        let database = try await Database.open(configuration.databaseAddress)
        let done = try await database.migrate(try NetworkSettings.migrations, at: Clock.system.now)
        print(done.isEmpty ? "up to date" : done.joined(separator: "\n"))
        await database.close()
    }
}

extension LogFault {
    fileprivate var sentence: String {
        switch kind {
        case .changed: "entry \(position) was changed, or stands where another stood"
        case .missing: "entry \(position) is gone"
        case .cut: "the entries from \(position) on are gone; the copy that was sent on has them"
        case .gap: "place \(position) of the chain is gone"
        case .unchained: "\(position) entries were written into the log by something else than this program"
        }
    }
}

/// `yuanjiao doctor`
struct DoctorCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "doctor",
        abstract:
            """
            Checks a centre: schema, derived rows against base facts, open quarantine, room on the disk. Ends with status 1 when something \
            is wrong.
            """
    )
    @OptionGroup var common: CommonOptions
    @Option(name: .long, help: "Derive the site-days of this month again from the base facts (YYYY-MM) and say how many differed.")
    var rebuild: String?

    /// More facts than an honest network leaves waiting.
    private static let manyWaiting = 1000
    /// Seconds: a quarter of a year is enough to fetch the sticks.
    private static let signAnewBefore: Int64 = 90 * 86_400

    func run() async throws {
        let settings = try await Settings(common)
        let centre = try await OpenCentre(settings, existing: true)
        let rules = centre.network.rules
        var wrong = 0
        print("schema       ok")
        print("zone         \(centre.network.zone.identifier)")
        if let rebuild {
            guard let month = Month(rebuild) else { throw BadSetting(description: "`--rebuild` takes a month, YYYY-MM") }
            let differing = try await centre.database.write { try $0.rebuildSiteDays(month.days, rules: rules) }
            print("site-days    \(differing == 0 ? "equal to the base facts" : "\(differing) rows differed and were made right")")
            wrong += differing
        }
        let lost = try await centre.database.read { try $0.lostPlaces() }
        print(
            lost == (0, 0)
                ? "register     every registered site lies in an area, every fact at a site"
                : "register     \(lost.sites) registered sites that no area holds, \(lost.facts) terminal-days and plays that no site holds"
        )
        wrong += lost.sites + lost.facts
        wrong += try await checkEditions(centre, settings)
        wrong += try await checkCatalogue(centre)
        let log = try await centre.database.read { try $0.verifyLog() }
        print("log          \(log.entries) entries chained\(log.faults.isEmpty ? ", none missing or changed" : "") \(log.head.prefix(16))")
        for fault in log.faults { print("             \(fault.sentence)") }
        wrong += log.faults.count
        let open = try await centre.database.read { try $0.openIncidents() }
        print(
            "incidents    \(open.isEmpty ? "none open" : Self.counts(open) + ": see the page /incidents")"
        )
        wrong += open.values.reduce(0, +)
        let quarantined = try await centre.database.read { try $0.quarantineCounts() }
        print(
            "quarantine   \(quarantined.isEmpty ? "empty" : Self.counts(quarantined))"
        )
        let (waiting, full) = (quarantined.values.reduce(0, +), try await centre.database.read { try $0.quarantineOverflow(limit: 100) })
        for row in full {
            print(
                """
                             \(row.facts) facts of \(row.sender) refused because too many of it waited (\(row.reason)), last \
                \(centre.network.zone.text(row.lastAt))
                """
            )
        }
        if waiting > Self.manyWaiting || !full.isEmpty { wrong += 1 }
        let free = BlobStore.freeBytes(at: settings.dataFolder) >> 20
        print("disk         \(free) MiB free")
        if free < 512 { wrong += 1 }
        await centre.close()
        if wrong > 0 { throw ExitCode(1) }
    }

    private static func counts(_ kinds: [String: Int]) -> String {
        kinds.sorted { $0.key < $1.key }.map { "\($0.key) \($0.value)" }.joined(separator: ", ")
    }

    /// Whether the catalogue is signed anew as often as nodes expect.
    private func checkCatalogue(_ centre: OpenCentre) async throws -> Int {
        guard let signed = try await centre.database.read({ try $0.newestTimestampInstant() }) else {
            print("catalogue    none yet")
            return 0
        }
        let age = Clock.system.now.milliseconds(since: signed)
        let stale = ", more than a day ago: the centre that does the jobs does not run, or its keys are not those of the root"
        print("catalogue    signed \(centre.network.zone.text(signed))\(age > RepositoryLifetimes.frozenAfter ? stale : "")")
        // What is renewed by itself is never near its end; the timestamp's was looked at above.
        let ending = try await centre.database.read { try $0.keyStandings() }.filter {
            $0.role != MetadataRole.timestamp.rawValue && $0.expiresAt < Clock.system.now.adding(seconds: Self.signAnewBefore)
        }
        for one in ending {
            print(
                """
                             what \(one.role) signed ends \(centre.network.zone.text(one.expiresAt)), then no newcomer takes it: \
                docs/keys.md, Look
                """
            )
        }
        return (age > RepositoryLifetimes.frozenAfter ? 1 : 0) + ending.count
    }

    /// Every published edition: the chain, its files, and whether they come out of the stored data again.
    private func checkEditions(_ centre: OpenCentre, _ settings: Settings) async throws -> Int {
        let wrong = try await settings.press(centre).verify()
        print("editions     \(wrong.isEmpty ? "the chain holds, every file is what was published" : "\(wrong.count) faults")")
        for (edition, problem) in wrong { print("             \(edition.month) edition \(edition.number), \(edition.id): \(problem)") }
        return wrong.count
    }
}
