package import Basics
package import Trust
package import Wire

/// What the downward line has to do next. All of it may be repeated.
package enum DownStep: Hashable, Sendable {
    case errand(Errand)
    /// Nothing before that moment.
    case wait(until: Instant)
}

/// One thing to fetch, or to do with the blobs on this node's disk.
package enum Errand: Hashable, Sendable {
    /// Get a metadata file of at most that many bytes → `content`, `missing` or `failed`.
    case metadata(name: String, longest: Int64, source: Int)
    /// Get the next bytes of a blob, at most `chunk`, and put them behind those that are there already → `reached`, `present`, `missing`,
    /// `full` or `failed`.
    case fetch(Blob, chunk: Int64, source: Int)
    /// Check a complete `.part` against its name and give it that name, or discard it → `sealed`.
    case seal(Blob)
    /// Read a small sealed blob → `content` or `missing`.
    case read(Blob)
    /// Look whether these blobs lie here at their full length; throw away those that do not → `lacking` or `failed`.
    case look([Blob])
    /// Read at most `most` bytes more of a verified blob; at its end compare with its name, and throw it away if it is not that →
    /// `reached`, `present`, `missing` or `failed`.
    case check(Blob, most: Int64)
    /// Remove every blob that none of these manifests names, and is none of them → `done` or `failed`.
    case sweep(keeping: [SHA256Hex])
}

/// What became of an errand.
package enum Outcome: Hashable, Sendable {
    case content([UInt8])
    /// The source (or the disk, for `read`) does not have it.
    case missing
    /// No answer, or none that makes sense.
    case failed
    /// No room on the disk.
    case full
    /// The `.part` has that many bytes now.
    case reached(Int64)
    /// The answer was longer than what was asked for can be.
    case tooLong
    /// The verified blob is there.
    case present
    /// Whether the bytes were those of the name; if not they are gone.
    case sealed(Bool)
    /// The blobs that are not here, or no longer.
    case lacking([SHA256Hex])
    case done
}

/// The two ways down. The catalogue, and with it the order to stop, does not wait for a film on a poor line.
package enum DownWay: CaseIterable, Sendable {
    case catalogue, courseware
}

/// How a node keeps up with the catalogue. Times in milliseconds.
package struct SyncSettings: Hashable, Sendable {
    /// Between two looks at the catalogue, plus or minus a fifth.
    package var pollEvery: Int64
    /// The most bytes of one range.
    package var chunk: Int64
    package var firstRetry: Int64
    package var longestRetry: Int64
    /// Between two reports of progress about one courseware.
    package var reportEvery: Int64
    /// How many parents there are to ask, the nearest first.
    package var sources: Int
    /// Between two looks at the lengths of everything complete.
    package var lookEvery: Int64 = 3_600_000
    /// What lies on the disk is read again and again: at most so many bytes, then a pause.
    package var scrubBytes: Int64 = 4 << 20
    package var scrubEvery: Int64 = 10_000
    /// How long something that was told to be complete may lack bytes before that is told too.
    package var patience: Int64 = 60_000

    package init(
        pollEvery: Int64 = 60_000, chunk: Int64 = 262_144, firstRetry: Int64 = 2000, longestRetry: Int64 = 60_000,
        reportEvery: Int64 = 5000, sources: Int = 1
    ) {
        self.pollEvery = pollEvery
        self.chunk = chunk
        self.firstRetry = firstRetry
        self.longestRetry = longestRetry
        self.reportEvery = reportEvery
        self.sources = sources
    }
}

/// How far a node is with one courseware version, on its disk.
package struct StoredHolding: Hashable, Sendable, Codable {
    package let courseware: String
    package let version: Int64
    package let publishedAt: Instant
    /// SHA-256 and length of the manifest.
    package let manifest: String
    package let manifestLength: Int64
    /// Renditions chosen, once the manifest is read; and the setting that chose them.
    package internal(set) var renditions: [String] = []
    package internal(set) var appetite = ""
    package internal(set) var revision: Int64 = 0
    package internal(set) var state = Holding.State.known
    package internal(set) var doneBytes: Int64 = 0
    package internal(set) var totalBytes: Int64 = 0
    package internal(set) var reason = ""
    /// Whether the fact about this revision was queued.
    package internal(set) var isReported = false

    init(_ offer: Offer) {
        courseware = offer.courseware
        version = offer.version
        publishedAt = offer.publishedAt
        manifest = offer.manifest.sha256.hex
        manifestLength = offer.manifest.length
        totalBytes = offer.manifest.length
    }

    var key: String { "holding/\(courseware)/\(version)" }
}

