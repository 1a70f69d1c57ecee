import Accounts
import Basics
import Centre
import Foundation
import Storage
import Web

/// A centre's database, opened by a command beside or without the running centre.
struct OpenCentre {
    let database: Database
    let network: NetworkSettings
    /// Who gives the command.
    private let person: String

    /// - Parameter existing: whether there must be a centre already; a mistyped folder then makes none.
    init(_ settings: Settings, existing: Bool = false) async throws {
        let configuration = try settings.centre()
        let address = configuration.databaseAddress
        let isThere = try await offPool { address.hasPrefix("postgres:") || FileManager.default.fileExists(atPath: address) }
        guard isThere || !existing else {
            throw BadSetting(description: "There is no centre in \(configuration.dataFolder.path): name its folder with --data")
        }
        let given = (settings["as"] ?? "").officeText
        guard given.count <= 64 else { throw BadSetting(description: "`--as` takes a name of at most 64 characters") }
        person = given.isEmpty ? Self.systemUser : given
        _ = try await offPool { try PrivateFolder.prepare(configuration.dataFolder) }
        (database, network) = try await NetworkSettings.open(
            configuration.databaseAddress, zone: configuration.zone, clock: .system, ids: .system)
    }

    /// The circumstances of a command given on the machine itself.
    var act: Act { Act(by: .commandLine(person), at: Clock.system.now, ids: .system) }

    /// Ends the command: what it did gets its place in the log's chain now, because no centre may be running that would give it one.
    func close() async {
        try? await database.chainLog()
        await database.close()
    }

    /// Whoever is signed in to the system: also behind `sudo`.
    private static var systemUser: String {
        if let name = ProcessInfo.processInfo.environment["SUDO_USER"], getuid() == 0, !name.isEmpty {
            return String(name.officeText.prefix(64))
        }
        return getpwuid(getuid()).map { String(cString: $0.pointee.pw_name) } ?? String(getuid())
    }

    /// The network's present day.
    var today: Day { network.zone.day(of: Clock.system.now) }
}

/// Prints a refusal as a sentence, with its code, and ends with status 1.
func explained<Result>(_ body: () async throws -> Result) async throws -> Result {
    do { return try await body() } catch let refusal as Refusal {
        throw BadSetting(description: sentences(for: refusal, try Words(CentreApplication.resources)))
    }
}

/// What a refusal says, field by field, in the language of the terminal: Chinese where its settings say so, else English.
func sentences(for refusal: Refusal, _ words: Words) -> String {
    let environment = ProcessInfo.processInfo.environment
    let setting = ["LC_ALL", "LC_MESSAGES", "LANG"].lazy.compactMap { environment[$0] }.first { !$0.isEmpty } ?? ""
    let language = setting.hasPrefix("zh") ? Language.chinese : .english
    guard case .invalid(let fields) = refusal else { return "\(words.text("refusal.\(refusal.code)", language)) (\(refusal.code))" }
    return fields.sorted { $0.key < $1.key }.map { "\($0.key): \(words.text($0.value, language)) (\($0.value.code))" }.joined(
        separator: "\n")
}

/// The bytes of a file or, for `-`, of standard input. Throws a sentence that names the file.
func read(_ file: String) throws -> [UInt8] {
    if file == "-" { return [UInt8](FileHandle.standardInput.readDataToEndOfFile()) }
    do { return [UInt8](try Data(contentsOf: URL(fileURLWithPath: file))) } catch {
        throw BadSetting(description: "\(file) cannot be read; is it there, and a file?")
    }
}
