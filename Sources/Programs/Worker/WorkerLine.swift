import Dispatch
import Foundation
import Synchronization
import SystemPackage

/// One end of the connection between centre and worker. What waits does so on threads of the line's own, one for each direction, so that
/// nothing else does.
final class WorkerLine: Sendable {
    /// Seconds within which the other end takes or sends something, while files are under way.
    static let patience = 300
    /// Seconds that a worker has to end its program and to clear away, once we have hung up.
    private static let farewell = 10

    private let descriptor: Int32
    private let isOpen = Mutex(true)
    private let reading = DispatchQueue(label: "worker.reading")
    private let writing = DispatchQueue(label: "worker.writing")

    /// Takes a connected socket over.
    init(_ descriptor: Int32) {
        self.descriptor = descriptor
        _ = fcntl(descriptor, F_SETFL, fcntl(descriptor, F_GETFL) & ~O_NONBLOCK)
        limit(SO_SNDTIMEO, Self.patience)
    }

    /// Blocks.
    /// - Throws: `WorkerProblem.absent`.
    static func connect(to path: String) throws -> WorkerLine {
        func failed(_ code: Int32) -> WorkerProblem { .absent(socket: path, reason: String(cString: strerror(code))) }
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        let fits = withUnsafeMutableBytes(of: &address.sun_path) { place in
            place.copyBytes(from: path.utf8.prefix(place.count - 1))
            return path.utf8.count < place.count
        }
        guard fits else { throw failed(ENAMETOOLONG) }
        let descriptor = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        guard descriptor >= 0 else { throw failed(errno) }
        let line = WorkerLine(descriptor)
        let status = withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                Foundation.connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
            }
        }
        guard status == 0 else {
            let code = errno
            line.close()
            throw failed(code)
        }
        return line
    }

    // MARK: Off the pool

    /// Runs what waits for the other end to send.
    func reads<Value: Sendable>(_ body: @escaping @Sendable (WorkerLine) throws -> Value) async throws -> Value {
        try await withCheckedThrowingContinuation { continuation in reading.async { continuation.resume(with: Result { try body(self) }) } }
    }

    /// Runs what waits for the other end to take.
    func writes<Value: Sendable>(_ body: @escaping @Sendable (WorkerLine) throws -> Value) async throws -> Value {
        try await withCheckedThrowingContinuation { continuation in writing.async { continuation.resume(with: Result { try body(self) }) } }
    }

    /// Hangs up when the time is over or the task is cancelled; then what still waits comes back.
    /// - Throws: `WorkerProblem.silent`, `CancellationError`, what `body` throws.
    func within<Value: Sendable>(_ seconds: Int, _ body: @escaping @Sendable () async throws -> Value) async throws -> Value {
        do {
            return try await Program.within(seconds) { try await withTaskCancellationHandler(operation: body, onCancel: { self.hangUp() }) }
        } catch ProgramProblem.tookTooLong(let seconds) {
            throw WorkerProblem.silent(seconds: seconds)
        }
    }

    // MARK: On those threads

    /// - Throws: `WorkerProblem.gone`.
    func send(_ frame: Frame) throws {
        let bytes = try frame.encoded
        var sent = 0
        while sent < bytes.count {
            let count = bytes.withUnsafeBytes {
                Foundation.send(descriptor, $0.baseAddress.map { $0 + sent }, bytes.count - sent, Int32(MSG_NOSIGNAL))
            }
            if count > 0 { sent += count } else if errno != EINTR { throw WorkerProblem.gone }
        }
    }

    /// The next frame.
    /// - Throws: `WorkRefusal` when it is one, `WorkerProblem`.
    func next() throws -> Frame {
        let frame = try Frame.read(receive)
        if frame.kind == .refusal { throw try frame.message(WorkRefusal.self, .refusal) }
        return frame
    }

    /// Takes files off the line, each new under its place; answers what was meant for standard input.
    /// - Throws: `WorkerProblem`, `WorkRefusal`, `ProgramProblem.diskFull`, `Errno`.
    func unpack(_ rules: Unpacking, into places: [String]) throws -> Data {
        var (rules, input, file) = (rules, Data(), FileDescriptor?.none)
        defer { try? file?.close() }
        while true {
            for step in try rules.take(next()) {
                switch step {
                case .open(let place, let name): file = try Self.newFile(name.isEmpty ? places[place] : "\(places[place])/\(name)")
                case .write(let bytes): try Self.saying { _ = try file?.writeAll(bytes) }
                case .close:
                    try Self.saying { try file?.close() }
                    file = nil
                case .input(let bytes): input.append(contentsOf: bytes)
                case .done: return input
                }
            }
        }
    }

    /// Waits until the other end is gone; it has nothing to say any more.
    /// - Throws: `WorkerProblem.gone`, or `.nonsense` when it spoke.
    func wait() throws {
        limit(SO_RCVTIMEO, 0)
        _ = try receive(1)
        throw WorkerProblem.nonsense("words after the order")
    }

    /// Seconds after which ``next()`` gives up on the other end; without, it waits.
    func limitReading() { limit(SO_RCVTIMEO, Self.patience) }

    // MARK: The end

    /// Says that we want no more; the worker ends its program then. One that does not let go is let go of.
    func hangUp() {
        isOpen.withLock { if $0 { shutdown(descriptor, Int32(SHUT_WR)) } }
        DispatchQueue.global().asyncAfter(deadline: .now() + .seconds(Self.farewell)) { self.cut() }
    }

    /// Lets ``wait()`` come back; what was sent still arrives.
    func stopWaiting() { isOpen.withLock { if $0 { shutdown(descriptor, Int32(SHUT_RD)) } } }

    /// Whatever waits at this line comes back.
    func cut() { isOpen.withLock { if $0 { shutdown(descriptor, Int32(SHUT_RDWR)) } } }

    /// Hangs up and waits until the worker has let go, or for ten seconds.
    func leave() async {
        hangUp()
        try? await reads { line in
            var rest = [UInt8](repeating: 0, count: 65_536)
            while recv(line.descriptor, &rest, rest.count, 0) > 0 {}
        }
        close()
    }

    /// Nothing may wait at this line any more.
    func close() {
        isOpen.withLock { isOpen in
            if isOpen { _ = Foundation.close(descriptor) }
            isOpen = false
        }
    }

    /// Exactly so many bytes.
    private func receive(_ count: Int) throws -> [UInt8] {
        try [UInt8](unsafeUninitializedCapacity: count) { buffer, filled in
            while filled < count {
                let got = recv(descriptor, buffer.baseAddress.map { $0 + filled }, count - filled, 0)
                if got > 0 {
                    filled += got
                } else if got == 0 || errno != EINTR {
                    throw got < 0 && errno == EAGAIN ? WorkerProblem.silent(seconds: Self.patience) : .gone
                }
            }
        }
    }

    private func limit(_ option: Int32, _ seconds: Int) {
        var time = timeval(tv_sec: seconds, tv_usec: 0)
        setsockopt(descriptor, SOL_SOCKET, option, &time, socklen_t(MemoryLayout<timeval>.size))
    }

    private static func newFile(_ path: String) throws -> FileDescriptor {
        do {
            return try saying {
                try FileDescriptor.open(
                    FilePath(path), .writeOnly, options: [.create, .exclusiveCreate, .noFollow, .closeOnExec], permissions: .ownerReadWrite)
            }
        } catch Errno.fileExists {
            throw WorkerProblem.nonsense("a file that is there already")
        }
    }

    private static func saying<Value>(_ body: () throws -> Value) throws -> Value {
        do { return try body() } catch let error as Errno where [.noSpace, .diskQuotaExceeded].contains(error) {
            throw ProgramProblem.diskFull
        }
    }
}