/// The downward flow: catalogue, then manifests, then blobs; what is no longer offered goes. Nothing counts as complete that was not
/// verified from the root key on.
package struct Sync: Sendable {
    static let trustedKey = "trusted"
    let node: String
    let place: NodePlace
    let appetite: Appetite
    let settings: SyncSettings
    /// What is believed.
    package internal(set) var trusted: TrustedSet
    var generator: SeededGenerator

    // The catalogue: Sync+catalogue.swift
    var poll: Pause?
    var catalogueRetry: Backoff
    var update = Update.idle
    var lastTimestamp: [UInt8] = []
    package internal(set) var freshness = Freshness()
    /// By how many milliseconds the node's clock is known to be ahead: expiry is judged by the right time.
    var clockError: Int64 = 0
    var source = 0
    /// Files and blobs that did not verify, since the start.
    package internal(set) var refused = 0
    /// What an honest network would not have caused, since the node last asked.
    private var noticed: [Noticed] = []

    // Courseware: Sync+courseware.swift
    var items: [String: Item] = [:]
    var isSweepDue = false
    var sweepRetry: Backoff

    // What lies on the disk: Sync+scrub.swift
    var walk = Walk()
    /// Courseware found lacking on the disk, since the start.
    package internal(set) var lost = 0

    /// Takes up what `records` hold. Throws what ``TrustedSet/init(root:fingerprint:)`` throws.
    package init(
        node: String, place: NodePlace, appetite: Appetite, settings: SyncSettings, root: [UInt8], fingerprint: SHA256Hex,
        generator: SeededGenerator,
        records: [String: Record]
    ) throws(TrustError) {
        self.node = node
        self.place = place
        self.appetite = appetite
        self.settings = settings
        self.generator = generator
        catalogueRetry = Backoff(first: settings.firstRetry, longest: settings.longestRetry)
        sweepRetry = Backoff(first: settings.firstRetry, longest: settings.longestRetry)
        trusted = try Self.restore(records[Self.trustedKey], root: root, fingerprint: fingerprint, at: place)
        isSweepDue = records["sweep"] != nil
        if case .text(let stored)? = records[Freshness.key], let milliseconds = Int64(stored) {
            freshness.newsAt = Instant(milliseconds: milliseconds)
        }
        for case .holding(let holding) in records.values {
            items[holding.key] = Item(
                holding, settings: settings,
                needsWork: holding.state != .removed && !(holding.state == .complete && holding.appetite == appetite.word))
        }
    }

    /// A damaged catalogue is fetched anew; a damaged chain of roots is begun anew from the first.
    private static func restore(_ record: Record?, root: [UInt8], fingerprint: SHA256Hex, at place: NodePlace) throws(TrustError)
        -> TrustedSet
    {
        let areas = Set(place.allCodes.map(\.description))
        if case .trusted(let kept)? = record {
            if let set = try? TrustedSet(restoring: kept.stored, fingerprint: fingerprint, following: areas) { return set }
            if let set = try? TrustedSet(
                restoring: .init(roots: kept.stored.roots, catalogue: nil), fingerprint: fingerprint, following: areas)
            {
                return set
            }
        }
        return try TrustedSet(root: root, fingerprint: fingerprint, following: areas)
    }

    /// What to do first after a start: tell what was not told, and look whether the catalogue on disk was carried out.
    package mutating func start(at now: Instant) -> [Action] {
        if walk.scrubPause == nil { walk.scrubPause = Pause(from: now, milliseconds: settings.scrubEvery) }
        var actions = items.keys.sorted().flatMap { key -> [Action] in
            guard let item = items[key], !item.holding.isReported else { return [] }
            return tell(key, at: now)
        }
        actions += follow(at: now)
        return actions
    }

    /// What to do now on a way down. The outcome of its errand comes in before the next one of the same way is asked for; the other way may
    /// have one meanwhile.
    package mutating func next(_ way: DownWay, at now: Instant) -> DownStep {
        switch way {
        case .catalogue: nextCatalogue(at: now)
        case .courseware: nextContent(at: now)
        }
    }

    private mutating func nextContent(at now: Instant) -> DownStep {
        walk.at = nil
        if let errand = nextLook(at: now) { return .errand(errand) }
        // A sweep knows by the manifests what stays; one that is being fetched again would cost its courseware.
        if isSweepDue, sweepRetry.end(at: now) == nil, !lacksManifest {
            // What becomes due while it is under way comes after it.
            isSweepDue = false
            return .errand(.sweep(keeping: keptManifests))
        }
        if let errand = nextCourseware(at: now) { return .errand(errand) }
        if let errand = nextScrub(at: now) { return .errand(errand) }
        let news = poll?.end(at: now) ?? now.adding(milliseconds: settings.firstRetry)
        return .wait(
            until: [news, nextRetry(at: now), walk.scrubPause?.end(at: now), walk.lookPause?.end(at: now)].compactMap { $0 }.min() ?? news)
    }

    /// Takes what became of an errand.
    package mutating func finished(_ errand: Errand, _ outcome: Outcome, at now: Instant) -> [Action] {
        carriedOut(errand, outcome, at: now) + overdue(at: now)
    }

    private mutating func carriedOut(_ errand: Errand, _ outcome: Outcome, at now: Instant) -> [Action] {
        if case .metadata(let name, _, _) = errand { return name == expectedFile ? finishedMetadata(outcome, at: now) : [] }
        if let at = walk.at { return walked(at, errand, outcome, at: now) }
        switch errand {
        case .metadata: return []
        case .sweep:
            guard outcome == .done else {
                isSweepDue = true
                sweepRetry.fail(at: now, using: &generator)
                return []
            }
            sweepRetry.succeed()
            return isSweepDue ? [] : [.remove("sweep")]
        case .fetch(let blob, _, _), .seal(let blob), .read(let blob): return finishedBlob(errand, blob, outcome, at: now)
        case .look, .check: return []
        }
    }

    /// Keeps what was noticed until the node asks; a hundred at most.
    mutating func notice(_ noticed: Noticed) { if self.noticed.count < 100 { self.noticed.append(noticed) } }

    package mutating func takeNoticed() -> [Noticed] {
        defer { noticed = [] }
        return noticed
    }

    mutating func anotherSource() { source = (source + 1) % max(settings.sources, 1) }
}
