import Basics

/// Why a JSON value is not a fact. The code is stable, the sentence is for the person who reads the verdict.
package struct MalformedFact: Error, Hashable, Sendable {
    package let code: String
    package let sentence: String

    init(_ code: String, _ sentence: String) {
        self.code = code
        self.sentence = sentence
    }
}

extension Fact: Codable {
    private enum Key: String, CodingKey {
        case id, kind, terminal, node, day, minutes, boot, sequence, courseware, mode, intervals, version, revision, state, reason,
            incident, about, count, at, outcome, clean, edge
        case throughAt = "through_at"
        case clockError = "clock_error_ms"
        case firstAt = "first_at"
        case lastAt = "last_at"
        case backAt = "back_at"
        case doneBytes = "done_bytes"
        case totalBytes = "total_bytes"
    }

    /// Decodes and checks every bound; throws `MalformedFact`.
    package init(from decoder: any Decoder) throws {
        let fields = try Fields<Key>(decoder)
        id = try fields.name(.id)
        switch try fields.text(.kind) {
        case "presence":
            let (day, minutes) = try Self.minutes(fields)
            body = .presence(Presence(terminal: try fields.name(.terminal), day: day, minutes: minutes))
        case "play":
            guard let mode = PlayMode(rawValue: try fields.text(.mode)) else {
                throw MalformedFact("fact.mode", "`mode` is none of demand, channel, live")
            }
            let intervals = try fields.value([PlayInterval].self, .intervals)
            guard (1...2000).contains(intervals.count) else {
                throw MalformedFact("fact.intervals", "`intervals` must have 1 to 2000 entries")
            }
            let play = Play(
                terminal: try fields.name(.terminal), boot: try fields.count(.boot), sequence: try fields.count(.sequence),
                courseware: try fields.name(.courseware),
                mode: mode, intervals: intervals)
            let start = intervals.map(\.startedAt).min() ?? Instant(milliseconds: 0)
            let end = intervals.map(\.endedAt).max() ?? start
            guard end.milliseconds(since: start) <= 86_400_000 else {
                throw MalformedFact("fact.play_too_long", "A play lasts at most 24 hours from first to last interval; begin a new sequence")
            }
            body = .play(play)
        case "watermark":
            body = .watermark(
                Watermark(
                    terminal: try fields.name(.terminal), throughAt: Instant(milliseconds: try fields.count(.throughAt)),
                    clockError: try fields.optionalNumber(.clockError)))
        case "holding":
            guard let state = Holding.State(rawValue: try fields.text(.state)) else {
                throw MalformedFact("fact.state", "`state` is none of known, fetching, complete, failed, removed")
            }
            body = .holding(
                Holding(
                    node: try fields.name(.node), courseware: try fields.name(.courseware), version: try fields.count(.version),
                    revision: try fields.count(.revision), state: state, doneBytes: try fields.count(.doneBytes),
                    totalBytes: try fields.count(.totalBytes),
                    reason: String((try fields.optionalText(.reason) ?? "").prefix(120))))
        case "incident":
            let about = try fields.optionalText(.about) ?? ""
            let incident = Incident(
                node: try fields.name(.node), kind: try fields.name(.incident), about: about,
                firstAt: Instant(milliseconds: try fields.count(.firstAt)),
                lastAt: Instant(milliseconds: try fields.count(.lastAt)), count: try fields.count(.count))
            guard about == Incident.about(about) else {
                throw MalformedFact("fact.about", "`about` has at most 64 printable ASCII characters")
            }
            guard incident.firstAt <= incident.lastAt else {
                throw MalformedFact("fact.interval", "An incident's `first_at` must not lie after its `last_at`")
            }
            body = .incident(incident)
        case "test":
            guard let outcome = TestPlay.Outcome(rawValue: try fields.text(.outcome)) else {
                throw MalformedFact(
                    "fact.outcome", "`outcome` is none of \(TestPlay.Outcome.allCases.map(\.rawValue).joined(separator: ", "))")
            }
            // Whatever was not played has no name.
            let courseware = try fields.optionalText(.courseware).map { $0.isEmpty ? "" : try fields.name(.courseware) } ?? ""
            body = .test(
                TestPlay(
                    terminal: try fields.name(.terminal), boot: try fields.count(.boot), sequence: try fields.count(.sequence),
                    at: Instant(milliseconds: try fields.count(.at)), outcome: outcome, courseware: courseware))
        case "stop":
            let stop = Stop(
                terminal: try fields.name(.terminal), boot: try fields.count(.boot),
                lastAt: Instant(milliseconds: try fields.count(.lastAt)), backAt: Instant(milliseconds: try fields.count(.backAt)),
                isClean: try fields.value(Bool.self, .clean))
            guard stop.lastAt <= stop.backAt else {
                throw MalformedFact("fact.interval", "A stop's `last_at` must not lie after its `back_at`")
            }
            body = .stop(stop)
        case "contact":
            let (day, minutes) = try Self.minutes(fields)
            body = .contact(Contact(edge: try fields.name(.edge), terminal: try fields.name(.terminal), day: day, minutes: minutes))
        default:
            throw MalformedFact("fact.kind", "`kind` is none of presence, play, watermark, holding, incident, test, stop, contact")
        }
    }

