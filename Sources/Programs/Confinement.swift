import Foundation

/// How far programs that read what strangers made (ffmpeg, ffprobe, weasyprint, rsvg-convert) are kept apart from us on this machine; the
/// best that is at hand.
package enum Confinement: String, Hashable, Codable, Sendable {
    /// Debian's bubblewrap: no network, no process but its own, of the disk its input and the machine's libraries to read and one folder to
    /// write.
    case bubblewrap
    /// `unshare` of util-linux: no network, no process but its own; it can still read what our user can.
    case namespaces
    /// Nothing but limits on memory, files and time.
    case none

    /// What works here; runs `true` in each to see it.
    package static func atHand() async -> Confinement {
        for confinement in [Confinement.bubblewrap, .namespaces] {
            let trial = Program("true", confinement: confinement, memoryMiB: 1024, fileMiB: 1)
            if (try? await trial.run([], seconds: 10) { _ in })?.status == 0 { return confinement }
        }
        return .none
    }

    /// What stands before the program's own command.
    /// - Parameters:
    ///   - program: the path that the program is started by.
    ///   - reads: files and folders that it may read.
    ///   - writes: folders that it may write into.
    func launcher(_ program: String, reads: [String], writes: [String]) -> [String] {
        switch self {
        case .none: return []
        case .namespaces:
            return ["unshare", "--user", "--map-current-user", "--net", "--ipc", "--pid", "--fork", "--kill-child", "--mount-proc"]
        case .bubblewrap:
            var command = [
                "bwrap", "--unshare-all", "--die-with-parent", "--new-session", "--cap-drop", "ALL", "--ro-bind", "/usr", "/usr",
            ]
            for folder in ["/bin", "/sbin", "/lib", "/lib64"] { command += Self.sameAsHere(folder) }
            for place in ["/etc/fonts", "/etc/alternatives", "/etc/ld.so.cache", "/var/cache/fontconfig"] {
                command += ["--ro-bind-try", place, place]
            }
            command += ["--proc", "/proc", "--dev", "/dev", "--tmpfs", "/tmp", "--setenv", "HOME", "/tmp", "--chdir", "/"]
            for place in (program.hasPrefix("/") && !program.hasPrefix("/usr/") ? [program] : []) + reads {
                command += ["--ro-bind", place, place]
            }
            for place in writes { command += ["--bind", place, place] }
            return command
        }
    }

    /// Since Debian 12 `/bin` and its like are links into `/usr`; elsewhere they are folders.
    private static func sameAsHere(_ folder: String) -> [String] {
        if let target = try? FileManager.default.destinationOfSymbolicLink(atPath: folder) { return ["--symlink", target, folder] }
        return ["--ro-bind-try", folder, folder]
    }
}
