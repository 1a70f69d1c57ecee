import Basics
import Wire

/// The minutes in which an edge heard the terminals below it, from their signed requests to facts. What was heard since the last report is
/// in memory alone: it is the edge's own observation, nobody was promised anything.
struct ContactBook: Sendable {
    private static let reportEvery: Int64 = 900_000
    /// More terminals than below any edge; who comes beyond is not noted.
    private static let mostTerminals = 100_000
    private let edge: String
    private let zone: NetworkZone
    private var heard: [String: [Day: MinuteSet]] = [:]
    private var reported: Pause?

    init(edge: String, zone: NetworkZone) { (self.edge, self.zone) = (edge, zone) }

    /// A request of the terminal was verified at this moment.
    mutating func hear(_ terminal: String, at now: Instant) {
        guard heard.count < Self.mostTerminals || heard[terminal] != nil else { return }
        let (day, minute) = zone.minute(of: now)
        heard[terminal, default: [:]][day, default: MinuteSet()].insert(minute)
    }

    /// Facts of what was heard since the last report, when its time has come or the program ends.
    mutating func report(at now: Instant, isLast: Bool = false) -> [Action] {
        if reported == nil { reported = Pause(from: now, milliseconds: Self.reportEvery) }
        guard isLast || reported?.end(at: now) == nil else { return [] }
        reported = Pause(from: now, milliseconds: Self.reportEvery)
        defer { heard = [:] }
        return heard.sorted { $0.key < $1.key }.flatMap { terminal, days in
            days.sorted { $0.key < $1.key }.map {
                .report(.contact(Contact(edge: edge, terminal: terminal, day: $0.key, minutes: $0.value)))
            }
        }
    }
}
