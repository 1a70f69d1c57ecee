package import Accounts
package import Basics
import Foundation
import Storage

package enum PaperKind: String, CaseIterable, Sendable, Codable {
    case notice, rule, plan, scheme, decision, bulletin, letter, minutes, agreement
}

/// What a paper speaks of: two of one matter may contradict each other.
package enum PaperMatter: String, CaseIterable, Sendable, Codable {
    case register, figures, exclusion, study, library, faults, equipment, funds, assessment, other
}

package enum PaperAccess: String, CaseIterable, Sendable, Codable { case `internal`, open }

/// Where the record of a paper stands; whether the paper is in force on a day is a ``PaperStanding``.
package enum PaperState: String, CaseIterable, Sendable, Codable { case draft, issued, dropped, voided }

/// Where a paper stands on a day.
package enum PaperStanding: String, CaseIterable, Sendable {
    case inForce = "in_force"
    case upcoming
    /// Its time is over, or another one replaced or repealed it.
    case over
    case draft, dropped, voided
}

/// What a paper does to an earlier one. From the day on which it is in force, one that it replaces or repeals no longer is.
package enum PaperBond: String, CaseIterable, Sendable, Codable { case replaces, amends, repeals }

/// A paper that an office issued, on which decisions, states, exclusions and formulas stand.
package struct Paper: Hashable, Sendable {
    package struct Place: Hashable, Sendable {
        package let areaID: String
        package let code: String
        package let name: String

        package init(areaID: String, code: String, name: String) { (self.areaID, self.code, self.name) = (areaID, code, name) }
    }

    /// Another paper, and what stands between the two.
    package struct Relation: Hashable, Sendable {
        package let bond: PaperBond
        package let id: String
        package let number: String
        package let title: String
        /// From when on the one that does it is in force; nil while that is a draft, or was recorded by mistake.
        package let from: Day?

        package init(bond: PaperBond, id: String, number: String = "", title: String = "", from: Day? = nil) {
            (self.bond, self.id, self.number, self.title, self.from) = (bond, id, number, title, from)
        }
    }

    package let id: String
    package let issuer: Organisation
    package let number: String
    package let title: String
    package let kind: PaperKind
    package let matter: PaperMatter
    package let signedOn: Day
    package let days: ClosedRange<Day>
    package internal(set) var areas: [Place]
    package let access: PaperAccess
    /// For search: what it says, as far as somebody typed it.
    package let body: String
    package let fileName: String
    /// SHA-256 of its file; empty for none.
    package let fileHash: String
    package let state: PaperState
    package let madeBy: String
    /// What it does to others, and others to it.
    package internal(set) var relations: [Relation]
    package internal(set) var fates: [Relation]

    package init(
        id: String, issuer: Organisation, number: String, title: String, kind: PaperKind, matter: PaperMatter, signedOn: Day,
        days: ClosedRange<Day>, areas: [Place] = [], access: PaperAccess = .internal, body: String = "", fileName: String = "",
        fileHash: String = "", state: PaperState = .draft, madeBy: String, relations: [Relation] = [], fates: [Relation] = []
    ) {
        (self.id, self.issuer, self.number, self.title, self.kind, self.matter) = (id, issuer, number, title, kind, matter)
        (self.signedOn, self.days, self.areas, self.access, self.body) = (signedOn, days, areas, access, body)
        (self.fileName, self.fileHash, self.state, self.madeBy) = (fileName, fileHash, state, madeBy)
        (self.relations, self.fates) = (relations, fates)
    }

    package var standing: LifeStanding<PaperState> { LifeStanding(state, maker: madeBy, area: AreaCode(issuer.areaCode)) }

    /// Whether it says what becomes of another paper, or that one of it.
    func isBound(to other: Paper) -> Bool { (relations + fates).contains { $0.id == other.id && $0.from != nil } }

    /// The day from which another paper ended it.
    package var endedOn: Day? { fates.filter { $0.bond != .amends }.compactMap(\.from).min() }

    package func standing(on day: Day) -> PaperStanding {
        switch state {
        case .draft: .draft
        case .dropped: .dropped
        case .voided: .voided
        case .issued:
            day < days.lowerBound ? .upcoming : days.contains(day) && endedOn.map { day < $0 } ?? true ? .inForce : .over
        }
    }

    /// Whose word holds over whose: the smaller, the higher.
    package var rank: Int { issuer.kind == .superior ? 0 : issuer.areaCode.count }

    /// Why somebody may not change it or take a step: he speaks neither for its issuer, nor for all areas for which an office above the
    /// network issued it.
    package func obstacle(in scope: Scope) -> Refusal? {
        let spokenFor = issuer.kind == .superior ? areas.map(\.code) : [issuer.areaCode]
        return spokenFor.allSatisfy { AreaCode($0).map(scope.covers) ?? false } ? nil : .forbidden("paper.above")
    }

    /// A number as it is compared: of one width, all brackets round, without blanks and `第` before the serial.
    package static func key(_ number: String) -> String {
        String(
            folded(number).filter { !$0.isWhitespace && $0 != "第" }.map { "〔[【〖「".contains($0) ? "(" : "〕]】〗」".contains($0) ? ")" : $0 })
    }

    /// What a typed text may mean as a number: all of it, and its part through the first `号`, behind which people write the title.
    package static func keys(_ typed: String) -> [String] {
        let whole = key(typed)
        guard let end = whole.firstIndex(of: "号"), whole.index(after: end) != whole.endIndex else { return [whole] }
        return [whole, String(whole[...end])]
    }
}

