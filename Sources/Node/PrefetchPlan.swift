import Basics
package import Trust

/// Which renditions of a courseware a node takes.
package enum Appetite: Hashable, Sendable {
    /// All that somebody below can ask for: those of these kinds.
    case all(kinds: [Manifest.Kind])
    /// The best one for a line of that many kilobits a second: the greatest of its kind that fits, else the smallest.
    case one(kilobitsPerSecond: Int64, kind: Manifest.Kind)

    /// What stands in for a kind that a courseware does not have, so that what was published before goes on playing.
    private static func present(_ kind: Manifest.Kind, in renditions: [Manifest.Rendition]) -> Manifest.Kind? {
        [kind, .pieces, .hls, .mp4].first { kind in renditions.contains { $0.kind == kind } }
    }

    /// The renditions to fetch, in this order.
    package func choose(from renditions: [Manifest.Rendition]) -> [Manifest.Rendition] {
        switch self {
        case .all(let kinds):
            let wanted = Set(kinds.compactMap { Self.present($0, in: renditions) })
            return renditions.filter { wanted.contains($0.kind) }.sorted { ($0.totalBytes, $0.name) < ($1.totalBytes, $1.name) }
        case .one(let speed, let kind):
            let wanted = Self.present(kind, in: renditions)
            let sorted = renditions.filter { $0.kind == wanted }.sorted { ($0.bandwidth, $0.name) < ($1.bandwidth, $1.name) }
            return (sorted.last { $0.bandwidth <= speed * 1000 } ?? sorted.first).map { [$0] } ?? []
        }
    }

    /// Written into a holding, so that a changed setting is noticed.
    var word: String {
        switch self {
        case .all(let kinds): kinds.map(\.rawValue).joined(separator: "+")
        case .one(let speed, let kind): "\(kind.rawValue)-\(speed)"
        }
    }
}

/// What is still to be fetched of one courseware version, in order. Between courseware the lower stage goes first, then the newer
/// publication: a list with pictures of everything comes before the first film, and a film that can be seen before the second rendition of
/// another.
package struct PrefetchPlan: Hashable, Sendable {
    /// Stages, ascending: manifest and poster, the first rendition, the others.
    package enum Stage: Int, Comparable, Sendable {
        case picture, first, others

        package static func < (left: Stage, right: Stage) -> Bool { left.rawValue < right.rawValue }
    }

    /// Names of the renditions that are fetched.
    package let renditions: [String]
    /// The bytes of all of it, equal content counted once.
    package let totalBytes: Int64
    private var steps: [(blob: Blob, stage: Stage)]
    private var position = 0
    /// Bytes of the steps done.
    private(set) var doneBytes: Int64 = 0

    /// Everything that the node takes.
    var blobs: [Blob] { steps.map(\.blob) }

    /// The plan of a manifest for a node of that appetite.
    package init(_ manifest: Manifest, for appetite: Appetite) {
        let chosen = appetite.choose(from: manifest.renditions)
        var seen: Set<SHA256Hex> = [manifest.poster.sha256]
        var steps = [(Blob(sha256: manifest.poster.sha256, length: manifest.poster.length), Stage.picture)]
        for (index, rendition) in chosen.enumerated() {
            for file in rendition.files where seen.insert(file.sha256).inserted {
                steps.append((Blob(sha256: file.sha256, length: file.length), index == 0 ? .first : .others))
            }
        }
        self.steps = steps
        renditions = chosen.map(\.name)
        totalBytes = steps.reduce(0) { $0 + $1.0.length }
    }

    /// What comes next; nil when all of it is here.
    package var next: (blob: Blob, stage: Stage)? { position < steps.count ? steps[position] : nil }

    /// The next one is here.
    package mutating func advance() {
        guard let step = next else { return }
        doneBytes += step.blob.length
        position += 1
    }

    /// The next one comes last instead.
    package mutating func postpone() {
        guard position < steps.count else { return }
        steps.append(steps.remove(at: position))
    }

    package static func == (left: PrefetchPlan, right: PrefetchPlan) -> Bool {
        left.position == right.position && left.steps.elementsEqual(right.steps) { $0.blob == $1.blob && $0.stage == $1.stage }
    }

    package func hash(into hasher: inout Hasher) {
        hasher.combine(position)
        for step in steps { hasher.combine(step.blob) }
    }
}
