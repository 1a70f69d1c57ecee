package import Accounts
package import Basics
import Foundation
package import Jobs
package import Storage
import Trust

extension ContentHouse {
    /// Publishes a courseware of a scope as it is described now: its manifest gets the present title and a version that no node has seen.
    /// - Parameters: - categories: the word for a category that viewers read; the manifest carries it, because a terminal has no catalogue
    ///   of ours. - approval: what must hold before, in the same transaction. - others: keys besides the centre's own. A publication whose
    ///   key is not at hand waits for ``publishWaiting(in:on:categories:keys:act:)``.
    package func publish(
        _ id: String, in database: Database, on day: Day, scope: Scope, categories: @Sendable (CoursewareCategory) -> String, by act: Act,
        after approval: @escaping @Sendable (Statements, Courseware, Act) throws -> Void = { _, _, _ in }, with others: CatalogueKeys? = nil
    ) async throws {
        guard let courseware = try await database.read({ try $0.courseware(id: id, on: day, in: scope) }) else {
            throw Refusal.notFound("courseware")
        }
        guard CoursewareLife.publish.from.contains(courseware.state) else { throw Refusal.conflict(CoursewareLife.publish.stale) }
        let (blobs, keys) = (blobs, others ?? keys)
        let category = CoursewareCategory(rawValue: courseware.category).map(categories) ?? ""
        let (present, next) = try await offPool {
            guard let file = blobs.url(courseware.manifestHash), let bytes = FileManager.default.contents(atPath: file.path) else {
                throw Refusal.conflict("courseware.media_missing")
            }
            let encoded = try Manifest(parsing: [UInt8](bytes))
            let next = Int64(courseware.publishedAt == nil ? courseware.version : courseware.version + 1)
            return (
                try encoded.saying(courseware, category, version: Int64(courseware.version)),
                try encoded.saying(courseware, category, version: next)
            )
        }
        // The same button pressed twice: what is published says all this already.
        if courseware.state == .published, SHA256Hex(of: present.bytes).hex == courseware.manifestHash,
            try await database.read({ try $0.isPublishedAsItIs(courseware) })
        {
            try await database.write { try approval($0, courseware, act) }
            return
        }
        _ = try await offPool { try blobs.store(Data(next.bytes)) }
        try await database.write { statements in
            try approval(statements, courseware, act)
            guard try statements.canSign(courseware, with: keys) else { return try statements.awaitSignature(courseware, by: act) }
            try statements.publishCourseware(courseware, manifest: next, keys: keys, on: day, by: act)
        }
    }

    /// Publishes what was approved and waits for its key, with the keys that are here now. What has changed since is refused and goes on
    /// waiting for another approval.
    package func publishWaiting(
        in database: Database, on day: Day, categories: @Sendable (CoursewareCategory) -> String, with keys: CatalogueKeys, by act: Act
    ) async throws -> [(courseware: Courseware, refusal: Refusal?)] {
        var account: [(courseware: Courseware, refusal: Refusal?)] = []
        for (request, courseware) in try await database.read({ try $0.waitingPublications(on: day) }) {
            guard try await database.read({ try $0.canSign(courseware, with: keys) }) else { continue }
            do {
                try await publish(
                    courseware.id, in: database, on: day, scope: .everything, categories: categories, by: act,
                    after: { _, courseware, _ in
                        guard courseware.screenDigest == request.digest else { throw Refusal.conflict("approval.stale") }
                    }, with: keys)
                // Somebody may have published the same meanwhile.
                if try await database.read({ try $0.publicationRequest(of: courseware.id) })?.state == .waiting {
                    try await database.write { try $0.endWaiting(of: courseware.id) }
                } else {
                    account.append((courseware, nil))
                }
            } catch let refusal as Refusal { account.append((courseware, refusal)) }
        }
        return account
    }

    /// A timer that keeps the catalogue from expiring, and lets go of uploads that nobody went on with.
    package func catalogueRenewal(_ database: Database, clock: Clock, ids: IDs, every interval: Duration = .seconds(3600)) -> PeriodicWork {
        let keys = keys
        return PeriodicWork("catalogue", every: interval) {
            let act = Act(by: .system, at: clock.now, ids: ids)
            _ = try await database.write { try $0.refreshCatalogue(keys, by: act) }
            try await self.forgetUploads(database, at: act.at)
        }
    }
}

extension Manifest {
    /// The same files under the present words and a version.
    fileprivate func saying(_ courseware: Courseware, _ category: String, version: Int64) throws -> Manifest {
        try Manifest(
            courseware: courseware.id, version: version, title: courseware.title, category: category, speaker: courseware.speaker,
            unit: courseware.unit,
            duration: duration, poster: poster, renditions: renditions)
    }
}

extension Courseware {
    /// The audience as the targets say it.
    var audienceJSON: JSONValue { ["areas": .array(audience.map { .string($0.description) }), "kinds": .array(kinds.map { .string($0) })] }
}
