import Accounts
import Basics
import Centre
import Foundation
import Hummingbird
import HummingbirdTesting
import Offices
import Registry
import Storage
import TestKit
import Testing
import Web

/// Organisations, and the papers that they issue.
@Suite struct OfficesTests {
    private static let moment = SampleWorld.moment("2011-05-02", 12)
    private static let office = ["name": "云溪市远教办", "kind": "office", "area": "9901", "phone": "0870-1", "since": "2005-01-01"]
    private static let rule = [
        "number": "云远办〔2011〕8号", "title": "站点集中学习的规定", "issuer": "云溪市远教办", "kind": "rule", "matter": "study",
        "signed": "2011-01-10", "access": "internal",
    ]

    private func body(_ answer: TestResponse) -> String { String(buffer: answer.body) }
    private func place(_ answer: TestResponse) throws -> String {
        try #require(answer.headers[.location].map { String($0.prefix { $0 != "?" }) })
    }

    /// It is called otherwise from a day on; its former name is kept, found, and taken by nobody else in the meantime.
    @Test(arguments: Database.Engine.required)
    func anOrganisationIsRenamedEndedAndThereAgain(_ engine: Database.Engine) async throws {
        try await withCentre(engine, at: Self.moment) { world in
            let (city, county) = (
                try await world.signIn("city", .officer, area: "9901"), try await world.signIn("county", .officer, area: "990101")
            )
            let page = try place(try await world.submit("/organisations/new", Self.office, cookie: city))
            let renaming = ["new_name": "云溪市远程教育中心", "duties": "", "from": "2011-03-01", "document": "云编〔2011〕2号"]
            // What may not be is said beside its field, and changes nothing.
            for (wrong, field) in [("2011-06-01", "from"), ("2004-01-01", "from")] {
                let answer = try await world.submit("\(page)/rename", renaming.merging(["from": wrong]) { $1 }, cookie: city)
                #expect(body(answer).contains("href=\"#\(field)\""), "\(wrong)")
            }
            #expect(
                body(try await world.submit("\(page)/rename", renaming.merging(["new_name": "云溪市远教办"]) { $1 }, cookie: city)).contains(
                    "href=\"#new_name\""))
            #expect(try await world.get("\(page)/change", cookie: county).status == .forbidden)
            #expect(try await world.submit("\(page)/rename", renaming, cookie: county).status == .forbidden)
            #expect(try await world.submit("\(page)/rename", renaming, cookie: city).status == .seeOther)
            let shown = body(try await world.get(page, cookie: county))
            #expect(shown.contains("云溪市远程教育中心") && shown.contains("2011-02-28") && shown.contains("云编〔2011〕2号"))
            for words in ["远教办", "yuanchengjiaoyu"] {
                #expect(body(try await world.get("/organisations?q=\(Query.segment(words))", cookie: city)).contains(page), "\(words)")
            }
            #expect(try await world.submit("\(page)/end", ["through": "2011-04-30"], cookie: city).status == .seeOther)
            #expect(!body(try await world.get("/pick/organisations?q=yunxi", cookie: city)).contains("云溪"))
            #expect(try await world.submit("\(page)/rename", renaming, cookie: city).status == .conflict)
            #expect(try await world.submit("\(page)/restore", [:], cookie: city).status == .seeOther)
            #expect(body(try await world.get("/pick/organisations?q=yunxi", cookie: city)).contains("云溪"))
            // Reception is of operators alone.
            let wrong = try await world.submit(
                "/organisations/new", Self.office.merging(["name": "x", "modes.cable": "1"]) { $1 }, cookie: city)
            #expect(body(wrong).contains("href=\"#modes\""))
        }
    }

    /// A post is at an organisation as it is at a site, and stands on its page.
    @Test(arguments: Database.Engine.required)
    func somebodyHoldsAPostAtAnOrganisation(_ engine: Database.Engine) async throws {
        try await withCentre(engine, at: Self.moment) { world in
            let (city, county) = (
                try await world.signIn("city", .officer, area: "9901"), try await world.signIn("county", .officer, area: "990101")
            )
            let page = try place(try await world.submit("/organisations/new", Self.office, cookie: city))
            let post = ["name": "张三", "post": "officer", "organisation": "云溪市远教办", "phone": "0870-2", "from": "2011-01-01"]
            #expect(body(try await world.submit("/people/new", post, cookie: county)).contains("href=\"#organisation\""))
            let person = try place(try await world.submit("/people/new", post, cookie: city))
            #expect(body(try await world.get(page, cookie: city)).contains(person))
            #expect(body(try await world.get(person, cookie: city)).contains(page))
            #expect(body(try await world.get("/people", cookie: city)).contains("张三"))
            #expect(!body(try await world.get("/people", cookie: county)).contains("张三"))
            // What has people stays in its area.
            let moved = try await world.submit("\(page)/change", Self.office.merging(["area": "990101"]) { $1 }, cookie: city)
            #expect(moved.status == .unprocessableContent && body(moved).contains("href=\"#area\""))
            #expect(
                try await world.submit("\(page)/change", Self.office.merging(["phone": "0870-9"]) { $1 }, cookie: city).status == .seeOther)
            // What the list exports comes in as it is.
            let export = body(try await world.get("/people.csv?columns=name,post,site,organisation,area,phone,from,through", cookie: city))
            let again = try #require(try await world.bring(Data(export.utf8), "/people/import", cookie: city).headers[.location])
            #expect(body(try await world.get(again, cookie: city)).contains("New rows: 0. Changed: 0. Unchanged: 1. Refused: 0."))
        }
    }

    /// A number means its paper however it is written; what is in force stays as it is, and another paper ends it.
    @Test(arguments: Database.Engine.required)
    func aPaperIsIssuedFoundByItsNumberAndReplaced(_ engine: Database.Engine) async throws {
        try await withCentre(engine, at: Self.moment) { world in
            let (city, county) = (
                try await world.signIn("city", .officer, area: "9901"), try await world.signIn("county", .officer, area: "990101")
            )
            _ = try await world.submit("/organisations/new", Self.office, cookie: city)
            let numbered = "/papers/numbered?number=\(Query.segment("云远办[２０１１]第 8 号《站点集中学习的规定》"))"
            #expect(body(try await world.get(numbered, cookie: city)).contains("No paper on file"))
            #expect(body(try await world.submit("/papers/new", Self.rule, cookie: county)).contains("href=\"#issuer\""))
            let page = try place(try await world.submit("/papers/new", Self.rule, cookie: city))
            #expect(try place(try await world.get(numbered, cookie: county)) == page)
            // Once with an issuer and a year, however the number is written.
            let twin = try await world.submit("/papers/new", Self.rule.merging(["number": "云远办（2011）８号"]) { $1 }, cookie: city)
            #expect(body(twin).contains("href=\"#number\""))
            _ = try place(try await world.submit("/papers/new", Self.rule.merging(["signed": "2010-01-10"]) { $1 }, cookie: city))
            #expect(body(try await world.get(numbered, cookie: city)).contains("Several papers"))

            #expect(body(try await world.get("/papers?standing=in_force", cookie: county)).contains("class=\"empty\""))
            #expect(try await world.submit("\(page)/issue", [:], cookie: city).status == .seeOther)
            #expect(try await world.get("\(page)/change", cookie: city).status == .conflict)
            #expect(try await world.get("\(page)/keep-file", cookie: city).status == .conflict)
            func stands(_ query: String) async throws -> Bool {
                body(try await world.get("/papers?\(query)", cookie: county)).contains("\(page)\"")
            }
            for query in [
                "standing=in_force", "standing=in_force&area=990101001&day=2011-01-10", "standing=upcoming&day=2011-01-09", "q=jizhong",
            ] {
                #expect(try await stands(query), "\(query)")
            }
            for query in ["standing=in_force&day=2011-01-09", "standing=over", "matter=funds"] {
                #expect(try await !stands(query), "\(query)")
            }
            let next = Self.rule.merging(
                ["number": "云远办〔2011〕20号", "signed": "2011-04-01", "from": "2011-05-01", "replaces": "云远办〔2011〕8 号"]) { $1 }
            // Of two years with one number nobody knows which is meant.
            #expect(body(try await world.submit("/papers/new", next, cookie: city)).contains("href=\"#replaces\""))
            try await world.centre.database.write { try $0.run("DELETE FROM paper WHERE year = 2010") }
            let second = try place(try await world.submit("/papers/new", next, cookie: city))
            #expect(try await stands("standing=in_force"))
            #expect(try await world.submit("\(second)/issue", [:], cookie: city).status == .seeOther)
            #expect(try await stands("standing=in_force&day=2011-04-30"))
            #expect(try await stands("standing=over"))
            #expect(body(try await world.get(page, cookie: city)).contains("Replaced by"))
            #expect(try await world.submit("\(second)/void", ["reason": "误登"], cookie: city).status == .seeOther)
            #expect(try await stands("standing=in_force"))
            // What the list exports comes in as it is; in force it stays.
            let columns = "number,title,issuer,kind,matter,signed,from,through,areas,access"
            let export = body(try await world.get("/papers.csv?standing=in_force&columns=\(columns)", cookie: city))
            let again = try #require(try await world.bring(Data(export.utf8), "/papers/import", cookie: city).headers[.location])
            #expect(
                body(try await world.get(again, cookie: city)).contains("New rows: 0. Changed: 0. Unchanged: 1. Refused: 0."), "\(export)")
        }
    }

    /// Its file is kept by its hash, given back as it came, and must be one that an office prints.
    @Test(arguments: Database.Engine.required)
    func theFileOfAPaperIsKeptAsItCame(_ engine: Database.Engine) async throws {
        try await withCentre(engine, at: Self.moment) { world in
            let city = try await world.signIn("city", .officer, area: "9901")
            _ = try await world.submit("/organisations/new", Self.office, cookie: city)
            let page = try place(try await world.submit("/papers/new", Self.rule, cookie: city))
            let bytes = Data("%PDF-1.7 <script>".utf8)
            #expect(try await world.get("\(page)/file", cookie: city).status == .notFound)
            let wrong = try await world.bring(bytes, "\(page)/keep-file", name: "x.html", cookie: city)
            #expect(wrong.status == .unprocessableContent && body(wrong).contains("href=\"#file\""))
            #expect(try await world.bring(bytes, "\(page)/keep-file", name: "扫描件.PDF", cookie: city).status == .seeOther)
            let file = try await world.get("\(page)/file", cookie: city)
            #expect(Data(file.body.readableBytesView) == bytes)
            #expect(file.headers[.contentType] == "application/octet-stream")
            #expect(file.headers[.contentDisposition] == "attachment; filename=\"paper-2011-01-10.pdf\"")
        }
    }

    /// Numbers that people typed stand on the work list until a paper has them; then they lead to it.
    @Test(arguments: Database.Engine.required)
    func aTypedNumberIsOnTheWorkListUntilItHasItsPaper(_ engine: Database.Engine) async throws {
        try await withCentre(engine, at: Self.moment) { world in
            let (city, west) = (
                try await world.signIn("city", .officer, area: "9901"), try await world.signIn("west", .officer, area: "990102")
            )
            _ = try await world.submit("/organisations/new", Self.office, cookie: city)
            let today = try #require(Day("2011-05-02"))
            try await world.centre.database.write { statements in
                let act = Act(by: .commandLine, at: Self.moment, ids: .system)
                guard let area = try statements.area(code: "990101001", on: today, in: .everything) else { throw Refusal.notFound("area") }
                let new = NewProposal(cause: .flood, days: today...today, reason: "洪水", document: "云远办(2011)8号", sites: ["S1"])
                _ = try statements.proposeExclusion(new, area: area, on: today, by: act)
                try statements.run("UPDATE site_state SET document = 'x〔2011〕1号'")
            }
            let open = body(try await world.get("/papers/unfiled", cookie: city))
            #expect(open.contains("云远办(2011)8号") && open.contains("exclusions: 1") && open.contains("x〔2011〕1号"))
            // What was typed of another county is not told.
            #expect(!body(try await world.get("/papers/unfiled", cookie: west)).contains("云远办(2011)8号"))
            let page = try place(try await world.submit("/papers/new", Self.rule, cookie: city))
            #expect(!body(try await world.get("/papers/unfiled", cookie: city)).contains("云远办(2011)8号"))
            #expect(body(try await world.get(page, cookie: city)).contains("exclusions: 1"))
            #expect(body(try await world.get("/papers/unfiled.csv", cookie: city)).contains("x〔2011〕1号"))
        }
    }

    /// Every step of a paper's record from every state by everybody, as declared.
    @Test(arguments: Database.Engine.required)
    func everyStepOfAPaperIsTakenOrRefusedAsDeclared(_ engine: Database.Engine) async throws {
        try await withWorld(engine) { world in
            let today = try #require(Day("2011-05-02"))
            @Sendable func act(_ person: String) -> Act { Act(by: Actor(id: person), at: Self.moment, ids: world.ids) }
            let area = try #require(try await world.database.read { try $0.area(code: "990101", on: today, in: .everything) })
            let office = Organisation(
                id: "o", kind: .office, areaID: area.areaID, areaCode: area.code, areaName: area.name, name: "东岭县远教办", phone: "1")
            try await world.database.write { try $0.saveOrganisation(office, was: nil, by: act("maker")) }
            var (number, taken) = (0, 0)
            for state in PaperState.allCases {
                for step in PaperLife.cycle.steps {
                    for (person, code) in [("maker", "990101"), ("city", "9901"), ("town", "990101001"), ("elsewhere", "990102")] {
                        number += 1
                        let new = Paper(
                            id: "p\(number)", issuer: office, number: "\(number)号", title: "t", kind: .notice, matter: .study,
                            signedOn: today, days: today...today, madeBy: "maker")
                        let paper = try await world.database.write { statements in
                            try statements.savePaper(new, was: nil, by: act("maker"))
                            try statements.run("UPDATE paper SET state = \(state) WHERE id = \(new.id)")
                            return try statements.paper(id: new.id, in: .everything)
                        }
                        let (found, scope) = (try #require(paper), Scope(areas: [AreaCode(code)].compactMap { $0 }))
                        let expected = found.obstacle(in: scope) ?? step.obstacle(found.standing, by: person, in: scope)
                        var refusal: Refusal?
                        do {
                            try await world.database.write { try $0.take(step, found, reason: "r", in: scope, by: act(person)) }
                        } catch let error as Refusal { refusal = error }
                        #expect(refusal == expected, "\(step.name) from \(state) by \(person)")
                        let after = try await world.database.read { try $0.paper(id: new.id, in: .everything)?.state }
                        #expect(after == (expected == nil ? step.to : state), "\(step.name) from \(state) by \(person)")
                        taken += expected == nil ? 1 : 0
                    }
                }
            }
            // Each of three steps from one state, by the maker and by the city.
            #expect(taken == 6)
        }
    }

    private static func paper(
        _ id: String, rank: OrganisationKind = .office, area: String = "9901", signed: String, through: String = "9999-12-31",
        matter: PaperMatter = .study, areas: [String], state: PaperState = .issued, relations: [Paper.Relation] = [],
        fates: [Paper.Relation] = []
    ) -> Paper {
        let day = Day(signed) ?? .forever
        return Paper(
            id: id, issuer: Organisation(id: area, kind: rank, areaID: area, areaCode: area, areaName: area, name: area, phone: ""),
            number: id, title: id, kind: .rule, matter: matter, signedOn: day, days: day...(Day(through) ?? .forever),
            areas: areas.map { Paper.Place(areaID: $0, code: $0, name: $0) }, state: state, madeBy: "", relations: relations, fates: fates)
    }

    /// Which of two papers holds, and which pairs are no contradiction at all.
    @Test func theHigherOfficesWordHoldsAndOfOneOfficeTheLater() throws {
        let first = Self.paper("a", signed: "2010-01-01", areas: ["9901"])
        let later = Day("2011-02-01")
        let cases: [(Paper, String?)] = [
            (Self.paper("b", signed: "2011-01-01", areas: ["9901"]), "b"),
            (Self.paper("b", area: "990101", signed: "2011-01-01", areas: ["990101"]), "a"),
            (Self.paper("b", rank: .superior, signed: "2009-01-01", areas: ["9901"]), "b"),
            (Self.paper("b", signed: "2011-01-01", matter: .funds, areas: ["9901"]), nil),
            (Self.paper("b", signed: "2011-01-01", areas: ["9902"]), nil),
            (Self.paper("b", signed: "2011-01-01", areas: ["9901"], state: .draft), nil),
            (Self.paper("b", signed: "2009-01-01", through: "2009-12-31", areas: ["9901"]), nil),
            (Self.paper("b", signed: "2011-02-01", areas: ["9901"], relations: [Paper.Relation(bond: .amends, id: "a", from: later)]), nil),
            // A draft settles nothing.
            (Self.paper("b", signed: "2011-02-01", areas: ["9901"], relations: [Paper.Relation(bond: .amends, id: "a")]), "b"),
            // What a third paper ended contradicts no longer.
            (
                Self.paper(
                    "b", signed: "2008-01-01", areas: ["9901"],
                    fates: [Paper.Relation(bond: .repeals, id: "c", from: Day("2009-01-01"))]), nil
            ),
        ]
        for (other, expected) in cases {
            for papers in [[first, other], [other, first]] {
                let found = Contradiction.among(papers)
                #expect(found.map(\.holds.id) == [expected].compactMap { $0 }, "\(other)")
                #expect(Contradiction.of(first, among: papers).map(\.holds.id) == found.map(\.holds.id), "\(other)")
            }
        }
    }

    @Test(arguments: [
        ("云远办〔2011〕8号", "云远办[2011]８号", true), ("云远办〔2011〕8号", "云远办（2011）第8号", true), ("云远办〔2011〕8号", "云远办〔2011〕18号", false),
        ("云远办〔2011〕8号", "云远办〔2011〕8号 关于学习", true), ("云远办〔2011〕8号", "8号", false), ("令第3号", "令3号", true),
    ])
    func aNumberIsComparedAsPeopleWriteIt(_ number: String, _ typed: String, _ isSame: Bool) {
        #expect(Paper.keys(typed).contains(Paper.key(number)) == isSame)
    }
}
