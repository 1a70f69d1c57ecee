package import Accounts
package import Basics
import Registry
package import Storage

/// Which people at posts somebody asks for.
package struct PostingFilter: Sendable {
    package init(
        words: SearchWords = SearchWords(""), post: Post? = nil, standing: PostingStanding? = nil, trainedBefore: Day? = nil,
        site: Int? = nil, organisation: String? = nil
    ) {
        (self.words, self.post, self.standing, self.trainedBefore, self.site) = (words, post, standing, trainedBefore, site)
        self.organisation = organisation
    }

    var words = SearchWords("")
    var post: Post?
    var standing: PostingStanding?
    /// Those whose training is over, or ends by this day.
    var trainedBefore: Day?
    var site: Int?
    var organisation: String?
}

extension Statements {
    /// The people at posts of the scope by name, behind the one with this place in the list.
    package func postings(_ filter: PostingFilter, after place: String = "", limit: Int, in scope: Scope, on today: Day) throws -> [Posting]
    {
        let parts = place.split(separator: "\u{1F}", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
        let behind: SQL =
            parts.count == 2 ? "(p.name_key > \(parts[0]) OR p.name_key = \(parts[0]) AND p.id > \(parts[1]))" : "1 = 1"
        // First which ones, by the order of names alone; then where they are.
        let ids = try all(
            """
            SELECT p.id FROM posting p \(sql: named(filter)) WHERE \(sql: wanted(filter, today)) AND \(sql: behind)
                AND \(sql: try placed(in: scope, on: today)) ORDER BY p.name_key, p.id LIMIT \(limit)
            """
        ) { try $0.text(0) }
        return try postings(where: "p.id IN (\(list: ids))", then: "ORDER BY p.name_key, p.id", in: scope, on: today)
    }

    package func postingCount(_ filter: PostingFilter, most: Int = .max, in scope: Scope, on today: Day) throws -> Int {
        try count(
            """
            SELECT count(*) FROM (SELECT p.id FROM posting p \(sql: named(filter)) WHERE \(sql: wanted(filter, today))
                AND \(sql: try placed(in: scope, on: today)) LIMIT \(most)) x
            """)
    }

    /// The sites by whose codes somebody looks for people; nothing where he does not.
    private func named(_ filter: PostingFilter) -> SQL { filter.words.isEmpty ? "" : "LEFT JOIN site s ON s.num = p.site" }

    /// The condition on `p` by which a scope sees postings; nothing where it sees the whole network.
    private func placed(in scope: Scope, on today: Day) throws -> SQL {
        if try isWholeNetwork(scope, on: today) { return "1 = 1" }
        let areas: SQL = """
            SELECT a.area_id FROM area_version a WHERE a.replaced_at IS NULL AND a.from_day <= \(today) AND a.until_day > \(today)
                AND \(sql: scope.condition("a.code"))
            """
        let sites: SQL = """
            SELECT v.site FROM site_version v WHERE v.replaced_at IS NULL AND v.from_day <= \(today) AND v.until_day > \(today)
                AND v.area_id IN (\(sql: areas))
            """
        // Of a wide scope each row is asked; of a narrow one its few sites are, before any name is looked at.
        if scope.areas.contains(where: { $0.level <= .county }) {
            return "(p.site IS NULL AND p.area_id IN (\(sql: areas)) OR p.site IN (\(sql: sites)))"
        }
        return """
            p.id IN (SELECT q.id FROM posting q WHERE q.site IN (\(sql: sites))
                UNION ALL SELECT q.id FROM posting q WHERE q.site IS NULL AND q.area_id IN (\(sql: areas)))
            """
    }

    /// Who is at the offices above an area, the nearest first: whom its people ring.
    package func officeHolders(above area: AreaCode, limit: Int, on today: Day) throws -> [Posting] {
        let above = sequence(first: area, next: \.parent).filter { $0.level == .county || $0.level == .township }.map(\.description)
        return try postings(
            where: """
                p.site IS NULL AND (p.organisation_id = '' OR o.kind = 'office') AND a.code IN (\(list: above))
                AND p.from_on <= \(today.description) AND p.through_on >= \(today.description)
                """, then: "ORDER BY length(a.code) DESC, p.name_key, p.id LIMIT \(limit)", in: .everything, on: today)
    }

    package func posting(id: String, in scope: Scope, on today: Day) throws -> Posting? {
        try postings(where: "p.id = \(id)", then: "", in: scope, on: today).first
    }

    /// The posting that a row of a file means: the same name at the same post of the same place, begun on the same day.
    package func posting(name: String, post: Post, place: PostPlace, from: Day, on today: Day) throws -> Posting? {
        let at: SQL =
            if let site = place.site { "p.site = \(site)" } else if !place.organisationID.isEmpty {
                "p.organisation_id = \(place.organisationID)"
            } else { "p.site IS NULL AND p.organisation_id = '' AND p.area_id = \(place.areaID)" }
        return try postings(
            where: "p.name = \(name) AND p.post = \(post) AND \(sql: at) AND p.from_on = \(from.description)", then: "LIMIT 1",
            in: .everything, on: today
        ).first
    }

    /// Keeps somebody at a post, new or changed. The log has his telephone number only so far as it tells that it is another one.
    package func savePosting(_ new: Posting, was old: Posting?, by act: Act) throws {
        try run(
            """
            INSERT INTO posting (id, area_id, site, post, name, name_key, phone, from_on, through_on, trained_through_on,
                organisation_id)
            VALUES (\(new.id), \(new.place.areaID), \(new.place.site), \(new.post), \(new.name), \(searchKey(new.name)), \(new.phone),
                \(new.days.lowerBound.description), \(new.days.upperBound.description), \(new.trainedThrough?.description ?? ""),
                \(new.place.organisationID))
            ON CONFLICT (id) DO UPDATE SET area_id = excluded.area_id, site = excluded.site, post = excluded.post, name = excluded.name,
                name_key = excluded.name_key, phone = excluded.phone, from_on = excluded.from_on, through_on = excluded.through_on,
                trained_through_on = excluded.trained_through_on, organisation_id = excluded.organisation_id
            """)
        try record(
            old == nil ? "posting.made" : "posting.changed", new.id, from: old.map(PostingFields.logged) ?? [:],
            to: PostingFields.logged(new), by: act)
    }

    /// Takes somebody away whom a file brought in.
    package func removePosting(_ posting: Posting, by act: Act) throws {
        try run("DELETE FROM posting WHERE id = \(posting.id)")
        try record("posting.taken_back", posting.id, ["name": posting.name], by: act)
    }

    /// Takes down why somebody looked at a telephone number that is not for him to see every day.
    package func notePhoneShown(_ posting: Posting, reason: String, by act: Act) throws {
        try record("posting.phone_shown", posting.id, ["reason": reason], by: act)
    }

    private func wanted(_ filter: PostingFilter, _ today: Day) -> SQL {
        var condition = filter.words.condition("p.name_key", code: "s.code")
        if let post = filter.post { condition = "\(sql: condition) AND p.post = \(post)" }
        switch filter.standing {
        case nil: break
        case .held: condition = "\(sql: condition) AND p.from_on <= \(today.description) AND p.through_on >= \(today.description)"
        case .upcoming: condition = "\(sql: condition) AND p.from_on > \(today.description)"
        case .over: condition = "\(sql: condition) AND p.through_on < \(today.description)"
        }
        if let day = filter.trainedBefore {
            condition = """
                \(sql: condition) AND p.from_on <= \(today.description) AND p.through_on >= \(today.description)
                AND p.trained_through_on <> '' AND p.trained_through_on <= \(day.description)
                """
        }
        if let site = filter.site { condition = "\(sql: condition) AND p.site = \(site)" }
        if let id = filter.organisation { condition = "\(sql: condition) AND p.organisation_id = \(id)" }
        return condition
    }

    /// Where posts are today: a site's is where the site is. An organisation that has posts stays in its area.
    private func postingPlaces(_ today: Day) -> SQL {
        """
        posting p
        LEFT JOIN site s ON s.num = p.site
        LEFT JOIN organisation o ON o.id = p.organisation_id
        LEFT JOIN site_version v ON v.site = p.site AND v.replaced_at IS NULL AND v.from_day <= \(today) AND v.until_day > \(today)
        JOIN area_version a ON a.area_id = coalesce(v.area_id, p.area_id) AND a.replaced_at IS NULL AND a.from_day <= \(today)
            AND a.until_day > \(today)
        """
    }

    private func postings(where condition: SQL, then order: SQL, in scope: Scope, on today: Day) throws -> [Posting] {
        try all(
            """
            SELECT p.id, p.post, p.name, p.phone, p.from_on, p.through_on, p.trained_through_on, a.area_id, a.code, a.name, p.site,
                coalesce(s.code, ''), coalesce(v.name, ''), p.organisation_id, coalesce(o.name, '')
            FROM \(sql: postingPlaces(today)) WHERE \(sql: condition) AND \(sql: scope.condition("a.code")) \(sql: order)
            """
        ) { row in
            let (from, through) = (Day(try row.text(4)) ?? .forever, Day(try row.text(5)) ?? .forever)
            let code = try row.text(8)
            return Posting(
                id: try row.text(0), post: Post(rawValue: try row.text(1)) ?? .officer, name: try row.text(2), phone: try row.text(3),
                place: PostPlace(
                    areaID: try row.text(7), areaCode: code, areaName: try row.text(9), site: try row.optionalInt(10),
                    siteCode: try row.text(11), siteName: try row.text(12), organisationID: try row.text(13),
                    organisationName: try row.text(14)),
                days: from...max(from, through), trainedThrough: Day(try row.text(6)),
                showsPhone: AreaCode(code).map(scope.showsPhones) ?? false)
        }
    }
}
