package import Accounts
package import Basics
package import Storage

/// What stands on a paper.
package enum PaperUse: String, CaseIterable, Sendable { case decision, state, change, exclusion, formula }

/// A number of a paper as people typed it, and how often, on what.
package struct PaperMention: Hashable, Sendable {
    package let document: String
    package let counts: [PaperUse: Int]
    /// When it was first recorded.
    package let since: Instant

    package init(document: String, counts: [PaperUse: Int], since: Instant) {
        (self.document, self.counts, self.since) = (document, counts, since)
    }

    package var count: Int { counts.values.reduce(0, +) }

    /// Whether it means a paper with a number.
    package func means(_ paper: Paper) -> Bool { Paper.keys(document).contains(Paper.key(paper.number)) }
}

/// The numbers that were typed in the scope: given by whoever knows all tables that name papers.
package typealias PaperMentions = @Sendable (Statements, Scope, Day) throws -> [PaperMention]

extension Statements {
    /// The typed numbers that no paper on file has, those on which most stands first.
    package func withoutPaper(_ mentions: PaperMentions, in scope: Scope, on today: Day) throws -> [PaperMention] {
        let known = Set(
            try all("SELECT number_key FROM paper WHERE state IN ('draft', 'issued')") { try $0.text(0) })
        return try mentions(self, scope, today).filter { Paper.keys($0.document).allSatisfy { !known.contains($0) } }.sorted {
            ($1.count, $0.document) < ($0.count, $1.document)
        }
    }
}
