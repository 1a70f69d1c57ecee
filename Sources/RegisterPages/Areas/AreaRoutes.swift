import Accounts
import Basics
import Hummingbird
package import Registry
import Storage
package import Web

extension Feature {
    /// An area's history and the decisions on it; `settled` tells which closed months a decision reaches back into, `uses` what stands on
    /// what one made.
    package static func areas(settled: @escaping SettledMonths, uses: @escaping RegisterUses) -> Feature {
        Feature(
            "areas",
            speech: [EventSpeech(["area."], choices: ["kind": "area.decision"]) { statements, ids, _ in try statements.areaNames(ids) }]
        ) {
            $0.addAreas(settled: settled)
            $0.form(AreaAddress.takeBack, .keepRegister, .takingBack(settled, uses: uses))
        }
    }
}

extension Routes {
    /// An area's history and the decisions on it; `settled` tells which closed months a decision reaches back into.
    fileprivate mutating func addAreas(settled: @escaping SettledMonths) {
        let house = house
        get(AreaAddress.history, .seeFigures) { request, context, visit in
            let (code, today) = (try AreaAddress.history.parts(context), house.today)
            let history = try await house.database.read { try $0.areaHistory(code: code, in: visit.scope, today: today) }
            guard let history else { throw Refusal.notFound("area") }
            let mayDecide = visit.may(.keepRegister)
            let decided = request.uri.queryParameters["decided"]
            return try house.page(
                "area_history", AreaHistoryPage(history, mayDecide: mayDecide, decided: decided.map(String.init), house, visit),
                title: house.text("area.history.title", visit, ["area": history.area.name]), crumbs: [history.crumb], for: visit, request)
        }
        form(AreaAddress.decision, .keepRegister, .areaDecision(settled))
    }
}

extension AreaHistory {
    fileprivate var crumb: Frame.Link { Frame.Link(label: area.name, url: AreaAddress.page(area.code)) }
}
