import Accounts
import ArgumentParser
import Basics
import Centre
import Foundation
import Operations
import Registry
import Storage

/// `yuanjiao void add|withdraw`
struct VoidCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "void", abstract: "Takes wrong facts out of the figures, or lets them count again.", subcommands: [AddVoidCommand.self, WithdrawVoidCommand.self])
}

/// Takes the facts of a terminal out of the figures for some days.
struct AddVoidCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "add",
        abstract: "Takes what a terminal said of some days out of the figures, or with --completeness only that its reports of them are complete; it stays stored.")
    @OptionGroup var common: CommonOptions
    @Argument(help: "The terminal's id.")
    var terminal: String
    @Option(name: .long, help: "First day, YYYY-MM-DD.")
    var from: String
    @Option(name: .long, help: "Last day, YYYY-MM-DD.")
    var through: String
    @Flag(name: .long, help: "Take back only that the reports of these days are complete.")
    var completeness = false
    @Option(name: .long, help: "Why, and who approved it.")
    var reason: String

    func run() async throws {
        guard let first = Day(from), let last = Day(through), first <= last else { throw BadSetting(description: "Days are written YYYY-MM-DD, the first before the last") }
        let centre = try await OpenCentre(try await Settings(common))
        let (terminal, reason, rules, act, kind) = (terminal, reason, centre.network.rules, centre.act, completeness ? VoidKind.completeness : .facts)
        let id = try await explained {
            try await centre.database.write { try $0.voidFacts(terminalID: terminal, days: first...last, kind, reason: reason, rules: rules, by: act) }
        }
        print(id)
        await centre.database.close()
    }
}

/// Lets the facts of a void count again.
struct WithdrawVoidCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "withdraw", abstract: "Lets the facts of a void count again.")
    @OptionGroup var common: CommonOptions
    @Argument(help: "The void's id, as `void add` printed it.")
    var id: String

    func run() async throws {
        let centre = try await OpenCentre(try await Settings(common))
        let (id, rules, act) = (id, centre.network.rules, centre.act)
        try await explained { try await centre.database.write { try $0.withdrawVoid(id: id, rules: rules, by: act) } }
        await centre.database.close()
    }
}

/// `yuanjiao quarantine list|judge|dismiss`
struct QuarantineCommand: AsyncParsableCommand {
    enum Action: String, ExpressibleByArgument, CaseIterable { case list, judge, dismiss }

    static let configuration = CommandConfiguration(
        commandName: "quarantine", abstract: "Lists facts that wait for a decision, judges them again after the register was corrected, or dismisses one.")
    @OptionGroup var common: CommonOptions
    @Argument(help: "list, judge or dismiss")
    var action: Action
    @Argument(help: "For dismiss: the entry's id.")
    var id: String?

    func run() async throws {
        let centre = try await OpenCentre(try await Settings(common))
        let (rules, act) = (centre.network.rules, centre.act)
        try await explained {
            switch action {
            case .list:
                for fact in try await centre.database.read({ try $0.quarantined(limit: 1000) }) { print("\(fact.id)  \(fact.reason)  \(fact.subject)  \(fact.fact)") }
            case .judge: print("counted \(try await centre.database.write { try $0.judgeQuarantineAgain(rules: rules, by: act) })")
            case .dismiss:
                guard let id else { throw BadSetting(description: "Give the id of the entry to dismiss; `yuanjiao quarantine list` prints them") }
                try await centre.database.write { try $0.dismissQuarantined(id: id, by: act) }
            }
        }
        await centre.database.close()
    }
}
