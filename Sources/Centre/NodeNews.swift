package import Basics
package import Registry
package import Storage
package import Wire

/// How far an edge's list of nodes is: which history of the centre, for which area, up to which change. Edges give it back as they got it.
package struct NodeListVersion: Hashable, Sendable, CustomStringConvertible {
    package let epoch: String
    package let area: String
    package let mark: NodeMark

    package init(epoch: String, area: String, mark: NodeMark) {
        self.epoch = epoch
        self.area = area
        self.mark = mark
    }

    /// Nil for what we never wrote.
    package init?(_ text: String) {
        let parts = text.split(separator: "/", maxSplits: 3, omittingEmptySubsequences: false)
        guard parts.count == 4, let changed = Int64(parts[2]), changed >= 0 else { return nil }
        self.init(epoch: String(parts[0]), area: String(parts[1]), mark: NodeMark(changed: changed, node: String(parts[3])))
    }

    package var description: String { "\(epoch)/\(area)/\(mark.changed)/\(mark.node)" }
}

extension Statements {
    /// What changed among the nodes of an edge's area since a version of its list; nil when nothing did. The list begins anew when the edge
    /// has none, when its area has another code, and when the centre's history is another.
    package func nodeNews(for edge: NodeRecord, since: NodeListVersion?, epoch: String, on day: Day, limit: Int = NodeNews.most) throws
        -> NodeNews?
    {
        guard let area = try area(id: edge.areaID, on: day), let code = area.areaCode else {
            return NodeNews(version: "", whole: true, more: false, nodes: [], gone: [])
        }
        let last = try lastNodeChange()
        let remembered = last - NodeMark.memorySeconds * 1000
        let mark = since.flatMap {
            $0.epoch == epoch && $0.area == area.code && (remembered...last + 1).contains($0.mark.changed) ? $0.mark : nil
        }
        if let mark, mark.changed > last { return nil }
        let placed = try nodes(below: code, after: mark ?? .beginning, limit: limit)
        let isMore = placed.count == limit
        let gone = try mark.map { try nodesGone(from: code, since: $0.changed) } ?? []
        let next = isMore ? placed.last.map { NodeMark(changed: $0.changed, node: $0.node) } : nil
        if mark != nil, placed.isEmpty, gone.isEmpty { return nil }
        return NodeNews(
            version: NodeListVersion(epoch: epoch, area: area.code, mark: next ?? NodeMark(changed: last + 1, node: "")).description,
            whole: mark == nil, more: isMore,
            nodes: placed.map { KnownNode(node: $0.node, publicKey: $0.publicKey, revoked: $0.isRevoked, kind: $0.kind) }, gone: gone)
    }
}
