import ArgumentParser
import Basics
import Foundation
import Simulator
import Wire

/// `yuanjiao simulate tree|city`
struct SimulateCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "simulate", abstract: "Makes up networks from a seed.",
        subcommands: [SimulateTreeCommand.self, SimulateCityCommand.self])
}

/// A tree of nodes in virtual time.
struct SimulateTreeCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "tree",
        abstract:
            """
            Runs a centre, an edge and terminals through days of virtual time with faults; prints the trace's hash and every broken promise.
            """
    )
    @Option(name: .long, help: "First seed.")
    var seed: UInt64 = 1
    @Option(name: .long, help: "How many seeds.")
    var seeds: Int = 1
    @Option(name: .long, help: "Terminals.")
    var terminals: Int = 50
    @Option(name: .long, help: "Days.")
    var days: Int = 7

    func run() async throws {
        var broken = 0
        for seed in seed..<seed + UInt64(max(seeds, 1)) {
            var settings = TreeSettings(seed: seed)
            settings.terminals = terminals
            settings.days = days
            var simulation = try TreeSimulation(settings)
            let outcome = try simulation.run()
            print(
                "seed \(seed)  trace \(String(outcome.traceHash, radix: 16))  events \(outcome.events)  broken \(outcome.violations.count)")
            for violation in outcome.violations { print("  \(violation)") }
            broken += outcome.violations.count
        }
        if broken > 0 { throw ExitCode(1) }
    }
}

/// A made-up city as files to import.
struct SimulateCityCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "city", abstract: "Writes a made-up city's areas, sites and facts as files for `yuanjiao import`.")
    @Option(name: .long, help: "Plan (JSON). Default: demo/reference-2011.json.")
    var plan: String?
    @Option(name: .long, help: "Folder to write areas.csv, sites.csv and facts-YYYY-MM.ndjson to.")
    var out: String

    func run() async throws {
        let data = try plan.map { try Data(contentsOf: URL(fileURLWithPath: $0)) } ?? DemoFolder.plan()
        let city = try City(plan: CityPlan(json: data))
        let folder = URL(fileURLWithPath: out, isDirectory: true)
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        try Data(city.areasCSV.utf8).write(to: folder.appendingPathComponent("areas.csv"))
        try Data(city.sitesCSV.utf8).write(to: folder.appendingPathComponent("sites.csv"))
        let facts = CityFacts(city: city, lessons: DemoSeed.lessons.map { .init(id: $0.id, milliseconds: Int64($0.milliseconds)) })
        let encoder = JSONEncoder()
        encoder.outputFormatting = .sortedKeys
        for month in city.plan.months {
            var lines = Data()
            for entry in try facts.deliveries(in: month.month).flatMap(\.batch.entries) {
                guard case .fact(let fact) = entry else { continue }
                lines.append(try encoder.encode(fact))
                lines.append(UInt8(ascii: "\n"))
            }
            try lines.write(to: folder.appendingPathComponent("facts-\(month.month).ndjson"))
            print("facts-\(month.month).ndjson")
        }
    }
}
