import Accounts
import Basics
import Hummingbird
import Storage
package import Web

extension Feature {
    /// An area's history and the decisions on it; `settled` tells which closed months a decision reaches back into.
    package static func areas(settled: @escaping SettledMonths) -> Feature {
        Feature("areas") { $0.addAreas(settled: settled) }
    }
}

extension Routes {
    /// An area's history and the decisions on it; `settled` tells which closed months a decision reaches back into.
    fileprivate mutating func addAreas(settled: @escaping SettledMonths) {
        let house = house
        get("/areas/:code/history", .seeFigures) { request, context, visit in
            let (code, today) = (try context.parameters.require("code"), house.today)
            let history = try await house.database.read { try $0.areaHistory(code: code, in: visit.scope, today: today) }
            guard let history else { throw Refusal.notFound("area") }
            let mayDecide = visit.may(.keepRegister)
            let isDecided = request.uri.queryParameters["decided"] != nil
            return try house.page(
                "area_history", AreaHistoryPage(history, mayDecide: mayDecide, isDecided: isDecided, house, visit),
                title: house.text("area.history.title", visit, ["area": history.area.name]), crumbs: [history.crumb], for: visit, request)
        }
        get("/areas/:code/decisions/:kind", .keepRegister) { request, context, visit in
            let (area, kind) = try await house.decisionSubject(context, visit)
            return try house.decisionPage(AreaForm(kind, on: house.today), area, [:], nil, [], request, visit)
        }
        post("/areas/:code/decisions/:kind", .keepRegister) { form, context, visit in
            let (area, kind) = try await house.decisionSubject(context, visit)
            let typed = AreaForm(kind, form)
            let (today, act) = (house.today, house.act(visit))
            do {
                guard let subject = area.areaCode else { throw Refusal.notFound("area") }
                let (decision, day) = try typed.read(subject)
                guard form["step"] == "decide" else {
                    let (plan, months) = try await house.database.read { statements in
                        let plan = try statements.planArea(decision, on: day, today: today, in: visit.scope, ids: act.ids)
                        return (plan, try settled(statements, day.month, try statements.path(to: area, on: today).map(\.areaID)))
                    }
                    return try house.decisionPage(typed, area, [:], plan, months, form.request, visit)
                }
                try await house.database.write { statements in
                    _ = try statements.decideArea(decision, on: day, today: today, reason: typed.reason, document: typed.document, in: visit.scope, by: act)
                }
                let now = try await house.database.read { try $0.area(id: area.areaID, on: today) }
                return seeOther("/areas/\(now?.code ?? area.code)/history?decided=1")
            } catch Refusal.invalid(let problems) {
                return try house.decisionPage(typed, area, problems, nil, [], form.request, visit)
            }
        }
    }
}

extension House {
    fileprivate func decisionSubject(_ context: AppContext, _ visit: Visit) async throws -> (Area, AreaDecision.Kind) {
        let (code, day) = (try context.parameters.require("code"), today)
        guard let kind = AreaDecision.Kind(rawValue: try context.parameters.require("kind")) else { throw Refusal.notFound("page") }
        guard let area = try await database.read({ try $0.area(code: code, on: day, in: visit.scope) }) else { throw Refusal.notFound("area") }
        return (area, kind)
    }

    fileprivate func decisionPage(
        _ form: AreaForm, _ area: Area, _ problems: [String: String], _ plan: AreaPlan?, _ settled: [SettledMonth], _ request: Request, _ visit: Visit
    ) throws -> Response {
        try page(
            "area_decision", AreaDecisionPage(form, area: area, problems: problems, plan: plan, settled: settled, self, visit),
            title: text("area.decision.title", visit, ["kind": text("area.decision.\(form.kind.rawValue)", visit), "area": area.name]),
            crumbs: [Frame.Link(label: area.name, url: "/areas/\(area.code)/history")], for: visit, request, status: problems.isEmpty ? .ok : .unprocessableContent)
    }
}

extension AreaHistory {
    fileprivate var crumb: Frame.Link { Frame.Link(label: area.name, url: "/areas/\(area.code)") }
}
