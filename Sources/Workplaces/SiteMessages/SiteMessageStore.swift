package import Accounts
package import Basics
import Operations
import Registry
package import Storage

/// Which messages of sites somebody asks for.
package struct SiteMessageFilter: Sendable {
    var words = SearchWords("")
    var topic: SiteMessageTopic?
    var state: SiteMessageState?
    /// Of an account alone, answered after a moment.
    var answeredTo: (account: String, after: Instant)?

    package init(
        words: SearchWords = SearchWords(""), topic: SiteMessageTopic? = nil, state: SiteMessageState? = nil,
        answeredTo: (account: String, after: Instant)? = nil
    ) {
        (self.words, self.topic, self.state, self.answeredTo) = (words, topic, state, answeredTo)
    }
}

extension Statements {
    /// An account has so many messages open, and so many a day.
    package static var mostSiteMessages: Int { 20 }

    /// Keeps what a site tells. Throws `Refusal.conflict` where whoever writes has told too much that nobody answered.
    package func saveSiteMessage(_ new: SiteMessage, by act: Act) throws {
        let day = act.at.adding(seconds: -86_400)
        let waiting = try count(
            "SELECT count(*) FROM site_message WHERE made_by = \(act.actor.id) AND (state = 'open' OR made_at > \(day))")
        guard waiting < Self.mostSiteMessages else { throw Refusal.conflict("site_message.too_many") }
        try run(
            """
            INSERT INTO site_message (id, site, topic, body, made_by, made_at, state, answer, answered_by)
            VALUES (\(new.id), \(new.site), \(new.topic), \(new.body), \(act.actor.id), \(act.at), 'open', '', '')
            """)
        try record("site_message.made", new.id, ["site": new.siteCode, "topic": new.topic.rawValue], by: act)
    }

    /// Answers one, or takes it back.
    package func take(
        _ step: LifeStep<SiteMessageState>, _ message: SiteMessage, answer: String = "", in scope: Scope, by act: Act
    ) throws {
        try step.check(message.standing, by: act.actor.id, in: scope)
        let taken = try run(
            """
            UPDATE site_message SET state = \(step.to), answer = \(answer), answered_by = \(act.actor.id), answered_at = \(act.at)
            WHERE id = \(message.id) AND \(sql: step.stands)
            """)
        guard taken == 1 else { throw Refusal.conflict(step.stale) }
        try record(step.event, message.id, answer.isEmpty ? [:] : ["answer": answer], by: act)
    }

    /// What the sites of the scope told, the newest first, behind the one with this id.
    package func siteMessages(_ filter: SiteMessageFilter, after id: String = "", limit: Int, on today: Day, in scope: Scope) throws
        -> [SiteMessage]
    {
        let behind: SQL = id.isEmpty ? "1 = 1" : "m.id < \(id)"
        return try siteMessages(
            where: "\(sql: wanted(filter)) AND \(sql: behind)", then: "ORDER BY m.id DESC LIMIT \(limit)", on: today, in: scope)
    }

    package func siteMessage(id: String, on today: Day, in scope: Scope) throws -> SiteMessage? {
        try siteMessages(where: "m.id = \(id)", then: "", on: today, in: scope).first
    }

    package func siteMessageCount(_ filter: SiteMessageFilter, most: Int = 1_000_000, on today: Day, in scope: Scope) throws -> Int {
        try count(
            """
            SELECT count(*) FROM (SELECT m.id FROM \(sql: placed(today)) WHERE \(sql: wanted(filter)) AND \(sql: scope.condition("a.code"))
                LIMIT \(most)) x
            """)
    }

    /// When the first of those was written that nobody answered.
    package func oldestOpenSiteMessage(on today: Day, in scope: Scope) throws -> Instant? {
        try first(
            """
            SELECT m.made_at FROM \(sql: placed(today)) WHERE m.state = 'open' AND \(sql: scope.condition("a.code"))
            ORDER BY m.made_at LIMIT 1
            """
        ) { try $0.instant(0) }
    }

    private func wanted(_ filter: SiteMessageFilter) -> SQL {
        var condition = filter.words.condition("v.name_key", code: "s.code")
        if let topic = filter.topic { condition = "\(sql: condition) AND m.topic = \(topic)" }
        if let state = filter.state { condition = "\(sql: condition) AND m.state = \(state)" }
        if let answered = filter.answeredTo {
            condition = """
                \(sql: condition) AND m.made_by = \(answered.account) AND m.state = 'answered' AND m.answered_at > \(answered.after)
                """
        }
        return condition
    }

    /// Where the sites lie today.
    private func placed(_ today: Day) -> SQL {
        """
        site_message m JOIN site s ON s.num = m.site
        JOIN site_version v ON v.site = m.site AND v.replaced_at IS NULL AND v.from_day <= \(today) AND v.until_day > \(today)
        JOIN area_version a ON a.area_id = v.area_id AND a.replaced_at IS NULL AND a.from_day <= \(today) AND a.until_day > \(today)
        """
    }

    private func siteMessages(where condition: SQL, then order: SQL, on today: Day, in scope: Scope) throws -> [SiteMessage] {
        try all(
            """
            SELECT m.id, m.site, s.code, v.name, a.code, a.name, m.topic, m.body, m.state, m.made_by, m.made_at, m.answer, m.answered_by,
                m.answered_at
            FROM \(sql: placed(today)) WHERE \(sql: condition) AND \(sql: scope.condition("a.code")) \(sql: order)
            """
        ) { row in
            SiteMessage(
                id: try row.text(0), site: try row.int(1), siteCode: try row.text(2), siteName: try row.text(3),
                areaCode: try row.text(4), areaName: try row.text(5), topic: SiteMessageTopic(rawValue: try row.text(6)) ?? .other,
                body: try row.text(7), state: SiteMessageState(rawValue: try row.text(8)) ?? .withdrawn, madeBy: try row.text(9),
                madeAt: try row.instant(10), answer: try row.text(11), answeredBy: try row.text(12),
                answeredAt: try row.optionalInt(13).map { Instant(milliseconds: Int64($0)) })
        }
    }
}
