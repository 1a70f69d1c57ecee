package import Records
package import Web

/// Where the papers are that decisions name.
package enum PaperAddress {
    package static let papers = RecordAddresses("/papers")
    /// What is suggested where a paper is to be named.
    package static let pick = FixedAddress("/pick/papers")
    /// Leads to the paper that a number means, as somebody typed it.
    package static let numbered = FixedAddress("/papers/numbered")
}

extension Table.Cell {
    /// The number of a paper as it was typed, with the way to that paper.
    package init(paper document: String) {
        self.init(document, url: document.isEmpty ? nil : PaperAddress.numbered().with("number", document))
    }
}
