import Foundation
package import Media
package import Storage

/// What an encoding needs to know of its courseware.
package struct EncodingTask: Decodable, Hashable, Sendable {
    package let id: String
    package let title: String
    package let version: Int
    package let sourceHash: String
    package let sourceBytes: Int
}

/// What became of an encoding.
package struct EncodingResult: Hashable, Sendable {
    package let durationMs: Int
    package let manifestHash: String
    package let manifestBytes: Int
    package let posterHash: String
    package let previewHash: String
    /// What encoding did that its maker may not expect.
    package let notes: [MediaNote]

    package init(
        durationMs: Int, manifestHash: String, manifestBytes: Int, posterHash: String, previewHash: String, notes: [MediaNote] = []
    ) {
        self.durationMs = durationMs
        self.manifestHash = manifestHash
        self.manifestBytes = manifestBytes
        self.posterHash = posterHash
        self.previewHash = previewHash
        self.notes = notes
    }
}

extension Statements {
    /// The courseware that waits for its encoding; nil when it does not (any more). For the job itself, so without a scope.
    package func encodingTask(id: String) throws -> EncodingTask? {
        try first(
            EncodingTask.self,
            "SELECT id, title, version, source_hash, source_bytes FROM courseware WHERE id = \(id) AND state = 'encoding'")
    }

    /// What encoding did with the courseware that its maker may not expect.
    package func encodingNotes(id: String) throws -> [MediaNote] {
        let text = try first("SELECT notes FROM courseware WHERE id = \(id)") { try $0.text(0) } ?? ""
        return (try? JSONDecoder().decode([MediaNote].self, from: Data(text.utf8))) ?? []
    }

    /// Those of the given courseware whose working folders are still needed: they wait for their encoding or may be tried again.
    package func coursewareInWork(among ids: [String]) throws -> Set<String> {
        var found: Set<String> = []
        for start in stride(from: 0, to: ids.count, by: 500) {
            let part = ids[start..<min(start + 500, ids.count)]
            found.formUnion(
                try all("SELECT id FROM courseware WHERE id IN (\(list: part)) AND state IN ('encoding', 'failed')") { try $0.text(0) })
        }
        return found
    }
}
