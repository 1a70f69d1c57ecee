import Accounts
import ArgumentParser
import Basics
import Centre
import Configuration
import Content
import Foundation
import Listener
import Logging
import Programs
import SystemPackage

/// The flags that every command has. What a flag does not say comes from the environment, then from the file.
struct CommonOptions: ParsableArguments {
    @Option(name: .long, help: "Folder that holds everything this node keeps (YUANJIAO_DATA). Default: data.")
    var data: String?

    @Option(name: .long, help: "JSON file with settings: {\"yuanjiao\": {\"port\": 8080}} (YUANJIAO_CONFIG).")
    var config: String?

    @Option(
        name: .long,
        help: "Database of a centre: `postgres:` and a libpq connection string, or the path of a SQLite file (YUANJIAO_DATABASE).")
    var database: String?

    @Option(
        name: .long,
        help:
            """
            Time zone: of a network that a centre makes now, or by which a node counts its days (YUANJIAO_ZONE). Default: Asia/Shanghai; \
            for a node the network's.
            """
    )
    var zone: String?

    @Option(
        name: .customLong("as"),
        help: "Who gives the command, for the log of acts (YUANJIAO_AS). Default: the user who is signed in to the system.")
    var person: String?

    @Option(name: .long, help: "Log level: trace, debug, info, notice, warning, error (YUANJIAO_LOG). Default: info.")
    var log: String?
}

/// What was asked for and cannot be.
struct BadSetting: Error, CustomStringConvertible {
    let description: String
}

/// Settings by name, from flags before environment before file.
struct Settings {
    private let reader: ConfigReader

    init(_ common: CommonOptions, flags: [String: String?] = [:]) async throws {
        var values: [AbsoluteConfigKey: ConfigValue] = [:]
        let all = flags.merging([
            "data": common.data, "database": common.database, "zone": common.zone, "log": common.log, "as": common.person,
        ]) { first, _ in first }
        for (name, value) in all {
            if let value { values[AbsoluteConfigKey(["yuanjiao", name])] = ConfigValue(.string(value), isSecret: false) }
        }
        var providers: [any ConfigProvider] = [InMemoryProvider(name: "flags", values: values), EnvironmentVariablesProvider()]
        if let file = common.config ?? ProcessInfo.processInfo.environment["YUANJIAO_CONFIG"] {
            do { providers.append(try await FileProvider<JSONSnapshot>(filePath: FilePath(file))) } catch {
                throw BadSetting(description: "The settings file \(file) cannot be read as JSON: \(error)")
            }
        }
        reader = ConfigReader(providers: providers).scoped(to: "yuanjiao")
    }

    /// A text; nil when nobody set it.
    subscript(_ name: String) -> String? {
        if let text = reader.string(forKey: ConfigKey([name])) { return text }
        return reader.int(forKey: ConfigKey([name])).map(String.init) ?? reader.bool(forKey: ConfigKey([name])).map(String.init)
    }

    /// A whole number within bounds.
    func number(_ name: String, default standard: Int, _ bounds: ClosedRange<Int>) throws -> Int {
        guard let text = self[name] else { return standard }
        guard let number = Int(text), bounds.contains(number) else {
            throw BadSetting(description: "`\(name)` must be a number from \(bounds.lowerBound) to \(bounds.upperBound), not \(text)")
        }
        return number
    }

    var dataFolder: URL { URL(fileURLWithPath: self["data"] ?? "data", isDirectory: true) }

    var zone: NetworkZone {
        get throws {
            guard let identifier = self["zone"] else { return .shanghai }
            guard let zone = NetworkZone(identifier) else {
                throw BadSetting(description: "\(identifier) is no time zone of this machine's zone database")
            }
            return zone
        }
    }

