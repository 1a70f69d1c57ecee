import Foundation
import Programs
import Synchronization
import Testing

/// A folder with a secret, an input and a place for output.
private struct Rooms {
    let folder: URL
    var secret: String { folder.appendingPathComponent("secret").path }
    var input: String { folder.appendingPathComponent("input").path }
    var output: String { folder.appendingPathComponent("output").path }

    init() throws {
        folder = FileManager.default.temporaryDirectory.appendingPathComponent("yuanjiao-programs-\(UUID().uuidString)")
            .resolvingSymlinksInPath()
        try FileManager.default.createDirectory(at: folder.appendingPathComponent("output"), withIntermediateDirectories: true)
        try Data("the key".utf8).write(to: URL(fileURLWithPath: secret))
        try Data("the film".utf8).write(to: URL(fileURLWithPath: input))
    }

    /// What a shell script says, and how it ends.
    func sh(
        _ script: String, _ confinement: Confinement, memoryMiB: Int = 512, fileMiB: Int = 4, seconds: Int = 600, input typed: String = ""
    ) async throws -> (
        said: String, status: Int
    ) {
        let said = Mutex("")
        let program = Program("sh", confinement: confinement, reads: [input], writes: [output], memoryMiB: memoryMiB, fileMiB: fileMiB)
        let outcome = try await program.run(["-c", script], input: Data(typed.utf8), seconds: seconds) { bytes in
            said.withLock { $0 += String(decoding: bytes, as: UTF8.self) }
        }
        return (said.withLock { $0 }, outcome.status)
    }
}

