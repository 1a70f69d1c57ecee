package import Accounts
package import Basics
package import Storage

extension Statements {
    /// Asks to leave sites of an area out of the figures for a period; answers the proposal's id. Nothing counts differently until it is
    /// approved.
    package func proposeExclusion(_ new: NewProposal, area: Area, on today: Day, by act: Act) throws -> String {
        var problems: FieldProblems = [:]
        if !(1...500).contains(new.reason.unicodeScalars.count) { problems["reason"] = "form.required" }
        if new.document.unicodeScalars.count > 200 { problems["document"] = "form.too_large" }
        guard problems.isEmpty else { throw Refusal.invalid(problems) }
        let sites = try proposedSites(new, area: area, on: today)
        let id = act.ids.next()
        try run(
            """
            INSERT INTO exclusion_proposal (id, area_id, cause, from_day, until_day, reason, document, state, proposed_by, proposed_at,
                decided_by, decided_at, answer)
            VALUES (\(id), \(area.areaID), \(new.cause), \(new.days.lowerBound), \(new.days.upperBound.advanced(by: 1)), \(new.reason),
                \(new.document), 'proposed',
                \(act.actor.id), \(act.at), '', \(Int?.none), '')
            """)
        for start in stride(from: 0, to: sites.count, by: 500) {
            let rows = sites[start..<min(start + 500, sites.count)].map { [id.bound, $0.bound] }
            try run("INSERT INTO exclusion_proposal_site (proposal, site) \(values: rows)")
        }
        try record(
            "exclusion.proposed", id,
            [
                "area": area.code, "cause": new.cause.rawValue, "from_on": new.days.lowerBound.description,
                "through_on": new.days.upperBound.description,
                "sites": String(sites.count),
            ], by: act)
        return id
    }

    /// The numbers of the sites that a proposal is about. Throws `Refusal.invalid` for days that are too many, or none of which there is a
    /// site.
    package func proposedSites(_ new: NewProposal, area: Area, on today: Day) throws -> [Int] {
        guard let code = area.areaCode else { throw Refusal.notFound("area") }
        // A season may be known in advance, but not years of it.
        guard new.days.upperBound <= today.advanced(by: 366), new.days.lowerBound.advanced(by: 366) >= new.days.upperBound else {
            throw Refusal.invalid(["through": "exclusion.too_long"])
        }
        guard new.sites.isEmpty else { return try sites(typed: new.sites, in: "sites", on: today, below: code) }
        let inside = Scope(areas: [code])
        let sites = try all(
            """
            SELECT DISTINCT v.site FROM site_version v
            JOIN area_version a ON a.area_id = v.area_id AND a.replaced_at IS NULL AND a.from_day <= \(today) AND a.until_day > \(today)
            JOIN site_state t ON t.site = v.site AND t.replaced_at IS NULL AND t.from_day <= \(new.days.upperBound)
                AND t.until_day > \(new.days.lowerBound)
            WHERE v.replaced_at IS NULL AND v.from_day <= \(today) AND v.until_day > \(today) AND \(sql: inside.condition("a.code"))
                AND t.state IN (\(list: SiteState.counted.map(\.rawValue))) ORDER BY v.site
            """
        ) { try $0.int(0) }
        guard !sites.isEmpty else { throw Refusal.invalid(["sites": "exclusion.no_sites"]) }
        return sites
    }

    /// Approves a proposal: its sites are out of the figures for its days. Exclusions of other days add up; refuses when every site is out
    /// on all of the days already.
    package func approveExclusion(_ proposal: ExclusionProposal, in scope: Scope, by act: Act) throws {
        try take(ExclusionLife.approve, proposal, answer: "", in: scope, by: act)
        let count = try excludeSites(of: proposal, decidedBy: act.actor.id, at: act.at, ids: act.ids)
        guard count > 0 else { throw Refusal.conflict("site.already_excluded") }
        try record(ExclusionLife.approve.event, proposal.id, ["area": proposal.areaCode, "sites": String(proposal.siteCount)], by: act)
    }

    /// Excludes those sites of a proposal that are not out on all of its days; answers how many.
    private func excludeSites(of proposal: ExclusionProposal, decidedBy actor: String, at moment: Instant, ids: IDs) throws -> Int {
        let sites = try all("SELECT site FROM exclusion_proposal_site WHERE proposal = \(proposal.id) ORDER BY site") { try $0.int(0) }
        let open = try self.sites(sites, notExcludedThrough: proposal.fromDay..<proposal.untilDay)
        for start in stride(from: 0, to: open.count, by: 500) {
            let part = open[start..<min(start + 500, open.count)]
            let rows: [[Value]] = part.map {
                [
                    ids.next().bound, $0.bound, proposal.fromDay.number.bound, proposal.untilDay.number.bound, proposal.reason.bound,
                    proposal.document.bound,
                    actor.bound, moment.bound,
                ]
            }
            try run("INSERT INTO site_exclusion (id, site, from_day, until_day, reason, document, actor, recorded_at) \(values: rows)")
        }
        return open.count
    }

