import Basics
import Operations
import Storage
import TestKit
import Testing
import Wire

struct SiteMonthTests {
    /// Months as they are added up by hand: `[first day, site, minutes, mask, seconds, plays, plays on demand]`.
    private static func months(of days: [[Int]]) -> [[Int]] {
        Dictionary(grouping: days) { [Day(number: $0[0]).month.days.lowerBound.number, $0[1]] }.map { key, days in
            [key[0], key[1], days.map { $0[2] }.reduce(0, +), days.reduce(0) { $1[2] > 0 ? $0 | 1 << ($1[0] - key[0]) : $0 }]
                + [3, 5, 6].map { column in days.map { $0[column] }.reduce(0, +) }
        }.sorted { ($0[0], $0[1]) < ($1[0], $1[1]) }
    }

    private static func stored(_ statements: Statements) throws -> [[Int]] {
        try statements.all(
            """
            SELECT month, site, on_minutes, on_mask, effective_seconds, effective_plays, effective_demand_plays
            FROM site_month ORDER BY month, site
            """
        ) { row in try (0..<7).map { try row.int($0) } }
    }

    @Test(arguments: Database.Engine.required)
    func aDatabaseFromBeforeGetsTheMonthsOfItsDays(_ engine: Database.Engine) async throws {
        try await withDatabase(engine) { database in
            let steps = try allMigrations
            _ = try await database.migrate(steps.filter { $0.number < 47 }, at: SampleWorld.moment("2012-03-01", 1))
            // Every day from before a leap day's month to after it, and the turn of a century that has none.
            let spans = ["2011-12-30", "2012-02-27", "2100-02-27"].compactMap { Day($0) }
            let days = spans.flatMap { first in
                (0..<4).flatMap { step in [1, 2].map { [first.number + step, $0, (step + $0) % 3 * 700, step + 10, 9, step, $0] } }
            }
            try await database.write { statements in
                for number in [1, 2] {
                    try statements.run("INSERT INTO site (id, num, code, made_at) VALUES (\("s\(number)"), \(number), \("S\(number)"), 0)")
                }
                try statements.run(
                    """
                    INSERT INTO site_day (day, site, on_minutes, effective_seconds, plays, effective_plays,
                        effective_demand_plays) \(values: days.map { $0.map(\.bound) })
                    """)
            }
            _ = try await database.migrate(steps, at: SampleWorld.moment("2012-03-01", 1))
            let found = try await database.read { try Self.stored($0) }
            #expect(found == Self.months(of: days))
            #expect(Set(found.map { $0[0] }).count == 6)
        }
    }

    @Test(arguments: Database.Engine.required)
    func aMonthThatIsNotTheSumOfItsDaysIsFoundAndMadeRight(_ engine: Database.Engine) async throws {
        try await withWorld(engine) { world in
            let day = try #require(Day("2011-03-05"))
            let fact = Fact(id: "f", .presence(Presence(terminal: "T1", day: day, minutes: MinuteSet(600..<660))))
            _ = try await world.send([fact], at: SampleWorld.moment("2011-03-05", 22))
            let right = try await world.database.read { try Self.stored($0) }
            #expect(right.map { $0.dropFirst(2).prefix(2) } == [[60, 1 << 4]])
            try await world.database.write { _ = try $0.run("UPDATE site_month SET on_minutes = 61") }
            let differing = try await world.database.write { try $0.rebuildSiteDays(day.month.days, rules: SampleWorld.rules) }
            let again = try await world.database.write { try $0.rebuildSiteDays(day.month.days, rules: SampleWorld.rules) }
            #expect(differing == 1 && again == 0)
            #expect(try await world.database.read { try Self.stored($0) } == right)
            // A day alone leaves the rest of its month as it is.
            #expect(try await world.database.write { try $0.rebuildSiteDays(day...day, rules: SampleWorld.rules) } == 0)
        }
    }
}
