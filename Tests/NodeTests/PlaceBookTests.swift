import Basics
import Node
import Testing
import Trust
import Wire

/// Where a node stands is the centre's last word, in whatever order its words come.
@Suite struct PlaceBookTests {
    private func book(_ kind: String?, _ records: [String: Record] = [:]) throws -> PlaceBook {
        let place = NodePlace(area: try #require(AreaCode("990101001")), siteKind: kind)
        return PlaceBook(NodeIdentity(node: "T1", place: place, siteName: "甲站", root: [], fingerprint: SHA256Hex(of: [UInt8]()), epoch: "e"), records: records)
    }

    @Test(arguments: [
        (ToldPlace(area: "990101001", siteKind: "village", siteName: "甲站"), false), (ToldPlace(area: "990102001", siteKind: "village", siteName: "甲站"), true),
        (ToldPlace(area: "990101001", siteKind: "township", siteName: "甲站"), true), (ToldPlace(area: "990101001", siteKind: "village", siteName: "乙站"), true),
        (ToldPlace(area: "", siteKind: "", siteName: ""), false), (ToldPlace(area: "99010", siteKind: "village", siteName: "甲站"), false), (ToldPlace(area: "990102"), false),
    ])
    func anotherPlaceIsAMoveAndNowhereIsNone(_ word: ToldPlace, _ isMove: Bool) throws {
        var book = try book("village")
        let actions = book.hear(word, at: noon)
        #expect(book.isMoved == isMove)
        var disk = Disk()
        disk.carryOut(actions.compactMap { if case .change(let change) = $0 { change } else { nil } })
        let after = try self.book("village", disk.records)
        #expect(after.place == (isMove ? word.place : book.place) && after.siteName == (isMove ? word.siteName : "甲站"))
        #expect(!after.isMoved)
    }

    @Test func anEdgeKeepsItsNameAndAnOlderWordIsNone() throws {
        var edge = try book(nil)
        #expect(edge.hear(ToldPlace(area: "990101001"), at: noon).isEmpty)
        #expect(edge.hear(ToldPlace(area: "990103"), at: noon.adding(seconds: 9)).count == 1 && edge.isMoved)
        #expect(edge.hear(ToldPlace(area: "990104"), at: noon.adding(seconds: 5)).isEmpty)
        #expect(edge.hear(nil, at: noon.adding(seconds: 20)).isEmpty && edge.hear(ToldPlace(area: "990104"), at: nil).isEmpty)
        #expect(edge.hear(ToldPlace(area: "990101001"), at: noon.adding(seconds: 10)).count == 1 && !edge.isMoved)
    }
}
