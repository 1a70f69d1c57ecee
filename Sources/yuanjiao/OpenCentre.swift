import Accounts
import Basics
import Centre
import Foundation
import Storage

/// A centre's database, opened by a command beside or without the running centre.
struct OpenCentre {
    let database: Database
    let network: NetworkSettings

    init(_ settings: Settings) async throws {
        let configuration = try settings.centre()
        try FileManager.default.createDirectory(at: configuration.dataFolder, withIntermediateDirectories: true)
        (database, network) = try await NetworkSettings.open(configuration.databaseAddress, zone: configuration.zone, clock: .system, ids: .system)
    }

    /// The circumstances of a command given on the machine itself.
    var act: Act { Act(by: .commandLine, at: Clock.system.now, ids: .system) }

    /// The network's present day.
    var today: Day { network.zone.day(of: Clock.system.now) }
}

/// Prints a refusal as a sentence and ends with status 1.
func explained<Result>(_ body: () async throws -> Result) async throws -> Result {
    do { return try await body() } catch let refusal as Refusal {
        var text = refusal.code
        if case .invalid(let fields) = refusal { text = fields.sorted { $0.key < $1.key }.map { "\($0.key): \($0.value)" }.joined(separator: "; ") }
        throw BadSetting(description: "Refused: \(text)")
    }
}
