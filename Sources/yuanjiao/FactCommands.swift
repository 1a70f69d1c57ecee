import Accounts
import ArgumentParser
import Basics
import Bulletins
import Centre
import Editions
import Figures
import Foundation
import Operations
import Registry
import Returns
import Storage
import Wire

/// `yuanjiao void add|source|withdraw`
struct VoidCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "void", abstract: "Takes wrong facts out of the figures, or lets them count again.",
        subcommands: [AddVoidCommand.self, VoidSourceCommand.self, WithdrawVoidCommand.self])
}

/// Takes everything that came from a source out of the figures for some days.
struct VoidSourceCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "source",
        abstract: "Takes the days of which anything came from an edge or a file out of the figures; without options, lists the sources.",
        discussion:
            """
            Says what it would change, and changes it only with --apply. The id that it prints is good for `void withdraw`, which takes \
            all of it back.
            """
    )
    @OptionGroup var common: CommonOptions
    @Option(name: .long, help: "What this edge said in place of boxes without a key.")
    var saidBy: String?
    @Option(name: .long, help: "What this edge carried for terminals that sign.")
    var carriedBy: String?
    @Option(name: .long, help: "What stood in this file, by the name that the import printed.")
    var file: String?
    @Option(name: .long, help: "First day, YYYY-MM-DD.")
    var from: String?
    @Option(name: .long, help: "Last day, YYYY-MM-DD.")
    var through: String?
    @Option(name: .long, help: "Why, and who approved it.")
    var reason: String?
    @Flag(name: .long, help: "Make the change.")
    var apply = false

    private struct Rolled: Error { let change: Change }
    private struct Change: Sendable {
        let void: SourceVoid
        let figures: [(month: Month, before: Bulletin, after: Bulletin)]
    }

    func run() async throws {
        let centre = try await OpenCentre(try await Settings(common))
        let choices = [
            saidBy.map { SourceChoice.saidBy(edge: $0) }, carriedBy.map { SourceChoice.carriedBy(edge: $0) },
            file.map { SourceChoice.file($0) },
        ].compactMap { $0 }
        try await explained {
            if choices.isEmpty {
                for source in try await centre.database.read({ try $0.factSources() }) { print(source) }
            } else {
                guard choices.count == 1, let choice = choices.first else {
                    throw BadSetting(description: "Choose one of --said-by, --carried-by, --file")
                }
                try await void(choice, centre)
            }
        }
        await centre.close()
    }

    private func void(_ choice: SourceChoice, _ centre: OpenCentre) async throws {
        guard let first = from.flatMap({ Day($0) }), let last = through.flatMap({ Day($0) }), first <= last else {
            throw BadSetting(description: "Give --from and --through, days written YYYY-MM-DD, the first before the last")
        }
        guard first.advanced(by: 400) > last else { throw BadSetting(description: "At most 400 days at once") }
        guard let reason, !reason.isEmpty else { throw BadSetting(description: "Give --reason: why, and who approved it") }
        let (rules, act, apply) = (centre.network.rules, centre.act, apply)
        let months = Set((first...last).map(\.month)).sorted()
        let change: Change
        do {
            change = try await centre.database.write { statements in
                let before = try months.map { try statements.wholeNetwork($0, rules.zone, at: act.at) }
                let void = try statements.voidSource(choice, days: first...last, reason: reason, rules: rules, by: act)
                let after = try months.map { try statements.wholeNetwork($0, rules.zone, at: act.at) }
                let figures = zip(months, zip(before, after)).flatMap { month, pair in
                    zip(pair.0, pair.1).map { (month: month, before: $0, after: $1) }
                }
                let change = Change(void: void, figures: figures)
                guard apply else { throw Rolled(change: change) }
                return change
            }
        } catch let rolled as Rolled { change = rolled.change }
        print("\(change.void.days) days of \(change.void.terminals) terminals, completeness of \(change.void.completeness)")
        for figures in change.figures {
            for (old, new) in zip(figures.before.lines + [figures.before.total], figures.after.lines + [figures.after.total])
            where old != new {
                print(
                    """
                    \(figures.month) \(old.code) \(old.name): on \(old.switchedOn) -> \(new.switchedOn), minutes \(old.onMinutes) -> \
                    \(new.onMinutes), rank \(rank(old)) -> \(rank(new))
                    """
                )
            }
        }
        print(apply ? change.void.id : "Nothing was changed. Add --apply to change it.")
    }

    private func rank(_ line: BulletinLine) -> String { line.rank.map(String.init) ?? "-" }
}

extension Statements {
    /// The bulletins of the topmost areas.
    fileprivate func wholeNetwork(_ month: Month, _ zone: NetworkZone, at now: Instant) throws -> [Bulletin] {
        try rootAreas(on: month.days.upperBound).compactMap {
            try bulletin(month: month, areaCode: $0.code, network: .then, in: .everything, zone: zone, at: now)
        }
    }
}

