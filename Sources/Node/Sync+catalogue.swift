import Basics
import Trust
import Wire

extension Sync {
    /// Where a look at the catalogue stands. A timestamp that is the very one known ends it; another one is kept until the roots before it
    /// have come.
    enum Update: Sendable {
        case idle
        case roots(timestamp: [UInt8])
        case named
    }

    /// The metadata files to hand on, by name: every root, and the files of the catalogue once there is one.
    package var files: [String: [UInt8]] {
        var files: [String: [UInt8]] = [:]
        for (index, root) in trusted.stored.roots.enumerated() { files[MetadataRole.root.fileName(version: Int64(index + 1))] = root }
        for file in trusted.publication?.signedFiles ?? [] { files[file.name] = file.bytes }
        return files
    }

    mutating func nextCatalogue(at now: Instant) -> DownStep {
        if let end = catalogueRetry.end(at: now) { return .wait(until: end) }
        switch update {
        case .idle:
            if let end = poll?.end(at: now) { return .wait(until: end) }
            return .errand(.metadata(name: trusted.wantedTimestamp.fileName, longest: trusted.wantedTimestamp.longest, source: source))
        case .roots: return .errand(.metadata(name: trusted.wantedRoot.fileName, longest: trusted.wantedRoot.longest, source: source))
        case .named:
            guard let wanted = trusted.wanted else { return .wait(until: now) }
            return .errand(.metadata(name: wanted.fileName, longest: wanted.longest, source: source))
        }
    }

    /// What was asked for last; an answer to something else was under way when the records were read again.
    var expectedFile: String? {
        switch update {
        case .idle: trusted.wantedTimestamp.fileName
        case .roots: trusted.wantedRoot.fileName
        case .named: trusted.wanted?.fileName
        }
    }

    mutating func finishedMetadata(_ outcome: Outcome, at now: Instant) -> [Action] {
        switch (update, outcome) {
        case (.idle, .content(let bytes)):
            if bytes == lastTimestamp { return heard(news: false, at: now) + settle(at: now) }
            update = .roots(timestamp: bytes)
            return []
        case (.roots(let timestamp), .missing):
            var isNews = false
            let (before, rightly) = (refused, now.milliseconds - clockError)
            let actions = attempt(at: now) { set throws(TrustError) in
                isNews = try set.accept(timestamp: timestamp, at: rightly) == .accepted
                return timestamp
            }
            return refused == before ? heard(news: isNews, at: now) + actions : actions
        case (.roots, .content(let bytes)):
            // The same root again would be asked for for ever.
            return attempt(at: now) { set throws(TrustError) in
                guard try set.accept(root: bytes) == .accepted else {
                    throw TrustError(.version, "The root offered is the one that is trusted already.")
                }
                return nil
            }
        case (.named, .content(let bytes)):
            let rightly = now.milliseconds - clockError
            return attempt(at: now) { set throws(TrustError) in
                guard let wanted = set.wanted else { return nil }
                _ = try set.accept(bytes, wanted: wanted, at: rightly)
                return nil
            }
        case (.named, .missing) where trusted.passOverWanted():
            return arrived(at: now)
        case (_, .tooLong):
            refuse(.length, at: now)
            return []
        default:
            abandon(at: now)
            return []
        }
    }

    private mutating func refuse(_ code: TrustError.Code, at now: Instant) {
        noteRefusal(code)
        abandon(at: now)
    }

    private mutating func noteRefusal(_ code: TrustError.Code) {
        refused += 1
        notice(Noticed(code == .expired ? .freeze : .metadata, about: code.rawValue))
    }

    /// Offers a file to what is believed; goes on when it is taken, tries another source later when it is not.
    private mutating func attempt(at now: Instant, _ accept: (inout TrustedSet) throws(TrustError) -> [UInt8]?) -> [Action] {
        do {
            let timestamp = try accept(&trusted)
            if case .roots = update, timestamp == nil { return [keep()] }
            lastTimestamp = timestamp ?? lastTimestamp
            update = .named
            return arrived(at: now)
        } catch {
            // Of one county's list only that county's nodes hear less than there is.
            if case .named = update, trusted.wanted?.list != nil, trusted.passOverWanted() {
                noteRefusal(error.code)
                return arrived(at: now)
            }
            refuse(error.code, at: now)
            return []
        }
    }

    /// When everything has come the catalogue is carried out. A list that was passed over is asked for again with the next look, whatever
    /// it brings.
    private mutating func arrived(at now: Instant) -> [Action] {
        guard trusted.wanted == nil else { return [] }
        if trusted.lacksList {
            lastTimestamp = []
            anotherSource()
        }
        return [keep()] + settle(at: now) + follow(at: now)
    }

    private mutating func heard(news: Bool, at now: Instant) -> [Action] {
        freshness.heard(news: news, at: now) ? [.store(Freshness.key, .text(String(now.milliseconds)))] : []
    }

    private func keep() -> Action {
        .store(Self.trustedKey, .trusted(StoredTrust(trusted.stored)))
    }

    private mutating func settle(at now: Instant) -> [Action] {
        update = .idle
        catalogueRetry.succeed()
        let fifth = Int(max(settings.pollEvery / 5, 1))
        poll = Pause(from: now, milliseconds: settings.pollEvery - Int64(fifth) + Int64(generator.below(2 * fifth)))
        return []
    }

    private mutating func abandon(at now: Instant) {
        update = .idle
        lastTimestamp = []
        anotherSource()
        catalogueRetry.fail(at: now, using: &generator)
    }
}
