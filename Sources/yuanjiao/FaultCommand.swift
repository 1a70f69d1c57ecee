import Accounts
import ArgumentParser
import Basics
import Centre
import Faults
import Foundation
import Registry
import Storage

/// `yuanjiao fault list|explain`
struct FaultCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "fault", abstract: "Says which sites play and which do not, and why.",
        subcommands: [ListFaultsCommand.self, ExplainFaultCommand.self])
}

/// The sites of an area by their condition at the end of a day.
struct ListFaultsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list", abstract: "Prints the registered sites of a day with their condition: code, condition, name.")
    @OptionGroup var common: CommonOptions
    @Option(name: .long, help: "The area's code; the whole network unless given.")
    var area: String?
    @Option(name: .long, help: "The day, YYYY-MM-DD; today unless given.")
    var day: String?
    @Option(name: .long, help: "Only those of a condition: \(SiteCondition.allCases.map(\.rawValue).joined(separator: ", ")).")
    var condition: String?

    func run() async throws {
        guard condition.map({ SiteCondition(rawValue: $0) != nil }) ?? true else {
            throw BadSetting(description: "\(condition ?? "") is no condition; `yuanjiao fault list --help` lists them")
        }
        guard area.map({ AreaCode($0) != nil }) ?? true else { throw BadSetting(description: "\(area ?? "") is no code of an area") }
        let centre = try await OpenCentre(try await Settings(common), existing: true)
        let (asked, rules) = (try asked(day, centre), centre.network.rules)
        let scope = area.flatMap { AreaCode($0) }.map { Scope(areas: [$0]) } ?? .everything
        let sites = try await centre.database.read {
            try $0.siteConditions(on: asked, in: scope, spans: try $0.layerSpans(on: asked), rules: rules)
        }
        for site in sites where condition.map({ $0 == site.found.condition.rawValue }) ?? true {
            print("\(site.code)\t\(site.found.condition.rawValue)\t\(site.name)")
        }
        await centre.close()
    }
}

/// Why a site is what it is.
struct ExplainFaultCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "explain", abstract: "Prints what makes a site playable, faulty or unproven at the end of a day.")
    @OptionGroup var common: CommonOptions
    @Argument(help: "The site's code.")
    var site: String
    @Argument(help: "The day, YYYY-MM-DD; today unless given.")
    var day: String?

    func run() async throws {
        let centre = try await OpenCentre(try await Settings(common), existing: true)
        let (code, asked, rules, zone) = (site, try asked(day, centre), centre.network.rules, centre.network.zone)
        try await explained {
            let (found, spans, events) = try await centre.database.read { statements in
                guard let site = try statements.site(code: code, on: asked, in: .everything) else { throw Refusal.notFound("site") }
                let spans = try statements.layerSpans(on: asked)
                return (
                    try statements.siteConditions(on: asked, in: .everything, only: site.num, spans: spans, rules: rules).first, spans,
                    try statements.conditionEvents(on: asked, only: site.num, spans: spans, rules: rules)[site.num] ?? []
                )
            }
            guard let found else {
                print("not registered on \(asked)")
                return
            }
            print("\(found.found.condition.rawValue) on \(asked): a proof holds for \(spans.proof) days, two failures running are a fault")
            for event in events.sorted(by: { $0.at < $1.at }) {
                let what: String =
                    switch event.kind {
                    case .play: "effective play"
                    case .test(let outcome): "test \(outcome)"
                    }
                print("\(zone.text(event.at))\t\(what)")
            }
            if let from = found.found.faultyFrom { print("faulty from \(zone.text(from))") }
        }
        await centre.close()
    }
}

/// The day that was typed, or today.
private func asked(_ day: String?, _ centre: OpenCentre) throws -> Day {
    guard let day else { return centre.today }
    guard let day = Day(day), day <= centre.today else {
        throw BadSetting(description: "The day is written YYYY-MM-DD, and not after today")
    }
    return day
}
