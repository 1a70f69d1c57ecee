package import Basics
package import Storage

/// A decision on the tree of areas. Areas are named by the codes that they have on the day before it takes effect.
package enum AreaDecision: Hashable, Sendable {
    case rename(AreaCode, to: String)
    /// Another code below the same parent; everything below follows.
    case recode(AreaCode, to: AreaCode)
    /// Below another parent, which gives another code; everything below follows.
    case move(AreaCode, to: AreaCode)
    /// The first ends; its areas and sites go to the second. Areas whose last digits are taken there get the next free ones.
    case merge(AreaCode, into: AreaCode)
    /// A new area beside the first takes some of its areas and sites.
    case split(AreaCode, off: AreaCode, named: String, taking: SplitRule)
    case close(AreaCode)

    /// Which parts go to the new area of a split.
    package enum SplitRule: Hashable, Sendable {
        /// Codes of areas directly below and of sites directly in the area.
        case parts([String])
        /// Sites directly in the area whose name holds a text.
        case sitesNamed(String)
        /// Sites directly in the area of a kind.
        case sitesOfKind(SiteKind)
    }

    package enum Kind: String, CaseIterable, Sendable { case rename, recode, move, merge, split, close }

    package var kind: Kind {
        switch self {
        case .rename: .rename
        case .recode: .recode
        case .move: .move
        case .merge: .merge
        case .split: .split
        case .close: .close
        }
    }

    /// The area that is decided on.
    package var subject: AreaCode {
        switch self {
        case .rename(let code, _), .recode(let code, _), .move(let code, _), .merge(let code, _), .split(let code, _, _, _),
            .close(let code):
            code
        }
    }
}

/// A dated row of an area, in force.
package struct AreaVersion: Decodable, Hashable, Sendable {
    package let id: String
    package let areaID: String
    package var code: String
    package var name: String
    package var parentID: String?
    package var fromDay: Day
    package var untilDay: Day
    /// The decision that made it; nil for a row of an import.
    package var decision: String?
}

/// What a decision does to one area.
package struct AreaEffect: Hashable, Sendable {
    package let areaID: String
    /// Nil for a new area.
    package let before: AreaVersion?
    /// Nil for an area that ends. Its id is of no meaning yet.
    package let after: AreaVersion?
}

/// Everything that a decision does: shown before it is made, written when it is.
package struct AreaPlan: Hashable, Sendable {
    package let decision: AreaDecision
    package let day: Day
    package let subjectID: String
    /// The area that receives in a merge, the new one in a split, the parent in a move.
    package let otherID: String?
    package let effects: [AreaEffect]
    /// Sites that go from one area to another.
    package let siteMoves: [SiteMove]

    package struct SiteMove: Hashable, Sendable {
        package let site: PlacedSite
        package let fromArea: String
        package let toArea: String
    }
}

/// A site directly in an area, as planning a decision sees it.
package struct PlacedSite: Decodable, Hashable, Sendable {
    package let site: Int
    package let code: String
    package let name: String
    package let kind: SiteKind
    /// Whether it is in a state other than closed from the day on.
    package let isOpen: Bool
}

/// A month of an area that is closed, and how many editions of it were published.
package struct SettledMonth: Hashable, Sendable {
    package let area: String
    package let month: String
    package let editions: Int

    package init(area: String, month: String, editions: Int) {
        self.area = area
        self.month = month
        self.editions = editions
    }
}

/// The closed months from one on of some areas, given by the module that keeps them.
package typealias SettledMonths = @Sendable (Statements, _ first: Month, _ areaIDs: [String]) throws -> [SettledMonth]
