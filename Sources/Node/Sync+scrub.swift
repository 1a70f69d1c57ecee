package import Basics
import Trust
import Wire

extension Sync {
    /// Where the two walks over everything complete stand: lengths, often and fast; content, always and slowly.
    struct Walk: Sendable {
        /// Whose errand is under way, and about which courseware.
        enum Gait {
            case look(String)
            case scrub(String)
        }
        var at: Gait?
        /// Courseware whose lengths are to be looked at; the blobs of the first once its manifest is read.
        var looks: [String] = []
        var lookBlobs: [Blob]?
        var lookPause: Pause?
        var doubted: Pause?
        /// The courseware that is being read, and what of it is still to be read.
        var key = ""
        var blobs: [Blob]?
        var reached: Int64 = 0
        /// Bytes until the next pause.
        var left: Int64 = 0
        var scrubPause: Pause?
    }

    private var completeKeys: [String] { items.filter { $0.value.holding.state == .complete && !$0.value.needsWork }.keys.sorted() }

    /// Whether a manifest that was thrown away is being fetched again. On a full disk it is not waited for: the sweep makes the room.
    var lacksManifest: Bool { items.values.contains { $0.needsWork && $0.isLost && $0.plan == nil && $0.holding.reason != "disk.full" } }

    mutating func nextLook(at now: Instant) -> Errand? {
        if walk.lookPause?.end(at: now) == nil {
            walk.lookPause = Pause(from: now, milliseconds: settings.lookEvery)
            walk.looks = completeKeys
            walk.lookBlobs = nil
        }
        while let key = walk.looks.first {
            guard let item = items[key], item.holding.state == .complete, !item.needsWork, let manifest = item.manifest else {
                nextToLook()
                continue
            }
            walk.at = .look(key)
            return walk.lookBlobs.map { .look($0) } ?? .read(manifest)
        }
        return nil
    }

    private mutating func nextToLook() {
        if !walk.looks.isEmpty { walk.looks.removeFirst() }
        walk.lookBlobs = nil
    }

    mutating func nextScrub(at now: Instant) -> Errand? {
        guard walk.scrubPause?.end(at: now) == nil else { return nil }
        if walk.left <= 0 { walk.left = settings.scrubBytes }
        while true {
            if let item = items[walk.key], item.holding.state == .complete, !item.needsWork, let manifest = item.manifest {
                guard let blobs = walk.blobs else { return scrub(.read(manifest)) }
                if let blob = blobs.first { return scrub(.check(blob, most: max(walk.left, 65_536))) }
                // Everything of it was read and is what its names say.
                items[walk.key]?.losses.succeed()
            }
            walk.blobs = nil
            walk.reached = 0
            guard let next = completeKeys.first(where: { $0 > walk.key }) else {
                walk.key = ""
                walk.scrubPause = Pause(from: now, milliseconds: settings.scrubEvery)
                return nil
            }
            walk.key = next
        }
    }

    private mutating func scrub(_ errand: Errand) -> Errand {
        walk.at = .scrub(walk.key)
        return errand
    }

    /// Takes what became of an errand of one of the walks.
    mutating func walked(_ gait: Walk.Gait, _ errand: Errand, _ outcome: Outcome, at now: Instant) -> [Action] {
        walk.at = nil
        let (key, isLook) =
            if case .look(let key) = gait { (key, true) } else if case .scrub(let key) = gait { (key, false) } else { ("", false) }
        // It was found lacking in another way meanwhile.
        guard !isLook || walk.looks.first == key else { return [] }
        switch (errand, outcome) {
        case (.read(let manifest), .content(let bytes)):
            guard let read = try? Manifest(parsing: bytes) else { return lose(key, at: now) }
            let blobs = [manifest] + PrefetchPlan(read, for: appetite).blobs
            if isLook { walk.lookBlobs = blobs } else { walk.blobs = blobs }
        case (.look, .lacking(let lacking)):
            nextToLook()
            if !lacking.isEmpty { return lose(key, at: now) }
        case (.check, .reached(let reached)): spend(reached - walk.reached, reached, at: now)
        case (.check(let blob, _), .present):
            walk.blobs?.removeFirst()
            spend(blob.length - walk.reached, 0, at: now)
        case (.read, .missing), (.check, .missing): return lose(key, at: now)
        default:
            // The disk could not be asked: the next round asks again.
            if isLook { nextToLook() } else { walk.scrubPause = Pause(from: now, milliseconds: settings.scrubEvery) }
        }
        return []
    }

    private mutating func spend(_ bytes: Int64, _ reached: Int64, at now: Instant) {
        walk.reached = reached
        // A small file costs the disk a seek as well.
        walk.left -= max(bytes, 16_384)
        if walk.left <= 0 { walk.scrubPause = Pause(from: now, milliseconds: settings.scrubEvery) }
    }

    /// Something of a complete courseware is gone from the disk, or was thrown away because it was not what its name says. It is complete
    /// no longer and fetched again, by a disk that goes on losing ever more rarely. The record on the disk stays what the centre was told;
    /// the centre hears of it if it lasts.
    mutating func lose(_ key: String, at now: Instant) -> [Action] {
        guard items[key]?.holding.state == .complete else { return [] }
        if walk.looks.first == key { nextToLook() }
        lost += 1
        notice(Noticed(.disk, about: items[key]?.holding.courseware ?? ""))
        items[key]?.needsWork = true
        items[key]?.isLost = true
        items[key]?.hasManifest = false
        items[key]?.plan = nil
        items[key]?.reached = 0
        items[key]?.isFull = false
        items[key]?.holding.state = .failed
        items[key]?.holding.reason = "disk.lost"
        items[key]?.heldBack = Pause(from: now, milliseconds: settings.patience)
        items[key]?.losses.fail(at: now, using: &generator)
        return []
    }

    /// Facts about what was held back long enough.
    mutating func overdue(at now: Instant) -> [Action] {
        items.filter { $0.value.heldBack.map { $0.end(at: now) == nil } ?? false }.keys.sorted().flatMap { tell($0, at: now) }
    }

    /// Somebody asked for bytes beyond the end of a blob: the lengths of everything are looked at again, at most once a minute.
    package mutating func doubt(at now: Instant) {
        guard walk.doubted?.end(at: now) == nil else { return }
        walk.doubted = Pause(from: now, milliseconds: 60_000)
        walk.lookPause = nil
    }
}
