import Accounts
import ArgumentParser
import Basics
import Bulletins
import Centre
import Content
import Editions
import Figures
import Foundation
import Jobs
import Operations
import Records
import Registry
import Returns
import Storage
import Trust
import Wire

/// `yuanjiao import areas|sites|courseware|facts FILE`
struct ImportCommand: AsyncParsableCommand {
    enum Subject: String, ExpressibleByArgument, CaseIterable { case areas, sites, courseware, facts }

    static let configuration = CommandConfiguration(
        commandName: "import",
        abstract:
            """
            Brings in areas, sites, courseware of an earlier platform (CSV) or facts (NDJSON). Without --apply it only says what would \
            change.
            """,
        discussion: "The formats are described in docs/import.md and docs/facts.md. The same file a second time changes nothing.")

    @OptionGroup var common: CommonOptions
    @Argument(help: "areas, sites, courseware or facts")
    var subject: Subject
    @Argument(help: "The file; - for standard input.", completion: .file())
    var file: String
    @Flag(name: .long, help: "Write the changes.")
    var apply = false
    @Option(name: .long, help: "For courseware: the code of the area to which it belongs; the topmost one unless given.")
    var area: String?
    @Option(name: .long, help: "Write the refused rows, with line, column and reason, to this file.")
    var refused: String?

    func run() async throws {
        let centre = try await OpenCentre(try await Settings(common))
        let bytes = try read(file)
        try await explained {
            switch subject {
            case .areas, .sites, .courseware: try await importTable(bytes, centre)
            case .facts: try await importFacts(bytes, centre)
            }
        }
        await centre.close()
    }

    private func importTable(_ bytes: [UInt8], _ centre: OpenCentre) async throws {
        let (subject, apply, act, today, code) = (subject, apply, centre.act, centre.today, area)
        let report = try await centre.database.write { statements in
            switch subject {
            case .areas: return try statements.importAreas(bytes, apply: apply, in: .everything, today: today, by: act)
            case .sites:
                let report = try statements.importSites(bytes, apply: apply, in: .everything, today: today, by: act)
                if let day = report.movedSince { try statements.rederive(from: day, by: act) }
                return report
            case .courseware, .facts:
                let area =
                    try code.map { try statements.area(code: $0, on: today, in: .everything) } ?? statements.rootAreas(on: today).first
                guard let area else { throw Refusal.notFound("area") }
                return try statements.importCourseware(bytes, area: area, apply: apply, by: act)
            }
        }
        if !report.recognised.isEmpty { print("read as \(report.recognised.joined(separator: ", "))") }
        print(
            """
            rows \(report.rows)  added \(report.added)  changed \(report.changed)  unchanged \(report.unchanged)  refused \
            \(report.refused.count)
            """
        )
        for change in report.changes.prefix(20) {
            print(
                """
                line \(change.line), \(change.subject) \(change.column): \(change.from.isEmpty ? "-" : change.from) -> \
                \(change.to.isEmpty ? "-" : change.to), from \(change.on)
                """
            )
        }
        if report.changes.count > 20 { print("… and \(report.changes.count - 20) more changes") }
        for row in report.refused.prefix(20) {
            print("line \(row.line), \(row.column): \(row.code) \(row.value)\(row.guesses.map { " (\($0)?)" } ?? "")")
        }
        if report.refused.count > 20 { print("… and \(report.refused.count - 20) more") }
        if let refused { try Data(report.refusedCSV.utf8).write(to: URL(fileURLWithPath: refused)) }
        if let day = report.movedSince, day <= today {
            print("The figures from \(day) on are derived again by the centre; the page of formulas says how far it is.")
        }
        if !apply { print("Nothing was written. Add --apply to write it.") }
    }

    /// Facts go in batches of 5,000 lines; each batch is a transaction. A dry run rolls each back.
    private func importFacts(_ bytes: [UInt8], _ centre: OpenCentre) async throws {
        struct Rolled: Error { let verdicts: [Verdict] }
        let lines = bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false).enumerated().filter {
            !$0.element.allSatisfy { $0 == 0x20 || $0 == 0x0D }
        }
        let (rules, apply) = (centre.network.rules, apply)
        let file = "file-" + SHA256Hex(of: bytes).hex.prefix(12)
        var counts: [Verdict.Outcome: Int] = [:]
        var bad = ""
        for start in stride(from: 0, to: lines.count, by: Batch.maximumFacts) {
            let part = lines[start..<min(start + Batch.maximumFacts, lines.count)]
            let entries = part.map { (try? JSONDecoder().decode(LenientFact.self, from: Data($0.element)).entry) ?? .notJSON }
            let batch = ReceivedBatch(sender: .commandLine, batch: Batch(id: "\(file)-\(start)", entries: entries), file: file)
            let verdicts: [Verdict]
            do {
                verdicts = try await centre.database.write { statements in
                    let verdicts = try statements.mergeFacts([batch], rules: rules, at: Clock.system.now, ids: .system)[0]
                    guard apply else { throw Rolled(verdicts: verdicts) }
                    return verdicts
                }
            } catch let rolled as Rolled { verdicts = rolled.verdicts }
            for (line, verdict) in zip(part, verdicts) {
                counts[verdict.outcome, default: 0] += 1
                guard verdict.outcome == .refused || verdict.outcome == .quarantined else { continue }
                bad += CSV.line([String(line.offset + 1), verdict.id, verdict.outcome.rawValue, verdict.reason, verdict.sentence])
            }
        }
        print(Verdict.Outcome.allCases.filter { $0 != .held }.map { "\($0.rawValue) \(counts[$0] ?? 0)" }.joined(separator: "  "))
        if let refused {
            try Data((CSV.line(["line", "id", "verdict", "reason", "sentence"]) + bad).utf8).write(to: URL(fileURLWithPath: refused))
        }
        if !apply { print("Nothing was written. Add --apply to write it.") }
    }
}

extension Batch.Entry {
    /// A line that is no JSON at all.
    fileprivate static var notJSON: Batch.Entry { .malformed(id: "", MalformedFact.notJSON) }
}
