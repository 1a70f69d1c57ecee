package import Accounts
package import Basics
package import Storage

/// For how long proofs hold from a day on, and the paper that says so.
package struct SpanRule: Hashable, Sendable {
    package let id: String
    package let from: Day
    package let spans: LayerSpans
    package let document: String
    package let reason: String
    package let madeBy: String
    package let madeAt: Instant
    /// Whether another for the same day took its place.
    package let isReplaced: Bool

    package init(
        id: String, from: Day, spans: LayerSpans, document: String, reason: String, madeBy: String, madeAt: Instant,
        isReplaced: Bool = false
    ) {
        (self.id, self.from, self.spans, self.document) = (id, from, spans, document)
        (self.reason, self.madeBy, self.madeAt, self.isReplaced) = (reason, madeBy, madeAt, isReplaced)
    }
}

extension Statements {
    /// All rules, replaced ones included, those that begin last first.
    package func spanRules(id: String? = nil, limit: Int = 1000) throws -> [SpanRule] {
        let one: SQL = id.map { "id = \($0)" } ?? "1 = 1"
        return try all(
            """
            SELECT id, from_day, network_hours, platform_hours, proof_days, document, reason, made_by, made_at,
                CASE WHEN replaced_at IS NULL THEN 0 ELSE 1 END
            FROM layer_span WHERE \(sql: one) ORDER BY from_day DESC, made_at DESC, id DESC LIMIT \(limit)
            """
        ) { row in
            SpanRule(
                id: try row.text(0), from: try row.day(1),
                spans: LayerSpans(network: try row.int(2), platform: try row.int(3), proof: try row.int(4)), document: try row.text(5),
                reason: try row.text(6), madeBy: try row.text(7), madeAt: try row.instant(8), isReplaced: try row.int(9) == 1)
        }
    }

    /// For how long a proof holds on a day.
    package func layerSpans(on day: Day) throws -> LayerSpans {
        let holding = try first(
            """
            SELECT network_hours, platform_hours, proof_days FROM layer_span
            WHERE from_day <= \(day) AND replaced_at IS NULL ORDER BY from_day DESC LIMIT 1
            """
        ) { LayerSpans(network: try $0.int(0), platform: try $0.int(1), proof: try $0.int(2)) }
        return holding ?? .standard
    }

    /// Writes a rule down; one for the same day is replaced and stays in the history.
    package func addSpanRule(_ rule: SpanRule, by act: Act) throws {
        try run("UPDATE layer_span SET replaced_at = \(act.at) WHERE from_day = \(rule.from) AND replaced_at IS NULL")
        try run(
            """
            INSERT INTO layer_span (id, from_day, network_hours, platform_hours, proof_days, document, reason, made_by, made_at)
            VALUES (\(rule.id), \(rule.from), \(rule.spans.network), \(rule.spans.platform), \(rule.spans.proof), \(rule.document),
                \(rule.reason), \(act.actor.id), \(act.at))
            """)
        try record(
            "layer_span.made", rule.id,
            [
                "from": rule.from.description, "network": String(rule.spans.network), "platform": String(rule.spans.platform),
                "proof": String(rule.spans.proof), "document": rule.document, "reason": rule.reason,
            ], by: act)
    }
}
