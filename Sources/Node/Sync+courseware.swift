package import Basics
import Trust
import Wire

extension Sync {
    /// One courseware version: its holding, and while there is work the plan.
    struct Item: Sendable {
        var holding: StoredHolding
        /// False once everything is here, or gone.
        var needsWork: Bool
        /// The manifest is here and has only to be read.
        var hasManifest = false
        var plan: PrefetchPlan?
        /// Bytes of the blob at hand, and whether they are all there.
        var reached: Int64 = 0
        var isFull = false
        /// After a cut line or a parent that does not have it yet; and after content that was not what its name says.
        var retry: Backoff
        var distrust: Backoff
        /// What did not verify; it comes last from then on.
        var spoiled: Set<SHA256Hex> = []
        var told: Pause?
        /// It was complete and is fetched again.
        var isLost = false
        /// Until when the centre is left believing that it is complete; nil when it knows.
        var heldBack: Pause?
        /// After a loss on the own disk.
        var losses: Backoff
        /// Since when the parent denies the rest of what it gave a part of.
        var deniedSince: Instant?

        init(_ holding: StoredHolding, settings: SyncSettings, needsWork: Bool) {
            self.holding = holding
            self.needsWork = needsWork
            retry = Backoff(first: settings.firstRetry, longest: min(settings.longestRetry, settings.pollEvery))
            distrust = Backoff(first: 5 * settings.firstRetry, longest: 12 * settings.longestRetry)
            losses = Backoff(first: settings.firstRetry, longest: 3_600_000)
        }

        /// Until when nothing is tried; nil when it may be tried now.
        func rest(at now: Instant) -> Instant? { [retry.end(at: now), distrust.end(at: now), losses.end(at: now)].compactMap { $0 }.max() }

        var manifest: Blob? { SHA256Hex(rawValue: holding.manifest).map { Blob(sha256: $0, length: holding.manifestLength) } }
        /// What to fetch next, and how urgent that is.
        var wanted: (blob: Blob, stage: PrefetchPlan.Stage)? {
            guard let plan else { return manifest.map { ($0, .picture) } }
            return plan.next
        }
    }

    /// Complete and verified courseware, newest publication first.
    package var complete: [StoredHolding] {
        guard trusted.catalogue != nil else { return [] }
        return items.values.map(\.holding).filter { $0.state == .complete }.sorted {
            ($1.publishedAt, $0.courseware) < ($0.publishedAt, $1.courseware)
        }
    }

    /// Everything that is known, for a status page.
    package var holdings: [StoredHolding] { items.values.map(\.holding).sorted { $0.key < $1.key } }

    /// Brings the list of courseware into line with the catalogue. A revoked catalogue shows nothing and removes nothing: the next one
    /// mostly names the same again.
    mutating func follow(at now: Instant) -> [Action] {
        guard let catalogue = trusted.catalogue else { return [] }
        let offers = Offer.offers(in: catalogue, for: place)
        var actions: [Action] = []
        for offer in offers.values.sorted(by: { $0.courseware < $1.courseware }) {
            var holding = StoredHolding(offer)
            let known = items[holding.key]?.holding
            if let known, known.state != .removed, known.manifest == holding.manifest { continue }
            holding.revision = known?.revision ?? 0
            items[holding.key] = Item(holding, settings: settings, needsWork: true)
            actions += tell(holding.key, at: now)
        }
        for (key, item) in items.sorted(by: { $0.key < $1.key }) where item.holding.state != .removed {
            if let offer = offers[item.holding.courseware] {
                if item.holding.version == offer.version { continue }
                // The other version, an older one or one that nobody offers any more, is shown until this one is complete.
                let new = items["holding/\(offer.courseware)/\(offer.version)"]?.holding.state
                if item.holding.state == .complete, new != .complete { continue }
            }
            actions += drop(key, at: now)
        }
        return actions
    }

