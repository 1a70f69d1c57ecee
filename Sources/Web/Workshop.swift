import Foundation
import Synchronization

/// Words and templates as they stand in the sources now, for whoever changes them beside a running centre: no build, no restart. Files are
/// looked at again with the pages, five times a second at most; what cannot be loaded is said on standard error, and the pages stay as they
/// were. It reads files where a request waits: never in a network's centre.
final class Workshop: Sendable {
    private struct Stand {
        var library: PageLibrary
        var newest: Date
        var lookedAt: ContinuousClock.Instant
    }
    private let folders: [URL]
    private let statics: StaticFiles
    private let stand: Mutex<Stand>

    /// `sources` holds a folder for each target; the bundles tell which.
    init(_ sources: URL, _ bundles: [Bundle], _ statics: StaticFiles) throws {
        folders = bundles.map { bundle in
            // `yuanjiao_Web.resources`
            let name = bundle.bundleURL.deletingPathExtension().lastPathComponent
            return sources.appendingPathComponent(String(name.split(separator: "_").last ?? ""))
        }
        self.statics = statics
        stand = Mutex(
            Stand(library: try PageLibrary(folders, statics), newest: Workshop.newest(folders), lookedAt: ContinuousClock.now))
    }

    var library: PageLibrary {
        stand.withLock { stand in
            guard ContinuousClock.now - stand.lookedAt > .milliseconds(200) else { return stand.library }
            stand.lookedAt = ContinuousClock.now
            let newest = Workshop.newest(folders)
            guard newest != stand.newest else { return stand.library }
            stand.newest = newest
            do { stand.library = try PageLibrary(folders, statics) } catch {
                FileHandle.standardError.write(Data("The sources cannot be shown: \(error)\n".utf8))
            }
            return stand.library
        }
    }

    private static func newest(_ folders: [URL]) -> Date {
        let files = folders.flatMap {
            PageLibrary.templates(in: $0) + Language.allCases.flatMap { [folder = $0] in Words.files(of: $0, in: folder) }
        }
        return files.compactMap { try? $0.resourceValues(forKeys: [.contentModificationDateKey]).contentModificationDate }.max()
            ?? .distantPast
    }
}
