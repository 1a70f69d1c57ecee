package import Basics
package import Trust

/// One published courseware version, as the signed list of its publisher offers it. Its path is `courseware/<network, or code of the
/// area>/<id>/<version>.json`; its `custom` object is
/// `{"kind":"courseware","courseware":id,"version":n,"published_at":ms,"audience":{"areas":["1301"],"kinds":["village"]}}`, where an empty
/// list means all. An area offers nothing for places outside.
package struct Offer: Hashable, Sendable {
    package let publisher: Publisher
    package let courseware: String
    package let version: Int64
    package let publishedAt: Instant
    package let audience: Audience
    package let manifest: Blob

    /// An offer to be listed in the targets.
    package init(
        publisher: Publisher = .network, courseware: String, version: Int64, publishedAt: Instant, audience: Audience, manifest: Blob
    ) {
        self.publisher = publisher
        self.courseware = courseware
        self.version = version
        self.publishedAt = publishedAt
        self.audience = audience
        self.manifest = manifest
    }

    /// Reads a target; nil for a target that is no courseware, or one of a form that this program does not know.
    package init?(_ path: RelativePath, _ file: TargetFile) {
        guard let fields = try? JSONFields(.object(file.custom), at: "custom"), (try? fields.text("kind")) == "courseware",
            let courseware = try? fields.text("courseware"), let version = try? fields.integer("version", in: 1...JSONValue.largestInteger),
            let publishedAt = try? fields.integer("published_at", in: 0...JSONValue.largestInteger),
            let audience = try? fields.fields("audience"),
            let areas = try? audience.array("areas"), let kinds = try? audience.array("kinds"), file.length > 0,
            file.length <= Manifest.longest,
            let publisher = Publisher(path: path),
            [publisher.path(courseware: courseware, version: version), Publisher.oldPath(courseware: courseware, version: version)]
                .contains(path.rawValue)
        else { return nil }
        self.publisher = publisher
        self.courseware = courseware
        self.version = version
        self.publishedAt = Instant(milliseconds: publishedAt)
        manifest = Blob(sha256: file.sha256, length: file.length)
        self.audience = Audience(
            areas: areas.compactMap { if case .string(let text) = $0 { AreaCode(text) } else { nil } },
            kinds: kinds.compactMap { if case .string(let text) = $0 { text } else { nil } })
        // A word that cannot be read must not turn "these" into "all".
        guard self.audience.areas.count == areas.count, self.audience.kinds.count == kinds.count,
            publisher.mayPublish(for: self.audience.areas.map(\.description))
        else { return nil }
    }

    /// The path and entry of the targets that say this.
    package var target: (path: RelativePath, file: TargetFile)? {
        guard let path = RelativePath(rawValue: publisher.path(courseware: courseware, version: version)) else { return nil }
        let audience: JSONValue = [
            "areas": .array(self.audience.areas.map { .string($0.description) }), "kinds": .array(self.audience.kinds.map { .string($0) }),
        ]
        return (
            path,
            TargetFile(
                length: manifest.length, sha256: manifest.sha256,
                custom: [
                    "kind": "courseware", "courseware": .string(courseware), "version": .integer(version),
                    "published_at": .integer(publishedAt.milliseconds),
                    "audience": audience,
                ])
        )
    }

    /// The newest version of each courseware that is meant for a place. Where two publishers offer the same courseware the wider one's word
    /// stands: an area replaces nothing of the network's.
    package static func offers(in catalogue: Catalogue, for place: NodePlace) -> [String: Offer] {
        var best: [String: Offer] = [:]
        for (path, file) in catalogue.files {
            guard let offer = Offer(path, file), offer.audience.includes(place, asOf: offer.publishedAt) else { continue }
            if let known = best[offer.courseware], (known.publisher, offer.version) < (offer.publisher, known.version) { continue }
            best[offer.courseware] = offer
        }
        return best
    }
}
