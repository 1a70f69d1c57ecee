import Foundation

/// Where the programs are, and how they are started.
package struct Tools: Sendable {
    package let ffmpeg: String
    package let ffprobe: String
    /// What stands before each program: it runs niced, and on Linux the kernel kills it when our process dies, even by `kill -9`.
    /// ffmpeg itself would go on: it does not mind that its progress pipe is closed (seen with 5.1).
    package let launcher: [String]

    /// - Parameters:
    ///   - ffmpeg: path, or a name to be looked up in `PATH`.
    ///   - ffprobe: path, or a name to be looked up in `PATH`.
    package init(ffmpeg: String = "ffmpeg", ffprobe: String = "ffprobe") {
        (self.ffmpeg, self.ffprobe) = (ffmpeg, ffprobe)
        launcher = ["nice", "-n", "10"] + (Self.exists("setpriv") ? ["setpriv", "--pdeathsig", "KILL"] : [])
    }

    /// The name of a program that cannot be started, if there is one: for a check before work begins.
    package var missing: String? { [ffmpeg, ffprobe].first { !Self.exists($0) } }

    static func exists(_ program: String) -> Bool {
        if program.contains("/") { return FileManager.default.isExecutableFile(atPath: program) }
        let folders = (ProcessInfo.processInfo.environment["PATH"] ?? "").split(separator: ":")
        return folders.contains { FileManager.default.isExecutableFile(atPath: "\($0)/\(program)") }
    }
}
