package import Basics

/// The tree of areas over all time and what decisions do to it. Pure: rows in, a plan out.
///
/// A decision may be entered long after the day on which it takes effect, but not before a later one on the same areas: those would have
/// been made on another tree.
package struct AreaPlanner: Sendable {
    /// The rows in force of each area, by first day.
    private let versions: [String: [AreaVersion]]
    private let today: Day

    package init(_ rows: some Sequence<AreaVersion>, today: Day) {
        versions = Dictionary(grouping: rows, by: \.areaID).mapValues { $0.sorted { $0.fromDay < $1.fromDay } }
        self.today = today
    }

    /// What the decision does.
    /// - Parameters:
    ///   - sites: the sites directly in an area from the day on, by its identity.
    ///   - newID: the identity of the new area of a split.
    /// - Throws: `Refusal.invalid` with a code for each field that is wrong: `on`, `area`, `name`, `code`, `into`, and the field of the
    ///   rule of a split: `parts`, `named`, `kind`.
    package func plan(_ decision: AreaDecision, on day: Day, sites: (_ areaID: String) throws -> [PlacedSite], newID: String) throws
        -> AreaPlan
    {
        guard day <= today else { throw Refusal.invalid(["on": "area.future"]) }
        let subject = try open(decision.subject, on: day, field: "area")
        guard let first = versions[subject.areaID]?.first, day > first.fromDay else { throw Refusal.invalid(["on": "area.before_start"]) }
        var draft = Draft(self, day)
        var (otherID, moves): (String?, [AreaPlan.SiteMove]) = (nil, [])
        switch decision {
        case .rename(_, let name):
            try rename(subject, to: name, &draft)
        case .recode(_, let code):
            try recode(subject, to: code, parent: subject.parentID, &draft, sameParent: true)
        case .move(_, let code):
            guard let above = code.parent else { throw Refusal.invalid(["code": "area.code_level"]) }
            let parent = try open(above, on: day, field: "code", missing: "area.parent_closed")
            guard parent.areaID != subject.parentID else { throw Refusal.invalid(["code": "area.same_parent"]) }
            try recode(subject, to: code, parent: parent.areaID, &draft, sameParent: false)
            otherID = parent.areaID
        case .merge(_, let into):
            guard into != decision.subject else { throw Refusal.invalid(["into": "area.merge_self"]) }
            let target = try open(into, on: day, field: "into")
            guard into.level == decision.subject.level else { throw Refusal.invalid(["into": "area.level_differs"]) }
            for child in children(of: subject, on: day) {
                try recode(child, to: try freeCode(like: child, below: target, draft), parent: target.areaID, &draft, sameParent: false)
            }
            try draft.end(subject)
            try draft.touch(target)
            moves = try sites(subject.areaID).map { AreaPlan.SiteMove(site: $0, fromArea: subject.areaID, toArea: target.areaID) }
            otherID = target.areaID
        case .split(_, let code, let name, let rule):
            let new = try newArea(code, named: name, beside: subject, id: newID, &draft)
            moves = try split(subject, new, rule, sites(subject.areaID), &draft)
            otherID = new.areaID
        case .close:
            guard children(of: subject, on: day).isEmpty else { throw Refusal.invalid(["area": "area.has_areas"]) }
            let left = try sites(subject.areaID)
            // Sites that are closed keep a place for the figures of the time before: the area above. A top that has sites has none to give
            // them.
            guard left.allSatisfy({ !$0.isOpen }), left.isEmpty || subject.parentID != nil else {
                throw Refusal.invalid(["area": "area.has_sites"])
            }
            try draft.end(subject)
            if let parent = subject.parentID { moves = left.map { AreaPlan.SiteMove(site: $0, fromArea: subject.areaID, toArea: parent) } }
        }
        return AreaPlan(decision: decision, day: day, subjectID: subject.areaID, otherID: otherID, effects: draft.effects, siteMoves: moves)
    }

    private func rename(_ subject: AreaVersion, to name: String, _ draft: inout Draft) throws {
        guard (1...100).contains(name.count) else { throw Refusal.invalid(["name": "form.required"]) }
        guard name != subject.name else { throw Refusal.invalid(["name": "area.same_name"]) }
        try draft.change(subject) { $0.name = name }
    }

    /// Another code for an area, and the same beginning for all below it.
    private func recode(_ area: AreaVersion, to code: AreaCode, parent: String?, _ draft: inout Draft, sameParent: Bool) throws {
        guard code.description.utf8.count == area.code.utf8.count else { throw Refusal.invalid(["code": "area.code_level"]) }
        guard code.description != area.code else { throw Refusal.invalid(["code": "area.same_code"]) }
        if sameParent, let parent, let above = self.area(id: parent, on: draft.day), !code.description.hasPrefix(above.code) {
            throw Refusal.invalid(["code": "area.code_outside_parent"])
        }
        guard isFree(code, draft) else { throw Refusal.invalid(["code": "area.code_taken"]) }
        for row in subtree(of: area, on: draft.day) {
            try draft.change(row) { changed in
                changed.code = code.description + row.code.dropFirst(area.code.count)
                if row.areaID == area.areaID { changed.parentID = parent }
            }
        }
    }

    private func newArea(_ code: AreaCode, named name: String, beside subject: AreaVersion, id: String, _ draft: inout Draft) throws
        -> AreaVersion
    {
        guard (1...100).contains(name.count) else { throw Refusal.invalid(["name": "form.required"]) }
        guard code.description.utf8.count == subject.code.utf8.count else { throw Refusal.invalid(["code": "area.code_level"]) }
        guard code.parent?.description == AreaCode(subject.code)?.parent?.description else {
            throw Refusal.invalid(["code": "area.code_outside_parent"])
        }
        guard isFree(code, draft) else { throw Refusal.invalid(["code": "area.code_taken"]) }
        let new = AreaVersion(
            id: "", areaID: id, code: code.description, name: name, parentID: subject.parentID, fromDay: draft.day, untilDay: .forever,
            decision: nil)
        draft.add(new)
        return new
    }

    private func split(
        _ subject: AreaVersion, _ new: AreaVersion, _ rule: AreaDecision.SplitRule, _ sites: [PlacedSite], _ draft: inout Draft
    ) throws -> [AreaPlan.SiteMove] {
        try draft.touch(subject)
        var taken: [PlacedSite] = []
        let field =
            switch rule {
            case .parts: "parts"
            case .sitesNamed: "named"
            case .sitesOfKind: "kind"
            }
        switch rule {
        case .parts(let codes):
            guard !codes.isEmpty, Set(codes).count == codes.count else { throw Refusal.invalid([field: "area.split_nothing"]) }
            let areas = children(of: subject, on: draft.day)
            var unknown: [String] = []
            for text in codes {
                // By its code or, where only one is called so, by its name.
                let (children, placed) = (
                    areas.filter { $0.code == text || $0.name == text }, sites.filter { $0.code == text || $0.name == text }
                )
                if children.count == 1, placed.isEmpty, let moved = AreaCode(new.code + children[0].code.dropFirst(subject.code.count)) {
                    try recode(children[0], to: moved, parent: new.areaID, &draft, sameParent: false)
                } else if placed.count == 1, children.isEmpty {
                    taken.append(placed[0])
                } else {
                    unknown.append(text)
                }
            }
            guard unknown.isEmpty else {
                throw Refusal.invalid([field: FieldProblem("area.split_unknown", ["list": unknown.prefix(10).joined(separator: "、")])])
            }
        case .sitesNamed(let text): taken = text.isEmpty ? [] : sites.filter { $0.name.contains(text) }
        case .sitesOfKind(let kind): taken = sites.filter { $0.kind == kind }
        }
        guard !taken.isEmpty || draft.effects.contains(where: { $0.before != nil }) else {
            throw Refusal.invalid([field: "area.split_nothing"])
        }
        return taken.map { AreaPlan.SiteMove(site: $0, fromArea: subject.areaID, toArea: new.areaID) }
    }

    /// The code of an area below another parent: the same last digits, or the next free ones.
    private func freeCode(like child: AreaVersion, below target: AreaVersion, _ draft: Draft) throws -> AreaCode {
        let digits = child.code.utf8.count - target.code.utf8.count
        let limit = (0..<digits).reduce(1) { all, _ in all * 10 }
        let wanted = Int(child.code.suffix(digits)) ?? 0
        for number in [wanted] + Array(1..<limit) {
            let text = String(number)
            if let code = AreaCode(target.code + String(repeating: "0", count: digits - text.count) + text), isFree(code, draft) {
                return code
            }
        }
        throw Refusal.invalid(["into": "area.codes_full"])
    }

    /// No area has the code from the day on, nor gets it by this decision.
    private func isFree(_ code: AreaCode, _ draft: Draft) -> Bool {
        !versions.values.joined().contains { $0.code == code.description && $0.untilDay > draft.day && !draft.leaves($0) }
            && !draft.effects.contains { $0.after?.code == code.description }
    }

    private func open(_ code: AreaCode, on day: Day, field: String, missing: String = "area.unknown") throws -> AreaVersion {
        // The day before: a decision is about the tree that it finds.
        let found = versions.values.joined().first { $0.code == code.description && $0.fromDay <= day && $0.untilDay > day }
        guard let found else { throw Refusal.invalid([field: FieldProblem(missing)]) }
        return found
    }

    private func area(id: String, on day: Day) -> AreaVersion? { versions[id]?.first { $0.fromDay <= day && $0.untilDay > day } }

    private func children(of area: AreaVersion, on day: Day) -> [AreaVersion] {
        versions.values.joined().filter { $0.parentID == area.areaID && $0.fromDay <= day && $0.untilDay > day }.sorted {
            $0.code < $1.code
        }
    }

    private func subtree(of area: AreaVersion, on day: Day) -> [AreaVersion] {
        versions.values.joined().filter { $0.code.hasPrefix(area.code) && $0.fromDay <= day && $0.untilDay > day }.sorted {
            $0.code < $1.code
        }
    }

    /// The effects that have been worked out so far.
    private struct Draft {
        let day: Day
        private(set) var effects: [AreaEffect] = []
        private let planner: AreaPlanner
        private var left: Set<String> = []

        init(_ planner: AreaPlanner, _ day: Day) {
            self.planner = planner
            self.day = day
        }

        /// Whether the row loses its code on the day.
        func leaves(_ row: AreaVersion) -> Bool { left.contains(row.id) }

        /// Refuses to build on an area whose later rows were made on another tree.
        func touch(_ row: AreaVersion) throws {
            guard planner.versions[row.areaID]?.last == row, row.untilDay == .forever else {
                throw Refusal.invalid(["on": "area.later_change"])
            }
        }

        mutating func change(_ row: AreaVersion, _ body: (inout AreaVersion) -> Void) throws {
            try touch(row)
            var after = row
            body(&after)
            after.fromDay = day
            if after.code != row.code { left.insert(row.id) }
            effects.append(AreaEffect(areaID: row.areaID, before: row, after: after))
        }

        mutating func end(_ row: AreaVersion) throws {
            try touch(row)
            left.insert(row.id)
            effects.append(AreaEffect(areaID: row.areaID, before: row, after: nil))
        }

        mutating func add(_ row: AreaVersion) { effects.append(AreaEffect(areaID: row.areaID, before: nil, after: row)) }
    }
}
