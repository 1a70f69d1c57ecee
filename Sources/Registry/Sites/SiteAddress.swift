package import Web

/// Where sites are seen, by their codes.
package enum SiteAddress {
    /// The list with a month's figures, and the page of one, which the figures draw.
    package static let list = FixedAddress("/sites")
    package static let page = Address<String>("/sites/:code")
    /// The form that records or corrects its state.
    package static let state = Address<String>("/sites/:code/state")
    /// What else changes about one, or about several at once; all that was recorded of it.
    package static let change = Address<String, SiteMatter>("/sites/:code/change/:matter")
    package static let move = FixedAddress("/sites/move")
    package static let history = Address<String>("/sites/:code/history")
    /// What is suggested where a site is to be named.
    package static let pick = FixedAddress("/pick/sites")
}

/// What may change about a site besides its state. The names are those of fields.
package enum SiteMatter: String, CaseIterable, Sendable, AddressPart { case name, kind, mode, area }
