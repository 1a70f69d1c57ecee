import Foundation

/// A video that ffmpeg draws for a test, once per run.
struct Clip: Hashable, Sendable {
    let name: String
    let arguments: [String]

    /// 13 seconds of moving bars and a tone, directory at the end.
    static let lesson = Clip(name: "lesson.mp4", pictures: "testsrc2=s=640x360:r=25:d=13", hasSound: true)
    /// The same with its directory in front.
    static let streamed = Clip(name: "streamed.mp4", pictures: "testsrc2=s=640x360:r=25:d=13", hasSound: true, ["-movflags", "+faststart"])
    static let matroska = Clip(name: "lesson.mkv", pictures: "testsrc2=s=640x360:r=25:d=13", hasSound: true)
    static let flash = Clip(name: "lesson.flv", pictures: "testsrc2=s=640x360:r=25:d=13", hasSound: true)
    /// Noise that no encoder can make small.
    static let noise = Clip(name: "noise.mp4", pictures: "testsrc2=s=854x480:r=25:d=4,noise=alls=80:allf=t", hasSound: true)
    static let silent = Clip(name: "silent.mp4", pictures: "testsrc2=s=320x180:r=15:d=4", hasSound: false)
    /// A picture every ten seconds.
    static let slides = Clip(name: "slides.mp4", pictures: "testsrc2=s=320x180:r=1/10:d=30", hasSound: true)
    /// The picture ends after 4 seconds, the sound after 9.
    static let longSound = Clip(
        name: "longsound.mkv",
        arguments: ["-f", "lavfi", "-i", "testsrc2=s=320x180:r=25:d=4", "-f", "lavfi", "-i", "sine=d=9", "-c:v", "libx264", "-c:a", "aac"])
    static let soundOnly = Clip(name: "sound.mp4", arguments: ["-f", "lavfi", "-i", "sine=d=4"])

    private init(name: String, arguments: [String]) { (self.name, self.arguments) = (name, arguments) }

    private init(name: String, pictures: String, hasSound: Bool, _ more: [String] = []) {
        let sound = hasSound ? ["-f", "lavfi", "-i", "sine=f=440:d=60", "-shortest", "-c:a", "aac"] : []
        self.init(
            name: name,
            arguments: ["-f", "lavfi", "-i", pictures] + sound + ["-c:v", "libx264", "-preset", "ultrafast", "-crf", "30", "-ar", "44100"]
                + more)
    }

    /// The finished file; the first caller makes it, all others wait for that.
    var file: URL { get async throws { try await Clips.shared.file(of: self) } }
}

/// Clips that were made, in one folder that goes away with the test process.
private actor Clips {
    static let shared = Clips()
    private var made: [Clip: Task<URL, any Error>] = [:]

    func file(of clip: Clip) async throws -> URL {
        let task =
            made[clip]
            ?? Task {
                let file = Self.folder.appendingPathComponent(clip.name)
                try await shell("ffmpeg", ["-nostdin", "-v", "error", "-y"] + clip.arguments + [file.path])
                return file
            }
        made[clip] = task
        return try await task.value
    }

    private static let folder: URL = {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent(
            "yuanjiao-clips-\(ProcessInfo.processInfo.processIdentifier)")
        try? FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        atexit { try? FileManager.default.removeItem(at: Clips.folder) }
        return folder
    }()
}

struct ShellFailure: Error { let status: Int32, output: String }

/// Runs a program found in `PATH` and returns what it printed.
@discardableResult func shell(_ program: String, _ arguments: [String]) async throws -> String {
    let process = Process(), output = Pipe()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = [program] + arguments
    process.standardOutput = output
    process.standardError = FileHandle.nullDevice
    process.standardInput = FileHandle.nullDevice
    let text: Data = try await withCheckedThrowingContinuation { continuation in
        DispatchQueue.global().async {
            do {
                try process.run()
                let data = output.fileHandleForReading.readDataToEndOfFile()
                process.waitUntilExit()
                continuation.resume(returning: data)
            } catch { continuation.resume(throwing: error) }
        }
    }
    guard process.terminationStatus == 0 else {
        throw ShellFailure(status: process.terminationStatus, output: String(decoding: text, as: UTF8.self))
    }
    return String(decoding: text, as: UTF8.self)
}
