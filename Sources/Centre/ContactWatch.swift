import Basics
import Operations
import Storage
import Synchronization
import Web

/// When the centre answered each node last, noted a few times a minute: one writing for all, instead of one for each request.
final class ContactWatch: Sendable {
    /// More nodes than any network has; who comes beyond is noted when others have been written.
    private static let most = 1_000_000
    private let heard = Mutex<[String: Instant]>([:])

    /// A signed request of the node is being answered. Only enrolled nodes come here.
    func hear(_ node: String, at now: Instant) {
        heard.withLock { heard in
            guard heard.count < Self.most || heard[node] != nil else { return }
            heard[node] = max(now, heard[node] ?? now)
        }
    }

    /// Writes what was heard since the last time; what could not be written is kept for the next.
    func write(_ house: House) async throws {
        let taken = heard.withLock { heard in
            defer { heard = [:] }
            return heard
        }
        guard !taken.isEmpty else { return }
        do { try await house.database.write { try $0.noteNodeContacts(taken) } } catch {
            heard.withLock { $0.merge(taken) { max($0, $1) } }
            throw error
        }
    }
}
