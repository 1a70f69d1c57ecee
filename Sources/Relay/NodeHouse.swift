import AsyncHTTPClient
package import Basics
import Foundation
import Logging
package import Node
package import Storage
import Trust
package import Wire

/// What edge and terminal open when they start: enrolment, database, blobs, the line to the parent.
package struct NodeHouse: Sendable {
    package let enrolment: Enrolment
    package let identity: NodeIdentity
    package let zone: NetworkZone
    package let database: Database
    package let blobs: BlobFolder
    package let parent: ParentClient
    package let settings: NodeSettings
    /// What server and disk noticed, for the logic to count.
    package let findings: Findings
    /// What an edge passes on for edges below it goes on connections of its own, so that these do not keep it from its own work.
    package let passage: ParentClient
    private let clients: [HTTPClient]

    /// Opens the data folder of an enrolled node of that kind and brings its schema up.
    package init(_ configuration: NodeConfiguration, kind: NodeKind) async throws {
        enrolment = try await Enrolment.read(configuration.dataFolder)
        guard enrolment.answer.kind == kind else { throw EnrolmentError.wrongKind(enrolment.answer.kind, kind) }
        identity = try enrolment.identity
        guard let zone = NetworkZone(configuration.zone ?? enrolment.answer.zone) else {
            throw EnrolmentError.unreadable("The time zone \(configuration.zone ?? enrolment.answer.zone)")
        }
        self.zone = zone
        let folder = configuration.dataFolder
        let isPrivate = try await offPool { try PrivateFolder.prepare(folder) }
        if !isPrivate {
            configuration.logger.warning(
                "Other users of this machine may enter the data folder; give it to the program's own user alone, mode 0700")
        }
        database = try Database.sqlite(path: folder.appendingPathComponent("node.sqlite").path)
        _ = try await database.migrate(try NodeSchema.migrations, at: configuration.clock.now)
        let (logger, findings) = (configuration.logger, Findings())
        self.findings = findings
        // An edge is asked for a blob by many at once and in parts, a terminal by one player.
        blobs = BlobFolder(try BlobStore(folder: folder.appendingPathComponent("blobs")), memory: kind == .edge ? 32 << 20 : 1 << 20) {
            hash, why in
            findings.note(Noticed(.disk, about: hash.hex))
            logger.warning(
                "A blob on the disk was not what was put there; it is thrown away and fetched again",
                metadata: ["blob": "\(hash.hex)", "why": "\(why)"])
        }
        let (down, up, passing) = (
            ParentClient.httpClient(), ParentClient.httpClient(silence: ParentClient.silence),
            ParentClient.httpClient(silence: ParentClient.silence)
        )
        clients = [down, up, passing]
        let addresses = [configuration.parent ?? enrolment.parent]
        parent = ParentClient(client: down, upward: up, addresses: addresses, node: identity.node, key: enrolment.key)
        passage = ParentClient(client: passing, addresses: addresses, node: identity.node, key: enrolment.key)
        // A clock that stands before the day of enrolment is wrong; the enrolment may itself have happened under a wrong clock.
        var settings = NodeSettings(
            notBefore: max(enrolment.enrolledAt.adding(milliseconds: -86_400_000), Instant(milliseconds: 1_293_840_000_000)))
        let poll = max(configuration.pollSeconds, 1) * 1000
        settings.sync.pollEvery = poll
        // Who looks often also tries again often.
        settings.sync.longestRetry = min(settings.sync.longestRetry, poll)
        settings.outbox.longestRetry = min(settings.outbox.longestRetry, poll)
        settings.relay.longestRetry = min(settings.relay.longestRetry, poll)
        settings.outbox.longestQuestion = min(settings.outbox.longestQuestion, 5 * poll)
        settings.relay.longestQuestion = min(settings.relay.longestQuestion, 5 * poll)
        self.settings = settings
    }

    /// After the program's last word.
    package func close() async {
        for client in clients { try? await client.shutdown() }
        await database.close()
    }
}
