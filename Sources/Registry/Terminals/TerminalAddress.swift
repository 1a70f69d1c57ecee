package import Web

/// Where boxes are seen, by their ids.
package enum TerminalAddress {
    package static let list = FixedAddress("/terminals")
    package static let page = Address<String>("/terminals/:id")
    /// Where one is placed, replaced or taken away, from the site at which that happens.
    package static let placing = Address<String, TerminalMatter>("/sites/:code/terminals/:matter")
}

/// What happens to the boxes of a site.
package enum TerminalMatter: String, CaseIterable, Sendable, AddressPart { case assign, replace, take }