    private mutating func drop(_ key: String, at now: Instant) -> [Action] {
        items[key]?.holding.state = .removed
        items[key]?.holding.doneBytes = 0
        items[key]?.holding.reason = ""
        items[key]?.needsWork = false
        items[key]?.plan = nil
        isSweepDue = true
        return [.store("sweep", .text("due"))] + tell(key, at: now)
    }

    /// Manifests whose content stays.
    var keptManifests: [SHA256Hex] { items.values.filter { $0.holding.state != .removed }.compactMap(\.manifest?.sha256).sorted() }

    /// A fact about the holding as it stands, with the next revision. The disk knows of it before and after, so that a stop in between only
    /// repeats it.
    mutating func tell(_ key: String, at now: Instant) -> [Action] {
        guard var item = items[key] else { return [] }
        if let heldBack = item.heldBack {
            switch item.holding.state {
            case .complete:
                // Nothing has changed for the centre.
                items[key]?.heldBack = nil
                return []
            case .removed: break
            default: if heldBack.end(at: now) != nil { return [] }
            }
            item.heldBack = nil
        }
        item.holding.revision += 1
        item.holding.isReported = false
        let before = Action.store(key, .holding(item.holding))
        item.holding.isReported = true
        item.told = Pause(from: now, milliseconds: settings.reportEvery)
        items[key] = item
        let holding = item.holding
        let fact = Holding(
            node: node, courseware: holding.courseware, version: holding.version, revision: holding.revision, state: holding.state,
            doneBytes: holding.doneBytes,
            totalBytes: holding.totalBytes, reason: holding.reason)
        return [before, .report(.holding(fact)), .store(key, .holding(holding))]
    }

    mutating func nextCourseware(at now: Instant) -> Errand? {
        var best: (item: Item, rank: (Int, Int64, String))?
        for (key, item) in items where item.needsWork && item.rest(at: now) == nil {
            guard let stage = item.wanted?.stage else { continue }
            let rank = (stage.rawValue, -item.holding.publishedAt.milliseconds, key)
            if best.map({ rank < $0.rank }) ?? true { best = (item, rank) }
        }
        guard let item = best?.item, let blob = item.wanted?.blob else { return nil }
        if item.plan == nil, item.hasManifest { return .read(blob) }
        return item.isFull ? .seal(blob) : .fetch(blob, chunk: settings.chunk, source: source)
    }

    /// When the first courseware that failed is tried again.
    func nextRetry(at now: Instant) -> Instant? { items.values.filter(\.needsWork).compactMap { $0.rest(at: now) }.min() }

    mutating func finishedBlob(_ errand: Errand, _ blob: Blob, _ outcome: Outcome, at now: Instant) -> [Action] {
        // The courseware may have been withdrawn while the errand ran; two may wait for the same content.
        let keys = items.filter { $0.value.needsWork && $0.value.wanted?.blob == blob }.keys.sorted()
        return keys.flatMap { key -> [Action] in
            switch (errand, outcome) {
            case (.fetch, .reached(let length)):
                items[key]?.reached = min(length, blob.length)
                items[key]?.isFull = length >= blob.length
                items[key]?.deniedSince = nil
                items[key]?.retry.succeed()
                return progress(key, at: now)
            case (.fetch, .present), (.seal, .sealed(true)): return arrived(key, at: now)
            case (.seal, .sealed(false)):
                refused += 1
                anotherSource()
                return spoil(key, blob, at: now)
            case (.read, .content(let bytes)): return plan(key, bytes, at: now)
            case (.read, _):
                items[key]?.hasManifest = false
                return []
            case (_, .full): return fail(key, "disk.full", at: now)
            default:
                // The parent does not have it yet, or the line is cut: that is waiting, not failing.
                if case .missing = outcome { deny(key, blob, at: now) }
                anotherSource()
                items[key]?.isFull = false
                items[key]?.retry.fail(at: now, using: &generator)
                return []
            }
        }
    }

    /// Parents give what they have whole. One that gives a part and then for an hour denies the rest keeps it back, or has lost it.
    private mutating func deny(_ key: String, _ blob: Blob, at now: Instant) {
        guard let item = items[key], item.reached > 0 else { return }
        guard let since = item.deniedSince, since <= now else {
            items[key]?.deniedSince = now
            return
        }
        guard now.milliseconds(since: since) >= 3_600_000 else { return }
        items[key]?.deniedSince = now
        notice(Noticed(.blob, about: blob.sha256.hex))
    }

