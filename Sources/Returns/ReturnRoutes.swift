import Accounts
import Basics
import Figures
import Hummingbird
import Lists
package import Operations
import Registry
import Storage
package import Web

extension Feature {
    /// Monthly returns of counties and townships.
    package static func returns(_ rules: FactRules) -> Feature {
        let today = TodayLook(.keepRegister) { statements, question in
            let (month, deadline) = (question.today.month.previous, ReturnDeadline(question.today.month.previous))
            // A province looks at its page of returns: here every site of the scope would be read at every visit.
            guard question.scope.areas.allSatisfy({ $0.level >= .city }) else { return [] }
            let scope = try statements.scope(question.scope, on: month.days.upperBound, today: question.today)
            let standings = try statements.returnStandings(month: month, in: scope).filter(\.isDue)
            let (missing, place) = (standings.filter { !$0.isSubmitted }, ReturnAddress.list().with("month", month))
            let approvals = standings.filter {
                $0.monthlyReturn.map { ReturnLife.approve.isOpen($0.standing, by: question.account, in: scope) } == true
            }
            let isLate = question.today > deadline.submit
            return [
                TodayEntry(
                    isLate ? .late : .mine, isLate ? "today.returns.late" : "today.returns.due", count: missing.count,
                    since: isLate ? deadline.submit.advanced(by: 1) : nil,
                    at: place),
                TodayEntry(
                    question.today > deadline.approve ? .late : .mine, "today.returns.approve", count: approvals.count,
                    since: approvals.compactMap { $0.monthlyReturn?.submittedAt }.min().map(question.zone.day), at: place),
            ]
        }
        return Feature(
            "returns", menu: [MenuEntry(.supervision, "nav.returns", ReturnAddress.list, .seeFigures)], today: [today],
            speech: [EventSpeech(["return."]) { statements, ids, _ in try statements.returnNames(ids) }]
        ) {
            $0.addReturns(rules)
        }
    }
}

extension Routes {
    /// 月报: what places without machine data type in, month by month; typed below, approved above.
    fileprivate mutating func addReturns(_ rules: FactRules) {
        let house = house
        list(.returns(rules))
        get(ReturnAddress.json, .seeFigures) { request, _, visit in
            let query = Query(request)
            let record = try await house.returnRecord(nil, try house.returnPeriod(query["month"], rules), visit, rules)
            let json = try ExportedReturns(record.filtered(ReturnState(rawValue: query["state"])), record.month).json
            return download(String(decoding: json, as: UTF8.self), name: "returns-\(record.month).json", type: "application/json")
        }
        get(ReturnAddress.one, .seeFigures) { request, context, visit in
            let (month, code) = try ReturnAddress.one.parts(context)
            let period = try house.returnPeriod(month.description, rules)
            // What a village did is typed by its township.
            if let village = AreaCode(code), village.level == .village, let township = village.parent {
                return seeOther(ReturnAddress.one(period.month, township.description))
            }
            let record = try await house.returnRecord(code, period, visit, rules)
            guard let area = record.area else { throw Refusal.notFound("area") }
            let at = FormVisit(house, visit, request, context)
            return try house.page(.monthlyReturn(record, area, rules, at), at)
        }
        get(ReturnAddress.file, .seeFigures) { _, context, visit in
            let (month, code) = try ReturnAddress.file.parts(context)
            let period = try house.returnPeriod(month.description, rules)
            let record = try await house.returnRecord(code, period, visit, rules)
            guard let own = record.own else { throw Refusal.notFound("return") }
            return download(
                Table.returnLines(own, period.month, Speech(house, visit)).csv, name: "return-\(period.month)-\(own.area.code).csv",
                type: "text/csv; charset=utf-8")
        }
        form(ReturnAddress.one, .keepRegister, hasOwnPage: true, .typing(rules))
        form(
            ReturnAddress.sendBack, .keepRegister,
            on: { at in
                let (month, code) = try at.parts(ReturnAddress.sendBack)
                return ReturnAddress.one(month, code)
            }, .sendingBack(rules))
        post(ReturnAddress.approve, .keepRegister) { form, context, visit in
            let at = FormVisit(house, visit, form.request, context)
            return seeOther(
                try await house.database.write { statements in
                    let subject = try statements.returnSubject(at, rules)
                    try statements.approveReturn(
                        month: subject.record.month, area: subject.area, revision: Int(form["revision"]) ?? 0, in: subject.record.keeping,
                        by: at.act)
                    return ReturnAddress.one(subject.record.month, subject.area.code).with("saved", 1)
                })
        }
    }
}

