import ArgumentParser
import Basics
import Foundation
import Logging
import ServiceLifecycle
import UnixSignals

/// `yuanjiao demo`
struct DemoCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "demo", abstract: "Runs a whole made-up network on this machine: a centre, an edge, two terminals.",
        discussion: """
            The first start makes a city of 3,248 sites with the months January to April 2011 and a month that moves with the clock, and \
            fresh logins for each role.
            Ctrl-C ends everything.
            """)

    @Option(name: .long, help: "Folder for everything the demo keeps. Default: demo-data.")
    var data = "demo-data"
    @Option(name: .long, help: "First of four ports on this machine: centre, edge, two terminals. Default: free ones.")
    var port: Int?
    @Flag(name: .long, help: "Throw away what an earlier demo kept and begin anew.")
    var reset = false
    @Flag(name: .long, help: "Do not make and publish a sample lesson.")
    var noLesson = false

    @Option(name: .long, help: "The folder Sources, whose templates and words are shown as they stand, without a build.")
    var sources: String?

    func run() async throws {
        let folder = DemoFolder(URL(fileURLWithPath: data, isDirectory: true))
        if reset { try folder.reset() }
        var logger = Logger(label: "yuanjiao.demo", factory: { OneLineLog(label: $0) })
        logger.logLevel = .warning
        let isFirst = !folder.isSeeded
        if isFirst { try await DemoSeed(folder: folder, logger: logger).run() }
        let ports = try port.map { first in (0..<4).map { first + $0 } } ?? freePorts(4)
        let addresses = ports.map { "http://127.0.0.1:\($0)" }
        let claims = try folder.claims()
        let programs = [
            Program(
                "centre",
                ["centre", "--data", folder.centre.path, "--port", "\(ports[0])", "--sample"]
                    + (sources.map { ["--sources", $0] } ?? []), folder),
            Program(
                "edge",
                ["edge", "--data", folder.edge.path, "--port", "\(ports[1])", "--parent", addresses[0], "--claim", claims["edge"] ?? ""],
                folder),
            Program(
                "terminal-1",
                [
                    "terminal", "--data", folder.terminal(1).path, "--port", "\(ports[2])", "--parent", addresses[1], "--claim",
                    claims["terminal-1"] ?? "", "--sample",
                ], folder),
            Program(
                "terminal-2",
                [
                    "terminal", "--data", folder.terminal(2).path, "--port", "\(ports[3])", "--parent", addresses[1], "--claim",
                    claims["terminal-2"] ?? "", "--sample",
                ], folder),
        ]
        var services: [any Service] = programs
        services.append(Welcome(folder: folder, addresses: addresses))
        services.append(try MovingMonth(folder: folder, address: addresses[0], logger: logger))
        if !noLesson { services.append(SampleLesson(folder: folder, address: addresses[0], logger: logger)) }
        var group = ServiceGroupConfiguration(
            services: services.map { .init(service: $0) }, gracefulShutdownSignals: [.sigint, .sigterm], logger: logger)
        group.maximumGracefulShutdownDuration = .seconds(15)
        do { try await ServiceGroup(configuration: group).run() } catch is CancellationError {}
        say("Everything has ended.")
    }
}

/// Prints a line at once, even into a pipe.
func say(_ text: String) { FileHandle.standardOutput.write(Data((text + "\n").utf8)) }

/// Ports of the loopback address on which nobody listens now.
func freePorts(_ count: Int) throws -> [Int] {
    var sockets: [Int32] = []
    defer { for socket in sockets { close(socket) } }
    return try (0..<count).map { _ in
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        sockets.append(descriptor)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let bound = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(descriptor, $0, length) == 0 && getsockname(descriptor, $0, &length) == 0
            }
        }
        guard bound else { throw BadSetting(description: "This machine has no free port on 127.0.0.1") }
        return Int(UInt16(bigEndian: address.sin_port))
    }
}
