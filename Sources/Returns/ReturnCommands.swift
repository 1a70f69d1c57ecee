package import Accounts
package import Basics
import Figures
package import Registry
package import Storage

extension Statements {
    /// Saves what was typed about an area's sites without machine data, and submits it when it is complete and the month is over. Nothing
    /// is saved when something is wrong. The same a second time changes nothing.
    package func saveReturn(_ draft: ReturnDraft, month: Month, area: Area, submit: Bool, today: Day, by act: Act) throws {
        let standing = try returnStanding(month: month, area: area)
        let old = standing.monthlyReturn
        let isSame =
            draft.share == old?.statedShare ?? ""
            && standing.sites.allSatisfy { (draft.lines[$0.code] ?? ReturnLine()) == (standing.lines[$0.num] ?? ReturnLine()) }
        if isSame, old?.isFixed == true || !submit { return }
        guard old?.isFixed != true else { throw Refusal.conflict(ReturnLife.submit.stale) }
        guard standing.isDue else { throw Refusal.conflict("return.nothing_due") }
        var problems = ReturnRules.problems(draft, standing.sites, isComplete: submit)
        if !isSame, draft.revision != old?.revision ?? 0 { problems["return"] = "return.changed" }
        if submit, today <= month.days.upperBound { problems["return"] = "return.month_running" }
        guard problems.isEmpty else { throw Refusal.invalid(problems) }

        let id = old?.id ?? act.ids.next()
        let state: ReturnState = submit ? .submitted : old?.state ?? .draft
        let (by, at) = submit ? (act.actor.id, act.at) : (old?.submittedBy ?? "", old?.submittedAt)
        if let old {
            let changed = try run(
                """
                UPDATE monthly_return SET state = \(state), stated_share = \(draft.share), revision = revision + 1, submitted_by = \(by),
                    submitted_at = \(at),
                    first_submitted_at = \(old.firstSubmittedAt ?? at)
                WHERE id = \(id) AND revision = \(old.revision)
                """)
            guard changed == 1 else { throw Refusal.busy }
        } else {
            try run(
                """
                INSERT INTO monthly_return (id, area_id, month, state, stated_share, revision, submitted_by, submitted_at,
                    first_submitted_at, decided_by, decided_at, reason)
                VALUES (\(id), \(area.areaID), \(month.description), \(state), \(draft.share), 1, \(by), \(at), \(at), '', \(Int?.none), '')
                """)
        }
        try writeLines(draft, standing.sites, of: id)
        var detail = ["area": area.code, "month": month.description, "sites": String(standing.sites.count)]
        for field in ReturnField.allCases {
            detail[field.rawValue] = String(standing.sites.reduce(0) { $0 + (draft.lines[$1.code]?[field] ?? 0) })
        }
        try note(submit ? .submitted : .saved, id, detail, by: act)
    }

    private func writeLines(_ draft: ReturnDraft, _ sites: [TypedSite], of id: String) throws {
        for start in stride(from: 0, to: sites.count, by: 500) {
            let part = sites[start..<min(start + 500, sites.count)]
            try run("DELETE FROM monthly_return_line WHERE monthly_return = \(id) AND site IN (\(list: part.map(\.num)))")
            let rows: [[Value]] = part.compactMap { site in
                guard let line = draft.lines[site.code], !line.isEmpty else { return nil }
                return [id.bound, site.num.bound] + ReturnField.allCases.map { line[$0].bound } + [line.remark.bound]
            }
            guard !rows.isEmpty else { continue }
            try run(
                """
                INSERT INTO monthly_return_line (monthly_return, site, on_days, on_minutes, sessions, should_attend, attended,
                remark) \(values: rows)
                """
            )
        }
    }

    /// Approves a return: its figures are fixed. Another officer than the one who submitted it does, of the county or above, on the
    /// revision that he saw.
    package func approveReturn(month: Month, area: Area, revision: Int, in scope: Scope, by act: Act) throws {
        let (standing, found) = try submitted(month, area)
        if found.state == .approved, found.decidedBy == act.actor.id { return }
        try ReturnLife.approve.check(found.standing, by: act.actor.id, in: scope)
        guard found.revision == revision else { throw Refusal.conflict("return.changed") }
        let lines = Dictionary(standing.sites.map { ($0.code, standing.lines[$0.num] ?? ReturnLine()) }) { first, _ in first }
        let draft = ReturnDraft(lines: lines, share: found.statedShare, revision: revision)
        guard ReturnRules.problems(draft, standing.sites, isComplete: true).isEmpty else { throw Refusal.conflict("return.incomplete") }
        try decide(found, .approved, reason: "", month, by: act)
    }

    /// Sends a return back, with a reason: its area types again. One that was approved only while the month is not closed.
    package func sendBackReturn(month: Month, area: Area, reason: String, revision: Int, in scope: Scope, by act: Act) throws {
        let (_, found) = try submitted(month, area)
        guard (1...500).contains(reason.count) else {
            throw Refusal.invalid(["reason": reason.isEmpty ? "form.required" : "form.too_large"])
        }
        if found.state == .sentBack, found.decidedBy == act.actor.id, found.reason == reason { return }
        try ReturnLife.sendBack.check(found.standing, by: act.actor.id, in: scope)
        guard try found.state == .submitted || !isClosed(month, atOrAbove: area) else { throw Refusal.conflict("return.month_closed") }
        guard found.revision == revision else { throw Refusal.conflict("return.changed") }
        try decide(found, .sentBack, reason: reason, month, by: act)
    }

    private func submitted(_ month: Month, _ area: Area) throws -> (ReturnStanding, MonthlyReturn) {
        let standing = try returnStanding(month: month, area: area)
        guard let found = standing.monthlyReturn else { throw Refusal.conflict("return.not_submitted") }
        return (standing, found)
    }

    private func decide(_ found: MonthlyReturn, _ step: ReturnStep, reason: String, _ month: Month, by act: Act) throws {
        let changed = try run(
            """
            UPDATE monthly_return SET state = \(step), revision = revision + 1, decided_by = \(act.actor.id), decided_at = \(act.at),
                reason = \(reason)
            WHERE id = \(found.id) AND revision = \(found.revision)
            """)
        guard changed == 1 else { throw Refusal.busy }
        try note(
            step, found.id,
            ["area": found.areaCode, "month": month.description].merging(reason.isEmpty ? [:] : ["reason": reason]) { first, _ in first },
            by: act)
    }

    /// Writes a step into the return's history and the audit log.
    private func note(_ step: ReturnStep, _ id: String, _ detail: [String: String], by act: Act) throws {
        try run(
            """
            INSERT INTO monthly_return_step (id, monthly_return, step, actor, made_at, reason)
            VALUES (\(act.ids.next()), \(id), \(step), \(act.actor.id), \(act.at), \(detail["reason"] ?? ""))
            """)
        let taken =
            switch step {
            case .saved: ReturnLife.save
            case .submitted: ReturnLife.submit
            case .sentBack: ReturnLife.sendBack
            case .approved: ReturnLife.approve
            }
        try record(taken.event, id, detail, by: act)
    }
}
