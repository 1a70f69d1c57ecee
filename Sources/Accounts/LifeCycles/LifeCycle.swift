package import Basics
package import Storage

/// Who takes a step, of those who have the right to.
package enum LifeParty: String, Sendable {
    case anybody
    /// Whoever made the thing.
    case maker
    /// Anybody but the one who made it.
    case other
}

/// A step from some states to another.
package struct LifeStep<State: RawRepresentable & CaseIterable & Hashable & Sendable>: Sendable where State.RawValue == String {
    /// As addresses and drawings call it.
    package let name: String
    package let from: [State]
    package let to: State
    package let party: LifeParty
    /// The lowest level of area from which it may be taken; nil for any.
    package let level: AreaLevel?
    /// Its code in the log of acts.
    package let event: String
    /// The codes of the refusals: that the thing stands elsewhere by now, and that somebody else must do it.
    package let stale: String
    package let others: String
    /// The code where the thing stands in a state of which another sentence is to be said.
    package let staleIn: [State: String]

    package init(
        _ name: String, from: [State], to: State, by party: LifeParty = .anybody, atOrAbove level: AreaLevel? = nil, event: String,
        stale: String, staleIn: [State: String] = [:], others: String = "right.missing"
    ) {
        (self.name, self.from, self.to, self.party, self.level) = (name, from, to, party, level)
        (self.event, self.stale, self.staleIn, self.others) = (event, stale, staleIn, others)
    }

    /// The guard that stands in the `UPDATE` itself, so that of two who come at once one is refused.
    package var stands: SQL { "state IN (\(list: from.map(\.rawValue)))" }

    /// The same for a thing whose states are no column: each is a condition on several.
    package func stands(_ condition: (State) -> SQL) -> SQL {
        from.reduce("1 = 0") { "\(sql: $0) OR (\(sql: condition($1)))" }
    }

    /// Why a person with a scope may not take it; nil when he may.
    package func obstacle(_ standing: LifeStanding<State>, by account: String, in scope: Scope) -> Refusal? {
        guard from.contains(standing.state) else { return .conflict(staleIn[standing.state] ?? stale) }
        let isParty =
            switch party {
            case .anybody: true
            case .maker: account == standing.maker
            case .other: account != standing.maker
            }
        guard isParty else { return .forbidden(others) }
        guard let level else { return nil }
        return standing.area.map { scope.covers($0, from: level) } ?? false ? nil : .forbidden(others)
    }

    /// Whether a person may take it.
    package func isOpen(_ standing: LifeStanding<State>, by account: String, in scope: Scope) -> Bool {
        obstacle(standing, by: account, in: scope) == nil
    }

    /// Throws why it may not be taken.
    package func check(_ standing: LifeStanding<State>, by account: String, in scope: Scope) throws {
        if let obstacle = obstacle(standing, by: account, in: scope) { throw obstacle }
    }
}

/// Where a thing stands, and whose it is.
package struct LifeStanding<State: Sendable>: Sendable {
    package let state: State
    /// Who made it, as far as steps ask; empty for nobody.
    package let maker: String
    package let area: AreaCode?

    package init(_ state: State, maker: String, area: AreaCode?) { (self.state, self.maker, self.area) = (state, maker, area) }
}

/// The life of a thing, declared once by the feature that owns it: from it come the guards of commands, the refusals, the buttons, the
/// drawing in docs/lifecycles.md, and the test that tries every step from every state as everybody.
package struct LifeCycle<State: RawRepresentable & CaseIterable & Hashable & Sendable>: Sendable where State.RawValue == String {
    package let name: String
    package let steps: [LifeStep<State>]

    package init(_ name: String, _ steps: [LifeStep<State>]) { (self.name, self.steps) = (name, steps) }

    /// As a Mermaid state diagram: each step with who takes it.
    package var drawing: String {
        let lines = steps.flatMap { step in
            step.from.map { from in
                let who = [step.party == .anybody ? "" : step.party.rawValue, step.level.map { "\($0) or above" } ?? ""].filter {
                    !$0.isEmpty
                }.joined(separator: ", ")
                return "    \(from.rawValue) --> \(step.to.rawValue): \(step.name)\(who.isEmpty ? "" : " (\(who))")"
            }
        }
        return (["stateDiagram-v2"] + lines).joined(separator: "\n")
    }
}
