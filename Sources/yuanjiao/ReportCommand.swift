import Accounts
import ArgumentParser
import Basics
import Bulletins
import Centre
import Documents
import Editions
import Figures
import Foundation
import Programs
import Registry
import Returns
import Storage
import Web

/// `yuanjiao report bulletin|explain`
struct ReportCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "report", abstract: "Computes reports from the facts.", subcommands: [BulletinCommand.self, ExplainCommand.self])
}

/// `yuanjiao report bulletin --month 2011-03 --area CODE --format json|csv`
struct BulletinCommand: AsyncParsableCommand {
    enum Format: String, ExpressibleByArgument, CaseIterable { case json, csv }

    static let configuration = CommandConfiguration(
        commandName: "bulletin", abstract: "The month's figures of an area, by the areas below it and in all.")

    @OptionGroup var common: CommonOptions
    @Option(name: .long, help: "The month, YYYY-MM.")
    var month: String
    @Option(name: .long, help: "Code of the area.")
    var area: String
    @Option(name: .long, help: "json or csv.")
    var format: Format = .json
    @Option(name: .long, help: "On which network: then, as it was at the month's end; or today, today's applied to the month.")
    var network: NetworkView = .then
    @Option(
        name: .long,
        help: ArgumentHelp(
            "Compute it so many times and print the milliseconds of each instead of the figures; for bin/bench.", visibility: .hidden))
    var timed: Int = 0

    func run() async throws {
        guard let month = Month(month) else { throw BadSetting(description: "`--month` is written YYYY-MM, such as 2011-03") }
        let centre = try await OpenCentre(try await Settings(common))
        let (area, zone, network) = (AreaCode(written: area)?.description ?? area, centre.network.zone, network)
        for _ in 0..<timed {
            let start = ContinuousClock.now
            _ = try await centre.database.read {
                try $0.bulletin(month: month, areaCode: area, network: network, in: .everything, zone: zone, at: Clock.system.now)
            }
            print(start.duration(to: .now) / .milliseconds(1))
        }
        guard timed == 0 else { return await centre.close() }
        let bulletin = try await centre.database.read {
            try $0.bulletin(month: month, areaCode: area, network: network, in: .everything, zone: zone, at: Clock.system.now)
        }
        await centre.close()
        guard let bulletin else { throw BadSetting(description: "There was no area \(area) at the end of \(month)") }
        FileHandle.standardOutput.write(format == .json ? try bulletin.json() + Data("\n".utf8) : Data(bulletin.csv.utf8))
    }
}

extension NetworkView: ExpressibleByArgument {}

/// `yuanjiao report explain --edition 2011-03/9901/1 --cell 990101.boot_rate`
struct ExplainCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "explain",
        abstract:
            "The whole evidence of one cell of a published edition as JSON: the sites that it counts or sums, numerator and denominator.")

    @OptionGroup var common: CommonOptions
    @Option(name: .long, help: "The edition: MONTH/AREA/NUMBER such as 2011-03/9901/1, or its id.")
    var edition: String
    @Option(name: .long, help: "The cell: LINE.COLUMN such as 990101.boot_rate; lines are area codes, columns those of the CSV file.")
    var cell: String
    @Flag(name: .long, help: "Also the minutes and plays of each site, as they were known at the edition's moment.")
    var minutes = false

    func run() async throws {
        guard let dot = cell.firstIndex(of: ".") else {
            throw BadSetting(description: "`--cell` is written LINE.COLUMN, such as 990101.boot_rate")
        }
        let (line, column) = (String(cell[..<dot]), String(cell[cell.index(after: dot)...]))
        let settings = try await Settings(common)
        let centre = try await OpenCentre(settings)
        let evidence = try await explained {
            guard let edition = try await found(centre) else { throw Refusal.notFound("edition") }
            let document = try await settings.press(centre).document(of: edition)
            var evidence = try document.evidence(line: line, column: column)
            guard minutes, let month = Month(document.month) else { return evidence }
            let (sites, zone) = (evidence.sites, centre.network.zone)
            evidence.minutes = try await centre.database.read { statements in
                try sites.compactMap { try statements.siteEvidence($0, month: month, asOf: edition.asOfAt, in: .everything, zone: zone) }
            }
            return evidence
        }
        await centre.close()
        FileHandle.standardOutput.write(try evidence.json + Data("\n".utf8))
    }

    private func found(_ centre: OpenCentre) async throws -> Edition? {
        let (text, parts) = (edition, edition.split(separator: "/"))
        return try await centre.database.read { statements in
            guard parts.count == 3, let month = Month(parts[0]), let number = Int(parts[2]) else { return try statements.edition(id: text) }
            guard let area = try statements.area(code: String(parts[1]), on: month.days.upperBound, in: .everything) else { return nil }
            return try statements.editions(area: area.areaID, month: month).first { $0.number == number }
        }
    }
}

extension Settings {
    /// The press over a centre's store, for commands beside it; they read what was printed, and print nothing.
    func press(_ centre: OpenCentre) async throws -> EditionPress {
        let configuration = try self.centre()
        return EditionPress(
            database: centre.database, blobs: try BlobStore(folder: dataFolder.appendingPathComponent("blobs")),
            pages: try Pages(CentreApplication.resources), rules: centre.network.rules,
            programs: .init(
                Printer(
                    weasyprint: configuration.weasyprint, rsvgConvert: configuration.rsvgConvert, seconds: configuration.printSeconds,
                    workplace: .here(.none))),
            isSample: configuration.isSample)
    }
}
