import Accounts
import Basics
package import Jobs
import Lists
import Records
import Operations
import Registry
import Storage
package import Web

/// Where what sites tell is read and answered.
enum SiteMessageAddress {
    static let messages = RecordAddresses("/site-messages")
}

enum SiteMessageFields {
    static let topic = Field.choice("topic", "site_message.topic", among: SiteMessageTopic.allCases, words: "site_message.topic")
    static let site = Field.picked("site", "site_message.site", from: SiteAddress.pick, isHelped: false)
    static let body = Field.note("body", "site_message.body", most: 1000, isNeeded: false, isHelped: true)
    static let form = Form(topic, site, body)
    static let answer = Field.note("answer", "site_message.answer", most: 1000)

    static func texts(_ one: SiteMessage) -> [String: String] {
        [topic.name: one.topic.rawValue, site.name: "\(one.siteName) \(one.siteCode)", body.name: one.body]
    }
}

extension RecordPage where Record == SiteMessage {
    static var siteMessages: RecordPage {
        var page = RecordPage(
            SiteMessageAddress.messages, topic: "site_message", see: .seeFigures, keep: .writeMessages, form: SiteMessageFields.form,
            key: [SiteMessageFields.topic.name], id: \.id, name: { "\($0.siteName) \($0.siteCode)" }, texts: SiteMessageFields.texts,
            find: { try $0.siteMessage(id: $1, on: $2.today, in: $2.scope) }, match: { _, _, _ in nil },
            reading: { statements, _, values, at in
                var problems: FieldProblems = [:]
                let site = try problems.gather {
                    try statements.site(
                        typed: try values[SiteMessageFields.site], in: SiteMessageFields.site.name, on: at.today, scope: at.scope)
                }
                let (topic, body) = (values.understood(SiteMessageFields.topic), values.understood(SiteMessageFields.body) ?? "")
                if let topic, topic != .fault, body.isEmpty { problems[SiteMessageFields.body.name] = "site_message.empty" }
                guard problems.isEmpty, let site, let topic else { throw Refusal.invalid(problems) }
                return SiteMessage(
                    id: at.act.ids.next(), site: site.num, siteCode: site.code, siteName: site.name, areaCode: site.areaCode,
                    areaName: try statements.area(id: site.areaID, on: at.today)?.name ?? "", topic: topic, body: body,
                    madeBy: at.act.actor.id, madeAt: at.act.at)
            }, save: { try $0.saveSiteMessage($2, by: $3.act) },
            // What was told is answered or taken back, and never told otherwise.
            obstacle: { _, _ in .conflict("site_message.stays") }, state: { one, _ in one.state.rawValue },
            steps: [
                RecordStep(
                    SiteMessageLife.answer, .keepRegister, form: Form(SiteMessageFields.answer), standing: \.standing
                ) { statements, one, values, at in
                    try statements.take(
                        SiteMessageLife.answer, one, answer: try values[SiteMessageFields.answer], in: at.scope, by: at.act)
                },
                RecordStep(SiteMessageLife.withdraw, .writeMessages, standing: \.standing) { statements, one, _, at in
                    try statements.take(SiteMessageLife.withdraw, one, in: at.scope, by: at.act)
                },
            ],
            behind: { _, one, at in
                guard one.state == .answered else { return [] }
                return [
                    Table(
                        caption: at.text("site_message.answer"),
                        columns: [Table.Column(at.text("record.at")), Table.Column(at.text("site_message.answer"))],
                        rows: [[Table.Cell(one.answeredAt.map(at.house.zone.text) ?? ""), Table.Cell(one.answer, mark: "wide")]])
                ]
            },
            ways: { one, at in [Frame.Link(label: at.text("site_message.to_site"), url: SiteAddress.page(one.siteCode))] })
        page.comesInFiles = false
        return page
    }
}

extension ListPage where Row == SiteMessage {
    static var siteMessages: ListPage {
        let record = RecordPage.siteMessages
        @Sendable func filter(_ question: ListQuestion) -> SiteMessageFilter {
            SiteMessageFilter(
                words: question.words, topic: SiteMessageTopic(rawValue: question["topic"]),
                state: SiteMessageState(rawValue: question["state"]))
        }
        return ListPage(
            record.addresses.list, .seeFigures, title: "site_message.title",
            columns: [
                ListColumn("site", "site_message.site") { one, _ in
                    Table.Cell(one.siteName, url: SiteMessageAddress.messages.one(one.id))
                },
                ListColumn("topic", "site_message.topic") { Table.Cell($1.text("site_message.topic.\($0.topic.rawValue)")) },
                ListColumn("body", "site_message.body") { one, _ in Table.Cell(one.body, mark: "wide") },
                ListColumn("at", "site_message.at") { one, question in Table.Cell(question.time(one.madeAt)) },
                ListColumn("state", "site_message.state_column") { one, question in
                    Table.Cell(question.text("site_message.state.\(one.state.rawValue)"), mark: "standing")
                },
                ListColumn("answer", "site_message.answer") { one, _ in Table.Cell(one.answer, mark: "wide") },
                ListColumn("area", "site_message.area") { one, _ in Table.Cell("\(one.areaName) \(one.areaCode)") },
                ListColumn("code", "site_message.code", isUsual: false) { one, _ in Table.Cell(one.siteCode) },
            ],
            filters: [
                ListFilter(
                    "state", "site_message.state_column", any: "site_message.any", among: SiteMessageState.self,
                    words: "site_message.state"),
                ListFilter(
                    "topic", "site_message.topic", any: "site_message.any", among: SiteMessageTopic.self, words: "site_message.topic"),
            ], search: "site_message.search",
            rows: { try $0.siteMessages(filter($1), after: $1.after, limit: $1.limit, on: $1.today, in: $1.scope) },
            count: { try $0.siteMessageCount(filter($1), on: $1.today, in: $1.scope) }, place: \.id, ways: { record.ways($0) },
            note: "site_message.list_note", empty: "site_message.empty_list")
    }
}

