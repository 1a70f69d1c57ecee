package import Accounts
package import Basics
import Registry
package import Storage

/// Which papers somebody asks for.
package struct PaperFilter: Sendable {
    var words = SearchWords("")
    var kind: PaperKind?
    var matter: PaperMatter?
    var standing: PaperStanding?
    /// For which area, of all that speak for it.
    var area: AreaCode?
    /// On which day.
    var day: Day

    package init(
        words: SearchWords = SearchWords(""), kind: PaperKind? = nil, matter: PaperMatter? = nil, standing: PaperStanding? = nil,
        area: AreaCode? = nil, day: Day
    ) {
        (self.words, self.kind, self.matter, self.standing, self.area, self.day) = (words, kind, matter, standing, area, day)
    }
}

extension Statements {
    /// Keeps a paper, new or changed; one that was issued stays as it is.
    package func savePaper(_ new: Paper, was old: Paper?, by act: Act) throws {
        let (year, key) = (new.signedOn.month.year, Paper.key(new.number))
        guard try paper(key: key, year: year, issuer: new.issuer.id).map({ $0 == new.id }) ?? true else {
            throw Refusal.invalid(["number": FieldProblem("paper.known", ["number": new.number, "issuer": new.issuer.name])])
        }
        let find = "\(searchKey(new.title)) \(key) \(folded(new.number)) \(folded(new.body))"
        let saved = try run(
            """
            INSERT INTO paper (id, issuer_id, year, number, number_key, title, kind, matter, signed_on, from_on, through_on, access, body,
                find_key, file_name, file_hash, state, made_by)
            VALUES (\(new.id), \(new.issuer.id), \(year), \(new.number), \(key), \(new.title), \(new.kind), \(new.matter),
                \(new.signedOn.description), \(new.days.lowerBound.description), \(new.days.upperBound.description), \(new.access),
                \(new.body), \(find), '', '', 'draft', \(act.actor.id))
            ON CONFLICT (id) DO UPDATE SET issuer_id = excluded.issuer_id, year = excluded.year, number = excluded.number,
                number_key = excluded.number_key, title = excluded.title, kind = excluded.kind, matter = excluded.matter,
                signed_on = excluded.signed_on, from_on = excluded.from_on, through_on = excluded.through_on, access = excluded.access,
                body = excluded.body, find_key = excluded.find_key WHERE paper.state = 'draft'
            """)
        guard saved == 1 else { throw Refusal.conflict("paper.stale") }
        try run("DELETE FROM paper_area WHERE paper_id = \(new.id)")
        for place in new.areas { try run("INSERT INTO paper_area (paper_id, area_id) VALUES (\(new.id), \(place.areaID))") }
        try run("DELETE FROM paper_relation WHERE paper_id = \(new.id)")
        for one in new.relations {
            try run("INSERT INTO paper_relation (paper_id, kind, other_id) VALUES (\(new.id), \(one.bond), \(one.id))")
        }
        try record(
            old == nil ? "paper.made" : "paper.changed", new.id, from: old.map(PaperFields.texts) ?? [:], to: PaperFields.texts(new),
            by: act)
    }

    /// Takes a draft away that a file brought in. Throws `Refusal.conflict` where another paper speaks of it, or its file is kept.
    package func removePaper(_ paper: Paper, by act: Act) throws {
        guard paper.fates.isEmpty, paper.fileHash.isEmpty else { throw Refusal.conflict("import.in_use") }
        guard try run("DELETE FROM paper WHERE id = \(paper.id) AND \(sql: PaperLife.issue.stands)") == 1 else {
            throw Refusal.conflict("paper.stale")
        }
        try run("DELETE FROM paper_area WHERE paper_id = \(paper.id)")
        try run("DELETE FROM paper_relation WHERE paper_id = \(paper.id)")
        try record("paper.taken_back", paper.id, ["number": paper.number], by: act)
    }

    /// Keeps the hash of a paper's file, which lies in the store of blobs; only while it is a draft.
    package func saveFile(of paper: Paper, name: String, hash: String, by act: Act) throws {
        let saved = try run(
            """
            UPDATE paper SET file_name = \(String(name.prefix(200))), file_hash = \(hash)
            WHERE id = \(paper.id) AND \(sql: PaperLife.issue.stands)
            """)
        guard saved == 1 else { throw Refusal.conflict("paper.stale") }
        try record("paper.file_kept", paper.id, ["name": name, "sha256": hash], by: act)
    }

    /// Takes a step in the life of a paper's record.
    package func take(_ step: LifeStep<PaperState>, _ paper: Paper, reason: String = "", in scope: Scope, by act: Act) throws {
        if let refusal = paper.obstacle(in: scope) { throw refusal }
        try step.check(paper.standing, by: act.actor.id, in: scope)
        let taken = try run("UPDATE paper SET state = \(step.to) WHERE id = \(paper.id) AND \(sql: step.stands)")
        guard taken == 1 else { throw Refusal.conflict(step.stale) }
        try record(step.event, paper.id, reason.isEmpty ? [:] : ["reason": reason], by: act)
    }

