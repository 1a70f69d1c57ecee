import Foundation
import Media
import TestKit

/// Videos that ffmpeg draws for a test, once per run.
actor Clips {
    static let shared = Clips()
    private var made: [String: Task<[UInt8], any Error>] = [:]

    /// Three seconds of moving bars and a tone; two renditions come of it.
    func lesson() async throws -> [UInt8] {
        try await bytes(
            "lesson.mp4", ["-f", "lavfi", "-i", "testsrc2=s=640x360:r=15:d=3", "-f", "lavfi", "-i", "sine=f=440:d=3", "-c:a", "aac"])
    }

    func soundOnly() async throws -> [UInt8] { try await bytes("sound.mp4", ["-f", "lavfi", "-i", "sine=d=2"]) }

    private func bytes(_ name: String, _ arguments: [String]) async throws -> [UInt8] {
        let task =
            made[name]
            ?? Task {
                let folder = try temporaryFolder()
                defer { try? FileManager.default.removeItem(at: folder) }
                let file = folder.appendingPathComponent(name)
                try await run("ffmpeg", ["-nostdin", "-v", "error", "-y"] + arguments + ["-preset", "ultrafast", file.path])
                return [UInt8](try Data(contentsOf: file))
            }
        made[name] = task
        return try await task.value
    }
}

/// An ffmpeg that counts its starts and, at one of them, does something else instead of working.
struct CountingTools: Sendable {
    let tools: Tools
    private let starts: URL

    /// What it does at the start that is told; `sh` runs it.
    static let sleeping = "exec sleep 60"
    static let full = "echo 'av_interleaved_write_frame(): No space left on device' >&2; exit 1"

    init(in folder: URL, _ other: String = sleeping, at number: Int = 0) throws {
        starts = folder.appendingPathComponent("starts")
        let script = folder.appendingPathComponent("ffmpeg.sh")
        let text = """
            #!/bin/sh
            echo start >> '\(starts.path)'
            if [ "$(wc -l < '\(starts.path)')" -eq \(number) ]; then \(other); fi
            exec ffmpeg "$@"

            """
        try Data(text.utf8).write(to: script)
        try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: script.path)
        tools = Tools(ffmpeg: script.path)
    }

    var count: Int { ((try? String(contentsOf: starts, encoding: .utf8)) ?? "").split(separator: "\n").count }
}

struct RunFailure: Error { let status: Int32 }

private func run(_ program: String, _ arguments: [String]) async throws {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = [program] + arguments
    process.standardInput = FileHandle.nullDevice
    process.standardError = FileHandle.nullDevice
    let status: Int32 = try await withCheckedThrowingContinuation { continuation in
        process.terminationHandler = { continuation.resume(returning: $0.terminationStatus) }
        do { try process.run() } catch { continuation.resume(throwing: error) }
    }
    guard status == 0 else { throw RunFailure(status: status) }
}
