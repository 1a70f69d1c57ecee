package import Web

/// Where sites are seen, by their codes.
package enum SiteAddress {
    /// The list with a month's figures, and the page of one, which the figures draw.
    package static let list = FixedAddress("/sites")
    package static let page = Address<String>("/sites/:code")
    /// The form that records or corrects its state.
    package static let state = Address<String>("/sites/:code/state")
    /// What is suggested where a site is to be named.
    package static let pick = FixedAddress("/pick/sites")
}
