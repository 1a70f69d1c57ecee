package import Foundation
package import Storage

/// An entry of the log as the copy has it that was sent on.
package struct CopiedEvent: Hashable, Sendable {
    let fields: [String: String]
    /// The place in the chain, from 1.
    package let position: Int

    /// How a line of the copy begins; before it stands whatever the receiver of a syslog writes in front.
    private static let beginning = Array(#"{"actor":""#.utf8)

    /// Where an entry begins in a line of a syslog; nil in others, which are none of our business.
    static func start(in line: [UInt8]) -> Int? {
        var rest = line[...]
        while let brace = rest.firstIndex(of: UInt8(ascii: "{")) {
            if line[brace...].starts(with: beginning) { return brace }
            rest = rest[(brace + 1)...]
        }
        return nil
    }

    /// Reads a line from where the entry begins; nil when it was cut off on its way.
    init?(_ line: [UInt8], from start: Int) {
        guard let last = line.lastIndex(of: UInt8(ascii: "}")), start < last,
            let fields = try? JSONDecoder().decode([String: String].self, from: Data(line[start...last])), fields["hash"] != nil,
            let position = fields["position"].flatMap({ Int($0) }), position > 0
        else { return nil }
        self.fields = fields
        self.position = position
    }
}

/// What the copy of the log says beside the log itself. A copy may lack entries, begin late, hold one twice; what it has must be what
/// stands here.
package struct LogComparison: Sendable {
    /// Why an entry of the copy is not the one that stands here.
    package enum Difference: Hashable, Sendable {
        /// Another hash or another content stands at its place.
        case other
        /// Nothing stands at its place.
        case gone
    }

    /// The places of which every line of the copy says what stands here.
    package private(set) var agreed = IndexSet()
    /// The places of which one line or more does not.
    package private(set) var differing: [Int: Difference] = [:]
    /// Lines that look like entries and cannot be read.
    package private(set) var unreadable = 0

    /// The rest of the line that the last piece did not end.
    private var rest: [UInt8] = []
    private var isTooLong = false
    private var waiting: [CopiedEvent] = []

    /// No entry is longer: a longer line is another's.
    static let longestLine = 1 << 20

    package init() {}

    /// Takes the next piece of a copy, wherever it was cut; answers entries to compare once there are enough for a question to the
    /// database.
    package mutating func take(_ piece: [UInt8]) -> [CopiedEvent] {
        var piece = piece[...]
        while let end = piece.firstIndex(of: UInt8(ascii: "\n")) {
            addToLine(piece[..<end])
            endLine()
            piece = piece[(end + 1)...]
        }
        addToLine(piece)
        return waiting.count >= 1000 ? takeWaiting() : []
    }

    /// The copy ends; its last line may have no end of its own.
    package mutating func finish() -> [CopiedEvent] {
        endLine()
        return takeWaiting()
    }

    /// Notes what stands here at the places of some entries.
    package mutating func note(_ entries: [CopiedEvent], here: [Int: SentEvent]) {
        for entry in entries {
            let difference: Difference? =
                if let stored = here[entry.position] { stored.fields == entry.fields ? nil : .other } else { .gone }
            if let difference { differing[entry.position] = difference } else { agreed.insert(entry.position) }
            if differing[entry.position] != nil { agreed.remove(entry.position) }
        }
    }

    private mutating func addToLine(_ bytes: ArraySlice<UInt8>) {
        guard !isTooLong, rest.count + bytes.count <= Self.longestLine else {
            (rest, isTooLong) = ([], true)
            return
        }
        rest += bytes
    }

    private mutating func endLine() {
        defer { (rest, isTooLong) = ([], false) }
        guard let start = CopiedEvent.start(in: rest) else { return }
        if let entry = CopiedEvent(rest, from: start) { waiting.append(entry) } else { unreadable += 1 }
    }

    private mutating func takeWaiting() -> [CopiedEvent] {
        defer { waiting = [] }
        return waiting
    }
}

extension Statements {
    /// The chained entries at some places; those that are gone, or whose place is, are not in the answer.
    package func sentEvents(at positions: Set<Int>) throws -> [Int: SentEvent] {
        var found: [Int: SentEvent] = [:]
        let sorted = positions.sorted()
        for start in stride(from: 0, to: sorted.count, by: 500) {
            try each(
                """
                SELECT \(sql: eventColumns), l.position AS place, l.hash AS link FROM event_link l JOIN event e ON e.id = l.event_id
                WHERE l.position IN (\(list: sorted[start..<min(start + 500, sorted.count)]))
                """
            ) { row in
                let position = try row.int(10)
                found[position] = SentEvent(event: try row.decode(Event.self), position: position, hash: try row.text(11))
            }
        }
        return found
    }

    /// How many places the chain has.
    package func chainLength() throws -> Int { try count("SELECT coalesce(max(position), 0) FROM event_link") }
}
