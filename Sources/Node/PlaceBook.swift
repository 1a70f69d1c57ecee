package import Basics
import Foundation
package import Wire

/// Where the node stands: as the centre last said, and at first as it said at the enrolment.
package struct PlaceBook: Sendable {
    static let key = "place"
    package let place: NodePlace
    /// The site's name, for people; empty for an edge.
    package private(set) var siteName: String
    private var told: StoredPlace?
    /// Whether the centre named another place than this book began with. What follows from the place is made anew from the records then.
    package private(set) var isMoved = false

    package init(_ identity: NodeIdentity, records: [String: Record]) {
        if case .placed(let stored)? = records[Self.key] { told = stored }
        place = told?.place.place ?? identity.place
        siteName = told?.place.siteName ?? identity.siteName
    }

    /// Takes the centre's words, which may come late and out of order: the latest holds, unless it was said by a clock that was ahead.
    /// Whoever stands nowhere stays what he was: he has nothing to follow.
    package mutating func hear(_ word: ToldPlace?, at: Instant?, now: Instant) -> [Action] {
        guard let word, let at, let heard = word.place, (heard.siteKind == nil) == (place.siteKind == nil) else { return [] }
        if let told, told.at >= at, told.at <= now.adding(seconds: 300) { return [] }
        let stored = StoredPlace(place: word, at: at)
        let isNews = told.map { $0.place != word } ?? (heard != place || word.siteName.map { $0 != siteName } ?? false)
        told = stored
        siteName = word.siteName ?? siteName
        isMoved = heard != place
        return isNews ? [.store(Self.key, .placed(stored))] : []
    }
}

/// What the centre said of a node's place, and when.
package struct StoredPlace: Hashable, Sendable, Codable {
    package let place: ToldPlace
    package let at: Instant
}
