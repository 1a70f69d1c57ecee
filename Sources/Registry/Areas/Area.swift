package import Accounts
package import Basics

/// An area as it is on one day.
package struct Area: Codable, Hashable, Sendable {
    package let areaID: String
    package let code: String
    package let name: String
    package let parentID: String?

    package init(areaID: String, code: String, name: String, parentID: String?) {
        (self.areaID, self.code, self.name, self.parentID) = (areaID, code, name, parentID)
    }

    /// The code as a value; every stored code is one.
    package var areaCode: AreaCode? { AreaCode(code) }
}

/// An area with everything that has been decided about it.
package struct AreaHistory: Sendable {
    package let area: Area
    /// Whether it is there today.
    package let isOpen: Bool
    package let rows: [AreaRow]
    package let decisions: [RecordedDecision]
    /// Name and code of the areas that the decisions name, by identity.
    package let names: [String: String]
    package let accounts: [String: NamedAccount]
}
