import Foundation
import Programs
import Synchronization
import Testing

/// What systemd's socket unit does: listens at a socket, and gives each connection a worker. In this process; the ends of workers are
/// noted.
private final class Socket: Sendable {
    let folder: URL
    let bench: Workbench
    private let listener: Int32
    private let notes = Mutex<[String]>([])

    var path: String { folder.appendingPathComponent("s").path }
    var cache: String { folder.appendingPathComponent("cache").path }
    var ends: [String] { notes.withLock { $0 } }
    var worker: Worker { Worker(socket: path) }
    /// What lies in the worker's folder.
    var left: [String] { (try? FileManager.default.contentsOfDirectory(atPath: cache)) ?? ["gone"] }

    /// - Parameter script: what stands for ffmpeg.
    init(_ script: String, confinement: Confinement = .none) throws {
        folder = FileManager.default.temporaryDirectory.appendingPathComponent("yj-\(UUID().uuidString.prefix(8))")
            .resolvingSymlinksInPath()
        let program = folder.appendingPathComponent("ffmpeg")
        for name in ["cache", "source", "made"] {
            try FileManager.default.createDirectory(at: folder.appendingPathComponent(name), withIntermediateDirectories: true)
        }
        try Data("#!/bin/sh\n\(script)\n".utf8).write(to: program)
        try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: program.path)
        bench = Workbench(
            folder: folder.appendingPathComponent("cache").path, programs: [.ffmpeg: program.path, .weasyprint: "/no/such/program"],
            confinement: confinement)
        listener = listen(at: folder.appendingPathComponent("s").path)
        Thread.detachNewThread { [self] in
            while case let connection = accept(listener, nil, nil), connection >= 0 {
                Task {
                    let note: String
                    do { note = try await bench.serve(connection) ?? "looked" } catch { note = "\(error)" }
                    notes.withLock { $0.append(note) }
                }
            }
        }
    }

    func close() {
        shutdown(listener, Int32(SHUT_RDWR))
        _ = Foundation.close(listener)
        try? FileManager.default.removeItem(at: folder)
    }

    func file(_ name: String) -> URL { folder.appendingPathComponent(name) }

    /// Runs what stands for ffmpeg.
    func run(
        _ arguments: [String] = [], reads: [String] = [], tool: Tool = .ffmpeg, fileMiB: Int = 4, seconds: Int = 600, input: String = ""
    ) async throws -> (
        said: String, outcome: Program.Outcome
    ) {
        let said = Mutex([UInt8]())
        let program = Program(
            tool, "unused", at: .worker(worker), reads: reads, writes: [file("made").path], memoryMiB: 512, fileMiB: fileMiB)
        let outcome = try await program.run(arguments, input: Data(input.utf8), seconds: seconds) { bytes in said.withLock { $0 += bytes } }
        return (said.withLock { String(decoding: $0, as: UTF8.self) }, outcome)
    }
}

private func listen(at path: String) -> Int32 {
    let listener = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
    var address = sockaddr_un()
    address.sun_family = sa_family_t(AF_UNIX)
    withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path.utf8) }
    let status = withUnsafePointer(to: &address) {
        $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { bind(listener, $0, socklen_t(MemoryLayout<sockaddr_un>.size)) }
    }
    #expect(status == 0 && listen(listener, 16) == 0)
    return listener
}

/// Waits for a condition; the test's own time limit is the end.
private func until(_ what: String, _ condition: () throws -> Bool) async throws {
    for _ in 0..<30_000 where try !condition() { try await Task.sleep(for: .milliseconds(20)) }
    #expect(try condition(), "\(what)")
}

private func isAlive(_ process: Int32) -> Bool {
    guard let status = try? String(contentsOfFile: "/proc/\(process)/stat", encoding: .utf8) else { return false }
    return status.split(separator: ")").last?.split(separator: " ").first != "Z"
}

