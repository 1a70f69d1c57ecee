package import Storage

/// Where facts came from: who said them, who carried them, in which file they stood.
package struct FactSource: Decodable, Hashable, Sendable, CustomStringConvertible {
    package let num: Int
    /// `self` for a terminal of itself, `edge:ID` for an edge in place of a box without a key, `command-line` for a file.
    package let saidBy: String
    /// The edge that carried a terminal's batch closed; empty when the terminal sent it to the centre itself.
    package let relay: String
    /// The file that was imported; empty otherwise.
    package let file: String

    /// The edge that said it in place of a box; nil when none did.
    package var edge: String? { saidBy.hasPrefix("edge:") ? String(saidBy.dropFirst("edge:".count)) : nil }
    package var isTerminal: Bool { saidBy == Self.terminal }

    package var description: String {
        [saidBy, relay.isEmpty ? "" : "carried by \(relay)", file].filter { !$0.isEmpty }.joined(separator: " ")
    }

    static let terminal = "self"
    /// Stands for several sources.
    static let several = 0
}

/// How much of a row came from a source.
package struct SourceShare: Hashable, Sendable {
    package let source: FactSource
    /// What it added of a row that several wrote; nil when it wrote all of it.
    package let addedMinutes: Int?
}

extension Statements {
    /// The numbers of the sources of batches, in order; made where they are new.
    func sourceNumbers(_ batches: [ReceivedBatch]) throws -> [Int] {
        var known: [String: Int] = [:]
        return try batches.map { received in
            let (saidBy, relay, file) = (received.sender.saidBy, received.relay ?? "", received.file ?? "")
            let key = "\(saidBy)\n\(relay)\n\(file)"
            if let number = known[key] { return number }
            let number = try sourceNumber(saidBy, relay, file)
            known[key] = number
            return number
        }
    }

    private func sourceNumber(_ saidBy: String, _ relay: String, _ file: String) throws -> Int {
        // Another centre on the same database may take the number, or make the row, in between.
        for _ in 0..<5 {
            if let number = try first(
                "SELECT num FROM fact_source WHERE said_by = \(saidBy) AND relay = \(relay) AND file = \(file)", { try $0.int(0) })
            {
                return number
            }
            try run(
                """
                INSERT INTO fact_source (num, said_by, relay, file) SELECT coalesce(max(num), 0) + 1, \(saidBy), \(relay), \(file)
                    FROM fact_source WHERE TRUE
                ON CONFLICT DO NOTHING
                """)
        }
        throw StorageError.busy("The number of a source is taken again and again")
    }

    /// All sources that facts ever came from, by name.
    package func factSources() throws -> [FactSource] {
        try all(FactSource.self, "SELECT num, said_by, relay, file FROM fact_source ORDER BY said_by, relay, file")
    }
}

extension Sender {
    /// Who says it, so far as the row itself does not tell.
    fileprivate var saidBy: String {
        switch self {
        case .terminal: FactSource.terminal
        case .edge, .commandLine: text
        }
    }
}