    private mutating func progress(_ key: String, at now: Instant) -> [Action] {
        guard let item = items[key] else { return [] }
        let done = (item.plan.map { $0.doneBytes + item.holding.manifestLength } ?? 0) + item.reached
        items[key]?.holding.doneBytes = done
        let isNews = item.holding.state != .fetching
        items[key]?.holding.state = .fetching
        items[key]?.holding.reason = ""
        return isNews || (item.told?.end(at: now) == nil && done != item.holding.doneBytes) ? tell(key, at: now) : []
    }

    private mutating func arrived(_ key: String, at now: Instant) -> [Action] {
        items[key]?.reached = 0
        items[key]?.isFull = false
        items[key]?.deniedSince = nil
        items[key]?.retry.succeed()
        items[key]?.distrust.succeed()
        if items[key]?.plan == nil { items[key]?.hasManifest = true } else { items[key]?.plan?.advance() }
        guard let plan = items[key]?.plan, plan.next == nil else { return progress(key, at: now) }
        return finish(key, plan, at: now)
    }

    private mutating func finish(_ key: String, _ plan: PrefetchPlan, at now: Instant) -> [Action] {
        guard var item = items[key] else { return [] }
        item.needsWork = false
        item.isLost = false
        item.plan = nil
        item.holding.state = .complete
        item.holding.reason = ""
        item.holding.doneBytes = item.holding.totalBytes
        item.holding.renditions = plan.renditions
        item.holding.appetite = appetite.word
        items[key] = item
        // Older versions have been shown up to now.
        return tell(key, at: now) + follow(at: now)
    }

    private mutating func plan(_ key: String, _ bytes: [UInt8], at now: Instant) -> [Action] {
        guard let holding = items[key]?.holding else { return [] }
        guard let manifest = try? Manifest(parsing: bytes), manifest.courseware == holding.courseware, manifest.version == holding.version
        else {
            return fail(key, "manifest.form", at: now)
        }
        let plan = PrefetchPlan(manifest, for: appetite)
        items[key]?.plan = plan
        items[key]?.holding.totalBytes = holding.manifestLength + plan.totalBytes
        items[key]?.holding.renditions = plan.renditions
        return plan.next == nil ? finish(key, plan, at: now) : progress(key, at: now)
    }

    /// The content is thrown away and comes last from now on; when everything left is of that kind, it is tried ever more rarely.
    private mutating func spoil(_ key: String, _ blob: Blob, at now: Instant) -> [Action] {
        notice(Noticed(.blob, about: blob.sha256.hex))
        items[key]?.spoiled.insert(blob.sha256)
        items[key]?.plan?.postpone()
        if let next = items[key]?.wanted?.blob, items[key]?.spoiled.contains(next.sha256) == true {
            items[key]?.distrust.fail(at: now, using: &generator)
        }
        return say(key, failed: "blob.hash", at: now)
    }

    private mutating func fail(_ key: String, _ reason: String, at now: Instant) -> [Action] {
        items[key]?.retry.fail(at: now, using: &generator)
        return say(key, failed: reason, at: now)
    }

    private mutating func say(_ key: String, failed reason: String, at now: Instant) -> [Action] {
        items[key]?.reached = 0
        items[key]?.isFull = false
        guard items[key]?.holding.state != .failed || items[key]?.holding.reason != reason else { return [] }
        items[key]?.holding.state = .failed
        items[key]?.holding.reason = reason
        return tell(key, at: now)
    }

    /// A file of a complete courseware could not be read: it is complete no longer, and what is missing is fetched.
    package mutating func recheck(courseware: String, at now: Instant) -> [Action] {
        items.filter { $0.value.holding.courseware == courseware && $0.value.holding.state == .complete }.keys.sorted().flatMap {
            lose($0, at: now)
        }
    }
}
