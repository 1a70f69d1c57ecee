import Basics
import Node
import Relay
import Trust
import Wire

/// The part of a test play that has the disk: whether the manifest of a complete courseware verifies and its blobs can be read.
struct TestRun: Sendable {
    let keeper: NodeKeeper<TerminalNode>
    let shelf: TelevisionShelf
    let blobs: BlobFolder
    let clock: Clock

    /// What is played in ten seconds lies in the first of them; a film is not read whole for it.
    private static let mostBlobs = 16

    /// Looks whether a test is due and does what the disk can say of it; the television page does the rest.
    func look() async throws {
        let now = clock.now
        let due = try await keeper.change { terminal -> (changes: [Change], answer: StoredHolding?) in
            let (changes, check) = terminal.nextTest(at: now)
            return (changes, check)
        }
        guard let holding = due else { return }
        let outcome = await checked(holding)
        try await keeper.change { [clock] in
            let again = outcome == nil ? [] : $0.recheck(courseware: holding.courseware, at: clock.now)
            return ($0.testChecked(outcome, at: clock.now) + again, ())
        }
    }

    /// Nil when everything is as it was put there.
    private func checked(_ holding: StoredHolding) async -> TestPlay.Outcome? {
        let manifest: Manifest
        do {
            guard let read = try await shelf.manifest(of: holding) else { return .disk }
            manifest = read
        } catch is TrustError { return .notVerified } catch { return .disk }
        guard manifest.courseware == holding.courseware else { return .notVerified }
        let rendition = manifest.renditions.first { holding.renditions.contains($0.name) }
        let files = rendition.map { $0.pieces.isEmpty ? $0.files : $0.pieces } ?? []
        for file in files.prefix(Self.mostBlobs) {
            let blob = Blob(sha256: file.sha256, length: file.length)
            guard blobs.verified(blob.sha256)?.length == blob.length, (try? await blobs.read(blob, 0..<Int(blob.length))) != nil else {
                return .disk
            }
        }
        return files.isEmpty ? .notVerified : nil
    }
}
