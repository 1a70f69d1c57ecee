import ArgumentParser
import Basics
import Edge
import Foundation
import Logging
import Relay
import Terminal
import Trust
import Wire

/// The flags that edge and terminal share.
struct NodeOptions: ParsableArguments {
    @Option(name: .long, help: "Address of the parent (YUANJIAO_PARENT). Default: the address that the claim named.")
    var parent: String?
    @Option(name: .long, help: "Address to listen on (YUANJIAO_HOST). Default: 127.0.0.1.")
    var host: String?
    @Option(name: .long, help: "Port to listen on (YUANJIAO_PORT). Default: 8081.")
    var port: String?
    @Option(name: .long, help: "Claim with which this node joins when it has not joined yet (YUANJIAO_CLAIM).")
    var claim: String?
    @Option(name: .long, help: "Seconds between two looks at the catalogue (YUANJIAO_POLL_SECONDS). Default: 60.")
    var pollSeconds: String?

    var flags: [String: String?] { ["parent": parent, "host": host, "port": port, "claim": claim, "poll_seconds": pollSeconds] }
}

extension Settings {
    /// The settings of an edge or a terminal.
    func node(_ label: String) throws -> NodeConfiguration {
        NodeConfiguration(
            dataFolder: dataFolder, parent: self["parent"], host: self["host"] ?? "127.0.0.1",
            port: try number("port", default: 8081, 0...65_535), zone: self["zone"],
            pollSeconds: Int64(try number("poll_seconds", default: 60, 1...86_400)),
            hostNames: (self["host_names"] ?? "").split(separator: ",").map { $0.trimmedBlanks.lowercased() }, metrics: try metricsAddress,
            logger: try logger(label))
    }

    /// A kind of rendition by its name.
    static func container(_ text: String) throws -> Manifest.Kind {
        guard let kind = Manifest.Kind(rawValue: text.trimmedBlanks) else {
            throw BadSetting(description: "`\(text)` is no kind of rendition: pieces, hls or mp4")
        }
        return kind
    }

    /// Joins with the claim when the folder has not joined yet; tries again until the parent answers. A claim that is refused ends the
    /// program.
    func join(_ logger: Logger) async throws {
        guard let claim = self["claim"], !claim.isEmpty else { return }
        while true {
            do {
                _ = try await Enrolment.read(dataFolder)
                return
            } catch EnrolmentError.notEnrolled {}
            do {
                let answer = try await Enrolment.enrol(
                    claim: claim, dataFolder: dataFolder, through: self["parent"], version: Yuanjiao.version)
                logger.info("joined", metadata: ["node": "\(answer.node)"])
                return
            } catch let error as EnrolmentError { throw BadSetting(description: error.description) } catch let error as TrustError
                where error.code != .answerSignature
            {
                // Another root, or a claim that is none: no later try will mend it.
                throw BadSetting(description: error.sentence)
            } catch {
                logger.notice("the parent cannot be reached yet", metadata: ["error": "\(error)"])
                try await Task.sleep(for: .seconds(1))
            }
        }
    }
}

/// `yuanjiao edge`
struct EdgeCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "edge", abstract: "Serves a county edge: keeps what its area may need, relays facts.",
        discussion: "SIGTERM drains and stops.")
    @OptionGroup var common: CommonOptions
    @OptionGroup var node: NodeOptions
    @Option(
        name: .long,
        help: "Kinds of renditions that terminals below ask for, with commas: pieces, hls, mp4 (YUANJIAO_CONTAINERS). Default: pieces.")
    var containers: String?

    func run() async throws {
        let settings = try await Settings(common, flags: node.flags.merging(["containers": containers]) { first, _ in first })
        let configuration = try settings.node("edge")
        let kinds = try (settings["containers"] ?? "pieces").split(separator: ",").map { try Settings.container(String($0)) }
        try await settings.join(configuration.logger)
        try await EdgeProgram.run(configuration, kinds: kinds)
    }
}

/// `yuanjiao terminal`
struct TerminalCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "terminal", abstract: "Runs a site's terminal: cache, television page at /tv, beats and plays.",
        discussion: "SIGTERM drains and stops.")
    @OptionGroup var common: CommonOptions
    @OptionGroup var node: NodeOptions
    @Option(name: .long, help: "Speed of the site's line in kbit/s; decides which rendition is kept (YUANJIAO_LINE). Default: 1000.")
    var line: String?
    @Option(
        name: .long,
        help:
            """
            Kind of rendition that the box plays: pieces (a file that every browser plays, and HLS), hls (MPEG-TS), mp4 \
            (YUANJIAO_CONTAINER). Default: pieces.
            """
    )
    var container: String?
    @Option(
        name: .long,
        help:
            """
            Names under which the television page may be asked for, with commas (YUANJIAO_HOST_NAMES). Addresses, localhost and local \
            names always are.
            """
    )
    var hostNames: String?
    @Flag(name: .long, help: "Mark the television page as sample data (YUANJIAO_SAMPLE=true).")
    var sample = false

    func run() async throws {
        let settings = try await Settings(
            common,
            flags: node.flags.merging(["line": line, "container": container, "host_names": hostNames, "sample": sample ? "true" : nil]) {
                first, _ in first
            })
        let configuration = try settings.node("terminal")
        try await settings.join(configuration.logger)
        try await TerminalProgram.run(
            TerminalConfiguration(
                node: configuration, kilobitsPerSecond: Int64(try settings.number("line", default: 1000, 16...1_000_000)),
                rendition: try Settings.container(settings["container"] ?? "pieces"), isSample: settings["sample"] == "true"))
    }
}