@Suite struct ProgramTests {
    /// What a program that a hostile file has taken over may reach, at every level that this machine has. That the best one is at hand here
    /// is said by the first line.
    @Test func aProgramReachesOnlyWhatItsLevelLetsIt() async throws {
        setenv("YUANJIAO_DATABASE", "postgres:password=secret", 1)
        let best = await Confinement.atHand()
        print("at hand: \(best)")
        let levels: [Confinement] =
            best == .bubblewrap ? [.bubblewrap, .namespaces, .none] : best == .namespaces ? [.namespaces, .none] : [.none]
        for level in levels {
            let rooms = try Rooms()
            defer { try? FileManager.default.removeItem(at: rooms.folder) }
            #expect(try await rooms.sh("cat; cat \(rooms.input)", level, input: "typed ").said == "typed the film")
            #expect(try await rooms.sh("env", level).said.contains("secret") == false, "\(level): our settings are seen")
            #expect(try await rooms.sh("echo made > \(rooms.output)/film", level).status == 0)
            #expect(try String(contentsOfFile: rooms.output + "/film", encoding: .utf8) == "made\n")
            #expect(try await rooms.sh("exit 7", level).status == 7)
            // More memory, longer files than it was given.
            #expect(try await rooms.sh("dd if=/dev/zero of=/dev/null bs=1G count=1", level).status != 0, "\(level)")
            #expect(try await rooms.sh("dd if=/dev/zero of=\(rooms.output)/large bs=1M count=8", level).status != 0, "\(level)")
            #expect((try FileManager.default.attributesOfItem(atPath: rooms.output + "/large")[.size] as? Int ?? 0) <= 4 << 20)
            if level == .none { continue }
            let network = try await rooms.sh("cat /proc/self/net/dev | grep -c :", level).said
            #expect(network == "1\n", "\(level): \(network)")
            if level == .namespaces { continue }
            #expect(try await rooms.sh("cat \(rooms.secret)", level).status != 0, "the secret is read")
            #expect(try await rooms.sh("ls \(rooms.folder.path)", level).said == "input\noutput\n")
            #expect(try await rooms.sh("echo x > \(rooms.input)", level).status != 0, "the input is written")
            #expect(try await rooms.sh("echo x > /usr/lib/x", level).status != 0)
            #expect(
                try await rooms.sh("ls /proc | grep -c '^[0-9]'", level).said.trimmingCharacters(in: .whitespacesAndNewlines).count == 1,
                "others' processes are seen")
            #expect(try await rooms.sh("kill -9 \(getpid())", level).status != 0)
        }
    }

    @Test func whatDoesNotEndIsGoneAfterItsTimeWithAllThatItStarted() async throws {
        let rooms = try Rooms()
        defer { try? FileManager.default.removeItem(at: rooms.folder) }
        for level in await Confinement.atHand() == .none ? [Confinement.none] : [Confinement.none, .atHand()] {
            let mark = "sleep 98\(level == .none ? 1 : 2)7"
            await #expect(throws: ProgramProblem.tookTooLong(seconds: 1)) {
                try await rooms.sh("trap '' TERM; \(mark) & \(mark)", level, seconds: 1)
            }
            if level == .none { continue }
            // What bubblewrap has started the kernel ends with it, on a busy machine a moment later.
            var left = Data([0])
            for _ in 0..<3000 where !left.isEmpty {
                let list = Process(), pipe = Pipe()
                (list.executableURL, list.arguments, list.standardOutput) = (URL(fileURLWithPath: "/usr/bin/pgrep"), ["-fx", mark], pipe)
                try list.run()
                left = try pipe.fileHandleForReading.readToEnd() ?? Data()
                if !left.isEmpty { try await Task.sleep(for: .milliseconds(20)) }
            }
            #expect(left.isEmpty, "A child lives on")
        }
    }

    @Test func whatIsNotThereIsNamed() async {
        await #expect(throws: ProgramProblem.missing("no-such-program")) {
            try await Program("no-such-program", confinement: .none, memoryMiB: 64, fileMiB: 1).run([], seconds: 1) { _ in }
        }
    }

    private func chain(_ scripts: [String]) -> ProgramChain {
        ProgramChain(scripts.map { (Program("sh", confinement: .none, memoryMiB: 512, fileMiB: 16), ["-c", $0]) })
    }

    /// More than a pipe holds goes through, and the ends come to whoever waits for them.
    @Test func aChainHandsOnWhatItsProgramsWriteIntoAFileOfItsOwn() async throws {
        let rooms = try Rooms()
        defer { try? FileManager.default.removeItem(at: rooms.folder) }
        let file = rooms.folder.appendingPathComponent("chained")
        let outcomes = try await chain(["head -c 3000000 /dev/zero", "tr '\\000' x", "wc -c; echo said >&2"]).run(
            into: file.path, seconds: 600)
        #expect(outcomes.map(\.status) == [0, 0, 0] && outcomes[2].log == "said\n")
        #expect(try String(contentsOf: file, encoding: .utf8).trimmingCharacters(in: .whitespacesAndNewlines) == "3000000")
        #expect(try FileManager.default.attributesOfItem(atPath: file.path)[.posixPermissions] as? Int == 0o600)
        // What is there is not touched.
        await #expect(throws: (any Error).self) { try await chain(["echo other"]).run(into: file.path, seconds: 600) }
        #expect(try String(contentsOf: file, encoding: .utf8).contains("3000000"))
    }

    @Test(arguments: [
        (["echo a; exit 3", "cat"], [3, 0]), (["echo a", "cat; exit 4"], [0, 4]), (["exec yes", "head -c 9; exit 5"], [-13, 5]),
        (["exit 6"], [6]),
    ])
    func nothingIsLeftOfAChainInWhichOneFails(_ scripts: [String], _ statuses: [Int]) async throws {
        let rooms = try Rooms()
        defer { try? FileManager.default.removeItem(at: rooms.folder) }
        let file = rooms.folder.appendingPathComponent("chained")
        let outcomes = try await chain(scripts).run(into: file.path, seconds: 600)
        // `yes` may say that its pipe is broken instead of dying of it.
        #expect(outcomes.map(\.status) == statuses || outcomes.map(\.status) == [1, 5] && statuses == [-13, 5])
        #expect(!FileManager.default.fileExists(atPath: file.path))
    }

    @Test func aChainThatTakesTooLongLeavesNothing() async throws {
        let rooms = try Rooms()
        defer { try? FileManager.default.removeItem(at: rooms.folder) }
        let file = rooms.folder.appendingPathComponent("chained")
        await #expect(throws: ProgramProblem.tookTooLong(seconds: 1)) {
            try await chain(["echo a; exec sleep 9817", "cat"]).run(into: file.path, seconds: 1)
        }
        #expect(!FileManager.default.fileExists(atPath: file.path))
        await #expect(throws: ProgramProblem.missing("no-such-program")) {
            try await ProgramChain([(Program("no-such-program", confinement: .none, memoryMiB: 64, fileMiB: 1), [])]).run(
                into: file.path, seconds: 1)
        }
        #expect(!FileManager.default.fileExists(atPath: file.path))
    }

    @Test func whatItIsToldBesidesStandsInItsEnvironmentAlone() async throws {
        let said = Mutex("")
        let program = Program("sh", confinement: .none, memoryMiB: 512, fileMiB: 1, variables: ["PGPASSWORD": "sesame"])
        _ = try await program.run(["-c", "echo $PGPASSWORD$YUANJIAO_DATABASE"], seconds: 600) { bytes in
            said.withLock { $0 += String(decoding: bytes, as: UTF8.self) }
        }
        #expect(said.withLock { $0 } == "sesame\n" && !program.command.contains { $0.contains("sesame") })
    }
}
