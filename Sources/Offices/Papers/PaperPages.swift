import Accounts
import Basics
package import Jobs
import Lists
import Records
import Registry
package import Storage
package import Web

extension PaperAddress {
    static let contradictions = FixedAddress("/papers/contradictions")
    static let unfiled = FixedAddress("/papers/unfiled")
    static let keepFile = papers.one.adding("/keep-file")
    static let file = papers.one.adding("/file")
}

extension RecordPage where Record == Paper {
    /// `mentions` finds what stands on one.
    static func papers(_ mentions: @escaping PaperMentions) -> RecordPage {
        var page = RecordPage(
            PaperAddress.papers, topic: "paper", see: .seeFigures, keep: .keepRegister, form: PaperFields.form,
            key: [PaperFields.number.name, PaperFields.issuer.name, PaperFields.signed.name], id: \.id,
            name: { "\($0.number) \($0.title)" }, texts: PaperFields.texts, find: { try $0.paper(id: $1, in: $2.scope) },
            match: { statements, values, at in
                guard let number = values.understood(PaperFields.number), let signed = values.understood(PaperFields.signed),
                    let typed = values.understood(PaperFields.issuer),
                    let issuer = try? statements.organisation(typed: typed, in: PaperFields.issuer.name, scope: at.scope)
                else { return nil }
                return try statements.paper(numbered: number, year: signed.month.year, issuer: issuer)
            }, reading: { try Paper($0, $1, $2, $3) }, save: { try $0.savePaper($2, was: $1, by: $3.act) },
            obstacle: { paper, at in
                paper.obstacle(in: at.scope) ?? (paper.state == .draft ? nil : .conflict("paper.issued_stays"))
            }, state: { $0.standing(on: $1).rawValue },
            steps: [
                RecordStep(PaperLife.issue, .keepRegister, standing: \.standing) { statements, paper, _, at in
                    try statements.take(PaperLife.issue, paper, in: at.scope, by: at.act)
                },
                RecordStep(PaperLife.drop, .keepRegister, standing: \.standing) { statements, paper, _, at in
                    try statements.take(PaperLife.drop, paper, in: at.scope, by: at.act)
                },
                RecordStep(PaperLife.void, .keepRegister, form: Form(PaperFields.reason), standing: \.standing) {
                    statements, paper, values, at in
                    try statements.take(PaperLife.void, paper, reason: try values[PaperFields.reason], in: at.scope, by: at.act)
                },
            ],
            behind: { statements, paper, at in
                let against = try statements.contradictions(of: paper, in: at.visit.scope)
                let uses = try mentions(statements, at.visit.scope, at.today).filter { $0.means(paper) }
                return [.bonds(paper, at)].compactMap { $0 }
                    + (against.isEmpty ? [] : [.contradictions(against, at)]) + (uses.isEmpty ? [] : [.uses(uses, at)])
            },
            ways: { paper, at in
                let file =
                    paper.fileHash.isEmpty
                    ? nil : Frame.Link(label: at.text("paper.open_file"), url: PaperAddress.file(paper.id))
                let keeps = at.visit.may(.keepRegister) && paper.state == .draft && paper.obstacle(in: at.visit.scope) == nil
                let keep = keeps ? Frame.Link(label: at.text("paper.keep_file"), url: PaperAddress.keepFile(paper.id)) : nil
                return [file, keep].compactMap { $0 }
            })
        page.undoing = RecordUndoing(kept: PaperFields.texts) { try $0.removePaper($1, by: $2.act) }
        return page
    }
}

/// The page `papers`: for which area and on which day they are asked for, and the list.
struct PaperFrame: Sendable {
    struct Carried: Sendable {
        let carriedName: String
        let carriedText: String
    }
    let path: Location
    let area: String
    let areaPick: Location
    let areaProblem: String?
    let day: String
    let carried: [Carried]
    let list: ListView
}