/// A worker that says whatever a test wants, once.
private func liar(_ frames: [Frame], in folder: URL) throws -> Worker {
    let path = folder.appendingPathComponent("liar").path
    let listener = listen(at: path)
    let bytes = try frames.flatMap { try $0.encoded }
    Thread.detachNewThread {
        let connection = accept(listener, nil, nil)
        _ = bytes.withUnsafeBytes { send(connection, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL)) }
        shutdown(connection, Int32(SHUT_WR))
        var rest = [UInt8](repeating: 0, count: 4096)
        while recv(connection, &rest, rest.count, 0) > 0 {}
        _ = Foundation.close(connection)
        _ = Foundation.close(listener)
    }
    return Worker(socket: path)
}

@Suite struct WorkerTests {
    private func with(_ script: String, _ confinement: Confinement = .none, _ body: (Socket) async throws -> Void) async throws {
        let socket = try Socket(script, confinement: confinement)
        defer { socket.close() }
        try await body(socket)
        // Whatever the test was about, nothing of its runs is left.
        try await until("the folders of runs are removed") { socket.left.isEmpty }
    }

    /// Files there, input there, words and files back, in pieces; nothing is left. At the best level that is at hand.
    @Test func aRunAtAWorkerIsAsOneHere() async throws {
        let script =
            #"""
            cat; cat "$1" "$2/b"; ls "$2" | wc -l; echo made > "$3/made"; head -c 3000000 /dev/zero > "$3/zeros"; : > "$3/empty"; echo \#
            "in $3" >&2; exit 7
            """#
        try await with(script, await Confinement.atHand()) { socket in
            let (film, folder, made) = (socket.file("film%").path, socket.file("source").path, socket.file("made").path)
            try Data("a film ".utf8).write(to: URL(fileURLWithPath: film))
            for name in ["a", "b", "c"] { try Data("\(name) of 3 ".utf8).write(to: socket.file("source/\(name)")) }
            let run = try await socket.run([film, folder, made], reads: [film, folder], input: "typed ")
            #expect(run.said == "typed a film b of 3 3\n")
            #expect(run.outcome.status == 7 && run.outcome.log == "in \(made)\n", "our own names of places stand in the log")
            #expect(try FileManager.default.contentsOfDirectory(atPath: made).sorted() == ["empty", "made", "zeros"])
            #expect(try String(contentsOf: socket.file("made/made"), encoding: .utf8) == "made\n")
            #expect(try Data(contentsOf: socket.file("made/zeros")) == Data(count: 3_000_000))
        }
    }

    /// More than one frame of each.
    @Test func longInputAndOutputComeWhole() async throws {
        try await with("cat") { socket in
            let text = String(repeating: "0123456789", count: 300_000)
            let said = try await socket.run(input: text).said
            #expect(said == text)
        }
    }

    @Test func theWorkerSaysWhoItIs() async throws {
        try await with("true") { socket in
            let greeting = try await socket.worker.greeting()
            #expect(greeting == WorkerGreeting(version: 1, user: geteuid(), confinement: .none, tools: [.ffmpeg]))
            try await until("its end") { socket.ends == ["looked"] }
            await #expect(throws: ProgramProblem.missing("weasyprint")) { try await socket.run(tool: .weasyprint) }
            await #expect(throws: ProgramProblem.missing("ffprobe")) { try await socket.run(tool: .ffprobe) }
        }
    }

    /// The reason is heard although the worker hangs up while more than a line holds is still on its way.
    @Test func whatIsRefusedBeforeItIsTakenIsSaid() async throws {
        try await with("true") { socket in
            let film = socket.file("film")
            try Data(count: 8 << 20).write(to: film)
            await #expect(throws: ProgramProblem.missing("weasyprint")) { try await socket.run(reads: [film.path], tool: .weasyprint) }
            // Eight tebibytes of nothing: no disk of ours has room for them.
            #expect(truncate(film.path, 8 << 40) == 0)
            await #expect(throws: ProgramProblem.diskFull) { try await socket.run(reads: [film.path]) }
        }
    }

    @Test func whereNoWorkerIsItIsSaid() async throws {
        try await with("true") { socket in
            let nobody = Worker(socket: socket.file("none").path)
            await #expect(throws: WorkerProblem.absent(socket: nobody.socket, reason: "No such file or directory")) {
                try await nobody.greeting()
            }
            let endless = Worker(socket: "/" + String(repeating: "x", count: 200))
            await #expect(throws: WorkerProblem.absent(socket: endless.socket, reason: "File name too long")) {
                try await endless.greeting()
            }
        }
    }

    @Test func whatTakesTooLongIsEndedThere() async throws {
        try await with("exec sleep 9871") { socket in
            await #expect(throws: ProgramProblem.tookTooLong(seconds: 1)) { try await socket.run(seconds: 1) }
            let list = Process(), pipe = Pipe()
            (list.executableURL, list.arguments, list.standardOutput) = (
                URL(fileURLWithPath: "/usr/bin/pgrep"), ["-fx", "sleep 9871"], pipe
            )
            try list.run()
            let living = try pipe.fileHandleForReading.readToEnd() ?? Data()
            #expect(living.isEmpty && socket.left.isEmpty)
        }
    }

    /// Whoever cancels finds the program gone; so does a worker whose centre dies.
    @Test func aProgramEndsWithTheRunThatIsCancelled() async throws {
        try await with(#"echo $$ > "$1"; echo begun; exec sleep 9872"#) { socket in
            let note = socket.file("pid").path
            let begun = Mutex(false)
            let program = Program(.ffmpeg, "unused", at: .worker(socket.worker), memoryMiB: 512, fileMiB: 1)
            let run = Task { try await program.run([note], seconds: 600) { _ in begun.withLock { $0 = true } } }
            try await until("it begins") { begun.withLock { $0 } }
            let process = try #require(
                Int32(try String(contentsOfFile: note, encoding: .utf8).trimmingCharacters(in: .whitespacesAndNewlines)))
            #expect(isAlive(process))
            run.cancel()
            await #expect(throws: CancellationError.self) { try await run.value }
            #expect(!isAlive(process) && socket.left.isEmpty)
        }
    }

    @Test func aProgramEndsWhenWhoAskedForItGoesAway() async throws {
        try await with(#"echo $$ > "$1.part"; mv "$1.part" "$1"; exec sleep 9873"#) { socket in
            var ends: [Int32] = [0, 0]
            #expect(socketpair(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0, &ends) == 0)
            let (ours, theirs) = (ends[0], ends[1])
            let note = socket.file("pid").path
            let order = WorkOrder(.ffmpeg, [note], reads: [], writes: [], memoryMiB: 512, fileMiB: 1, seconds: 600, bytes: 0)
            let bytes = try Frame(.order, saying: order).encoded + Frame(.end).encoded
            #expect(send(ours, bytes, bytes.count, 0) == bytes.count)
            let serving = Task { try await socket.bench.serve(theirs) }
            try await until("it begins") { FileManager.default.fileExists(atPath: note) }
            let process = try #require(
                Int32(try String(contentsOfFile: note, encoding: .utf8).trimmingCharacters(in: .whitespacesAndNewlines)))
            close(ours)
            await #expect(throws: WorkerProblem.gone) { try await serving.value }
            #expect(!isAlive(process) && socket.left.isEmpty)
        }
    }

    @Test func whatTheReaderThrowsEndsTheProgram() async throws {
        struct Enough: Error {}
        try await with("exec yes") { socket in
            let program = Program(.ffmpeg, "unused", at: .worker(socket.worker), memoryMiB: 512, fileMiB: 1)
            await #expect(throws: Enough.self) { try await program.run([], seconds: 600) { _ in throw Enough() } }
            #expect(socket.left.isEmpty)
        }
    }

    /// What a program that a hostile file has taken over may leave behind in the folder that comes back.
    @Test(arguments: [
        (#"ln -s /etc/passwd "$1/x""#, "among the files is a link"), (#"mkdir "$1/x""#, "among the files is something else than a file"),
        (#"mkfifo "$1/x""#, "among the files is something else than a file"),
        (#"echo > "$1/$(printf 'a\nb')""#, "the name of a file holds what no name should"),
        (#"echo > "$1/$(printf '\377')""#, "the name of a file is no text"),
        (#"truncate -s 3M "$1/a"; truncate -s 3M "$1/b""#, "its files have more than 4 MiB together"),
        (#"cd "$1"; seq 10001 | xargs touch"#, "there are more than 10000 files"),
        (#"mkdir -p "$1/x/y"; chmod 0 "$1/x""#, "among the files is something else than a file"),
        (#"cd "$1"; for i in $(seq 600); do mkdir 0123456789; cd 0123456789; done"#, "among the files is something else than a file"),
    ])
    func onlyPlainFilesComeBack(_ script: String, _ problem: String) async throws {
        try await with(script) { socket in
            await #expect(throws: ProgramProblem.worker(.refused(problem))) { try await socket.run([socket.file("made").path]) }
            let made = try FileManager.default.contentsOfDirectory(atPath: socket.file("made").path)
            #expect(made.isEmpty)
        }
    }

    @Test func onlyPlainFilesGoThere() async throws {
        try await with("true") { socket in
            try FileManager.default.createSymbolicLink(atPath: socket.file("source/link").path, withDestinationPath: "/etc/passwd")
            for place in ["source", "source/link"] {
                await #expect(throws: ProgramProblem.worker(.refused("among the files is a link"))) {
                    try await socket.run(reads: [socket.file(place).path])
                }
            }
        }
    }

    /// A worker that was taken over sends what it likes.
    @Test func aHostileWorkerWritesNothingElsewhere() async throws {
        let greeting = try Frame(.greeting, saying: WorkerGreeting(version: 1, user: 1, confinement: .bubblewrap, tools: Tool.allCases))
        let outcome = Frame(.outcome, Array(#"{"status": 0, "log": ""}"#.utf8))
        func head(_ name: String, _ length: Int, place: Int = 0) throws -> Frame {
            try Frame(.file, saying: FileHead(place: place, name: name, length: length))
        }
        let lies: [([Frame], WorkerProblem)] = [
            ([greeting, outcome, try head("../escaped", 1), Frame(.piece, [1])], .nonsense("a file where none may be")),
            ([greeting, outcome, try head("escaped", 1, place: 7)], .nonsense("a file where none may be")),
            ([greeting, outcome, try head("there", 1), Frame(.piece, [1])], .nonsense("a file that is there already")),
            ([greeting, outcome, try head("link", 1), Frame(.piece, [1])], .nonsense("a file that is there already")),
            ([greeting, outcome, try head("x", 5 << 20)], .nonsense("more bytes than were agreed on")),
            ([greeting, outcome, try head("x", 2), Frame(.piece, [1])], .gone), ([greeting, outcome], .gone), ([greeting], .gone),
            ([], .gone),
            ([greeting, greeting], .nonsense("greeting where outcome was due")), ([outcome], .nonsense("outcome where greeting was due")),
            (
                [try Frame(.greeting, saying: WorkerGreeting(version: 2, user: 1, confinement: .none, tools: []))],
                .nonsense("version 2 of what is said on it")
            ),
            ([greeting, Frame(.refusal, Array(#"{"code": "refused", "detail": "a\nb"}"#.utf8))], .refused("a b")),
        ]
        try await with("true") { socket in
            let made = socket.file("made").path
            for (frames, problem) in lies {
                try Data("old".utf8).write(to: socket.file("made/there"))
                try? FileManager.default.createSymbolicLink(atPath: "\(made)/link", withDestinationPath: socket.file("escaped").path)
                let worker = try liar(frames, in: socket.folder)
                let program = Program(.ffmpeg, "unused", at: .worker(worker), writes: [made], memoryMiB: 512, fileMiB: 4)
                await #expect(throws: ProgramProblem.worker(problem)) { try await program.run([], seconds: 600) { _ in } }
                #expect(!FileManager.default.fileExists(atPath: socket.file("escaped").path))
                #expect(try String(contentsOf: socket.file("made/there"), encoding: .utf8) == "old")
                try FileManager.default.removeItem(atPath: worker.socket)
            }
        }
    }

    @Test func aHostileCentreIsRefused() async throws {
        let order = WorkOrder(
            .ffmpeg, [], reads: [.init(path: "/film", isFolder: false), .init(path: "/work", isFolder: true)], writes: [], memoryMiB: 512,
            fileMiB: 1, seconds: 600, bytes: 4)
        func file(_ place: Int, _ name: String) throws -> [Frame] {
            [try Frame(.file, saying: FileHead(place: place, name: name, length: 1)), Frame(.piece, [1])]
        }
        let lies: [([Frame], WorkerProblem)] = [
            ([Frame(.end)], .nonsense("end where order was due")), ([Frame(.order, [1])], .nonsense("order that cannot be read")),
            ([try Frame(.order, saying: order)] + (try file(1, "../x")), .nonsense("a file where none may be")),
            ([try Frame(.order, saying: order)] + (try file(0, "x")), .nonsense("a file where none may be")),
            ([try Frame(.order, saying: order)] + (try file(0, "") + file(0, "")), .nonsense("a file that is there already")),
            (
                [try Frame(.order, saying: order)] + (try file(1, "a") + file(1, "b") + file(1, "c") + file(1, "d") + file(1, "e")),
                .nonsense("more bytes than were agreed on")
            ),
            ([try Frame(.order, saying: order), Frame(.piece, [1])], .nonsense("piece out of its turn")),
            ([try Frame(.order, saying: order), Frame(.end), Frame(.end)], .nonsense("words after the order")),
        ]
        try await with("exec sleep 9874") { socket in
            for (frames, problem) in lies {
                var ends: [Int32] = [0, 0]
                #expect(socketpair(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0, &ends) == 0)
                let (ours, theirs) = (ends[0], ends[1])
                let bytes = try frames.flatMap { try $0.encoded }
                #expect(send(ours, bytes, bytes.count, 0) == bytes.count)
                await #expect(throws: problem) { _ = try await socket.bench.serve(theirs) }
                close(ours)
                #expect(socket.left.isEmpty)
            }
        }
    }

    /// One that was killed leaves its folder and nobody who holds it; one at work holds its own.
    @Test func theNextWorkerSweepsWhatAKilledOneLeft() async throws {
        try await with(#"echo begun; until [ -e "$1" ]; do sleep 0.05; done; [ -z "$2" ] || echo end > "$2/made""#) { socket in
            try FileManager.default.createDirectory(atPath: socket.cache + "/run-killed/w0", withIntermediateDirectories: true)
            let go = socket.file("go").path
            let begun = Mutex(false)
            let program = Program(
                .ffmpeg, "unused", at: .worker(socket.worker), writes: [socket.file("made").path], memoryMiB: 512, fileMiB: 1)
            let first = Task { try await program.run([go, socket.file("made").path], seconds: 600) { _ in begun.withLock { $0 = true } } }
            try await until("it begins") { begun.withLock { $0 } }
            #expect(socket.left.count == 1 && !socket.left.contains("run-killed"))
            let other = Program(.ffmpeg, "unused", at: .worker(socket.worker), memoryMiB: 512, fileMiB: 1)
            #expect(try await other.run(["/"], seconds: 600) { _ in }.status == 0)
            try Data().write(to: URL(fileURLWithPath: go))
            #expect(try await first.value.status == 0)
            #expect(try String(contentsOf: socket.file("made/made"), encoding: .utf8) == "end\n")
        }
    }
}