/// The life of the record of a paper. What is issued is never edited: another paper amends, replaces or repeals it.
package enum PaperLife {
    package static let issue = LifeStep<PaperState>(
        "issue", from: [.draft], to: .issued, event: "paper.issued", stale: "paper.stale")
    package static let drop = LifeStep<PaperState>(
        "drop", from: [.draft], to: .dropped, event: "paper.dropped", stale: "paper.stale")
    /// It was recorded by mistake.
    package static let void = LifeStep<PaperState>(
        "void", from: [.issued], to: .voided, event: "paper.voided", stale: "paper.stale")
    package static let cycle = LifeCycle("paper", [issue, drop, void])
}

/// Two papers that speak of one matter for the same people on the same days, and neither says what becomes of the other.
package struct Contradiction: Hashable, Sendable {
    /// What holds: of two offices the higher one's word, of one office the later.
    package let holds: Paper
    package let yields: Paper
    /// Whether it holds because its office is higher.
    package let isHigher: Bool
    package let days: ClosedRange<Day>

    /// All of them among some papers, the newest first.
    package static func among(_ papers: [Paper]) -> [Contradiction] {
        let speaking = papers.filter { $0.state == .issued && $0.matter != .other }
        return Dictionary(grouping: speaking, by: \.matter).values.flatMap { group in
            group.enumerated().flatMap { place, one in group.dropFirst(place + 1).compactMap { between(one, $0) } }
        }.sorted { ($1.holds.signedOn, $1.holds.id, $1.yields.id) < ($0.holds.signedOn, $0.holds.id, $0.yields.id) }
    }

    /// Those of one paper among others.
    package static func of(_ paper: Paper, among others: [Paper]) -> [Contradiction] {
        guard paper.state == .issued, paper.matter != .other else { return [] }
        return others.filter { $0.id != paper.id && $0.state == .issued && $0.matter == paper.matter }.compactMap { between(paper, $0) }
    }

    private static func between(_ one: Paper, _ other: Paper) -> Contradiction? {
        let isSettled = one.isBound(to: other) || other.isBound(to: one)
        guard !isSettled, let days = overlap(one, other), meets(one, other) else { return nil }
        let isOneFirst = (one.rank, other.signedOn, other.id) < (other.rank, one.signedOn, one.id)
        return Contradiction(
            holds: isOneFirst ? one : other, yields: isOneFirst ? other : one, isHigher: one.rank != other.rank, days: days)
    }

    private static func last(_ paper: Paper) -> Day {
        min(paper.days.upperBound, paper.endedOn.map { $0.advanced(by: -1) } ?? .forever)
    }

    private static func overlap(_ one: Paper, _ other: Paper) -> ClosedRange<Day>? {
        let (from, through) = (max(one.days.lowerBound, other.days.lowerBound), min(last(one), last(other)))
        return from <= through ? from...through : nil
    }

    /// Whether there is an area for which both speak.
    private static func meets(_ one: Paper, _ other: Paper) -> Bool {
        one.areas.contains { left in
            other.areas.contains { right in left.code.hasPrefix(right.code) || right.code.hasPrefix(left.code) }
        }
    }
}
