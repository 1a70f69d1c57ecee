package import Basics
package import Storage

/// The part of the network that a question may be answered for. Every query of figures takes one; there is no default, so that an unguarded
/// query does not compile.
package struct Scope: Hashable, Sendable {
    /// The codes of the areas, as they are today; all that begins with one of them is inside.
    package let areas: [AreaCode]
    private let unlimited: Bool

    /// The subtrees of the given areas; none at all for an empty list.
    package init(areas: [AreaCode]) {
        self.areas = areas
        unlimited = false
    }

    private init(unlimited: Bool) {
        areas = []
        self.unlimited = unlimited
    }

    /// Everything: for the program's own work and the command line on the machine itself, never for a request.
    package static let everything = Scope(unlimited: true)

    /// Whether an area lies inside.
    package func covers(_ area: AreaCode) -> Bool { unlimited || areas.contains { $0.covers(area) } }

    /// Whether an area lies inside a part of the scope that is of that level or a higher one.
    package func covers(_ area: AreaCode, from level: AreaLevel) -> Bool {
        unlimited || areas.contains { $0.level <= level && $0.covers(area) }
    }

    /// The part of the scope that lies within one area: the area itself, or those parts of it that are inside.
    package func narrowed(to area: AreaCode) -> Scope {
        if covers(area) { return Scope(areas: [area]) }
        return Scope(areas: areas.filter { area.covers($0) })
    }

    /// The condition on a column of area codes. An index search on both engines.
    package func condition(_ column: SQL) -> SQL {
        if unlimited { return "1 = 1" }
        guard var condition = areas.first.map({ range($0, column) }) else { return "1 = 0" }
        for area in areas.dropFirst() { condition = "\(sql: condition) OR \(sql: range(area, column))" }
        return "(\(sql: condition))"
    }

    /// The condition on a column of area codes that lie inside, or that have something of the scope inside: what an office above decided
    /// holds here too.
    package func reach(_ column: SQL) -> SQL {
        if unlimited { return "1 = 1" }
        let above = Set(areas.flatMap { sequence(first: $0, next: \.parent).map(\.description) }).sorted()
        return "(\(sql: condition(column)) OR \(sql: column) IN (\(list: above)))"
    }

    private func range(_ area: AreaCode, _ column: SQL) -> SQL {
        "(\(sql: column) >= \(area.description) AND \(sql: column) < \(area.successor))"
    }
}