    private func paper(key: String, year: Int, issuer: String) throws -> String? {
        try first("SELECT id FROM paper WHERE issuer_id = \(issuer) AND year = \(year) AND number_key = \(key)") { try $0.text(0) }
    }

    /// The papers of the scope and of the areas above it, the latest first, behind the one with this place in the list.
    package func papers(_ filter: PaperFilter, after place: String = "", limit: Int, in scope: Scope) throws -> [Paper] {
        let parts = place.split(separator: " ", maxSplits: 1).map(String.init)
        let behind: SQL =
            parts.count == 2 ? "(p.signed_on < \(parts[0]) OR p.signed_on = \(parts[0]) AND p.id < \(parts[1]))" : "1 = 1"
        return try papers(
            where: "\(sql: wanted(filter)) AND \(sql: behind) AND \(sql: scope.reach("a.code"))",
            then: "ORDER BY p.signed_on DESC, p.id DESC LIMIT \(limit)")
    }

    package func paperCount(_ filter: PaperFilter, in scope: Scope) throws -> Int {
        try count(
            """
            SELECT count(*) FROM paper p JOIN organisation o ON o.id = p.issuer_id
            JOIN area_version a ON \(sql: lastVersion(of: "o.area_id")) WHERE \(sql: wanted(filter)) AND \(sql: scope.reach("a.code"))
            """)
    }

    package func paper(id: String, in scope: Scope) throws -> Paper? {
        try papers(where: "p.id = \(id) AND \(sql: scope.reach("a.code"))", then: "").first
    }

    /// The papers that a typed number may mean; those that were dropped or recorded by mistake do not count.
    package func papers(numbered typed: String, in scope: Scope) throws -> [Paper] {
        try papers(
            where: """
                p.number_key IN (\(list: Paper.keys(typed))) AND p.state IN ('draft', 'issued') AND \(sql: scope.reach("a.code"))
                """, then: "ORDER BY p.signed_on DESC, p.id LIMIT 20")
    }

    /// The paper of an issuer with a number, signed in a year.
    package func paper(numbered number: String, year: Int, issuer: Organisation) throws -> Paper? {
        try paper(key: Paper.key(number), year: year, issuer: issuer.id).flatMap { try paper(id: $0, in: .everything) }
    }

    /// The paper that somebody means by its number. Throws `Refusal.invalid` for none, or several.
    package func paper(typed text: String, in field: String, scope: Scope) throws -> Paper {
        let found = try papers(numbered: text, in: scope)
        guard let only = found.first, found.count == 1 else {
            throw Refusal.invalid([field: FieldProblem(found.isEmpty ? "paper.none" : "paper.several", ["text": text])])
        }
        return only
    }

    /// The papers of the scope that speak of a matter, as far as they may contradict each other.
    package func contradictions(in scope: Scope) throws -> [Contradiction] {
        Contradiction.among(
            try papers(
                where: "p.state = 'issued' AND p.matter <> 'other' AND \(sql: scope.reach("a.code"))",
                then: "ORDER BY p.signed_on DESC, p.id DESC LIMIT 2000"))
    }

    /// What one paper contradicts, or is contradicted by.
    package func contradictions(of paper: Paper, in scope: Scope) throws -> [Contradiction] {
        Contradiction.of(
            paper,
            among: try papers(
                where: "p.state = 'issued' AND p.matter = \(paper.matter) AND \(sql: scope.reach("a.code"))",
                then: "ORDER BY p.signed_on DESC, p.id DESC LIMIT 2000"))
    }

    /// How many drafts wait of issuers in the scope itself.
    package func draftPaperCount(most: Int, in scope: Scope) throws -> Int {
        try count(
            """
            SELECT count(*) FROM (SELECT p.id FROM paper p JOIN organisation o ON o.id = p.issuer_id
                JOIN area_version a ON \(sql: lastVersion(of: "o.area_id"))
                WHERE p.state = 'draft' AND \(sql: scope.condition("a.code")) LIMIT \(most)) x
            """)
    }

    private func wanted(_ filter: PaperFilter) -> SQL {
        var condition = filter.words.condition("p.find_key")
        if let kind = filter.kind { condition = "\(sql: condition) AND p.kind = \(kind)" }
        if let matter = filter.matter { condition = "\(sql: condition) AND p.matter = \(matter)" }
        if let standing = filter.standing { condition = "\(sql: condition) AND \(sql: stands(standing, on: filter.day))" }
        if let area = filter.area {
            let codes = sequence(first: area, next: \.parent).map(\.description)
            condition = """
                \(sql: condition) AND EXISTS (SELECT 1 FROM paper_area y JOIN area_version a ON \(sql: lastVersion(of: "y.area_id"))
                    WHERE y.paper_id = p.id AND a.code IN (\(list: codes)))
                """
        }
        return condition
    }

