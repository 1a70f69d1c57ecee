import Basics
import Figures
import Web

/// Where a month is closed and published, and where what was published is read.
enum EditionAddress {
    static let list = FixedAddress("/editions")
    static let one = Address<String>("/editions/:id")
    static let errata = one.adding("/errata")
    static let recipients = one.adding("/recipients")
    static let remind = one.adding("/recipients/remind")
    /// What came to the account's own areas.
    static let received = FixedAddress("/received")
    static let closing = BulletinAddress.page.adding("/closing")
    static let close = BulletinAddress.page.adding("/close")
    static let reopen = BulletinAddress.page.adding("/reopen")
    static let publish = BulletinAddress.page.adding("/publish")

    /// An edition as a file; its page is one.
    static func file(_ file: EditionFile) -> Address<String> { file == .html ? one : Address("/editions/{id}.\(file.rawValue)") }
}

/// Where a bulletin is written before it is published.
enum CompositionAddress {
    static let page = BulletinAddress.composition
    static let sections = page.adding("/sections")
    static let sentence = Address<Month, String, String, String>("/bulletins/:month/:code/compose/sentences/:section/:sentence")
    static let draftJob = Address<Month, String, String>("/bulletins/:month/:code/drafts/:job")
    static let draftPDF = Address<Month, String, String>("/bulletins/:month/:code/drafts/{job}.pdf")

    /// The draft as it would be published now; as PDF it is ordered.
    static func draft(_ file: EditionFile) -> Address<Month, String> {
        BulletinAddress.page.adding(file == .html ? "/draft" : "/draft.\(file.rawValue)")
    }

    /// A section on the page.
    static func section(_ id: String, _ month: Month, _ code: String) -> Location { page(month, code).at("section-\(id)") }
}
