/// What a worker says of itself to whoever connects.
package struct WorkerGreeting: Hashable, Codable, Sendable {
    /// Of the frames and messages; the two ends must have the same.
    package static let version = 1

    package let version: Int
    /// The number of the user under which programs run there.
    package let user: UInt32
    package let confinement: Confinement
    /// Those of the tools that it can start.
    package let tools: [Tool]

    package init(version: Int = version, user: UInt32, confinement: Confinement, tools: [Tool]) {
        (self.version, self.user, self.confinement, self.tools) = (version, user, confinement, tools)
    }
}

/// One run, as the centre asks for it.
package struct WorkOrder: Hashable, Codable, Sendable {
    /// A file, or a folder with nothing but files in it, that the program may read; its content follows.
    package struct Place: Hashable, Codable, Sendable {
        /// As the arguments name it.
        package let path: String
        package let isFolder: Bool

        package init(path: String, isFolder: Bool) { (self.path, self.isFolder) = (path, isFolder) }
    }

    /// Files of one run, in each direction: six hours of segments are 4,000.
    package static let mostFiles = 10_000
    /// Bytes of standard input: a bulletin of everything has not a tenth of them.
    package static let mostInput = 64 << 20

    package let tool: Tool
    package let arguments: [String]
    package let reads: [Place]
    /// Folders that the program may write into; what lies in them then comes back.
    package let writes: [String]
    package let memoryMiB: Int
    /// The most that it may write into one file, and into all of them that come back.
    package let fileMiB: Int
    package let seconds: Int
    /// Of all files that follow.
    package let bytes: Int

    package init(
        _ tool: Tool, _ arguments: [String], reads: [Place], writes: [String], memoryMiB: Int, fileMiB: Int, seconds: Int, bytes: Int
    ) {
        (self.tool, self.arguments, self.reads, self.writes) = (tool, arguments, reads, writes)
        (self.memoryMiB, self.fileMiB, self.seconds, self.bytes) = (memoryMiB, fileMiB, seconds, bytes)
    }

    /// Refuses what no centre asks for.
    /// - Throws: `WorkerProblem.nonsense`.
    package func check() throws {
        let paths = reads.map(\.path) + writes
        guard paths.count <= 16, paths.allSatisfy({ $0.hasPrefix("/") && $0.utf8.count > 1 && $0.utf8.count < 4096 }) else {
            throw WorkerProblem.nonsense("an order with impossible paths")
        }
        guard !(arguments + paths).contains(where: { $0.utf8.contains(0) }) else {
            throw WorkerProblem.nonsense("an order with a zero in its words")
        }
        guard (1...1 << 20).contains(memoryMiB), (1...1 << 24).contains(fileMiB), (1...30 * 86_400).contains(seconds),
            (0...1 << 44).contains(bytes)
        else {
            throw WorkerProblem.nonsense("an order beyond all limits")
        }
    }
}

/// What stands before the bytes of a file.
package struct FileHead: Hashable, Codable, Sendable {
    /// Counts the order's `reads` on the way there, its `writes` on the way back.
    package let place: Int
    /// Within a folder; empty for a place that is a file.
    package let name: String
    package let length: Int

    package init(place: Int, name: String, length: Int) { (self.place, self.name, self.length) = (place, name, length) }
}

/// How a program ended at the worker.
struct WorkOutcome: Codable {
    let status: Int
    let log: String
}

/// Why a worker did not do it.
struct WorkRefusal: Error, Codable {
    enum Code: String, Codable { case missing, tookTooLong, diskFull, refused }
    let code: Code
    let detail: String

    init(_ error: any Error) {
        switch error {
        case ProgramProblem.missing(let name): (code, detail) = (.missing, name)
        case ProgramProblem.tookTooLong: (code, detail) = (.tookTooLong, "")
        case ProgramProblem.diskFull: (code, detail) = (.diskFull, "")
        case WorkerProblem.nonsense(let what): (code, detail) = (.refused, "it was sent \(what)")
        case WorkerProblem.refused(let why): (code, detail) = (.refused, why)
        default: (code, detail) = (.refused, "\(error)")
        }
    }

    /// In the words that a run here would have.
    func problem(_ tool: Tool, seconds: Int) -> ProgramProblem {
        switch code {
        case .missing: .missing(tool.rawValue)
        case .tookTooLong: .tookTooLong(seconds: seconds)
        case .diskFull: .diskFull
        case .refused: .worker(.refused(sentence))
        }
    }

    /// One short line, whatever the other end sends.
    var sentence: String { String(detail.map { $0.isNewline || $0.unicodeScalars.contains { $0.value < 32 } ? " " : $0 }.prefix(300)) }
}

/// Why the two ends did not come to a result.
package enum WorkerProblem: Error, Hashable, Sendable, CustomStringConvertible {
    /// Nobody answers at the socket.
    case absent(socket: String, reason: String)
    /// The other end went away.
    case gone
    /// The other end did not go on within so many seconds.
    case silent(seconds: Int)
    /// The other end sent what it may not send.
    case nonsense(String)
    /// It was asked for what is not done.
    case refused(String)

    package var description: String {
        switch self {
        case .absent(let socket, let reason):
            """
            No worker answers at \(socket) (\(reason)): start yuanjiao-worker.socket, let it belong to the centre's user, or take `worker` \
            out of the settings
            """
        case .gone: "The worker ended before its work was done: `journalctl -u 'yuanjiao-worker@*'` says why; try again"
        case .silent(let seconds):
            "The worker did not go on within \(seconds) seconds: `journalctl -u 'yuanjiao-worker@*'` may say why; try again"
        case .nonsense(let what):
            "The worker's line carried \(what): let centre and worker be of one version, and nothing else listen at the socket"
        case .refused(let why): "The worker did not do it: \(why)"
        }
    }
}
