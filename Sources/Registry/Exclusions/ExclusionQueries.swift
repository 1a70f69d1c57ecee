package import Accounts
package import Basics
package import Storage

extension Statements {
    /// A proposal by its id, when the scope covers its area.
    package func exclusionProposal(id: String, in scope: Scope) throws -> ExclusionProposal? {
        try first(ExclusionProposal.self, proposalSelection(in: scope, where: "p.id = \(id)"))
    }

    /// Where proposals are for, by their ids.
    package func proposalNames(_ ids: [String]) throws -> [String: String] {
        let areas = try names(ids) { "SELECT id, area_id FROM exclusion_proposal WHERE id IN (\(sql: $0))" }
        let names = try areaNames(Set(areas.values).sorted())
        return areas.compactMapValues { names[$0] }
    }

    /// Proposals of the scope, newest first, before the one with the given id (from the newest for an empty id).
    package func exclusionProposals(
        state: ProposalState?, words: SearchWords = SearchWords(""), before id: String, limit: Int, in scope: Scope
    ) throws -> [ExclusionProposal] {
        let before: SQL = id.isEmpty ? "1 = 1" : "p.id < \(id)"
        return try all(
            ExclusionProposal.self,
            """
            \(sql: proposalSelection(in: scope, where: "\(sql: wanted(state, words)) AND \(sql: before)"))
            ORDER BY p.id DESC LIMIT \(limit)
            """
        )
    }

    /// How many proposals of the scope there are.
    package func exclusionProposalCount(state: ProposalState?, words: SearchWords = SearchWords(""), in scope: Scope) throws -> Int {
        try first("SELECT count(*) FROM (\(sql: proposalSelection(in: scope, where: wanted(state, words)))) x") { try $0.int(0) } ?? 0
    }

    private func wanted(_ state: ProposalState?, _ words: SearchWords) -> SQL {
        let ofState: SQL = if let state { "p.state = \(state)" } else { "1 = 1" }
        return words.isEmpty ? ofState : "\(sql: ofState) AND \(sql: words.condition("a.name_key", code: "a.code"))"
    }

    /// The sites that a proposal names, by code, as they are today.
    package func sites(ofProposal id: String, on today: Day) throws -> [(code: String, name: String)] {
        try all(
            """
            SELECT s.code, v.name FROM exclusion_proposal_site x JOIN site s ON s.num = x.site
            JOIN site_version v ON v.site = s.num AND v.replaced_at IS NULL AND v.from_day <= \(today) AND v.until_day > \(today)
            WHERE x.proposal = \(id) ORDER BY s.code
            """
        ) { (code: try $0.text(0), name: try $0.text(1)) }
    }

    /// Some sites by number, by code, as they are today; at most so many.
    package func sites(numbered numbers: [Int], on today: Day, atMost limit: Int) throws -> [(code: String, name: String)] {
        var found: [(code: String, name: String)] = []
        for start in stride(from: 0, to: numbers.count, by: 500) {
            found += try all(
                """
                SELECT s.code, v.name FROM site s
                JOIN site_version v ON v.site = s.num AND v.replaced_at IS NULL AND v.from_day <= \(today) AND v.until_day > \(today)
                WHERE s.num IN (\(list: numbers[start..<min(start + 500, numbers.count)])) ORDER BY s.code LIMIT \(limit)
                """
            ) { (code: try $0.text(0), name: try $0.text(1)) }
        }
        return Array(found.sorted { $0.code < $1.code }.prefix(limit))
    }

    /// What approving a proposal would change, month by month.
    package func exclusionEffect(ofProposal proposal: ExclusionProposal) throws -> [ExclusionEffect] {
        let sites = try all("SELECT site FROM exclusion_proposal_site WHERE proposal = \(proposal.id) ORDER BY site") { try $0.int(0) }
        return try exclusionEffect(sites: sites, days: proposal.fromDay...proposal.untilDay.advanced(by: -1))
    }

    /// An area that is no more keeps the code that it had last.
    private func proposalSelection(in scope: Scope, where condition: SQL) -> SQL {
        """
        SELECT p.id, p.area_id, a.code AS area_code, a.name
            AS area_name, p.cause, p.from_day, p.until_day, p.reason, p.document, p.state, p.proposed_by, p.proposed_at,
            p.decided_by, p.decided_at, p.answer, (SELECT count(*) FROM exclusion_proposal_site x WHERE x.proposal = p.id) AS site_count
        FROM exclusion_proposal p
        JOIN area_version a ON \(sql: lastVersion(of: "p.area_id"))
        WHERE \(sql: scope.condition("a.code")) AND \(sql: condition)
        """
    }
}