extension ListPage where Row == Paper {
    static func papers(_ record: RecordPage<Paper>) -> ListPage {
        ListPage(
            record.addresses.list, .seeFigures, title: "paper.title",
            columns: [
                ListColumn("number", "paper.number") { one, _ in Table.Cell(one.number, url: PaperAddress.papers.one(one.id)) },
                ListColumn("title", "paper.name") { one, _ in Table.Cell(one.title, mark: "wide") },
                ListColumn("issuer", "paper.issuer") { one, _ in
                    Table.Cell(one.issuer.name, url: OrganisationAddress.organisations.one(one.issuer.id))
                },
                ListColumn("kind", "paper.kind") { Table.Cell($1.text("paper.kind.\($0.kind.rawValue)")) },
                ListColumn("matter", "paper.matter") { Table.Cell($1.text("paper.matter.\($0.matter.rawValue)")) },
                ListColumn("signed", "paper.signed") { one, _ in Table.Cell(one.signedOn.description) },
                ListColumn("from", "paper.from", isUsual: false) { one, _ in Table.Cell(one.days.lowerBound.description) },
                ListColumn("through", "paper.through", isUsual: false) { one, _ in
                    Table.Cell(one.days.upperBound < .forever ? one.days.upperBound.description : "")
                },
                ListColumn("areas", "paper.areas") { one, question in
                    Table.Cell(one.areas.map { "\($0.name) \($0.code)" }.joined(separator: question.text("list.comma")), mark: "wide")
                },
                ListColumn("access", "paper.access", isUsual: false) { Table.Cell($1.text("paper.access.\($0.access.rawValue)")) },
                ListColumn("standing", "paper.standing") { one, question in
                    Table.Cell(question.text("paper.state.\(one.standing(on: question.asked).rawValue)"), mark: "standing")
                },
            ],
            filters: [
                ListFilter("standing", "paper.standing", any: "paper.any", among: PaperStanding.self, words: "paper.state"),
                ListFilter("kind", "paper.kind", any: "paper.any", among: PaperKind.self, words: "paper.kind"),
                ListFilter("matter", "paper.matter", any: "paper.any", among: PaperMatter.self, words: "paper.matter"),
            ], fields: ["area", "day"], search: "paper.search", find: { try await $0.papers() },
            place: { "\($0.signedOn) \($0.id)" },
            acts: [
                ListAct("issue", "paper.issue_chosen", .keepRegister) { statements, keys, question, act in
                    var count = 0
                    for key in keys {
                        let id = key.split(separator: " ").last.map(String.init) ?? ""
                        guard let paper = try statements.paper(id: id, in: question.scope),
                            paper.obstacle(in: question.scope) == nil,
                            PaperLife.issue.isOpen(paper.standing, by: act.actor.id, in: question.scope)
                        else { continue }
                        try statements.take(PaperLife.issue, paper, in: question.scope, by: act)
                        count += 1
                    }
                    return count
                }
            ], isOpen: { $0.state == .draft },
            ways: { question in
                record.ways(question) + [
                    Frame.Link(label: question.text("paper.contradictions"), url: PaperAddress.contradictions()),
                    Frame.Link(label: question.text("paper.unfiled"), url: PaperAddress.unfiled()),
                ]
            }, note: "paper.list_note", empty: "paper.empty")
    }
}

extension ListQuestion {
    /// On which day papers are asked for.
    fileprivate var asked: Day { Day(written: self["day"]) ?? today }

