import Accounts
import ArgumentParser
import Basics
import Centre
import Editions
import Figures
import Foundation
import Operations
import Records
import Registry
import Relay
import Simulator
import Storage
import Trust
import Wire

/// `yuanjiao bench`: what bin/bench calls. Prints figures and ratios with the machine's load; judges nothing.
struct BenchCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "bench",
        abstract: "Measures merging, storing and reporting on the realistic month (3,248 sites, 49 % on, about 11 million minutes).",
        shouldDisplay: false)

    @Flag(name: .long, help: "Only the lists of people.")
    var onlyPeople = false

    func run() async throws {
        let load =
            (try? String(contentsOfFile: "/proc/loadavg", encoding: .utf8))?.split(separator: " ").prefix(3).joined(separator: " ") ?? "?"
        print("load average \(load), \(ProcessInfo.processInfo.activeProcessorCount) processors")
        try await measurePassword()
        if onlyPeople {
            for engine in Database.Engine.allCases { try await measure(engine, [], 0) }
            return
        }
        let month = CityBenchMonth(seed: 1, terminals: 3248, switchedOn: 1591)
        var siteDays: [(terminal: Int, day: Int, minutes: MinuteSet)] = []
        for entry in month { siteDays.append(entry) }
        let minutes = siteDays.reduce(0) { $0 + $1.minutes.count }
        print("realistic month: \(siteDays.count) site-days, \(minutes) minutes on")
        measureMerge(siteDays)
        try measureEnvelopes(siteDays)
        try await measureReading()
        for engine in Database.Engine.allCases { try await measure(engine, siteDays, minutes) }
    }

    /// Union, count and coding of every site-day, as the merge does them.
    private func measureMerge(_ siteDays: [(terminal: Int, day: Int, minutes: MinuteSet)]) {
        let start = cpuSeconds()
        var stored: [Int: [UInt8]] = [:]
        var sum = 0
        var turns = 0
        while cpuSeconds() - start < 2 {
            for entry in siteDays {
                let key = entry.day * 4096 + entry.terminal
                let old = stored[key].flatMap { MinuteSet(encoded: $0) } ?? MinuteSet()
                let merged = old.union(entry.minutes)
                sum += merged.count
                stored[key] = merged.encoded
            }
            turns += 1
        }
        let rate = Double(siteDays.count * turns) / (cpuSeconds() - start)
        print("merged in memory: \(Int(rate)) site-days per CPU second (floor 200000; check sum \(sum % 1000))")
    }

    /// A day of each terminal in an envelope of its own, with its watermark, as terminals report through an edge: opening it beside merging
    /// it, which bounds what signing can cost.
    private func measureEnvelopes(_ siteDays: [(terminal: Int, day: Int, minutes: MinuteSet)]) throws {
        let key = try SigningKey(seed: [UInt8](repeating: 7, count: 32))
        let day = Day("2011-03-01") ?? .forever
        let envelopes = try siteDays.prefix(5000).enumerated().map { number, entry in
            let watermark = Watermark(terminal: "T", throughAt: Instant(milliseconds: Int64(number)))
            let body = try Batch(
                id: "b",
                facts: [
                    Fact(id: "1", .presence(Presence(terminal: "T", day: day, minutes: entry.minutes))),
                    Fact(id: "2", .watermark(watermark)),
                ]
            ).json
            let signature = try RequestSignature(
                signing: SignedRequest("POST", Endpoint.facts, node: "T", body: SHA256Hex(of: body)), with: key)
            return Envelope(node: "T", signature: signature.text, body: body)
        }
        let load = Envelope.load(envelopes)
        let bare = envelopes.reduce(0) { $0 + $1.body.count }
        func microseconds(_ work: (Envelope) throws -> Void) throws -> Double {
            let start = cpuSeconds()
            for envelope in envelopes { try work(envelope) }
            return (cpuSeconds() - start) * 1e6 / Double(envelopes.count)
        }
        let verifying = try microseconds {
            try RequestSignature(node: $0.node, text: $0.signature).verify(
                SignedRequest("POST", Endpoint.facts, node: $0.node, body: SHA256Hex(of: $0.body)), with: key.verifyingKey)
        }
        let voice = CentreVoice(key)
        let request = SignedRequest("POST", Endpoint.facts, node: "T", body: SHA256Hex(of: load))
        let signing = try microseconds { _ = try voice.sign(request, status: 200, body: SHA256Hex(of: $0.body)) }
        let reading = try microseconds { _ = try Batch(json: $0.body) }
        print(
            """
            envelopes: \(Int(verifying)) µs to verify one (goal 70), \(Int(reading)) µs to read its batch, \(Int(signing)) µs to sign its \
            answer; \(ratio(load.count, bare)) of the bytes of the batches
            """
        )
    }

    /// A film's pieces from the own disk, as a player asks for them: each compared with its name beside the same without, both out of the
    /// system's memory.
    private func measureReading() async throws {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent(
            "yuanjiao-bench-\(ProcessInfo.processInfo.processIdentifier)-blobs")
        defer { try? FileManager.default.removeItem(at: folder) }
        let store = try BlobStore(folder: folder)
        var generator = SeededGenerator(seed: 5)
        let blobs = try (0..<64).map { _ in
            let bytes = (0..<(1 << 17)).reduce(into: [UInt8]()) { bytes, _ in withUnsafeBytes(of: generator.next()) { bytes += $0 } }
            return Blob(sha256: SHA256Hex(of: bytes), length: Int64(try store.store(Data(bytes)).isEmpty ? 0 : bytes.count))
        }
        let checked = BlobFolder(store)
        func milliseconds(_ read: (Blob, Range<Int>) async throws -> Data) async throws -> Double {
            let start = cpuSeconds()
            for blob in blobs {
                for place in stride(from: 0, to: 1 << 20, by: 1 << 18) { _ = try await read(blob, place..<place + (1 << 18)) }
            }
            return (cpuSeconds() - start) * 1000 / Double(blobs.count)
        }
        let parts = Dictionary(
            uniqueKeysWithValues: blobs.compactMap { blob in
                store.url(blob.sha256.hex).map { (blob.sha256, FilePart(url: $0, length: 1 << 20)) }
            })
        let plain = try await milliseconds { blob, bytes in try await offPool { try parts[blob.sha256]?.read(bytes) ?? Data() } }
        let sure = try await milliseconds { try await checked.read($0, $1) }
        // 2 Mbit a second are a quarter of a MiB.
        func share(_ milliseconds: Double) -> String { "\((milliseconds * 0.25 / 10 * 1000).rounded() / 1000) %" }
        print(
            """
            reading a film: \((sure * 100).rounded() / 100) ms of CPU a MiB checked, \((plain * 100).rounded() / 100) unchecked; of one \
            core \(share(sure)) and \(share(plain)) at 2 Mbit/s
            """
        )
    }

    private func measure(_ engine: Database.Engine, _ siteDays: [(terminal: Int, day: Int, minutes: MinuteSet)], _ minutes: Int)
        async throws
    {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent(
            "yuanjiao-bench-\(ProcessInfo.processInfo.processIdentifier)-\(engine.rawValue)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        var address = folder.appendingPathComponent("bench.sqlite").path
        if engine == .postgres {
            guard let server = ProcessInfo.processInfo.environment["YUANJIAO_TEST_POSTGRES"] else {
                return print("postgres: not measured, bin/bench starts one")
            }
            let schema = "bench\(ProcessInfo.processInfo.processIdentifier)"
            let database = try await Database.postgres(server, connections: 1)
            try await database.write { try $0.script("CREATE SCHEMA \(schema)") }
            await database.close()
            address = "postgres:\(server) options='-c search_path=\(schema)'"
        }
        let first = NetworkZone.shanghai.start(of: Day("2011-04-01") ?? .forever)
        let (database, network) = try await NetworkSettings.open(address, zone: .shanghai, clock: .fixed(first), ids: .system)
        let city = try City(plan: CityPlan(json: try DemoFolder.plan()))
        let act = Act(by: .commandLine, at: first, ids: .system)
        let (areas, sites) = (Array(city.areasCSV.utf8), Array(city.sitesCSV.utf8))
        let started = ContinuousClock.now
        try await database.write { statements in
            _ = try statements.importAreas(areas, apply: true, in: .everything, today: .forever, by: act)
            _ = try statements.importSites(sites, apply: true, in: .everything, today: .forever, by: act)
        }
        print("\(engine.rawValue): register imported in \(seconds(since: started)) s")
        let villages = try await importAreas(database, by: act, engine)
        if onlyPeople {
            try await people(database, by: act, engine)
            return await database.close()
        }
        try await store(siteDays, city, database, network, engine)
        try await report(database, engine)
        let bytes = try await database.read { try $0.factBytes() }
        print(
            """
            \(engine.rawValue): \(bytes.presence) bytes of presence with its key, \(ratio(bytes.presence, minutes)) byte a presence minute \
            (goal 0.15)
            """
        )
        print(
            """
            \(engine.rawValue): \(bytes.all) bytes with site-days, site-months, late receipts and watermarks, \(ratio(bytes.all, minutes)) \
            byte a presence minute
            """
        )
        try await intake(siteDays, city, database, network, engine)
        try await search(database, villages: villages, by: act, engine)
        try await people(database, by: act, engine)
        await database.close()
    }

    /// Days of a month later, each in its terminal's own batch: bodies read and merged, and the same with every signature checked and every
    /// answer signed, load by load while the one before is stored.
    private func intake(
        _ siteDays: [(terminal: Int, day: Int, minutes: MinuteSet)], _ city: City, _ database: Database, _ network: NetworkSettings,
        _ engine: Database.Engine
    ) async throws {
        let day = Day("2011-04-01") ?? .forever
        let terminals = city.sites.filter { $0.isInService(on: day) }.compactMap { $0.terminals(on: day).first?.id }
        let rules = FactRules(zone: network.zone, firstDay: network.firstDay, closeSeconds: 365 * 86_400)
        let now = NetworkZone.shanghai.start(of: day.advanced(by: 31))
        let key = try SigningKey(seed: [UInt8](repeating: 7, count: 32))
        let voice = CentreVoice(key)
        var rates: [Double] = []
        for (turn, isSigned) in [false, true].enumerated() {
            let envelopes = try siteDays.filter { $0.day % 8 == 2 * turn }.prefix(12_000).map { entry in
                let terminal = terminals[entry.terminal % terminals.count]
                let body = try Batch(
                    id: "b",
                    facts: [
                        Fact(id: "1", .presence(Presence(terminal: terminal, day: day.advanced(by: entry.day), minutes: entry.minutes)))
                    ]
                ).json
                let signature = try RequestSignature(
                    signing: SignedRequest("POST", Endpoint.facts, node: terminal, body: SHA256Hex(of: body)), with: key)
                return Envelope(node: terminal, signature: signature.text, body: body)
            }
            @Sendable func opened(_ load: ArraySlice<Envelope>) throws -> [ReceivedBatch] {
                try load.map { envelope in
                    let request = SignedRequest("POST", Endpoint.facts, node: envelope.node, body: SHA256Hex(of: envelope.body))
                    if isSigned {
                        try RequestSignature(node: envelope.node, text: envelope.signature).verify(request, with: key.verifyingKey)
                    }
                    let batch = ReceivedBatch(sender: .terminal(envelope.node), batch: try Batch(json: envelope.body), relay: "edge")
                    if isSigned { _ = try voice.sign(request, status: 200, body: request.body) }
                    return batch
                }
            }
            let loads = stride(from: 0, to: envelopes.count, by: 1000).map { envelopes[$0..<min($0 + 1000, envelopes.count)] }
            let start = ContinuousClock.now
            var next = try await offPool { try opened(loads[0]) }
            for place in loads.indices {
                let load = next
                async let coming = offPool { place + 1 < loads.count ? try opened(loads[place + 1]) : [] }
                _ = try await database.write { try $0.mergeFacts(load, rules: rules, at: now, ids: .system) }
                next = try await coming
            }
            rates.append(Double(envelopes.count) / max(seconds(since: start), 0.001))
        }
        print(
            """
            \(engine.rawValue): \(Int(rates[1])) signed batches of a site-day a second (one every five minutes from 700,000 sites are \
            2333), \(ratio(Int(rates[1]), Int(rates[0]))) of the same unsigned (goal 0.9)
            """
        )
    }

    /// 45,000 areas beside the city: 10 cities of 10 counties of 10 townships, the rest villages, whose codes it answers.
    private func importAreas(_ database: Database, by act: Act, _ engine: Database.Engine) async throws -> [String] {
        var codes = (1...10).map { "98" + ($0 < 10 ? "0" : "") + String($0) }
        for digits in [2, 3] {
            let above = codes.filter { $0.count == codes.last?.count }
            codes += above.flatMap { above in (1...10).map { above + String(repeating: "0", count: digits - String($0).count) + String($0) }
            }
        }
        let townships = codes.filter { $0.count == 9 }
        codes += (0..<45_000 - codes.count).map { townships[$0 % 1000] + String(201 + $0 / 1000) }
        let file = Array(("code,name,from_on\n" + codes.map { "\($0),区域\($0),2009-01-01\n" }.joined()).utf8)
        for turn in ["imported", "imported again, nothing new"] {
            let start = ContinuousClock.now
            let outcome = try await database.write { try $0.importAreas(file, apply: true, in: .everything, today: .forever, by: act) }
            print(
                """
                \(engine.rawValue): \(codes.count) areas \(turn) in \(seconds(since: start)) s, \(outcome.added) added, \
                \(outcome.refused.count) refused
                """
            )
        }
        return codes.filter { $0.count == 12 }
    }

    private func store(
        _ siteDays: [(terminal: Int, day: Int, minutes: MinuteSet)], _ city: City, _ database: Database, _ network: NetworkSettings,
        _ engine: Database.Engine
    ) async throws {
        let day = Day("2011-03-01") ?? .forever
        let terminals = city.sites.filter { $0.isInService(on: day) }.compactMap { $0.terminals(on: day).first?.id }
        let byDay = siteDays.sorted { ($0.day, $0.terminal) < ($1.day, $1.terminal) }
        let now = NetworkZone.shanghai.start(of: day.advanced(by: 31))
        for turn in ["stored", "sent again, nothing new"] {
            let start = ContinuousClock.now
            for start in stride(from: 0, to: byDay.count, by: Batch.maximumFacts) {
                let facts = byDay[start..<min(start + Batch.maximumFacts, byDay.count)].map { entry in
                    Fact(
                        id: "\(entry.day)-\(entry.terminal)",
                        .presence(
                            Presence(
                                terminal: terminals[entry.terminal % terminals.count], day: day.advanced(by: entry.day),
                                minutes: entry.minutes)))
                }
                let batch = ReceivedBatch(sender: .commandLine, batch: Batch(id: "bench-\(start)", facts: facts))
                let rules = FactRules(zone: network.zone, firstDay: network.firstDay, closeSeconds: 365 * 86_400)
                _ = try await database.write { try $0.mergeFacts([batch], rules: rules, at: now, ids: .system) }
            }
            let rate = Double(byDay.count) / max(seconds(since: start), 0.001)
            print("\(engine.rawValue): \(Int(rate)) site-days a second \(turn) (floor 20000)")
        }
    }

    private func report(_ database: Database, _ engine: Database.Engine) async throws {
        let month = Month("2011-03") ?? Day.forever.month
        let now = NetworkZone.shanghai.start(of: month.end.advanced(by: 1))
        var times: [Double] = []
        for _ in 0..<7 {
            let start = ContinuousClock.now
            _ = try await database.read { try $0.bulletin(month: month, areaCode: "9901", in: .everything, zone: .shanghai, at: now) }
            times.append(seconds(since: start) * 1000)
        }
        times.sort()
        print("\(engine.rawValue): city month in \(Int(times[3])) ms, median of 7, slowest \(Int(times[6])) (floor 200)")
    }

    private func ratio(_ a: Int, _ b: Int) -> String { String(Double(a * 1000 / max(b, 1)) / 1000) }
    private func seconds(since start: ContinuousClock.Instant) -> Double {
        let (whole, rest) = start.duration(to: .now).components
        return Double(whole) + Double(rest) / 1e18
    }
    func cpuSeconds() -> Double {
        var usage = rusage()
        getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage)
        return Double(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) + Double(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1e6
    }
}
