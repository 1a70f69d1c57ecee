package import Basics
package import Storage

/// For which days something stood below an area.
package struct Stay: Hashable, Sendable {
    package let area: AreaCode
    package let days: Range<Day>
}

/// An enrolled node, its key, and where it stands today; nowhere when its area is no longer there.
package struct PlacedNode: Sendable {
    package let publicKey: String
    package let isRevoked: Bool
    package let isEdge: Bool
    package let place: NodePlace?
    /// Of the site at which a terminal stands; nil for an edge.
    package let siteName: String?
}

extension Statements {
    /// The enrolled ones of the named nodes.
    package func placedNodes(_ ids: [String]) throws -> [String: PlacedNode] {
        var found: [String: PlacedNode] = [:]
        for start in stride(from: 0, to: ids.count, by: 500) {
            try each(
                """
                SELECT n.id, n.public_key, n.revoked_at, n.kind, coalesce(p.code, ''), p.site_kind, p.site_name, coalesce(p.former, '')
                    FROM node n LEFT JOIN node_place p ON p.node = n.id
                WHERE n.public_key IS NOT NULL AND n.id IN (\(list: ids[start..<min(start + 500, ids.count)]))
                """
            ) { row in
                let (siteKind, former) = (try row.optionalText(5), FormerCode.codes(try row.text(7)))
                found[try row.text(0)] = PlacedNode(
                    publicKey: try row.text(1), isRevoked: try row.optionalInt(2) != nil, isEdge: try row.text(3) == "edge",
                    place: AreaCode(try row.text(4)).map { NodePlace(area: $0, siteKind: siteKind, former: former) },
                    siteName: try row.optionalText(6))
            }
        }
        return found
    }

    /// Where the named terminals stood: the areas of their sites, by days. Unknown ones are not in the answer.
    package func stays(ofTerminals ids: [String]) throws -> [String: [Stay]] {
        var found: [String: [Stay]] = [:]
        for start in stride(from: 0, to: ids.count, by: 500) {
            try each(
                """
                SELECT t.id, a.code, x.from_day, x.until_day, v.from_day, v.until_day, a.from_day, a.until_day FROM terminal t
                JOIN terminal_assignment x ON x.terminal = t.num AND x.replaced_at IS NULL
                JOIN site_version v ON v.site = x.site AND v.replaced_at IS NULL AND v.from_day < x.until_day AND v.until_day > x.from_day
                JOIN area_version a ON a.area_id = v.area_id AND a.replaced_at IS NULL AND a.from_day < v.until_day
                    AND a.until_day > v.from_day
                WHERE t.id IN (\(list: ids[start..<min(start + 500, ids.count)]))
                """
            ) { row in
                let from = max(try row.day(2), try row.day(4), try row.day(6))
                let until = min(try row.day(3), try row.day(5), try row.day(7))
                guard from < until, let area = AreaCode(try row.text(1)) else { return }
                found[try row.text(0), default: []].append(Stay(area: area, days: from..<until))
            }
        }
        return found
    }

    /// The codes that the areas of the named edges had, by days.
    package func areas(ofEdges ids: [String]) throws -> [String: [Stay]] {
        var found: [String: [Stay]] = [:]
        try each(
            """
            SELECT n.id, a.code, a.from_day, a.until_day FROM node n JOIN area_version a ON a.area_id = n.area_id AND a.replaced_at IS NULL
            WHERE n.kind = 'edge' AND n.id IN (\(list: ids))
            """
        ) { row in
            guard let area = AreaCode(try row.text(1)) else { return }
            found[try row.text(0), default: []].append(Stay(area: area, days: try row.day(2)..<row.day(3)))
        }
        return found
    }
}