    /// Refuses a proposal, with an answer for the one who made it.
    package func refuseExclusion(_ proposal: ExclusionProposal, answer: String, in scope: Scope, by act: Act) throws {
        guard (1...500).contains(answer.count) else { throw Refusal.invalid(["answer": "form.required"]) }
        try take(ExclusionLife.refuse, proposal, answer: answer, in: scope, by: act)
        try record(ExclusionLife.refuse.event, proposal.id, ["area": proposal.areaCode, "answer": answer], by: act)
    }

    /// Takes back an own proposal that nobody has decided on.
    package func withdrawExclusion(_ proposal: ExclusionProposal, by act: Act) throws {
        try take(ExclusionLife.withdraw, proposal, answer: "", in: .everything, by: act)
        try record(ExclusionLife.withdraw.event, proposal.id, ["area": proposal.areaCode], by: act)
    }

    /// Takes an approval back: its sites count again as if it had never been. `settled` are the months of its days that are closed: what
    /// stands on it keeps it.
    package func takeBackExclusion(
        _ proposal: ExclusionProposal, reason: String, settled: [SettledMonth], in scope: Scope, by act: Act
    ) throws {
        try take(ExclusionLife.takeBack, proposal, answer: reason, in: scope, by: act)
        guard settled.isEmpty else { throw Refusal.conflict("exclusion.settled") }
        // The rows that the approval made: of its days, its person, its moment.
        let sites = try run(
            """
            UPDATE site_exclusion SET replaced_at = \(act.at)
            WHERE replaced_at IS NULL AND from_day = \(proposal.fromDay) AND until_day = \(proposal.untilDay)
                AND actor = \(proposal.decidedBy) AND recorded_at = \(proposal.decidedAt)
                AND site IN (SELECT site FROM exclusion_proposal_site WHERE proposal = \(proposal.id))
            """)
        // Another paper for the same days had nothing to add while this one stood.
        let others = try all(
            """
            SELECT DISTINCT p.id FROM exclusion_proposal p JOIN exclusion_proposal_site x ON x.proposal = p.id
            WHERE p.state = 'approved' AND p.from_day < \(proposal.untilDay) AND p.until_day > \(proposal.fromDay)
                AND x.site IN (SELECT site FROM exclusion_proposal_site WHERE proposal = \(proposal.id)) ORDER BY p.id
            """
        ) { try $0.text(0) }
        for other in try others.compactMap({ try exclusionProposal(id: $0, in: .everything) }) {
            _ = try excludeSites(of: other, decidedBy: other.decidedBy, at: other.decidedAt ?? act.at, ids: act.ids)
        }
        try record(
            ExclusionLife.takeBack.event, proposal.id, ["area": proposal.areaCode, "sites": String(sites), "reason": reason], by: act)
    }

    /// The closed months of a proposal's days, of every area above and below it.
    package func settledMonths(of proposal: ExclusionProposal, _ settled: SettledMonths, on today: Day) throws -> [SettledMonth] {
        // The area may have had other codes on these days, and lain below other areas.
        let codes = try all(
            """
            SELECT DISTINCT v.code FROM area_version v WHERE v.area_id = \(proposal.areaID) AND v.replaced_at IS NULL
                AND (v.from_day < \(proposal.untilDay) AND v.until_day > \(proposal.fromDay) OR v.code = \(proposal.areaCode))
            ORDER BY v.code
            """
        ) { AreaCode(try $0.text(0)) }
        let inside = Scope(areas: codes.compactMap { $0 })
        let areas = try all(
            """
            SELECT DISTINCT v.area_id FROM area_version v WHERE v.replaced_at IS NULL AND \(sql: inside.reach("v.code")) ORDER BY v.area_id
            """
        ) { try $0.text(0) }
        let last = proposal.untilDay.advanced(by: -1).month.description
        return try stride(from: 0, to: areas.count, by: 500).flatMap { start in
            try settled(self, proposal.fromDay.month, Array(areas[start..<min(start + 500, areas.count)])).filter { $0.month <= last }
        }
    }

    private func take(_ step: LifeStep<ProposalState>, _ proposal: ExclusionProposal, answer: String, in scope: Scope, by act: Act) throws {
        try step.check(proposal.standing, by: act.actor.id, in: scope)
        let changed = try run(
            """
            UPDATE exclusion_proposal SET state = \(step.to), decided_by = \(act.actor.id), decided_at = \(act.at), answer = \(answer)
            WHERE id = \(proposal.id) AND \(sql: step.stands)
            """)
        guard changed == 1 else { throw Refusal.conflict(step.stale) }
    }
}
