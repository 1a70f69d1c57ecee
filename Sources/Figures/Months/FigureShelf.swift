package import Accounts
package import Basics
import Operations
import Registry
package import Storage

/// The figures that pages show: summed for each look, but for the few areas whose sum takes long, which are kept and summed again in the
/// background. A page shows as of when its figures are.
package actor FigureShelf {
    private struct Key: Hashable {
        let code: String
        let month: Month
        let network: NetworkView
        let placed: Day
    }
    private struct Sum {
        let begun: Instant
        let task: Task<AreaMonth?, any Error>
    }
    private let database: Database
    private let replica: Database?
    private let zone: NetworkZone
    private let clock: Clock
    private var shelf = Shelf<Key, AreaMonth>()
    private var sums: [Key: Sum] = [:]

    /// - Parameter replica: a replica of the database, to read from as long as it answers.
    package init(database: Database, replica: Database? = nil, zone: NetworkZone, clock: Clock) {
        self.database = database
        self.replica = replica
        self.zone = zone
        self.clock = clock
    }

    /// An area in a month. Nil when the scope does not cover it.
    package func areaMonth(code: String, _ period: Period, in scope: Scope) async throws -> AreaMonth? {
        let (zone, asOf) = (zone, period.asOf)
        let place = try await read {
            try $0.areaPlace(code: code, month: period.month, network: period.network, in: scope, zone: zone, at: asOf)
        }
        guard let place else { return nil }
        let key = Key(code: code, month: period.month, network: period.network, placed: period.placed)
        if let kept = shelf.value(of: key, at: clock.now) { return kept.seen(along: place.path) }
        // What has only just begun to be summed may be quick, and whoever asks later may know of later facts.
        if let sum = sums[key], shelf.isSlow(since: sum.begun, at: clock.now) { return try await sum.task.value?.seen(along: place.path) }
        return try await self.sum(key)?.seen(along: place.path)
    }

    /// Sums again what is due, one after the other.
    package func refresh() async throws {
        while !Task.isCancelled, let key = shelf.due(at: clock.now) {
            do { if try await sum(key) == nil { shelf.drop(key) } } catch {
                shelf.drop(key)
                throw error
            }
        }
    }

    private func sum(_ key: Key) async throws -> AreaMonth? {
        let (zone, begun) = (zone, clock.now)
        let task = Task {
            try await read {
                try $0.areaMonth(
                    code: key.code, month: key.month, network: key.network, in: .everything, zone: zone, at: $0.readThrough(begun))
            }
        }
        let sum = Sum(begun: begun, task: task)
        sums[key] = sum
        defer { if sums[key]?.begun == begun { sums[key] = nil } }
        let record = try await task.value
        if let record { shelf.keep(record, of: key, begun: begun, at: clock.now) }
        return record
    }

    /// A replica that is away, or that must end a long look to catch up, is passed over.
    private nonisolated func read<Result: Sendable>(_ body: @escaping @Sendable (Statements) throws -> Result) async throws -> Result {
        if let replica {
            do { return try await replica.read(body) } catch is StorageError {}
        }
        return try await database.read(body)
    }
}