    fileprivate func papers() async throws -> ListFound<Paper> {
        let day = asked
        let (found, count, area, problem) = try await house.database.read { statements in
            var (area, problem): (Area?, FieldProblem?)
            if !self["area"].isEmpty {
                do { area = try statements.area(typed: self["area"], in: "area", on: day, scope: scope) } catch Refusal.invalid(let wrong) {
                    problem = wrong["area"]
                }
            }
            let filter = PaperFilter(
                words: words, kind: PaperKind(rawValue: self["kind"]), matter: PaperMatter(rawValue: self["matter"]),
                standing: PaperStanding(rawValue: self["standing"]), area: area?.areaCode, day: day)
            guard problem == nil else { return ([Paper](), 0, area, problem) }
            return (
                try statements.papers(filter, after: after, limit: limit, in: scope), try statements.paperCount(filter, in: scope), area,
                problem
            )
        }
        return ListFound(rows: found, count: count) { view in
            let carried = ["standing", "kind", "matter"].map { ($0, self[$0]) } + [("q", typed)]
            let title =
                area.map { text("paper.title_for", ["area": $0.name, "day": day.description]) } ?? text("paper.title")
            return ListFrame(
                "papers",
                PaperFrame(
                    path: PaperAddress.papers.list(), area: area.map { "\($0.name) \($0.code)" } ?? self["area"],
                    areaPick: AreaAddress.pick(), areaProblem: problem.map { house.pages.words.text($0, visit.language) },
                    day: day.description,
                    carried: carried.filter { !$0.1.isEmpty }.map { PaperFrame.Carried(carriedName: $0.0, carriedText: $0.1) },
                    list: view), title: title)
        }
    }
}

extension ListPage where Row == Contradiction {
    static var contradictions: ListPage {
        @Sendable func cell(_ paper: Paper) -> Table.Cell {
            Table.Cell("\(paper.number) \(paper.title)", url: PaperAddress.papers.one(paper.id), mark: "wide")
        }
        return ListPage(
            PaperAddress.contradictions, .seeFigures, title: "paper.contradictions",
            columns: [
                ListColumn("matter", "paper.matter") { Table.Cell($1.text("paper.matter.\($0.holds.matter.rawValue)")) },
                ListColumn("holds", "paper.holds") { one, _ in cell(one.holds) },
                ListColumn("yields", "paper.yields") { one, _ in cell(one.yields) },
                ListColumn("why", "paper.why") { Table.Cell($1.text($0.isHigher ? "paper.why.higher" : "paper.why.later")) },
                ListColumn("from", "paper.from") { one, _ in Table.Cell(one.days.lowerBound.description) },
                ListColumn("through", "paper.through") { one, _ in
                    Table.Cell(one.days.upperBound < .forever ? one.days.upperBound.description : "")
                },
            ],
            find: { question in
                let all = try await question.house.database.read { try $0.contradictions(in: question.scope) }
                return ListFound(of: all, question, place: \.place)
            }, place: \.place, note: "paper.contradictions_note", empty: "paper.no_contradictions")
    }
}

extension Contradiction {
    fileprivate var place: String { "\(holds.id) \(yields.id)" }
}

extension ListPage where Row == PaperMention {
    static func unfiled(_ mentions: @escaping PaperMentions) -> ListPage {
        ListPage(
            PaperAddress.unfiled, .seeFigures, title: "paper.unfiled",
            columns: [
                ListColumn("document", "paper.number") { one, _ in Table.Cell(paper: one.document) },
                ListColumn("count", "paper.uses", isNumber: true) { one, _ in Table.Cell(one.count) },
                ListColumn("on", "paper.uses_on") { one, question in Table.Cell(one.said { question.text($0, $1) }, mark: "wide") },
                ListColumn("since", "paper.uses_since") { one, question in Table.Cell(question.time(one.since)) },
            ], search: "paper.unfiled_search",
            find: { question in
                let all = try await question.house.database.read {
                    try $0.withoutPaper(mentions, in: question.scope, on: question.today)
                }
                let typed = folded(question.typed)
                return ListFound(
                    of: typed.isEmpty ? all : all.filter { folded($0.document).contains(typed) }, question, place: \.document)
            }, place: \.document, note: "paper.unfiled_note", empty: "paper.none_unfiled")
    }
}

