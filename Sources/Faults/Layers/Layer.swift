package import Basics
package import Wire

/// The layers of a site's connection; each is known to hold, known not to, or neither.
package enum Layer: String, CaseIterable, Sendable {
    /// Something of a terminal arrived at its parent.
    case network
    /// A signed request of a terminal was answered by the centre.
    case platform
    /// A test play or an effective play succeeded.
    case playable
}

/// What is known of a layer. *No* needs evidence: what is merely off is unknown.
package enum LayerAnswer: String, CaseIterable, Sendable { case yes, no, unknown }

/// Every registered site is exactly one of these at the end of a day.
package enum SiteCondition: String, CaseIterable, Sendable { case playable, faulty, unproven }

/// For how long a proof holds; dated settings, each with its paper.
package struct LayerSpans: Hashable, Sendable {
    /// Hours after the last contact.
    package let network: Int
    package let platform: Int
    /// Local days, that of the proof included.
    package let proof: Int

    package init(network: Int, platform: Int, proof: Int) { (self.network, self.platform, self.proof) = (network, platform, proof) }

    /// What holds where nothing was decided: metrics.md, "Connectivity".
    package static let standard = LayerSpans(network: 24, platform: 24, proof: 7)

    /// Whether somebody heard at that moment is reachable now.
    package func answer(_ layer: Layer, heardAt: Instant?, at now: Instant) -> LayerAnswer {
        let hours = layer == .network ? network : platform
        return heardAt.map { now.milliseconds(since: $0) < Int64(hours) * 3_600_000 } == true ? .yes : .unknown
    }
}

/// Something that shows whether a terminal of a site plays.
package struct PlayEvent: Hashable, Sendable {
    package enum Kind: Hashable, Sendable {
        /// An effective play.
        case play
        /// A test play, and what came of it.
        case test(TestPlay.Outcome)
    }

    package let terminal: Int
    package let at: Instant
    package let day: Day
    package let kind: Kind

    package init(terminal: Int, at: Instant, day: Day, _ kind: Kind) {
        (self.terminal, self.at, self.day, self.kind) = (terminal, at, day, kind)
    }

    package var isFailure: Bool { if case .test(let outcome) = kind { outcome.isFailure } else { false } }
    package var isProof: Bool { kind == .play || kind == .test(.played) }
}

/// How a site stands, with what shows it.
package struct FoundCondition: Hashable, Sendable {
    package let condition: SiteCondition
    /// The last proof, however old.
    package let proof: PlayEvent?
    /// The last failure after it.
    package let failure: PlayEvent?
    /// Since when a fault stands that two failures running have confirmed.
    package let faultyFrom: Instant?

    /// What the events of a site's terminals up to a day's end make of it; metrics.md, "Connectivity". A success between two failures of a
    /// terminal parts them, one at another terminal of the site too: what plays there is not faulty. In any order.
    package init(_ events: [PlayEvent], on day: Day, spans: LayerSpans) {
        let known = events.filter { $0.day <= day }
        proof = known.filter(\.isProof).max { $0.at < $1.at }
        let since = proof?.at ?? Instant(milliseconds: .min)
        let failures = known.filter { $0.isFailure && $0.at > since }.sorted { ($0.at, $0.terminal) < ($1.at, $1.terminal) }
        failure = failures.last
        let confirmed = Dictionary(grouping: failures, by: \.terminal).values.filter { $0.count >= 2 }
        faultyFrom = confirmed.compactMap { $0.first?.at }.min()
        condition =
            if faultyFrom != nil {
                .faulty
            } else if failure == nil, let proof, proof.day > day.advanced(by: -spans.proof) { .playable } else { .unproven }
    }

    package var answer: LayerAnswer {
        switch condition {
        case .playable: .yes
        case .faulty: .no
        case .unproven: failure == nil ? .unknown : .no
        }
    }
}

/// The sites of an area by their condition, and how many of them are heard.
package struct ConnectivityFigures: Hashable, Sendable {
    package private(set) var registered = 0
    package private(set) var playable = 0
    package private(set) var faulty = 0
    package private(set) var network = 0
    package private(set) var platform = 0
    /// Whether anything was heard of them all day; of silence there is no rate.
    package private(set) var isHeard = false

    package init() {}

    /// Counts another site.
    package mutating func add(
        _ condition: SiteCondition, isHeard: Bool = true, network: LayerAnswer = .unknown, platform: LayerAnswer = .unknown
    ) {
        registered += 1
        if isHeard { self.isHeard = true }
        if condition == .playable { playable += 1 }
        if condition == .faulty { faulty += 1 }
        if network == .yes { self.network += 1 }
        if platform == .yes { self.platform += 1 }
    }

    package var unproven: Int { registered - playable - faulty }
    /// 畅通率, and at most how high it could be: nobody knows of the unproven.
    package var connectivity: Rate { rate(playable) }
    package var bound: Rate { rate(playable + unproven) }
    /// 故障率.
    package var faultRate: Rate { rate(faulty) }

    private func rate(_ sites: Int) -> Rate { Rate(sites, of: isHeard ? registered : 0) }
}
