import AsyncHTTPClient
import Basics
import Foundation
import Logging
import NIOCore
import NIOHTTP1
import ServiceLifecycle
import Simulator
import Trust
import Wire

/// Sends batches of made-up edges to a centre.
struct FactClient: Sendable {
    let address: String

    /// Waits until the centre answers, half a minute at most.
    func waitUntilUp() async throws {
        for _ in 0..<300 {
            if let answer = try? await HTTPClient.shared.execute(HTTPClientRequest(url: address + "/health"), timeout: .seconds(2)),
                answer.status == .ok
            {
                return
            }
            try await Task.sleep(for: .milliseconds(100))
        }
        throw BadSetting(description: "Nothing answers at \(address); see the log of the program that should")
    }

    /// Sends a batch; answers the receipt.
    func send(_ batch: Batch, from edge: CountyEdge) async throws -> Receipt {
        let (body, authorization) = try edge.signed(batch)
        var request = HTTPClientRequest(url: address + Endpoint.facts)
        request.method = .POST
        request.headers.add(name: "Content-Type", value: "application/json")
        request.headers.add(name: "Authorization", value: authorization)
        request.body = .bytes(ByteBuffer(bytes: body))
        let answer = try await HTTPClient.shared.execute(request, timeout: .seconds(30))
        let bytes = try await answer.body.collect(upTo: 8 << 20)
        guard answer.status == .ok else { throw BadSetting(description: "The centre refused a batch: \(String(buffer: bytes))") }
        return try JSONDecoder().decode(Receipt.self, from: Data(bytes.readableBytesView))
    }
}

/// Lets the present month move: every minute the made-up counties report what happened since.
struct MovingMonth: Service {
    private let facts: CityFacts
    private let edges: [String: CountyEdge]
    private let client: FactClient
    private let logger: Logger

    init(folder: DemoFolder, address: String, logger: Logger) throws {
        facts = CityFacts(
            city: try City(plan: CityPlan(json: try DemoFolder.plan())),
            lessons: DemoSeed.lessons.map { .init(id: $0.id, milliseconds: Int64($0.milliseconds)) })
        edges = try folder.edgeSeeds().reduce(into: [:]) { edges, entry in
            edges[entry.key] = CountyEdge(id: "sim-\(entry.key)", key: try SigningKey(seed: bytes(ofHexadecimal: entry.value) ?? []))
        }
        client = FactClient(address: address)
        self.logger = logger
    }

    func run() async throws {
        await cancelWhenGracefulShutdown {
            var last: Instant?
            while !Task.isCancelled {
                do {
                    try await self.client.waitUntilUp()
                    let now = Clock.system.now
                    let today = NetworkZone.shanghai.day(of: now)
                    // A start after days off tells the days again; what is there already changes nothing.
                    let since = last ?? NetworkZone.shanghai.start(of: max(today.advanced(by: -2), today.month.days.lowerBound))
                    for delivery in self.facts.moving(today.month, after: since, through: now) {
                        if let edge = self.edges[delivery.county.description] { _ = try await self.client.send(delivery.batch, from: edge) }
                    }
                    last = now
                } catch is CancellationError { return } catch { self.logger.info("moving month", metadata: ["error": "\(error)"]) }
                try? await Task.sleep(for: .seconds(60))
            }
        }
    }
}