extension Feature {
    /// What sites tell the offices above them.
    package static func siteMessages(_ house: House, bell: JobBell) -> Feature {
        let record = RecordPage.siteMessages
        return Feature(
            "site_messages", menu: [MenuEntry(.run, "site_message.title", record.addresses.list, .seeFigures)],
            today: [
                TodayLook(.keepRegister) { statements, question in
                    let open = SiteMessageFilter(state: .open)
                    let count = try statements.siteMessageCount(open, most: 500, on: question.today, in: question.scope)
                    let since = count == 0 ? nil : try statements.oldestOpenSiteMessage(on: question.today, in: question.scope)
                    return [
                        TodayEntry(
                            .mine, "today.site_messages", count: count, since: since.map { question.zone.day(of: $0) },
                            at: record.addresses.list().with("state", SiteMessageState.open.rawValue), most: 500)
                    ]
                },
                TodayLook(.writeMessages) { statements, question in
                    let week = question.now.adding(seconds: -7 * 86_400)
                    let filter = SiteMessageFilter(answeredTo: (account: question.account, after: week))
                    let count = try statements.siteMessageCount(filter, most: 100, on: question.today, in: question.scope)
                    let answered = TodayEntry(
                        .own, "today.site_messages.answered", count: count,
                        at: record.addresses.list().with("state", SiteMessageState.answered.rawValue), most: 100)
                    // Whoever keeps a site finds the way at once; an office has it in the list.
                    guard let own = try statements.firstOwnSite(of: question) else { return [answered] }
                    return [
                        answered,
                        TodayEntry(
                            .own, "today.site_messages.fault", count: 1,
                            at: record.addresses.new().with([("topic", SiteMessageTopic.fault.rawValue), ("site", own)])),
                        TodayEntry(.own, "today.site_messages.write", count: 1, at: record.addresses.new().with("site", own)),
                    ]
                },
            ], speech: [record.speech(["site_message."])],
            sites: [
                SiteLook(.writeMessages) { _, question in
                    let way = record.addresses.new().with("site", question.code)
                    return ([], [Frame.Link(label: question.text("site_message.new"), url: way)])
                }
            ], sample: FeatureSample { try $0.makeSampleSiteMessages(on: $1, by: $2, house.pages.words) }
        ) {
            $0.list(.siteMessages)
            $0.records(record, bell: bell)
        }
    }
}

extension Statements {
    /// The code of the first site that somebody keeps.
    fileprivate func firstOwnSite(of question: TodayQuestion) throws -> String? {
        guard !question.keptAreas.isEmpty else { return nil }
        return try ownSites(
            yesterday: question.today.advanced(by: -1), on: question.today, limit: 1, in: question.keptAreas
        ).first?.code
    }

    /// Two messages of the demo's first sites, one of them answered.
    fileprivate func makeSampleSiteMessages(on today: Day, by act: Act, _ words: Words) throws {
        let found = try sites(containing: "", on: today, in: .everything, after: "", limit: 3)
        let topics: [(SiteMessageTopic, String)] = [
            (.fault, "site_message.sample.fault"), (.lesson, "site_message.sample.lesson"), (.question, "site_message.sample.question"),
        ]
        for (site, (topic, key)) in zip(found, topics) {
            let writer = Act(by: .commandLine, at: act.at, ids: act.ids)
            let message = SiteMessage(
                id: act.ids.next(), site: site.num, siteCode: site.code, siteName: site.name, areaCode: site.areaCode, areaName: "",
                topic: topic, body: words.text(key, .chinese), madeBy: writer.actor.id, madeAt: act.at)
            try saveSiteMessage(message, by: writer)
            guard topic == .question else { continue }
            try take(
                SiteMessageLife.answer, message, answer: words.text("site_message.sample.answer", .chinese), in: .everything, by: act)
        }
    }
}