    private static func minutes(_ fields: Fields<Key>) throws -> (Day, MinuteSet) {
        guard let day = Day(try fields.text(.day)) else {
            throw MalformedFact("fact.day", "`day` is not a date of the form YYYY-MM-DD")
        }
        guard let minutes = MinuteSet(text: try fields.text(.minutes)) else {
            throw MalformedFact("fact.minutes", "`minutes` is not a list such as 480-541,600 of minutes from 0 to 1499")
        }
        return (day, minutes)
    }

    /// Encodes the documented form.
    package func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: Key.self)
        try container.encode(id, forKey: .id)
        switch body {
        case .presence(let presence):
            try container.encode("presence", forKey: .kind)
            try container.encode(presence.terminal, forKey: .terminal)
            try container.encode(presence.day, forKey: .day)
            try container.encode(presence.minutes.text, forKey: .minutes)
        case .play(let play):
            try container.encode("play", forKey: .kind)
            try container.encode(play.terminal, forKey: .terminal)
            try container.encode(play.boot, forKey: .boot)
            try container.encode(play.sequence, forKey: .sequence)
            try container.encode(play.courseware, forKey: .courseware)
            try container.encode(play.mode, forKey: .mode)
            try container.encode(play.intervals, forKey: .intervals)
        case .watermark(let watermark):
            try container.encode("watermark", forKey: .kind)
            try container.encode(watermark.terminal, forKey: .terminal)
            try container.encode(watermark.throughAt, forKey: .throughAt)
            try container.encodeIfPresent(watermark.clockError, forKey: .clockError)
        case .holding(let holding):
            try container.encode("holding", forKey: .kind)
            try container.encode(holding.node, forKey: .node)
            try container.encode(holding.courseware, forKey: .courseware)
            try container.encode(holding.version, forKey: .version)
            try container.encode(holding.revision, forKey: .revision)
            try container.encode(holding.state, forKey: .state)
            try container.encode(holding.doneBytes, forKey: .doneBytes)
            try container.encode(holding.totalBytes, forKey: .totalBytes)
            try container.encode(holding.reason, forKey: .reason)
        case .incident(let incident):
            try container.encode("incident", forKey: .kind)
            try container.encode(incident.node, forKey: .node)
            try container.encode(incident.kind, forKey: .incident)
            try container.encode(incident.about, forKey: .about)
            try container.encode(incident.firstAt, forKey: .firstAt)
            try container.encode(incident.lastAt, forKey: .lastAt)
            try container.encode(incident.count, forKey: .count)
        case .test(let test):
            try container.encode("test", forKey: .kind)
            try container.encode(test.terminal, forKey: .terminal)
            try container.encode(test.boot, forKey: .boot)
            try container.encode(test.sequence, forKey: .sequence)
            try container.encode(test.at, forKey: .at)
            try container.encode(test.outcome, forKey: .outcome)
            if !test.courseware.isEmpty { try container.encode(test.courseware, forKey: .courseware) }
        case .stop(let stop):
            try container.encode("stop", forKey: .kind)
            try container.encode(stop.terminal, forKey: .terminal)
            try container.encode(stop.boot, forKey: .boot)
            try container.encode(stop.lastAt, forKey: .lastAt)
            try container.encode(stop.backAt, forKey: .backAt)
            try container.encode(stop.isClean, forKey: .clean)
        case .contact(let contact):
            try container.encode("contact", forKey: .kind)
            try container.encode(contact.edge, forKey: .edge)
            try container.encode(contact.terminal, forKey: .terminal)
            try container.encode(contact.day, forKey: .day)
            try container.encode(contact.minutes.text, forKey: .minutes)
        }
    }
}

