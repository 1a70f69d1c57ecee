import Foundation
import Media

/// A folder for one test: work, wrapper scripts, their notes. It is removed at the end.
struct Bench: Sendable {
    let folder: URL
    var work: URL { folder.appendingPathComponent("work", isDirectory: true) }

    static func with<Result>(_ body: (Bench) async throws -> Result) async throws -> Result {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("yuanjiao-media-\(UUID().uuidString)", isDirectory: true)
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        return try await body(Bench(folder: folder))
    }

    /// An encoder whose ffmpeg is a script that notes its process id in `starts` and then becomes `program`.
    func encoder(program: String = #"exec ffmpeg "$@""#) throws -> Encoder {
        let script = folder.appendingPathComponent("ffmpeg-\(UUID().uuidString).sh")
        try Data("#!/bin/sh\necho $$ >> '\(starts.path)'\n\(program)\n".utf8).write(to: script)
        try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: script.path)
        return Encoder(tools: Tools(ffmpeg: script.path), work: work)
    }

    private var starts: URL { folder.appendingPathComponent("starts") }

    /// The process ids of all starts of ffmpeg so far.
    var processes: [Int32] { ((try? String(contentsOf: starts, encoding: .utf8)) ?? "").split(separator: "\n").compactMap { Int32($0) } }

    /// A file with these bytes.
    func file(_ name: String, _ bytes: some Sequence<UInt8>) throws -> URL {
        let file = folder.appendingPathComponent(name)
        try Data(bytes).write(to: file)
        return file
    }

    /// What stands in the work folder.
    var left: [String] { ((try? FileManager.default.contentsOfDirectory(atPath: work.path)) ?? []).sorted() }
}

/// Whether a process of this id is running and is more than a remnant that nobody has collected.
func isAlive(_ process: Int32) -> Bool {
    guard let status = try? String(contentsOfFile: "/proc/\(process)/stat", encoding: .utf8) else { return false }
    return status.split(separator: ")").last?.split(separator: " ").first != "Z"
}
