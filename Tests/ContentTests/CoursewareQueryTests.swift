import Accounts
import Basics
import Content
import Registry
import Storage
import TestKit
import Testing
import Web
import Wire

@Suite struct CoursewareQueryTests {
    private static func scope(_ code: String) -> Scope { Scope(areas: AreaCode(code).map { [$0] } ?? []) }
    private static let elsewhere = scope("990102")

    @Test(arguments: Database.Engine.required)
    func anotherAreaSeesNothing(_ engine: Database.Engine) async throws {
        try await LibraryWorld.with(engine) { library in
            let day = library.today
            let ids = [try await library.upload([1]), try await library.upload([2], areaID: library.city)]
            for (scope, seen) in [
                (Scope.everything, ids), (Self.scope("9901"), ids), (Self.scope("990101"), [ids[0]]), (Self.elsewhere, []),
                (Scope(areas: []), []),
            ] {
                let list = try await library.database.read {
                    try $0.coursewareList(CoursewareFilter(), on: day, in: scope, after: nil, limit: 10)
                }
                #expect(Set(list.map(\.id)) == Set(seen))
                #expect(try await library.database.read { try $0.coursewareCount(CoursewareFilter(), on: day, in: scope) } == seen.count)
                for id in ids { #expect(try await (library.courseware(id, in: scope) != nil) == seen.contains(id)) }
            }
        }
    }

    @Test(arguments: Database.Engine.required)
    func listsAreFilteredAndPagedWithoutGapOrRepeat(_ engine: Database.Engine) async throws {
        try await LibraryWorld.with(engine) { library in
            let day = library.today
            var ids: [String] = []
            for number in 0..<7 {
                // Several of one moment: the id decides.
                if number.isMultiple(of: 3) { library.time.set(library.time.value.adding(seconds: 1)) }
                ids.append(try await library.upload([UInt8(number)], name: number < 3 ? "果树_\(number).mp4" : "大棚%\(number).mp4"))
            }
            let (act, first, second) = (library.act, ids[0], ids[1])
            try await library.database.write { try $0.failEncoding(id: first, problem: "media.failed", values: [:], by: act) }
            let draft = CoursewareForm.texts(title: "养猪", category: "market", speaker: "李老师", unit: "", areas: "", kinds: [])
            try await library.database.write {
                try $0.changeCourseware(
                    id: second, try $0.coursewareFields(try CoursewareForm.form.read(draft), on: day, in: .everything), by: act)
            }
            let filters: [(CoursewareFilter, Int)] = [
                (CoursewareFilter(), 7), (CoursewareFilter(words: SearchWords("果树")), 2), (CoursewareFilter(words: SearchWords("%")), 4),
                (CoursewareFilter(words: SearchWords("_")), 2),
                (CoursewareFilter(words: SearchWords("李老")), 1), (CoursewareFilter(state: .failed), 1),
                (CoursewareFilter(state: .archived), 2),
                (CoursewareFilter(category: .market), 1),
                (CoursewareFilter(words: SearchWords("果树"), state: .encoding), 1), (CoursewareFilter(words: SearchWords("没有")), 0),
            ]
            for (filter, count) in filters {
                let found = try await library.database.read {
                    try $0.coursewareList(filter, on: day, in: .everything, after: nil, limit: 100)
                }
                #expect(found.count == count, "\(filter)")
                #expect(try await library.database.read { try $0.coursewareCount(filter, on: day, in: .everything) } == count)
            }
            var seen: [Courseware] = []
            while true {
                let last = seen.last.map { ($0.madeAt, $0.id) }
                let part = try await library.database.read {
                    try $0.coursewareList(CoursewareFilter(), on: day, in: .everything, after: last, limit: 2)
                }
                seen += part
                if part.count < 2 { break }
            }
            #expect(seen.count == 7 && Set(seen.map(\.id)) == Set(ids))
            #expect(seen.map(\.madeAt) == seen.map(\.madeAt).sorted(by: >))
        }
    }

    private static let tooLong = FieldProblem("form.too_long", ["most": "200", "length": "201"])
    private static func unknown(_ code: String) -> FieldProblems { ["areas": FieldProblem("area.none_of", ["list": code, "count": "1"])] }

    @Test(arguments: Database.Engine.required)
    func badFieldsAreNamedAllAtOnce(_ engine: Database.Engine) async throws {
        try await LibraryWorld.with(engine) { library in
            let day = library.today
            let second = try await library.encoded("one")
            let (filled, found) = try await library.database.write { statements -> (Int, Int) in
                try statements.run("UPDATE courseware SET search_key = ''")
                let filled = try statements.fillCoursewareKeys(most: 10)
                return (
                    filled,
                    try statements.coursewareList(
                        CoursewareFilter(words: SearchWords("lesson")), on: day, in: .everything, after: nil, limit: 10
                    ).count { $0.id == second }
                )
            }
            #expect(filled >= 1 && found == 1)
            let good = CoursewareForm.texts(
                title: " 果树\n修剪 ", category: "science", speaker: "", unit: "农业局", areas: "990101001, 990101 ,990101", kinds: ["village"])
            let fields = try await library.database.read {
                try $0.coursewareFields(try CoursewareForm.form.read(good), on: day, in: Self.scope("990101"))
            }
            #expect(fields.title == "果树 修剪" && fields.areas.map(\.description) == ["990101", "990101001"] && fields.kinds == [.village])
            let long = String(repeating: "字", count: 201)
            let table: [([String: String], FieldProblems)] = [
                (
                    CoursewareForm.texts(title: " \u{3000}", category: "x", speaker: long, unit: long, areas: "12345", kinds: ["castle"]),
                    [
                        "title": "form.required", "category": "form.choice", "speaker": Self.tooLong, "unit": Self.tooLong,
                        "kinds": "form.choice",
                    ]
                ),
                (CoursewareForm.texts(title: long, category: "", speaker: "", unit: "", areas: "", kinds: []), ["title": Self.tooLong]),
                // An area that exists, outside the person's own; one that does not exist; the one above.
                (CoursewareForm.texts(title: "a", category: "", speaker: "", unit: "", areas: "990102", kinds: []), Self.unknown("990102")),
                (
                    CoursewareForm.texts(title: "a", category: "", speaker: "", unit: "", areas: "990101009; 990101", kinds: []),
                    Self.unknown("990101009")
                ),
                (CoursewareForm.texts(title: "a", category: "", speaker: "", unit: "", areas: "9901", kinds: []), Self.unknown("9901")),
                (
                    CoursewareForm.texts(
                        title: "a", category: "", speaker: "", unit: "", areas: (1...501).map { "99\($0)" }.joined(separator: "，"),
                        kinds: []),
                    ["areas": FieldProblem("form.too_many", ["most": "500", "count": "501"])]
                ),
            ]
            for (draft, wrong) in table {
                await #expect(throws: Refusal.invalid(wrong)) {
                    try await library.database.read {
                        try $0.coursewareFields(try CoursewareForm.form.read(draft), on: day, in: Self.scope("990101"))
                    }
                }
            }
            let act = library.act
            await #expect(throws: Refusal.notFound("courseware")) {
                try await library.database.write { try $0.changeCourseware(id: "lesson-1", fields, by: act) }
            }
        }
    }

    @Test(arguments: Database.Engine.required)
    func theNodesOfTheAudienceAreShownWithWhatTheySaid(_ engine: Database.Engine) async throws {
        try await LibraryWorld.with(engine) { library in
            let (keys, act, day) = (library.content.keys, library.act, library.today)
            _ = try await library.database.write { try $0.ensureCatalogue(keys, by: act) }
            let id = try await library.encoded("one", areaID: library.city)
            let draft = CoursewareForm.texts(title: "a", category: "", speaker: "", unit: "", areas: "990101", kinds: ["village"])
            try await library.database.write { statements in
                try statements.changeCourseware(
                    id: id, try statements.coursewareFields(try CoursewareForm.form.read(draft), on: day, in: .everything), by: act)
                for (node, kind, code) in [
                    ("E0", "edge", "9901"), ("E1", "edge", "990101"), ("E2", "edge", "990102"), ("T1", "terminal", "990101001001"),
                    ("T2", "terminal", "990101001002"),
                    ("T3", "terminal", "990102001001"), ("T5", "terminal", "990102001"), ("E9", "edge", "990101"),
                ] {
                    let area = try statements.area(code: code, on: day, in: .everything)?.areaID ?? ""
                    try statements.prepareClaim(id: node, kind: kind, name: node, areaID: area, codeDigest: "digest-\(node)", by: act)
                    // E9 has a claim and no key yet.
                    if node != "E9" {
                        _ = try statements.enrolNode(codeDigest: "digest-\(node)", publicKey: node, version: "1", on: day, by: act)
                    }
                }
            }
            try await library.publish(id)
            let row = try #require(try await library.courseware(id))
            try await library.database.write { statements in
                for (node, state, reason) in [("E1", Holding.State.complete, ""), ("T1", .fetching, ""), ("T2", .failed, "disk.full")] {
                    let holding = Holding(
                        node: node, courseware: id, version: 1, revision: 2, state: state, doneBytes: 30, totalBytes: 100, reason: reason)
                    let isNew = try statements.mergeHolding(holding, at: act.at)
                    #expect(isNew)
                    // An older report changes nothing.
                    let old = Holding(node: node, courseware: id, version: 1, revision: 1, state: .known, doneBytes: 0, totalBytes: 100)
                    let isLater = try statements.mergeHolding(old, at: act.at)
                    #expect(!isLater)
                }
            }
            let nodes = try await library.database.read { try $0.coursewareNodes(of: row, on: day, in: .everything, limit: 100) }
            #expect(nodes.map(\.id) == ["T2", "T1", "E0", "E1"])
            #expect(nodes.map(\.state) == [.failed, .fetching, nil, .complete])
            #expect(nodes[0].reason == "disk.full" && nodes[1].doneBytes == 30)
            let counts = try await library.database.read { try $0.coursewareNodeCounts(of: row, on: day, in: .everything) }
            #expect(counts == [.failed: 1, .fetching: 1, nil: 1, .complete: 1])
            let few = try await library.database.read {
                try $0.coursewareNodes(of: row, on: day, in: Self.scope("990101001001"), limit: 100)
            }
            #expect(few.map(\.id) == ["T1"])
            #expect(try await library.database.read { try $0.coursewareNodes(of: row, on: day, in: Self.elsewhere, limit: 100) }.isEmpty)
            let reports = try await library.database.read { try $0.holdings(of: id, version: 1) }
            #expect(reports.map(\.node) == ["E1", "T1", "T2"])
            let lengths = try await library.database.read { try $0.coursewareLengths([id, "lesson-1", "nothing"]) }
            #expect(lengths == [id: 2000, "lesson-1": 600_000])
        }
    }
}