extension House {
    /// The month of an address; without one the month before the present one, whose returns are due.
    func returnPeriod(_ text: String, _ rules: FactRules) throws -> Period {
        let present = try Period("", rules: rules, at: clock.now)
        return try Period(text.isEmpty ? (present.previous ?? present.month).description : text, rules: rules, at: clock.now)
    }

    /// The returns of an area, or of the whole scope.
    func returnRecord(_ code: String?, _ period: Period, _ visit: Visit, _ rules: FactRules) async throws -> ReturnRecord {
        let rights = scope
        let record = try await database.read { statements in
            let keeping = try rights(statements, visit.grants, .keepRegister, period.today)
            return try statements.returnRecord(code: code, period, in: visit.scope, keeping: keeping)
        }
        guard let record else { throw Refusal.notFound("area") }
        return record
    }
}

extension Statements {
    /// The return that an address names, for whoever keeps its area.
    func returnSubject(_ at: FormVisit, _ rules: FactRules) throws -> ReturnSubject {
        let (month, code) = try at.parts(ReturnAddress.one)
        let period = try Period(month.description, rules: rules, at: at.act.at)
        guard let record = try returnRecord(code: code, period, in: at.visit.scope, keeping: at.visit.scope),
            let area = record.area
        else {
            throw Refusal.notFound("area")
        }
        guard let own = record.own else { throw Refusal.notFound("return") }
        return ReturnSubject(record: record, area: area, own: own, speech: Speech(at.house, at.visit))
    }

    /// The returns of an area of the scope, or of the whole scope for no code, on the network as it was at the month's end. Nil when the
    /// scope does not cover the area.
    fileprivate func returnRecord(code: String?, _ period: Period, in scope: Scope, keeping: Scope) throws -> ReturnRecord? {
        let (month, last) = (period.month, period.month.days.upperBound)
        let scope = try self.scope(scope, on: last, today: period.today)
        let keeping = try self.scope(keeping, on: last, today: period.today)
        var area: Area?
        if let code {
            guard let found = try areaEver(code: code, on: last, in: scope) else { return nil }
            area = found
        }
        let inside = area?.areaCode.map { Scope(areas: [$0]) } ?? scope
        let standings = try returnStandings(month: month, in: inside)
        let own = area.flatMap { area in standings.first { $0.area.areaID == area.areaID } }
        let steps = try own?.monthlyReturn.map { try returnSteps($0.id) } ?? []
        let actors = standings.compactMap(\.monthlyReturn).flatMap { [$0.submittedBy, $0.decidedBy] } + steps.map(\.actor)
        return ReturnRecord(
            period: period, area: area,
            path: try area.map { try path(to: $0, on: last).filter { $0.areaCode.map(scope.covers) ?? false } } ?? [],
            below: try returnGroups(area, on: last, in: scope), standings: standings, own: own,
            overtaken: try own.map { try overtakenSites(of: $0, month: month) } ?? [],
            steps: steps, accounts: try namedAccounts(Set(actors).sorted()),
            isClosed: try own.map { try isClosed(month, atOrAbove: $0.area) } ?? false, keeping: keeping)
    }

    /// The areas by which completeness is told: those directly below the area, or below the only area of the scope, down to the counties;
    /// the areas of the scope when there are several. None within a county: there the list of returns says it all.
    private func returnGroups(_ area: Area?, on day: Day, in scope: Scope) throws -> [Area] {
        var top = area
        if top == nil {
            let tops = try scope.areas.compactMap { try self.area(code: $0.description, on: day, in: scope) }
            guard tops.count == 1 else { return tops }
            top = tops[0]
        }
        guard let top, let code = top.areaCode, code.level < .county else { return [] }
        return try children(of: top, on: day, in: Scope(areas: [code]))
    }
}
