import Accounts
package import Basics

/// What somebody is at a site or an office.
package enum Post: String, CaseIterable, Sendable, Codable { case head, manager, deputy, technician, tutor, officer }

/// Somebody at a post, from a day to a day. Of a person there is his name, the telephone of his work, and until when he is trained.
package struct Posting: Hashable, Sendable {
    package let id: String
    package let post: Post
    package let name: String
    package let phone: String
    package let place: PostPlace
    package let days: ClosedRange<Day>
    /// Until when what he was taught counts; nil for nobody knows.
    package let trainedThrough: Day?
    /// Whether whoever looks may see the whole telephone number.
    package let showsPhone: Bool

    package init(
        id: String, post: Post, name: String, phone: String, place: PostPlace, days: ClosedRange<Day>, trainedThrough: Day?,
        showsPhone: Bool
    ) {
        (self.id, self.post, self.name, self.phone, self.place) = (id, post, name, phone, place)
        (self.days, self.trainedThrough, self.showsPhone) = (days, trainedThrough, showsPhone)
    }

    /// Where it stands on a day.
    package func standing(on day: Day) -> PostingStanding {
        day < days.lowerBound ? .upcoming : days.contains(day) ? .held : .over
    }

    /// The telephone as whoever looks may see it.
    package var shownPhone: String { showsPhone ? phone : Posting.masked(phone) }

    /// The first three and the last two digits of a telephone number; nothing of a short one.
    package static func masked(_ phone: String) -> String {
        guard phone.count >= 8 else { return String(repeating: "*", count: phone.count) }
        return phone.prefix(3) + String(repeating: "*", count: phone.count - 5) + phone.suffix(2)
    }
}

/// Where a post is: at a site, at an organisation, or at the office of an area.
package struct PostPlace: Hashable, Sendable {
    package let areaID: String
    package let areaCode: String
    package let areaName: String
    /// The site's number in the register, its code and name; nil and empty for an office.
    package let site: Int?
    package let siteCode: String
    package let siteName: String
    /// Empty where the post is at no organisation.
    package let organisationID: String
    package let organisationName: String

    package init(
        areaID: String, areaCode: String, areaName: String, site: Int?, siteCode: String, siteName: String, organisationID: String = "",
        organisationName: String = ""
    ) {
        (self.areaID, self.areaCode, self.areaName) = (areaID, areaCode, areaName)
        (self.site, self.siteCode, self.siteName) = (site, siteCode, siteName)
        (self.organisationID, self.organisationName) = (organisationID, organisationName)
    }
}

package enum PostingStanding: String, CaseIterable, Sendable { case held, upcoming, over }

extension Scope {
    /// Whether somebody with this scope sees whole telephone numbers of an area: those of his own county or below, and of his own office.
    func showsPhones(of area: AreaCode) -> Bool {
        covers(area) && (areas.isEmpty || areas.contains { $0 == area || $0.level >= .county && $0.covers(area) })
    }
}
