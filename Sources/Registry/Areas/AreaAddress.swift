package import Web

/// Where areas are seen, by their codes.
package enum AreaAddress {
    /// Its overview, which the figures draw.
    package static let page = Address<String>("/areas/:code")
    package static let history = Address<String>("/areas/:code/history")
    package static let decision = Address<String, AreaDecision.Kind>("/areas/:code/decisions/:kind")
    package static let takeBack = Address<String, String>("/areas/:code/decided/:decision/take-back")
    /// What is suggested where an area is to be named, to whoever sees figures, sees the library, keeps
    /// accounts.
    package static let pick = FixedAddress("/pick/areas")
    package static let pickForLibrary = FixedAddress("/pick/library-areas")
    package static let pickForAccounts = FixedAddress("/pick/account-areas")
}

extension AreaDecision.Kind: AddressPart {}
