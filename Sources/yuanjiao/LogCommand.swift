import Accounts
import ArgumentParser
import Foundation
import Storage

/// `yuanjiao log compare`
struct LogCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "log", abstract: "The log of acts.", subcommands: [CompareCommand.self])
}

/// `yuanjiao log compare FILE…`
struct CompareCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "compare",
        abstract:
            """
            Compares the log of acts with the copy that was sent on (YUANJIAO_SYSLOG). Ends with status 1 when the copy has an entry that \
            does not stand here so.
            """,
        discussion: """
            FILE is a syslog as its receiver writes it, a message a line, with whatever stands between; - is standard input: zcat \
            messages.2.gz | yuanjiao log compare -
            A copy that begins late or lacks entries is no fault: how many it lacks is said.
            """)
    @OptionGroup var common: CommonOptions
    @Argument(help: "The files of the copy.") var files: [String]

    /// More are summed: who can write into the copy could name any number.
    private static let mostNamed = 1000

    func run() async throws {
        let centre = try await OpenCentre(try await Settings(common), existing: true)
        var comparison = LogComparison()
        for name in files {
            let file = name == "-" ? FileHandle.standardInput : FileHandle(forReadingAtPath: name)
            guard let file else { throw BadSetting(description: "\(name) cannot be read") }
            while let piece = try await offPool({ try file.read(upToCount: 1 << 20) }), !piece.isEmpty {
                try await note(comparison.take([UInt8](piece)), in: &comparison, centre.database)
            }
            try await note(comparison.finish(), in: &comparison, centre.database)
        }
        let length = try await centre.database.read { try $0.chainLength() }
        await centre.close()
        print("agree        \(comparison.agreed.count) of \(length) entries")
        for line in Self.sentences(comparison.differing) { print("             \(line)") }
        let lacking = length - comparison.agreed.count - comparison.differing.keys.count { $0 <= length }
        if lacking > 0 { print("not sent     \(lacking) entries that the copy does not have") }
        if comparison.unreadable > 0 {
            print("unreadable   \(comparison.unreadable) lines of the copy look like entries and are not whole")
        }
        if comparison.agreed.isEmpty, comparison.differing.isEmpty {
            throw BadSetting(description: "No entry of the log of acts is in the copy: nothing was compared")
        }
        if !comparison.differing.isEmpty { throw ExitCode(1) }
    }

    private func note(_ entries: [CopiedEvent], in comparison: inout LogComparison, _ database: Database) async throws {
        guard !entries.isEmpty else { return }
        let positions = Set(entries.map(\.position))
        comparison.note(entries, here: try await database.read { try $0.sentEvents(at: positions) })
    }

    /// The entries that differ, runs of the same kind together.
    private static func sentences(_ differing: [Int: LogComparison.Difference]) -> [String] {
        var runs: [(places: ClosedRange<Int>, difference: LogComparison.Difference)] = []
        for (position, difference) in differing.sorted(by: { $0.key < $1.key }) {
            if let last = runs.last, last.difference == difference, last.places.upperBound == position - 1 {
                runs[runs.count - 1].places = last.places.lowerBound...position
            } else {
                runs.append((position...position, difference))
            }
        }
        let lines = runs.prefix(mostNamed).map { places, difference in
            let one = places.count == 1
            let name = one ? "entry \(places.lowerBound)" : "entries \(places.lowerBound) to \(places.upperBound)"
            return switch difference {
            case .other: one ? "\(name) is another one in the copy" : "\(name) are others in the copy"
            case .gone: one ? "\(name) is in the copy and gone here" : "\(name) are in the copy and gone here"
            }
        }
        return runs.count > mostNamed ? lines + ["\(runs.count - mostNamed) more"] : lines
    }
}