    private func stands(_ standing: PaperStanding, on day: Day) -> SQL {
        let date = day.description
        let isEnded: SQL = """
            EXISTS (SELECT 1 FROM paper_relation r JOIN paper q ON q.id = r.paper_id WHERE r.other_id = p.id
                AND r.kind IN ('replaces', 'repeals') AND q.state = 'issued' AND q.from_on <= \(date))
            """
        return switch standing {
        case .draft, .dropped, .voided: "p.state = \(standing.rawValue)"
        case .upcoming: "p.state = 'issued' AND p.from_on > \(date)"
        case .inForce: "p.state = 'issued' AND p.from_on <= \(date) AND p.through_on >= \(date) AND NOT \(sql: isEnded)"
        case .over: "p.state = 'issued' AND p.from_on <= \(date) AND (p.through_on < \(date) OR \(sql: isEnded))"
        }
    }

    private func papers(where condition: SQL, then order: SQL) throws -> [Paper] {
        let found = try all(
            """
            SELECT p.id, p.number, p.title, p.kind, p.matter, p.signed_on, p.from_on, p.through_on, p.access, p.body, p.file_name,
                p.file_hash, p.state, p.made_by, o.id, o.kind, o.area_id, a.code, a.name, o.name, o.phone
            FROM paper p JOIN organisation o ON o.id = p.issuer_id JOIN area_version a ON \(sql: lastVersion(of: "o.area_id"))
            WHERE \(sql: condition) \(sql: order)
            """
        ) { row in
            let (from, through) = (Day(try row.text(6)) ?? .forever, Day(try row.text(7)) ?? .forever)
            return Paper(
                id: try row.text(0),
                issuer: Organisation(
                    id: try row.text(14), kind: OrganisationKind(rawValue: try row.text(15)) ?? .office, areaID: try row.text(16),
                    areaCode: try row.text(17), areaName: try row.text(18), name: try row.text(19), phone: try row.text(20)),
                number: try row.text(1), title: try row.text(2), kind: PaperKind(rawValue: try row.text(3)) ?? .notice,
                matter: PaperMatter(rawValue: try row.text(4)) ?? .other, signedOn: Day(try row.text(5)) ?? .forever,
                days: from...max(from, through), areas: [], access: PaperAccess(rawValue: try row.text(8)) ?? .internal,
                body: try row.text(9), fileName: try row.text(10), fileHash: try row.text(11),
                state: PaperState(rawValue: try row.text(12)) ?? .voided, madeBy: try row.text(13))
        }
        let ids = found.map(\.id)
        let (places, bonds) = (try places(of: ids), try bonds(of: ids))
        let (doing, done) = (Dictionary(grouping: bonds, by: \.from), Dictionary(grouping: bonds, by: \.to))
        return found.map { paper in
            var whole = paper
            whole.areas = places[paper.id] ?? []
            whole.relations = doing[paper.id, default: []].map(\.doing)
            whole.fates = done[paper.id, default: []].map(\.done)
            return whole
        }
    }

    private func places(of ids: [String]) throws -> [String: [Paper.Place]] {
        var found: [String: [Paper.Place]] = [:]
        try each(
            """
            SELECT y.paper_id, y.area_id, a.code, a.name FROM paper_area y JOIN area_version a ON \(sql: lastVersion(of: "y.area_id"))
            WHERE y.paper_id IN (\(list: ids)) ORDER BY a.code
            """
        ) { row in
            found[try row.text(0), default: []].append(
                Paper.Place(areaID: try row.text(1), code: try row.text(2), name: try row.text(3)))
        }
        return found
    }

    /// What stands between papers and others, either way.
    private func bonds(of ids: [String]) throws -> [(from: String, to: String, doing: Paper.Relation, done: Paper.Relation)] {
        try all(
            """
            SELECT r.kind, p.id, p.number, p.title, p.from_on, p.state, q.id, q.number, q.title
            FROM paper_relation r JOIN paper p ON p.id = r.paper_id JOIN paper q ON q.id = r.other_id
            WHERE r.paper_id IN (\(list: ids)) OR r.other_id IN (\(list: ids)) ORDER BY p.signed_on, p.id, q.id
            """
        ) { row in
            let bond = PaperBond(rawValue: try row.text(0)) ?? .amends
            let from = try row.text(5) == PaperState.issued.rawValue ? Day(try row.text(4)) : nil
            let (one, other) = (try row.text(1), try row.text(6))
            return (
                one, other,
                Paper.Relation(bond: bond, id: other, number: try row.text(7), title: try row.text(8), from: from),
                Paper.Relation(bond: bond, id: one, number: try row.text(2), title: try row.text(3), from: from)
            )
        }
    }
}