    /// A logger of the level asked for, to standard error.
    func logger(_ label: String) throws -> Logger {
        var logger = Logger(label: "yuanjiao.\(label)", factory: { OneLineLog(label: $0) })
        let name = self["log"] ?? "info"
        guard let level = Logger.Level(rawValue: name) else {
            throw BadSetting(description: "`log` is none of trace, debug, info, notice, warning, error, critical: \(name)")
        }
        logger.logLevel = level
        return logger
    }

    /// Where metrics are served alone, if anywhere.
    var metricsAddress: MetricsAddress? {
        get throws {
            guard let text = self["metrics"] else { return nil }
            guard let address = MetricsAddress(text) else {
                throw BadSetting(description: "`metrics` is an address to listen on, host:port, not \(text)")
            }
            return address
        }
    }

    /// The settings of a centre.
    func centre() throws -> CentreConfiguration {
        var configuration = CentreConfiguration(dataFolder: dataFolder, database: self["database"], zone: try zone)
        configuration.host = self["host"] ?? "127.0.0.1"
        configuration.port = try number("port", default: 8080, 0...65_535)
        configuration.reports = self["reports"]
        configuration.isFront = self["front"] == "true"
        guard configuration.database?.hasPrefix("postgres:") ?? false || configuration.reports == nil && !configuration.isFront else {
            throw BadSetting(description: "`reports` and `front` need a `database` of PostgreSQL")
        }
        configuration.isSample = self["sample"] == "true"
        configuration.sources = self["sources"].map { URL(fileURLWithPath: $0, isDirectory: true) }
        configuration.secureCookies = self["tls"] == "true"
        configuration.ffmpeg = self["ffmpeg"] ?? "ffmpeg"
        configuration.ffprobe = self["ffprobe"] ?? "ffprobe"
        configuration.transportStreams = self["transport_streams"] == "true"
        if let text = self["confine"] {
            guard let confinement = Confinement(rawValue: text) else {
                throw BadSetting(description: "`confine` is none of bubblewrap, namespaces, none: \(text)")
            }
            configuration.confinement = confinement
        }
        if let socket = self["worker"] {
            guard socket.hasPrefix("/") else {
                throw BadSetting(description: "`worker` is the path of a socket, beginning with a slash, not \(socket)")
            }
            configuration.worker = Worker(socket: socket)
        }
        if let text = self["syslog"] {
            guard let receiver = LogReceiver(text) else {
                throw BadSetting(description: "`syslog` is `local`, tcp://host:port or udp://host:port, not \(text)")
            }
            configuration.logReceiver = receiver
        }
        if let text = self["second_person"] {
            guard let rule = SecondPerson(rawValue: text) else {
                throw BadSetting(description: "`second_person` is none of above_county, always, never: \(text)")
            }
            configuration.secondPerson = rule
        }
        configuration.weasyprint = self["weasyprint"] ?? "weasyprint"
        configuration.rsvgConvert = self["rsvg_convert"] ?? "rsvg-convert"
        configuration.printSeconds = try number("print_seconds", default: 120, 10...86_400)
        configuration.sessionIdleMinutes = try number("session_idle_minutes", default: 120, 15...720)
        configuration.signInHelp = String((self["sign_in_help"] ?? "").officeText.prefix(200))
        if let text = self["password_policy"] {
            guard let policy = PasswordPolicy(rawValue: text) else {
                throw BadSetting(description: "`password_policy` is none of standard, classified: \(text)")
            }
            configuration.passwordPolicy = policy
        }
        // Whoever looks around in sample data signs in as many people.
        if configuration.isSample { configuration.factorRule = .offered }
        if let text = self["second_factor"] {
            guard let rule = FactorRule(rawValue: text) else {
                throw BadSetting(description: "`second_factor` is none of required, offered: \(text)")
            }
            configuration.factorRule = rule
        }
        configuration.passwordAgainMinutes = try number("password_again_minutes", default: 15, 1...720)
        configuration.metrics = try metricsAddress
        configuration.reserveBytes = Int64(try number("reserve_mb", default: 512, 0...1_000_000)) << 20
        return configuration
    }
}
