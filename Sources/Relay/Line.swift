package import Basics
package import Logging
import Node
import ServiceLifecycle
import Storage
import Trust
import Wire

/// Carries facts up, for as long as the program runs.
package struct UpLine<Machine: NodeMachine>: Service {
    private let keeper: NodeKeeper<Machine>
    private let parent: ParentClient
    private let clock: Clock
    private let log: LineLog

    package init(keeper: NodeKeeper<Machine>, parent: ParentClient, clock: Clock, logger: Logger) {
        self.keeper = keeper
        self.parent = parent
        self.clock = clock
        log = LineLog(logger, "Facts cannot be sent", "Facts are sent again")
    }

    package func run() async throws {
        await cancelWhenGracefulShutdown {
            while !Task.isCancelled {
                if await step() { try? await Task.sleep(for: .seconds(1)) }
            }
        }
    }

    /// One request; true when there is nothing to do.
    private func step() async -> Bool {
        do {
            switch keeper.ask({ $0.nextUp(at: clock.now) }) {
            case nil: try await keeper.recover()
            case .wait: return true
            case .send(let batch):
                let answer = try await parent.send(batch)
                try await take { try $0.upReceived(answer, at: $1) }
            case .carry(let envelopes):
                let answer = try await parent.carry(envelopes)
                try await take { try $0.upCarried(answer, at: $1) }
            case .ask(let question):
                let answer = try await parent.ask(question)
                try await take { try $0.upReceived(answer, at: $1) }
            }
            return false
        } catch ParentError.status(413, _) {
            do { try await keeper.change { [clock] in ($0.upTooLarge(at: clock.now), ()) } } catch { log.failed(error) }
        } catch {
            log.failed(error)
            keeper.ask { $0.upFailed(at: clock.now) }
        }
        return true
    }

    private func take(_ answer: @escaping @Sendable (inout Machine, Instant) throws -> [Change]) async throws {
        try await keeper.change { [clock] in (try answer(&$0, clock.now), ()) }
        log.succeeded()
    }
}

/// Brings catalogue and courseware down, each on a way of its own, for as long as the program runs.
package struct DownLine<Machine: NodeMachine>: Service {
    private let keeper: NodeKeeper<Machine>
    private let parent: ParentClient
    private let blobs: BlobFolder
    private let clock: Clock
    private let log: LineLog
    private let disk: LineLog

    package init(keeper: NodeKeeper<Machine>, parent: ParentClient, blobs: BlobFolder, clock: Clock, logger: Logger) {
        self.keeper = keeper
        self.parent = parent
        self.blobs = blobs
        self.clock = clock
        log = LineLog(logger, "The catalogue cannot be followed", "The catalogue is followed again")
        disk = LineLog(logger, "Courseware cannot be kept", "Courseware is kept again")
    }

    package func run() async throws {
        await cancelWhenGracefulShutdown {
            await withDiscardingTaskGroup { group in
                for way in DownWay.allCases {
                    group.addTask {
                        while !Task.isCancelled {
                            if await step(way) { try? await Task.sleep(for: .seconds(1)) }
                        }
                    }
                }
            }
        }
    }

    /// One errand; true when there is nothing to do.
    private func step(_ way: DownWay) async -> Bool {
        do {
            switch keeper.ask({ $0.nextDown(way, at: clock.now) }) {
            case nil: try await keeper.recover()
            case .wait: return true
            case .errand(let errand):
                let outcome = await outcome(of: errand)
                if Task.isCancelled { return true }
                try await keeper.change { [clock] in ($0.downFinished(errand, outcome, at: clock.now), ()) }
                if case .metadata = errand, outcome != .failed {
                    log.succeeded()
                    try await obey()
                }
            }
            return false
        } catch {
            log.failed(error)
            return true
        }
    }

    /// A stop order goes before everything else.
    private func obey() async throws {
        guard let known = keeper.ask({ $0.stopTag }), let order = try await parent.stopOrders(besides: known) else { return }
        try await keeper.change { [clock] in ($0.order(order, at: clock.now), ()) }
    }

    private func outcome(of errand: Errand) async -> Outcome {
        do {
            let outcome = try await attempt(errand)
            if case .fetch = errand, case .reached = outcome { disk.succeeded() }
            return outcome
        } catch let error as StorageError {
            disk.failed(error)
            if case .diskFull = error { return .full }
            return .failed
        } catch {
            switch errand {
            case .look, .check, .read: disk.failed(error)
            case .metadata, .fetch, .seal, .sweep: log.failed(error)
            }
            return .failed
        }
    }

    private func attempt(_ errand: Errand) async throws -> Outcome {
        switch errand {
        case .metadata(let name, let longest, let source):
            do {
                return try await parent.metadata(name, longest: longest, source: source).map { .content($0) } ?? .missing
            } catch ParentError.tooLong { return .tooLong }
        case .fetch(let blob, let chunk, let source):
            guard let offset = try await blobs.reached(blob) else { return .present }
            guard offset < blob.length else { return .reached(offset) }
            guard try await blobs.hasRoom(for: blob.length - offset) else {
                throw StorageError.diskFull("No room for a blob of \(blob.length) bytes")
            }
            guard let bytes = try await parent.range(of: blob, from: offset, length: min(chunk, blob.length - offset), source: source)
            else { return .missing }
            guard !bytes.isEmpty else { return .failed }
            return .reached(try await blobs.append(bytes, to: blob, at: offset))
        case .seal(let blob): return .sealed(try await blobs.seal(blob))
        case .read(let blob): return try await blobs.read(blob.sha256).map { .content($0) } ?? .missing
        case .look(let wanted): return .lacking(try await blobs.lacking(wanted))
        case .check(let blob, let most):
            switch try await blobs.check(blob, most: most) {
            case .reached(let length): return .reached(length)
            case .sound: return .present
            case .gone: return .missing
            }
        case .sweep(let manifests):
            try await blobs.sweep(keeping: manifests)
            return .done
        }
    }
}
