import Foundation
import Logging
package import NIOCore
import Synchronization

/// The open connections of a listener: how many, from where, and which of them can be spared.
package final class Connections: Sendable {
    /// How far a connection is, from what is spared first to what is spared last.
    enum Stage: Int, Sendable {
        /// No request has come yet.
        case new
        /// Between two requests.
        case idle
        /// A body is coming.
        case receiving
        /// A request is being answered; spared last.
        case answering
    }

    private struct Entry {
        let channel: any Channel
        let origin: String
        var stage: Stage
        var since: NIODeadline
    }

    private struct State {
        var entries: [ObjectIdentifier: Entry] = [:]
        var counts: [String: Int] = [:]
        var told: NIODeadline?

        mutating func forget(_ channel: any Channel) {
            guard let gone = entries.removeValue(forKey: ObjectIdentifier(channel)) else { return }
            let left = (counts[gone.origin] ?? 1) - 1
            counts[gone.origin] = left > 0 ? left : nil
        }
    }

    /// Who has been here for less is about to say what it wants, or to finish saying it.
    private static let fresh = TimeAmount.seconds(1)
    /// An answer that has taken so long is given up when nobody else can be spared.
    private static let longAnswer = TimeAmount.seconds(60)
    private let state = Mutex(State())
    private let most: Int
    private let mostPerOrigin: Int
    private let logger: Logger

    init(_ limits: ListenerLimits, logger: Logger) {
        most = limits.connections
        mostPerOrigin = limits.connectionsPerAddress
        self.logger = logger
    }

    /// Open connections.
    package var count: Int { state.withLock { $0.entries.count } }

    /// Takes a connection in, and closes another, or this one, when there are too many.
    func opened(_ channel: any Channel) {
        let origin = Self.origin(channel.remoteAddress)
        let (victim, isNews) = state.withLock { state -> ((any Channel)?, Bool) in
            state.entries[ObjectIdentifier(channel)] = Entry(channel: channel, origin: origin, stage: .new, since: .now())
            state.counts[origin, default: 0] += 1
            let isTooMany = state.entries.count > most
            guard isTooMany || !origin.isEmpty && state.counts[origin, default: 0] > mostPerOrigin else { return (nil, false) }
            let now = NIODeadline.now()
            let spared = state.entries.values.lazy.filter { $0.channel !== channel && (isTooMany || $0.origin == origin) }
                .compactMap { entry in Self.rank(entry, now).map { (entry: entry, rank: $0) } }.min { $0.rank < $1.rank }?.entry
            // It is gone from here at once, so that the next one who comes does not spare the same.
            state.forget(spared?.channel ?? channel)
            let isNews = state.told.map { now - $0 > .seconds(60) } ?? true
            if isNews { state.told = now }
            return (spared?.channel ?? channel, isNews)
        }
        victim?.close(promise: nil)
        if isNews {
            logger.warning(
                "too many connections; who asks nothing is closed for who comes",
                metadata: ["most": "\(most)", "most_per_address": "\(mostPerOrigin)"])
        }
    }

    /// The least is spared first; nil is never spared.
    private static func rank(_ entry: Entry, _ now: NIODeadline) -> (Int, Int, NIODeadline)? {
        let age = now - entry.since
        if entry.stage == .answering { return age > longAnswer ? (2, 0, entry.since) : nil }
        return (age > fresh ? 0 : 1, entry.stage.rawValue, entry.since)
    }

    func reached(_ stage: Stage, _ channel: any Channel) {
        state.withLock { state in
            state.entries[ObjectIdentifier(channel)]?.stage = stage
            state.entries[ObjectIdentifier(channel)]?.since = .now()
        }
    }

    func closed(_ channel: any Channel) {
        state.withLock { $0.forget(channel) }
    }

    /// By what a sender is known: its address, of IPv6 the first 64 bits; nothing for this machine's own.
    package static func origin(_ address: SocketAddress?) -> String { address?.ipAddress.map { origin(ip: $0) } ?? "" }

    /// As ``origin(_:)``, of an address that is written out; of a text that is none, the text.
    package static func origin(ip text: String) -> String {
        var bytes = [UInt8](repeating: 0, count: 16)
        if inet_pton(AF_INET, text, &bytes) == 1 { return bytes[0] == 127 ? "" : bytes.prefix(4).map(String.init).joined(separator: ".") }
        guard inet_pton(AF_INET6, text, &bytes) == 1 else { return text }
        if bytes == [UInt8](repeating: 0, count: 15) + [1] { return "" }
        // An IPv4 address in the clothes of the other family.
        if bytes.prefix(12) == [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF] {
            return bytes[12] == 127 ? "" : bytes.suffix(4).map(String.init).joined(separator: ".")
        }
        return bytes.prefix(8).map { String($0, radix: 16) }.joined(separator: ":")
    }
}