extension PaperMention {
    /// How often it was typed, on what.
    fileprivate func said(_ text: (String, [String: String]) -> String) -> String {
        PaperUse.allCases.compactMap { use in
            counts[use].map { text("paper.use.\(use.rawValue)", ["count": String($0)]) }
        }.joined(separator: text("list.comma", [:]))
    }
}

extension Table {
    fileprivate static func uses(_ mentions: [PaperMention], _ at: FormVisit) -> Table {
        Table(
            caption: at.text("paper.what_stands_on_it"),
            columns: [Column(at.text("paper.typed")), Column(at.text("paper.uses"), isNumber: true), Column(at.text("paper.uses_on"))],
            rows: mentions.map { [Cell($0.document), Cell($0.count), Cell($0.said { at.text($0, $1) }, mark: "wide")] })
    }

    fileprivate static func bonds(_ paper: Paper, _ at: FormVisit) -> Table? {
        func row(_ bond: String, _ one: Paper.Relation) -> [Cell] {
            [
                Cell(bond), Cell("\(one.number) \(one.title)", url: PaperAddress.papers.one(one.id)),
                Cell(one.from?.description ?? at.text("paper.not_issued")),
            ]
        }
        let rows =
            paper.relations.map { row(at.text("paper.does.\($0.bond.rawValue)"), $0) }
            + paper.fates.map { row(at.text("paper.done.\($0.bond.rawValue)"), $0) }
        guard !rows.isEmpty else { return nil }
        return Table(
            caption: at.text("paper.bonds"), columns: ["bond", "paper", "from"].map { Column(at.text("paper.\($0)")) }, rows: rows)
    }

    fileprivate static func contradictions(_ all: [Contradiction], _ at: FormVisit) -> Table {
        func cell(_ paper: Paper) -> Cell { Cell("\(paper.number) \(paper.title)", url: PaperAddress.papers.one(paper.id)) }
        return Table(
            caption: at.text("paper.contradictions"), columns: ["holds", "yields", "why"].map { Column(at.text("paper.\($0)")) },
            rows: all.map { [cell($0.holds), cell($0.yields), Cell(at.text($0.isHigher ? "paper.why.higher" : "paper.why.later"))] })
    }
}

extension Feature {
    /// Papers: what is done stands on them. `blobs` keeps their files.
    package static func papers(_ house: House, blobs: BlobStore, mentions: @escaping PaperMentions, bell: JobBell) -> Feature {
        let record = RecordPage.papers(mentions)
        return Feature(
            "papers", menu: [MenuEntry(.run, "paper.title", record.addresses.list, .seeFigures)],
            jobs: [record.importJob(house, bell: bell)],
            today: [
                TodayLook(.keepRegister) { statements, question in
                    let drafts = try statements.draftPaperCount(most: 500, in: question.scope)
                    let place = PaperAddress.papers.list().with("standing", PaperStanding.draft.rawValue)
                    return [TodayEntry(.mine, "today.papers.drafts", count: drafts, at: place, most: 500)]
                }
            ],
            searches: [
                SearchLook(.seeFigures, "paper.title") { statements, question in
                    let filter = PaperFilter(words: question.words, day: question.today)
                    return try statements.papers(filter, limit: question.limit, in: question.scope).map {
                        SearchHit(title: $0.title, code: $0.number, detail: $0.issuer.name, url: PaperAddress.papers.one($0.id))
                    }
                }
            ], speech: [record.speech(["paper."])], sample: FeatureSample { try $0.makeSamplePapers(on: $1, by: $2, house.pages.words) }
        ) {
            $0.list(.papers(record))
            $0.list(.contradictions)
            $0.list(.unfiled(mentions))
            $0.paperFiles(blobs)
            $0.numberedPapers(mentions)
            $0.records(record, bell: bell)
            $0.pick(PaperAddress.pick, .seeFigures) { statements, question, _ in
                let filter = PaperFilter(words: question.words, standing: .inForce, day: question.today)
                return try statements.papers(filter, limit: question.limit, in: question.scope).map { [$0.number, $0.title] }
            }
        }
    }
}
