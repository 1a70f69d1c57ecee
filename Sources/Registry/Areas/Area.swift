package import Basics

/// An area as it is on one day.
package struct Area: Decodable, Hashable, Sendable {
    package let areaID: String
    package let code: String
    package let name: String
    package let parentID: String?

    /// The code as a value; every stored code is one.
    package var areaCode: AreaCode? { AreaCode(code) }
}
