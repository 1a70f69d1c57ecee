import Accounts
import Basics
package import Jobs
import Lists
import Records
import Registry
import Storage
package import Web

enum SpanAddress {
    static let rules = RecordAddresses("/layer-spans")
}

enum SpanFields {
    static let from = Field.date("from", "layer_span.from")
    static let network = Field.number("network", "layer_span.network", in: 1...720)
    static let platform = Field.number("platform", "layer_span.platform", in: 1...720)
    static let proof = Field.number("proof", "layer_span.proof", in: 1...60)
    static let document = Field.document("states.column.document", isNeeded: true, from: PaperAddress.pick)
    static let reason = Field.text("reason", "states.column.reason")
    static let form = Form(from, network, platform, proof, document, reason)

    static func texts(_ one: SpanRule) -> [String: String] {
        [
            from.name: one.from.description, network.name: String(one.spans.network), platform.name: String(one.spans.platform),
            proof.name: String(one.spans.proof), document.name: one.document, reason.name: one.reason,
        ]
    }
}

extension RecordPage where Record == SpanRule {
    /// A rule is never changed: another for the same day takes its place.
    static var spanRules: RecordPage {
        var page = RecordPage(
            SpanAddress.rules, topic: "layer_span", see: .seeFigures, keep: .keepRegister, form: SpanFields.form,
            key: [SpanFields.from.name], id: \.id, name: { $0.from.description }, texts: SpanFields.texts,
            find: { statements, id, _ in try statements.spanRules(id: id).first }, match: { _, _, _ in nil },
            reading: { statements, _, values, at in
                guard try statements.isWholeNetwork(at.scope, on: at.today) else { throw Refusal.forbidden("layer_span.top_only") }
                return SpanRule(
                    id: at.act.ids.next(), from: try values[SpanFields.from],
                    spans: LayerSpans(
                        network: try values[SpanFields.network], platform: try values[SpanFields.platform],
                        proof: try values[SpanFields.proof]),
                    document: try values[SpanFields.document], reason: try values[SpanFields.reason], madeBy: at.act.actor.id,
                    madeAt: at.act.at)
            }, save: { try $0.addSpanRule($2, by: $3.act) }, obstacle: { _, _ in .conflict("layer_span.stays") },
            state: { one, day in one.isReplaced ? "replaced" : one.from > day ? "upcoming" : "holds" })
        page.comesInFiles = false
        return page
    }
}

extension ListPage where Row == SpanRule {
    static var spanRules: ListPage {
        let record = RecordPage.spanRules
        return ListPage(
            record.addresses.list, .seeFigures, title: "layer_span.title",
            columns: [
                ListColumn("from", "layer_span.from") { one, _ in Table.Cell(one.from.description, url: SpanAddress.rules.one(one.id)) },
                ListColumn("network", "layer_span.network", isNumber: true) { one, _ in Table.Cell(one.spans.network) },
                ListColumn("platform", "layer_span.platform", isNumber: true) { one, _ in Table.Cell(one.spans.platform) },
                ListColumn("proof", "layer_span.proof", isNumber: true) { one, _ in Table.Cell(one.spans.proof) },
                ListColumn("document", "states.column.document") { one, _ in
                    Table.Cell(one.document, url: PaperAddress.numbered().with("number", one.document))
                },
                ListColumn("reason", "states.column.reason") { one, _ in Table.Cell(one.reason, mark: "wide") },
                ListColumn("state", "layer_span.state_column") { one, question in
                    let state = one.isReplaced ? "replaced" : one.from > question.today ? "upcoming" : "holds"
                    return Table.Cell(question.text("layer_span.state.\(state)"), mark: "standing")
                },
            ],
            find: { question in
                ListFound(of: try await question.house.database.read { try $0.spanRules() }, question, place: \.id)
            }, place: \.id, ways: { record.ways($0) },
            note: "layer_span.list_note", empty: "layer_span.empty_list")
    }
}

extension Feature {
    /// For how long a proof of a layer holds, with the papers that say so.
    package static func layerSpans(_ house: House, bell: JobBell) -> Feature {
        let record = RecordPage.spanRules
        return Feature("layer_spans", speech: [record.speech(["layer_span."])]) {
            $0.list(.spanRules)
            $0.records(record, bell: bell)
        }
    }
}
