import Foundation

/// What travels between centre and worker: a byte that says its kind, four that say its length, so many bytes. Neither end believes the
/// other.
package struct Frame: Hashable, Sendable {
    package enum Kind: UInt8, Sendable {
        /// From the worker, before anything else: ``WorkerGreeting``.
        case greeting = 1
        /// From the centre: ``WorkOrder``.
        case order
        /// A file begins: ``FileHead``.
        case file
        /// The next bytes of that file.
        case piece
        /// The next bytes of standard input, or of standard output.
        case stream
        /// From the worker: the program is over, ``WorkOutcome``.
        case outcome
        /// Nothing more of files and input comes.
        case end
        /// From the worker: it is not done, ``WorkRefusal``. Nothing follows.
        case refusal
    }

    /// The most bytes of one frame, so that no length makes anybody reserve more.
    package static let longest = 1 << 20

    package let kind: Kind
    package let bytes: [UInt8]

    /// - Parameter bytes: at most ``longest``.
    package init(_ kind: Kind, _ bytes: [UInt8] = []) { (self.kind, self.bytes) = (kind, bytes) }

    package init(_ kind: Kind, saying message: some Encodable) throws { self.init(kind, Array(try JSONEncoder().encode(message))) }

    /// As it travels.
    /// - Throws: `WorkerProblem.refused` for one that is too long.
    package var encoded: [UInt8] {
        get throws {
            guard bytes.count <= Self.longest else {
                throw WorkerProblem.refused("a message of \(bytes.count) bytes is too long for the line between centre and worker")
            }
            return [kind.rawValue] + (0..<4).map { UInt8(truncatingIfNeeded: bytes.count >> (24 - 8 * $0)) } + bytes
        }
    }

    /// The next one of whatever gives exactly as many bytes as it is asked for.
    /// - Throws: `WorkerProblem.nonsense`, what `take` throws.
    package static func read(_ take: (Int) throws -> [UInt8]) throws -> Frame {
        let head = try take(5)
        guard let kind = Kind(rawValue: head[0]) else { throw WorkerProblem.nonsense("a frame of the unknown kind \(head[0])") }
        let length = head.dropFirst().reduce(0) { $0 << 8 | Int($1) }
        guard length <= longest else { throw WorkerProblem.nonsense("a frame of \(length) bytes") }
        return Frame(kind, try take(length))
    }

    /// The message of a frame that must be of this kind.
    /// - Throws: `WorkerProblem.nonsense`.
    package func message<Message: Decodable>(_ type: Message.Type, _ kind: Kind) throws -> Message {
        guard self.kind == kind else { throw WorkerProblem.nonsense("\(self.kind) where \(kind) was due") }
        do { return try JSONDecoder().decode(type, from: Data(bytes)) } catch {
            throw WorkerProblem.nonsense("\(kind) that cannot be read")
        }
    }
}
