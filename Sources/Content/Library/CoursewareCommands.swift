package import Accounts
import Basics
import Foundation
import Jobs
import Registry
package import Storage

/// A finished upload, about to become courseware.
package struct NewCourseware: Sendable {
    package let id: String
    package let title: String
    /// The area to which it belongs.
    package let areaID: String
    package let sourceHash: String
    package let sourceName: String
    package let sourceBytes: Int64

    package init(id: String, title: String, areaID: String, sourceHash: String, sourceName: String, sourceBytes: Int64) {
        self.id = id
        self.title = title
        self.areaID = areaID
        self.sourceHash = sourceHash
        self.sourceName = sourceName
        self.sourceBytes = sourceBytes
    }
}

extension Statements {
    /// Takes an upload into the library and puts its encoding into the queue.
    package func addCourseware(_ new: NewCourseware, by act: Act) throws {
        try run(
            """
            INSERT INTO courseware (id, title, category, speaker, unit, area_id, state, problem, problem_values, duration_ms, source_hash,
                source_name, source_bytes,
                audience_areas, audience_kinds, version, manifest_hash, manifest_bytes, poster_hash, preview_hash, made_by, made_at,
                    search_key)
            VALUES (\(new.id), \(new.title), '', '', '', \(new.areaID), 'encoding', '', '', 0, \(new.sourceHash), \(new.sourceName),
                \(new.sourceBytes),
                '', '', 1, '', 0, '', '', \(act.actor.id), \(act.at), \(searchKey(new.title)))
            """)
        try requireRoom(EncodeJob.bound, kind: EncodeJob.kind, of: act.actor.id)
        try enqueueJob(kind: EncodeJob.kind, subject: new.id, madeBy: act.actor.id, at: act.at, ids: act.ids)
        try record("courseware.added", new.id, ["title": new.title, "source": new.sourceName, "sha256": new.sourceHash], by: act)
    }

    /// Changes what is said about a courseware. What is published stays as it is until it is published again.
    package func changeCourseware(id: String, _ fields: CoursewareFields, by act: Act) throws {
        let before = try first(
            "SELECT title, category, speaker, unit, audience_areas, audience_kinds FROM courseware WHERE id = \(id) AND state <> 'archived'"
        ) { row in
            try ["title", "category", "speaker", "unit", "areas", "kinds"].enumerated().reduce(into: [:]) {
                $0[$1.element] = try row.text($1.offset)
            }
        }
        guard let before else { throw Refusal.notFound("courseware") }
        let after = [
            "title": fields.title, "category": fields.category, "speaker": fields.speaker, "unit": fields.unit,
            "areas": fields.areas.map(\.description).joined(separator: " "),
            "kinds": fields.kinds.map(\.rawValue).joined(separator: " "),
        ]
        try run(
            """
            UPDATE courseware SET title = \(fields.title), category = \(fields.category), speaker = \(fields.speaker),
                unit = \(fields.unit),
                audience_areas = \(after["areas"] ?? ""), audience_kinds = \(after["kinds"] ?? ""),
                    search_key = \(coursewareKey(fields.title, fields.speaker, fields.unit))
            WHERE id = \(id) AND state <> 'archived'
            """)
        try record("courseware.changed", id, from: before, to: after, by: act)
    }

    /// The encoding is done: everything that the manifest names is in the store. False when the courseware does not wait for it any more.
    package func finishEncoding(id: String, _ result: EncodingResult, by act: Act) throws -> Bool {
        let encoder = JSONEncoder()
        encoder.outputFormatting = .sortedKeys
        let notes = result.notes.isEmpty ? "" : String(decoding: try encoder.encode(result.notes), as: UTF8.self)
        let changed = try run(
            """
            UPDATE courseware SET state = \(CoursewareLife.encoded.to), problem = '', problem_values = '',
                duration_ms = \(result.durationMs),
                manifest_hash = \(result.manifestHash),
                manifest_bytes = \(result.manifestBytes), poster_hash = \(result.posterHash), preview_hash = \(result.previewHash),
                notes = \(notes)
            WHERE id = \(id) AND \(sql: CoursewareLife.encoded.stands)
            """)
        if changed == 1 {
            try record(
                CoursewareLife.encoded.event, id, ["manifest": result.manifestHash, "duration_ms": String(result.durationMs)], by: act)
        }
        return changed == 1
    }

