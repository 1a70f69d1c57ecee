import Accounts
import ArgumentParser
import Basics
import Centre
import Foundation
import Registry
import Storage
import Supervision

/// `yuanjiao report bulletin`
struct ReportCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "report", abstract: "Computes reports from the facts.", subcommands: [BulletinCommand.self])
}

/// `yuanjiao report bulletin --month 2011-03 --area CODE --format json|csv`
struct BulletinCommand: AsyncParsableCommand {
    enum Format: String, ExpressibleByArgument, CaseIterable { case json, csv }

    static let configuration = CommandConfiguration(commandName: "bulletin", abstract: "The month's figures of an area, by the areas below it and in all.")

    @OptionGroup var common: CommonOptions
    @Option(name: .long, help: "The month, YYYY-MM.")
    var month: String
    @Option(name: .long, help: "Code of the area.")
    var area: String
    @Option(name: .long, help: "json or csv.")
    var format: Format = .json
    @Option(name: .long, help: "On which network: then, as it was at the month's end; or today, today's applied to the month.")
    var network: NetworkView = .then

    func run() async throws {
        guard let month = Month(month) else { throw BadSetting(description: "`--month` is written YYYY-MM, such as 2011-03") }
        let centre = try await OpenCentre(try await Settings(common))
        let (area, zone, network) = (area, centre.network.zone, network)
        let bulletin = try await centre.database.read {
            try $0.bulletin(month: month, areaCode: area, network: network, in: .everything, zone: zone, at: Clock.system.now)
        }
        await centre.database.close()
        guard let bulletin else { throw BadSetting(description: "There was no area \(area) at the end of \(month)") }
        FileHandle.standardOutput.write(format == .json ? try bulletin.json + Data("\n".utf8) : Data(bulletin.csv.utf8))
    }
}

extension NetworkView: ExpressibleByArgument {}
