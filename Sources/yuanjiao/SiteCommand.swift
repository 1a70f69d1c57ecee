import Accounts
import ArgumentParser
import Basics
import Foundation
import Registry
import Storage

/// `yuanjiao site state|exclude`
struct SiteCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "site", abstract: "Changes the dated register of sites.",
        subcommands: [SiteStateCommand.self, ExcludeSiteCommand.self])
}

/// What stands behind a change of the register.
struct DecisionOptions: ParsableArguments {
    @Option(name: .long, help: "Why.")
    var reason: String
    @Option(name: .long, help: "The paper behind it.")
    var document = ""
}

/// Puts a site into another state from a day on.
struct SiteStateCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "state",
        abstract: "Puts a site into another state from a day on: \(SiteState.allCases.map(\.rawValue).joined(separator: ", ")).")
    @OptionGroup var common: CommonOptions
    @OptionGroup var decision: DecisionOptions
    @Argument(help: "The site's code.")
    var site: String
    @Argument(help: "The new state.")
    var state: String
    @Option(name: .long, help: "First day of the state, YYYY-MM-DD.")
    var from: String
    @Option(name: .long, help: "Last day of the state, where what was recorded of days in the past is corrected, YYYY-MM-DD.")
    var through: String?

    func run() async throws {
        guard let state = SiteState(rawValue: state) else {
            throw BadSetting(description: "\(state) is no state of a site; `yuanjiao site state --help` lists them")
        }
        guard let day = Day(from) else { throw BadSetting(description: "`--from` is written YYYY-MM-DD") }
        let last = through.flatMap { Day($0) }
        guard through == nil || last != nil else { throw BadSetting(description: "`--through` is written YYYY-MM-DD") }
        let centre = try await OpenCentre(try await Settings(common))
        let (code, reason, document, act, today) = (site, decision.reason, decision.document, centre.act, centre.today)
        try await explained {
            try await centre.database.write { statements in
                guard let site = try statements.site(code: code, on: today, in: .everything) else { throw Refusal.notFound("site") }
                try statements.setSiteState(
                    state, site: site, from: day, through: last, today: today, reason: reason, document: document, by: act)
            }
        }
        await centre.close()
    }
}

/// Takes a site out of the figures for a period.
struct ExcludeSiteCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "exclude", abstract: "Takes a site out of the figures for a period; it is listed with its reason under every table.")
    @OptionGroup var common: CommonOptions
    @OptionGroup var decision: DecisionOptions
    @Argument(help: "The site's code.")
    var site: String
    @Option(name: .long, help: "First day, YYYY-MM-DD.")
    var from: String
    @Option(name: .long, help: "Last day, YYYY-MM-DD.")
    var through: String

    func run() async throws {
        guard let first = Day(from), let last = Day(through), first <= last else {
            throw BadSetting(description: "Days are written YYYY-MM-DD, the first before the last")
        }
        let centre = try await OpenCentre(try await Settings(common))
        let (code, reason, document, act) = (site, decision.reason, decision.document, centre.act)
        try await explained {
            // A site that began within the period is known on its last day.
            let (site, effect) = try await centre.database.read { statements in
                guard let site = try statements.site(code: code, on: last, in: .everything) else { throw Refusal.notFound("site") }
                return (site, try statements.exclusionEffect(sites: [site.num], days: first...last))
            }
            if effect.isEmpty {
                print(
                    """
                    These days alone change no figure: a site is out of a month when exclusions together cover every day on which it was \
                    in service
                    """
                )
            }
            try await centre.database.write { try $0.excludeSite(site, days: first...last, reason: reason, document: document, by: act) }
            if !effect.isEmpty { print("\(code) is out of \(effect.map(\.month.description).joined(separator: ", "))") }
        }
        await centre.close()
    }
}
