import Basics
import Node
import Testing
import Trust
import Wire

/// Where a node stands is the centre's last word, in whatever order its words come.
@Suite struct PlaceBookTests {
    private func book(_ kind: String?, _ records: [String: Record] = [:]) throws -> PlaceBook {
        let place = NodePlace(area: try #require(AreaCode("990101001")), siteKind: kind)
        return PlaceBook(
            NodeIdentity(node: "T1", place: place, siteName: "甲站", root: [], fingerprint: SHA256Hex(of: [UInt8]()), epoch: "e"),
            records: records)
    }

    @Test(arguments: [
        (ToldPlace(area: "990101001", siteKind: "village", siteName: "甲站"), false),
        (ToldPlace(area: "990102001", siteKind: "village", siteName: "甲站"), true),
        (ToldPlace(area: "990101001", siteKind: "township", siteName: "甲站"), true),
        (ToldPlace(area: "990101001", siteKind: "village", siteName: "甲站", former: [.init(area: "990107", until: noon)]), true),
        (ToldPlace(area: "", siteKind: "", siteName: ""), false), (ToldPlace(area: "99010", siteKind: "village", siteName: "甲站"), false),
        (ToldPlace(area: "990102"), false),
    ])
    func anotherPlaceIsAMoveAndNowhereIsNone(_ word: ToldPlace, _ isMove: Bool) throws {
        var book = try book("village")
        let actions = book.hear(word, at: noon, now: noon)
        #expect(book.isMoved == isMove)
        var disk = Disk()
        disk.carryOut(actions.compactMap { if case .change(let change) = $0 { change } else { nil } })
        let after = try self.book("village", disk.records)
        #expect(after.place == (isMove ? word.place : book.place) && after.siteName == (isMove ? word.siteName : "甲站"))
        #expect(!after.isMoved)
    }

    @Test func anEdgeKeepsItsNameAndAnOlderWordIsNone() throws {
        var edge = try book(nil)
        #expect(edge.hear(ToldPlace(area: "990101001"), at: noon, now: noon).isEmpty)
        #expect(edge.hear(ToldPlace(area: "990103"), at: noon.adding(seconds: 9), now: noon).count == 1 && edge.isMoved)
        #expect(edge.hear(ToldPlace(area: "990104"), at: noon.adding(seconds: 5), now: noon).isEmpty)
        #expect(
            edge.hear(nil, at: noon.adding(seconds: 20), now: noon).isEmpty
                && edge.hear(ToldPlace(area: "990104"), at: nil, now: noon).isEmpty)
        #expect(edge.hear(ToldPlace(area: "990101001"), at: noon.adding(seconds: 10), now: noon).count == 1 && !edge.isMoved)
    }

    @Test func anotherNameIsNoMoveAndIsKept() throws {
        var book = try book("village")
        let actions = book.hear(ToldPlace(area: "990101001", siteKind: "village", siteName: "乙站"), at: noon, now: noon)
        #expect(!book.isMoved && book.siteName == "乙站")
        var disk = Disk()
        disk.carryOut(actions.compactMap { if case .change(let change) = $0 { change } else { nil } })
        #expect(try self.book("village", disk.records).siteName == "乙站")
    }

    /// A centre's clock that was a year ahead for an hour holds nobody where he stood then.
    @Test func aWordFromTheFutureIsNotTheLast() throws {
        var book = try book("village")
        #expect(
            book.hear(ToldPlace(area: "990102", siteKind: "village", siteName: "甲站"), at: noon.adding(seconds: 365 * 86_400), now: noon)
                .count == 1)
        #expect(
            book.hear(
                ToldPlace(area: "990103", siteKind: "village", siteName: "甲站"), at: noon.adding(seconds: 60), now: noon.adding(seconds: 60)
            ).count == 1)
        #expect(
            book.hear(
                ToldPlace(area: "990104", siteKind: "village", siteName: "甲站"), at: noon.adding(seconds: 30), now: noon.adding(seconds: 90)
            ).isEmpty)
    }

    /// What was published is addressed in the codes of its day.
    @Test(arguments: [
        ("990101", -1, true), ("990101", 1, false), ("990109", -1, false), ("990109", 1, true), ("9901", -1, true), ("9901", 1, true),
        ("990101001", -1, true),
        ("990109001", 1, true), ("990102", -1, false),
    ])
    func anAudienceIsReadInTheCodesOfItsDay(_ area: String, _ hours: Int64, _ isMeant: Bool) throws {
        let audience = Audience(areas: [try #require(AreaCode(area))], kinds: ["village"])
        let moment = noon.adding(seconds: hours * 3600)
        let (old, new) = (try #require(AreaCode("990101001")), try #require(AreaCode("990109001")))
        #expect(
            audience.includes(NodePlace(area: new, siteKind: "village", former: [FormerCode(area: old, until: noon)]), asOf: moment)
                == isMeant)
        // An edge keeps for all below it, so of its area's present code it has everything.
        let (county, before) = (try #require(AreaCode("990109")), try #require(AreaCode("990101")))
        let edge = NodePlace(area: county, siteKind: nil, former: [FormerCode(area: before, until: noon)])
        #expect(audience.includes(edge, asOf: moment) == isMeant || area.hasPrefix("990109"))
    }
}
