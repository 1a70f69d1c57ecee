import Accounts
import ArgumentParser
import Basics
import Bulletins
import Editions
import Figures
import Foundation
import Registry
import Storage

/// `yuanjiao area rename|recode|move|merge|split|close`
struct AreaCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "area", abstract: "Decides on the dated tree of areas. Without --apply it only says what would change.",
        subcommands: [
            RenameAreaCommand.self, RecodeAreaCommand.self, MoveAreaCommand.self, MergeAreaCommand.self, SplitAreaCommand.self,
            CloseAreaCommand.self,
        ])
}

/// What every decision on an area needs.
struct AreaOptions: ParsableArguments {
    @OptionGroup var common: CommonOptions
    @OptionGroup var decision: DecisionOptions
    @Argument(help: "The area's present code.")
    var area: String
    @Option(name: .long, help: "First day on which the decision is in effect, YYYY-MM-DD; not after today.")
    var on: String
    @Flag(name: .long, help: "Write it.")
    var apply = false

    /// Shows or makes the decision.
    func decide(_ make: (AreaCode) throws -> AreaDecision) async throws {
        guard let day = Day(on) else { throw BadSetting(description: "`--on` is written YYYY-MM-DD") }
        let decision = try make(try areaCode(area))
        let centre = try await OpenCentre(try await Settings(common))
        let (act, today, apply, reason, document) = (centre.act, centre.today, apply, self.decision.reason, self.decision.document)
        let settled = try await explained {
            try await centre.database.read { statements -> [SettledMonth] in
                guard let area = try statements.area(code: decision.subject.description, on: today, in: .everything) else { return [] }
                return try statements.settledMonths(from: day.month, areas: try statements.path(to: area, on: today).map(\.areaID))
            }
        }
        for month in settled {
            let standing = month.editions > 0 ? "published (edition \(month.editions))" : "closed"
            print("\(month.month) of \(month.area) is \(standing): it stays as it is, what reads otherwise now is listed as errata")
        }
        let plan = try await explained {
            guard apply else {
                return try await centre.database.read { try $0.planArea(decision, on: day, today: today, in: .everything, ids: act.ids) }
            }
            return try await centre.database.write {
                try $0.decideArea(decision, on: day, today: today, reason: reason, document: document, in: .everything, by: act)
            }
        }
        for effect in plan.effects {
            print(
                "\(effect.before.map { "\($0.code) \($0.name)" } ?? "(new)") -> \(effect.after.map { "\($0.code) \($0.name)" } ?? "(ends)")"
            )
        }
        for move in plan.siteMoves { print("site \(move.site.code) \(move.site.name)") }
        print(apply ? "Recorded." : "Nothing was written. Add --apply to write it.")
        await centre.close()
    }
}

private func areaCode(_ text: String) throws -> AreaCode {
    guard let code = AreaCode(written: text) else { throw BadSetting(description: "\(text) is no area code: 2, 4, 6, 9 or 12 digits") }
    return code
}

/// Gives an area another name.
struct RenameAreaCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "rename", abstract: "Gives an area another name from a day on.")
    @OptionGroup var options: AreaOptions
    @Option(name: .long, help: "The new name.")
    var name: String

    func run() async throws { try await options.decide { .rename($0, to: name) } }
}

/// Gives an area another code below the same parent.
struct RecodeAreaCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "recode", abstract: "Gives an area, and all below it, another code below the same parent.")
    @OptionGroup var options: AreaOptions
    @Option(name: .long, help: "The new code.")
    var to: String

    func run() async throws { try await options.decide { .recode($0, to: try areaCode(to)) } }
}

/// Puts an area below another parent.
struct MoveAreaCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "move", abstract: "Puts an area, and all below it, below the parent that its new code names.")
    @OptionGroup var options: AreaOptions
    @Option(name: .long, help: "The new code.")
    var to: String

    func run() async throws { try await options.decide { .move($0, to: try areaCode(to)) } }
}

/// Ends an area; another takes what lies in it.
struct MergeAreaCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "merge", abstract: "Ends an area; another takes its areas and sites.")
    @OptionGroup var options: AreaOptions
    @Option(name: .long, help: "The code of the area that takes them.")
    var into: String

    func run() async throws { try await options.decide { .merge($0, into: try areaCode(into)) } }
}

/// Makes a new area of parts of one.
struct SplitAreaCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "split", abstract: "Makes a new area beside one, of parts of it.")
    @OptionGroup var options: AreaOptions
    @Option(name: .long, help: "The code of the new area.")
    var off: String
    @Option(name: .long, help: "The name of the new area.")
    var name: String
    @Option(name: .long, help: "Codes of areas below and of sites that go to it, with commas between.")
    var parts: String?
    @Option(name: .long, help: "Instead: sites directly in the area whose name holds this text.")
    var named: String?
    @Option(name: .long, help: "Instead: sites directly in the area of this kind.")
    var kind: String?

    func validate() throws {
        guard [parts, named, kind].count(where: { $0 != nil }) == 1 else {
            throw ValidationError("Give one of --parts, --named and --kind.")
        }
        guard kind == nil || kind.flatMap(SiteKind.init) != nil else {
            throw ValidationError("--kind is one of \(SiteKind.allCases.map(\.rawValue).joined(separator: ", ")).")
        }
    }

    func run() async throws {
        let rule: AreaDecision.SplitRule =
            if let named { .sitesNamed(named) } else if let kind = kind.flatMap(SiteKind.init) { .sitesOfKind(kind) } else {
                .parts((parts ?? "").split(separator: ",").map { String($0).trimmedBlanks })
            }
        try await options.decide { .split($0, off: try areaCode(off), named: name, taking: rule) }
    }
}

/// Ends an area in which nothing is left.
struct CloseAreaCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "close", abstract: "Ends an area without areas and open sites.")
    @OptionGroup var options: AreaOptions

    func run() async throws { try await options.decide { .close($0) } }
}