/// Takes the facts of a terminal out of the figures for some days.
struct AddVoidCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "add",
        abstract:
            """
            Takes what a terminal said of some days out of the figures, or with --completeness only that its reports of them are complete; \
            it stays stored.
            """
    )
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
        guard let first = Day(from), let last = Day(through), first <= last else {
            throw BadSetting(description: "Days are written YYYY-MM-DD, the first before the last")
        }
        let centre = try await OpenCentre(try await Settings(common))
        let (terminal, reason, rules, act, kind) = (
            terminal, reason, centre.network.rules, centre.act, completeness ? VoidKind.completeness : .facts
        )
        let id = try await explained {
            try await centre.database.write {
                try $0.voidFacts(terminalID: terminal, days: first...last, kind, reason: reason, rules: rules, by: act)
            }
        }
        print(id)
        await centre.close()
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
        await centre.close()
    }
}

/// `yuanjiao quarantine list|judge|dismiss`
struct QuarantineCommand: AsyncParsableCommand {
    enum Action: String, ExpressibleByArgument, CaseIterable { case list, judge, dismiss }

    static let configuration = CommandConfiguration(
        commandName: "quarantine",
        abstract: "Lists facts that wait for a decision, judges them again after the register was corrected, or dismisses them.",
        discussion: "judge and dismiss say what they would change, and change it only with --apply.")
    @OptionGroup var common: CommonOptions
    @Argument(help: "list, judge or dismiss")
    var action: Action
    @Argument(help: "The id of one entry.")
    var id: String?
    @Option(name: .long, help: "Only entries that wait for this reason, such as fact.not_assigned.")
    var reason: String?
    @Option(name: .long, help: "Only entries about this terminal.")
    var terminal: String?
    @Option(name: .long, help: "Only entries received on this day or later, YYYY-MM-DD.")
    var from: String?
    @Option(name: .long, help: "Only entries received on this day or earlier, YYYY-MM-DD.")
    var through: String?
    @Flag(name: .long, help: "Make the change.")
    var apply = false

    func run() async throws {
        let centre = try await OpenCentre(try await Settings(common))
        let filter = try filter(centre.network.zone)
        try await explained {
            switch action {
            case .list: try await list(filter, centre)
            case .judge: try await judge(filter, centre)
            case .dismiss:
                guard id != nil || reason != nil || terminal != nil || from != nil || through != nil else {
                    throw BadSetting(
                        description: "Give the id of the entry to dismiss, or say which with --reason, --terminal, --from, --through")
                }
                try await dismiss(filter, centre)
            }
        }
        await centre.close()
    }

    private func filter(_ zone: NetworkZone) throws -> QuarantineFilter {
        func day(_ text: String?) throws -> Day? {
            guard let text else { return nil }
            guard let day = Day(text) else { throw BadSetting(description: "\(text) is no day; days are written YYYY-MM-DD") }
            return day
        }
        return QuarantineFilter(
            reason: reason, terminal: terminal, id: id, from: try day(from).map(zone.start(of:)),
            before: try day(through).map(zone.end(of:)))
    }

    private func list(_ filter: QuarantineFilter, _ centre: OpenCentre) async throws {
        let most = 1000
        let (facts, all) = try await centre.database.read {
            (try $0.quarantined(matching: filter, limit: most), try $0.quarantineCount(matching: filter))
        }
        for fact in facts { print("\(fact.id)  \(fact.reason)  \(fact.subject)  \(fact.fact)") }
        if all > facts.count { print("… and \(all - facts.count) more; choose with --reason, --terminal, --from, --through") }
        for row in try await centre.database.read({ try $0.quarantineOverflow(limit: 100) }) {
            print(
                """
                refused because too many waited: \(row.facts) of \(row.sender), \(row.reason), last \(centre.network.zone.text(row.lastAt))
                """
            )
        }
    }

    private func judge(_ filter: QuarantineFilter, _ centre: OpenCentre) async throws {
        struct Rolled: Error { let judged: JudgedAgain }
        let (rules, act, apply) = (centre.network.rules, centre.act, apply)
        let judged: JudgedAgain
        do {
            judged = try await centre.database.write { statements in
                let judged = try statements.judgeQuarantineAgain(matching: filter, rules: rules, by: act)
                guard apply else { throw Rolled(judged: judged) }
                return judged
            }
        } catch let rolled as Rolled { judged = rolled.judged }
        for fact in judged.first { print("counts: \(fact.id)  \(fact.subject)  \(fact.fact)") }
        if judged.counted > judged.first.count { print("… and \(judged.counted - judged.first.count) more") }
        for (change, count) in judged.counts.sorted(by: { $0.key < $1.key }) {
            print("\(change.reason) -> \(change.outcome.rawValue)\(change.now.isEmpty ? "" : " (\(change.now))"): \(count)")
        }
        print("counted \(judged.counted)")
        if !apply { print("Nothing was changed. Add --apply to change it.") }
    }

    private func dismiss(_ filter: QuarantineFilter, _ centre: OpenCentre) async throws {
        let (act, id) = (centre.act, id)
        guard apply else {
            try await list(filter, centre)
            print(
                """
                dismissed \(try await centre.database.read { try $0.quarantineCount(matching: filter) })\nNothing was changed. Add --apply \
                to change it.
                """
            )
            return
        }
        let dismissed = try await centre.database.write { try $0.dismissQuarantined(matching: filter, by: act) }
        guard dismissed > 0 || id == nil else { throw Refusal.notFound("quarantined_fact") }
        print("dismissed \(dismissed)")
    }
}
