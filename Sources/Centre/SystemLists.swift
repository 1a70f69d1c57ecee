import Accounts
import Basics
import Lists
import Operations
import Registry
import Storage
import Web

/// A node, and when the centre last answered it, or up to when a terminal reported.
struct HeardNode: Sendable {
    let node: NodeRecord
    let heardAt: Instant?
}

extension ListPage where Row == HeardNode {
    /// The nodes of the scope.
    static var nodes: ListPage {
        ListPage(
            SystemAddress.nodes, .seeSystem, title: "nodes.title",
            columns: [
                ListColumn("id", "nodes.id") { row, _ in Table.Cell(row.node.id) },
                ListColumn("kind", "nodes.kind") { Table.Cell($1.text("node.kind.\($0.node.kind)")) },
                ListColumn("name", "nodes.name") { row, _ in Table.Cell(row.node.name) },
                ListColumn("state", "nodes.state") { Table.Cell($1.text("node.\($0.node.standing.rawValue)"), mark: "standing") },
                ListColumn("heard", "nodes.heard") { Table.Cell($1.time($0.heardAt)) },
                ListColumn("enrolled_at", "nodes.enrolled_at") { Table.Cell($1.time($0.node.enrolledAt)) },
                ListColumn("version", "nodes.version") { row, _ in Table.Cell(row.node.version) },
            ],
            filters: [
                ListFilter(
                    "kind", "nodes.kind", [FieldOption("", "nodes.any")] + ["edge", "terminal"].map { FieldOption($0, "node.kind.\($0)") }),
                ListFilter("state", "nodes.state", any: "nodes.any", among: NodeStanding.self, words: "node"),
                ListFilter("silent", "silence.since", any: "nodes.any", among: SilenceSpan.self, words: "silence.span"),
            ], search: "nodes.search",
            rows: { statements, question in
                let found = try statements.nodes(
                    NodeFilter(question, statements), after: question.after, limit: question.limit, on: question.today, in: question.scope)
                let (ids, told) = (found.map(\.id), try statements.lastHeard(found.map(\.id)))
                let heard = told.merging(try statements.nodeContacts(ids)) { max($0, $1) }
                return found.map { HeardNode(node: $0, heardAt: heard[$0.id]) }
            }, count: { try $0.nodeCount(NodeFilter($1, $0), on: $1.today, in: $1.scope) }, place: \.node.id, note: "nodes.caption",
            empty: "nodes.empty")
    }
}

extension SearchLook {
    /// Nodes by name or id.
    static let nodes = SearchLook(.seeSystem, "nodes.title") { statements, question in
        try statements.nodes(NodeFilter(words: question.words), limit: question.limit, on: question.today, in: question.scope).map {
            SearchHit(title: $0.name, code: $0.id, detail: "", url: SystemAddress.nodes().with("q", $0.id))
        }
    }
}

extension NodeFilter {
    fileprivate init(_ question: ListQuestion, _ statements: Statements) {
        let silent = SilenceSpan(rawValue: question["silent"]).map { statements.silentNodes(before: $0.start(question.now)) }
        self.init(kind: question["kind"], standing: question["state"], words: question.words, also: silent ?? "1 = 1")
    }
}