    /// The encoding cannot succeed. `values` are what the words of the problem name. Nothing happens when the courseware does not wait for
    /// it any more.
    package func failEncoding(id: String, problem: String, values: [String: String], by act: Act) throws {
        let encoder = JSONEncoder()
        encoder.outputFormatting = .sortedKeys
        let text = values.isEmpty ? "" : String(decoding: try encoder.encode(values), as: UTF8.self)
        let changed = try run(
            """
            UPDATE courseware SET state = \(CoursewareLife.fail.to), problem = \(problem), problem_values = \(text)
            WHERE id = \(id) AND \(sql: CoursewareLife.fail.stands)
            """)
        if changed == 1 { try record(CoursewareLife.fail.event, id, ["problem": problem], by: act) }
    }

    /// Encodes a courseware again whose encoding failed or was cancelled.
    package func retryEncoding(id: String, by act: Act) throws {
        let changed = try run(
            """
            UPDATE courseware SET state = \(CoursewareLife.retry.to), problem = '', problem_values = ''
            WHERE id = \(id) AND \(sql: CoursewareLife.retry.stands)
            """)
        guard changed == 1 else { throw Refusal.conflict(CoursewareLife.retry.stale) }
        try requireRoom(EncodeJob.bound, kind: EncodeJob.kind, of: act.actor.id)
        try enqueueJob(kind: EncodeJob.kind, subject: id, madeBy: act.actor.id, at: act.at, ids: act.ids)
        try record(CoursewareLife.retry.event, id, by: act)
    }

    /// Ends the encoding of a courseware; finished renditions are kept for another try.
    package func cancelEncoding(id: String, by act: Act) throws {
        let changed = try run(
            """
            UPDATE courseware SET state = \(CoursewareLife.cancel.to), problem = 'media.cancelled', problem_values = ''
            WHERE id = \(id) AND \(sql: CoursewareLife.cancel.stands)
            """
        )
        guard changed == 1 else { throw Refusal.conflict(CoursewareLife.cancel.stale) }
        if let job = try latestJob(about: id) { _ = try cancelJob(id: job.id, at: act.at) }
        try record(CoursewareLife.cancel.event, id, by: act)
    }

    /// Takes a courseware away whose encoding failed. Answers the hash of its source when nothing else needs that content, so that the
    /// caller may remove it.
    package func discardCourseware(id: String, by act: Act) throws -> String? {
        let source = try first(
            "DELETE FROM courseware WHERE id = \(id) AND state = 'failed' AND published_at IS NULL RETURNING source_hash, title"
        ) {
            (hash: try $0.text(0), title: try $0.text(1))
        }
        guard let source else { throw Refusal.conflict("courseware.not_failed") }
        try record("courseware.discarded", id, ["title": source.title, "sha256": source.hash], by: act)
        return try isStored(source.hash) ? nil : source.hash
    }

    /// Whether the account uploaded this courseware.
    func isCourseware(_ id: String, madeBy account: String) throws -> Bool {
        try count("SELECT count(*) FROM courseware WHERE id = \(id) AND made_by = \(account)") > 0
    }

    /// Whether a courseware needs a content as its source, picture, preview or manifest, or nodes may fetch it.
    func isStored(_ hash: String) throws -> Bool {
        let used = try count(
            """
            SELECT count(*) FROM courseware WHERE source_hash = \(hash) OR manifest_hash = \(hash) OR poster_hash = \(hash)
                OR preview_hash = \(hash)
            """)
        return try used > 0 || publishedLength(of: hash) != nil
    }

    /// Makes courseware of an earlier platform known, so that plays of it count. It has no media here and is in no catalogue. Again with
    /// the same id changes nothing.
    package func archiveCourseware(id: String, title: String, durationMs: Int, areaID: String, by act: Act) throws {
        guard (1...64).contains(id.utf8.count), id.utf8.allSatisfy({ (0x21...0x7E).contains($0) }) else {
            throw Refusal.invalid(["id": "courseware.id_form"])
        }
        guard (1...200).contains(title.unicodeScalars.count) else { throw Refusal.invalid(["title": "form.required"]) }
        guard durationMs > 0 else { throw Refusal.invalid(["duration": "form.number"]) }
        let added = try run(
            """
            INSERT INTO courseware (id, title, category, speaker, unit, area_id, state, problem, problem_values, duration_ms, source_hash,
                source_name, source_bytes,
                audience_areas, audience_kinds, version, manifest_hash, manifest_bytes, poster_hash, preview_hash, made_by, made_at,
                    search_key)
            VALUES (\(id), \(title), '', '', '', \(areaID), 'archived', '', '', \(durationMs), '', '', 0, '', '', 0, '', 0, '', '',
                \(act.actor.id), \(act.at), \(searchKey(title)))
            ON CONFLICT (id) DO NOTHING
            """)
        if added == 1 { try record("courseware.archived", id, ["title": title], by: act) }
    }
}
