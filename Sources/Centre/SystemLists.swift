import Accounts
import Basics
import Lists
import Operations
import Registry
import Storage
import Web

/// A node, and up to when it reported, where it is a terminal.
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
                let heard = try statements.lastHeard(found.map(\.id))
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

/// An entry of the log of acts with the names that it needs.
struct NamedEvent: Sendable {
    let event: Event
    let accounts: [String: NamedAccount]
}

extension ListPage where Row == NamedEvent {
    /// The log of acts, newest first.
    static var events: ListPage {
        ListPage(
            SystemAddress.events, .seeAudit, title: "events.title",
            columns: [
                ListColumn("at", "events.at") { Table.Cell($1.time($0.event.happenedAt)) },
                ListColumn("actor", "events.actor") { Table.Cell($1.actor($0.event.actor, $0.accounts)) },
                ListColumn("kind", "events.kind") { Table.Cell($1.text("event.\($0.event.kind)")) },
                ListColumn("result", "events.result") { row, question in
                    row.event.refusal.isEmpty
                        ? Table.Cell(question.text("events.done"))
                        : Table.Cell("\(question.text("events.refused")) \(question.text("refusal.\(row.event.refusal)"))", mark: "wide")
                },
                ListColumn("from", "events.from") { row, _ in Table.Cell(row.event.address) },
                ListColumn("subject", "events.subject") { row, _ in
                    Table.Cell(row.accounts[row.event.subject]?.login ?? row.event.subject, mark: "wide")
                },
                ListColumn("detail", "events.detail") { row, _ in Table.Cell(row.event.detail == "{}" ? "" : row.event.detail, mark: "wide")
                },
                ListColumn("code", "events.code", isUsual: false) { row, _ in Table.Cell(row.event.kind) },
                ListColumn("agent", "events.agent", isUsual: false) { row, _ in Table.Cell(row.event.agent, mark: "wide") },
            ],
            filters: [
                ListFilter(
                    "result", "events.result",
                    [FieldOption("", "events.any"), FieldOption("refused", "events.refused"), FieldOption("done", "events.done")])
            ],
            search: "events.search",
            rows: { statements, question in
                let found = try statements.events(before: question.after, limit: question.limit, where: try statements.wanted(question))
                let accounts = try statements.namedAccounts(Set(found.flatMap { [$0.actor, $0.subject] }).sorted())
                return found.map { NamedEvent(event: $0, accounts: accounts) }
            }, count: { try $0.eventCount(where: try $0.wanted($1), most: 10_000) }, mostCounted: 10_000, place: \.event.id,
            empty: "events.empty")
    }
}

extension Statements {
    /// What of the log somebody may see and asked for: by who, what or about what.
    fileprivate func wanted(_ question: ListQuestion) throws -> SQL {
        var condition = try visibleEvents(in: question.scope, on: question.today)
        switch question["result"] {
        case "refused": condition = "(\(sql: condition)) AND e.refusal <> ''"
        case "done": condition = "(\(sql: condition)) AND e.refusal = ''"
        default: break
        }
        return question.typed.isEmpty ? condition : "(\(sql: condition)) AND \(sql: try eventsAbout(question.typed))"
    }
}