extension PlayInterval: Codable {
    private enum Key: String, CodingKey {
        case at, from, until, rate
    }

    /// Decodes `{"at": ms, "from": ms, "until": ms, "rate": 1000}`; `rate` may be left out.
    package init(from decoder: any Decoder) throws {
        let fields = try Fields<Key>(decoder)
        startedAt = Instant(milliseconds: try fields.count(.at))
        mediaFrom = try fields.count(.from)
        mediaUntil = try fields.count(.until)
        rate = try fields.optionalCount(.rate) ?? 1000
        guard mediaFrom < mediaUntil, mediaUntil <= 30 * 86_400_000 else {
            throw MalformedFact("fact.interval", "An interval's `from` must lie before its `until`")
        }
        guard (100...16_000).contains(rate) else {
            throw MalformedFact("fact.rate", "`rate` is thousandths of normal speed, from 100 to 16000")
        }
    }

    /// Encodes the documented form.
    package func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: Key.self)
        try container.encode(startedAt, forKey: .at)
        try container.encode(mediaFrom, forKey: .from)
        try container.encode(mediaUntil, forKey: .until)
        if rate != 1000 { try container.encode(rate, forKey: .rate) }
    }
}

/// Reads fields of an untrusted JSON object and says which one is wrong.
struct Fields<Key: CodingKey & RawRepresentable> where Key.RawValue == String {
    private let container: KeyedDecodingContainer<Key>

    init(_ decoder: any Decoder) throws {
        guard let container = try? decoder.container(keyedBy: Key.self) else {
            throw MalformedFact("fact.not_an_object", "A JSON object is expected here")
        }
        self.container = container
    }

    func value<Value: Decodable>(_ type: Value.Type, _ key: Key) throws -> Value {
        do { return try container.decode(Value.self, forKey: key) } catch let error as MalformedFact { throw error } catch {
            throw MalformedFact("fact.field", "`\(key.rawValue)` is missing or has the wrong type")
        }
    }

    func text(_ key: Key) throws -> String { try value(String.self, key) }

    func optionalText(_ key: Key) throws -> String? { container.contains(key) ? try text(key) : nil }

    /// 1 to 64 printable ASCII characters without blanks.
    func name(_ key: Key) throws -> String {
        let text = try text(key)
        guard (1...64).contains(text.utf8.count), text.utf8.allSatisfy({ (0x21...0x7E).contains($0) }) else {
            throw MalformedFact("fact.name", "`\(key.rawValue)` must be 1 to 64 printable ASCII characters")
        }
        return text
    }

    /// 0 to 2^53 − 1.
    func count(_ key: Key) throws -> Int64 {
        let number = try value(Int64.self, key)
        guard (0..<1 << 53).contains(number) else {
            throw MalformedFact("fact.number", "`\(key.rawValue)` must lie between 0 and 2^53 - 1")
        }
        return number
    }

    /// −(2^53 − 1) to 2^53 − 1.
    func optionalNumber(_ key: Key) throws -> Int64? {
        guard container.contains(key) else { return nil }
        let number = try value(Int64.self, key)
        guard (-(1 << 53) + 1..<1 << 53).contains(number) else {
            throw MalformedFact("fact.number", "`\(key.rawValue)` must lie between -(2^53 - 1) and 2^53 - 1")
        }
        return number
    }

    func optionalCount(_ key: Key) throws -> Int64? { container.contains(key) ? try count(key) : nil }
}

extension MalformedFact {
    /// A line of a file that is no JSON.
    package static let notJSON = MalformedFact("fact.not_json", "The line is not a JSON object")
}
