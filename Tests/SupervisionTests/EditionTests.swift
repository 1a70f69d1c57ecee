import Accounts
import Basics
import Bulletins
import Editions
import Figures
import Foundation
import Operations
import Registry
import Returns
import Storage
import Testing
import TestKit
import Web
import Wire

/// A sample network with a press.
private struct PressWorld {
    let world: SampleWorld
    let press: EditionPress
    let blobs: BlobStore
    let folder: URL
    let march: Month

    static func with(_ engine: Database.Engine, _ body: (PressWorld) async throws -> Void) async throws {
        try await withWorld(engine) { world in
            let folder = try temporaryFolder()
            defer { try? FileManager.default.removeItem(at: folder) }
            let blobs = try BlobStore(folder: folder)
            let press = try cheapPress(world.database, blobs)
            try await body(PressWorld(world: world, press: press, blobs: blobs, folder: folder, march: try #require(Month("2011-03"))))
        }
    }

    func act(_ day: String, _ hour: Int = 9) -> Act { Act(by: Actor(id: "officer"), at: SampleWorld.moment(day, hour), ids: world.ids) }

    func close(_ month: Month, _ day: String = "2011-05-01", area code: String = "9901") async throws {
        let act = act(day)
        try await world.database.write { statements in
            guard let area = try statements.area(code: code, on: month.days.upperBound, in: .everything) else {
                throw Refusal.notFound("area")
            }
            try statements.closeMonth(month, area: area, rules: SampleWorld.rules, by: act)
        }
    }

    func publish(_ day: String = "2011-05-02", area: String = "9901") async throws -> Edition {
        try await press.publish(
            code: area, month: march, imprint: .init(document: "云远办〔2011〕5号", signedOff: "林知远"), language: .chinese, in: .everything,
            by: act(day))
    }

    func presence(_ terminal: String, _ day: String, _ minutes: Range<Int>, at now: Instant) async throws {
        let fact = Fact(
            id: "\(terminal)-\(day)-\(minutes.lowerBound)",
            .presence(Presence(terminal: terminal, day: try #require(Day(day)), minutes: MinuteSet(minutes))))
        let verdicts = try await world.send([fact], batch: fact.id, at: now)
        #expect(verdicts.map(\.outcome) == [.stored])
    }
}

@Suite struct EditionTests {
    @Test(arguments: Database.Engine.required)
    func aPublishedEditionNeverChangesAndWhatComesLaterIsListed(_ engine: Database.Engine) async throws {
        try await PressWorld.with(engine) { it in
            try await it.presence("T1", "2011-03-04", 600..<660, at: SampleWorld.moment("2011-03-04", 20))
            try await it.close(it.march)
            let first = try await it.publish()
            #expect(first.number == 1 && first.sequence == 1 && first.previousHash.isEmpty)
            let stored = try await it.press.artefact(first.htmlHash)
            let document = try await it.press.document(of: first)
            #expect(document.lines.last?[3] == "1" && document.sites.count == 4 && document.errata.isEmpty)
            #expect(String(decoding: stored, as: UTF8.self).contains("云远办〔2011〕5号"))
            await #expect(throws: Refusal.conflict("edition.nothing_new")) { try await it.publish("2011-05-03") }

            // A line was cut in March; its facts arrive in May. The register is reorganised, a name changes.
            for day in ["2011-03-07", "2011-03-09"] {
                try await it.presence("T2", day, 600..<630, at: SampleWorld.moment("2011-05-04", 10))
            }
            let (township, act) = (try #require(AreaCode("990101001")), it.act("2011-05-05"))
            try await it.world.database.write { statements in
                _ = try statements.decideArea(
                    .rename(township, to: "新镇"), on: Day("2011-04-10") ?? .forever, today: Day("2011-05-05") ?? .forever, reason: "更名",
                    document: "", in: .everything, by: act)
            }
            let (month, now) = (it.march, SampleWorld.moment("2011-05-06", 9))
            let (record, late) = try await it.world.database.read { statements in
                (
                    try statements.areaMonth(code: "9901", month: month, in: .everything, zone: .shanghai, at: now),
                    try statements.lateFacts(month: month, after: first.asOfAt)
                )
            }
            let present = try #require(record)
            let ids = try await it.world.database.read { try $0.identities(of: document) }
            let errata = document.errata(against: present, identities: ids)
            let changed = errata.filter { $0.line == "990101" }.map { "\($0.column) \($0.from)→\($0.to)" }
            #expect(
                changed.contains("switched_on 1→2") && changed.contains("on_minutes 60→120") && changed.contains("boot_rate 50.00→100.00"))
            let sites = document.siteErrata(against: present.figures.sites, late: late)
            #expect(sites.map(\.code) == ["S2"])
            #expect(sites[0].before?.onMinutes == 0 && sites[0].after?.onMinutes == 60 && sites[0].late?.minutes == 60)
            #expect(sites[0].late?.days == (try #require(Day("2011-03-07")))...(try #require(Day("2011-03-09"))))
            // The minutes behind each site come out as they were then: the late ones of S2 are left out again, those of S1 stand.
            for site in document.sites {
                let evidence = try await it.world.database.read {
                    try $0.siteEvidence(site, month: month, asOf: first.asOfAt, in: .everything, zone: .shanghai)
                }
                #expect(evidence?.agrees == true && evidence?.days.map(\.minutes) == (site.code == "S1" ? ["600-659"] : []), "\(site.code)")
            }
            // The slip adds up to the difference of the totals.
            #expect(
                sites.reduce(0) { $0 + ($1.after?.onMinutes ?? 0) - ($1.before?.onMinutes ?? 0) } == present.bulletin.total.onMinutes - 60)

            let second = try await it.publish("2011-05-06")
            #expect(second.number == 2 && second.previousHash == first.hash)
            let slip = try await it.press.document(of: second).errata
            #expect(slip == errata)
            let again = try await it.press.artefact(first.htmlHash)
            #expect(again == stored)
            let wrong = try await it.press.verify()
            #expect(wrong.isEmpty)
        }
    }

    /// A play that came in time grows late, another comes late as a whole, and a line that was cut reports that there was nothing.
    @Test(arguments: Database.Engine.required)
    func latePlaysAndReportsAreNamedAndTheEvidenceLeavesThemOut(_ engine: Database.Engine) async throws {
        try await PressWorld.with(engine) { it in
            let start = SampleWorld.moment("2011-03-04", 19)
            func play(_ terminal: String, _ sequence: Int64, _ seconds: Int64, at now: Instant) async throws {
                let interval = PlayInterval(startedAt: start, mediaFrom: 0, mediaUntil: seconds * 1000)
                let play = Play(
                    terminal: terminal, boot: 1, sequence: sequence, courseware: "lesson-1", mode: .demand, intervals: [interval])
                _ = try await it.world.send(
                    [Fact(id: "\(terminal) \(sequence) \(seconds)", .play(play))], batch: "\(terminal) \(seconds)", at: now)
            }
            try await play("T1", 1, 60, at: SampleWorld.moment("2011-03-04", 20))
            try await it.close(it.march)
            let first = try await it.publish()
            for seconds in [200, 300] {
                try await play("T1", 1, Int64(seconds), at: SampleWorld.moment("2011-05-04", 10).adding(seconds: Int64(seconds)))
            }
            try await play("T2", 7, 240, at: SampleWorld.moment("2011-05-04", 11))
            for terminal in ["T5"] {
                let mark = Fact(id: "w", .watermark(Watermark(terminal: terminal, throughAt: SampleWorld.moment("2011-04-02", 0))))
                _ = try await it.world.send([mark], batch: "w", at: SampleWorld.moment("2011-05-04", 12))
            }
            let (month, now) = (it.march, SampleWorld.moment("2011-05-06", 9))
            let document = try await it.press.document(of: first)
            let (record, late) = try await it.world.database.read { statements in
                (
                    try statements.areaMonth(code: "9901", month: month, in: .everything, zone: .shanghai, at: now),
                    try statements.lateFacts(month: month, after: first.asOfAt)
                )
            }
            let sites = document.siteErrata(against: try #require(record).figures.sites, late: late)
            #expect(
                sites.map { "\($0.code) \($0.late?.plays ?? 0) \($0.late?.minutes ?? 0) \($0.isOnlyHeard)" } == [
                    "S1 1 0 false", "S2 1 0 false", "S5 0 0 true",
                ])
            #expect(sites[0].before?.effectivePlays == 0 && sites[0].after?.effectivePlays == 1)
            for (moment, seconds) in [(first.asOfAt, ["S1": 60]), (now, ["S1": 300, "S2": 240])] {
                for site in document.sites {
                    let evidence = try await it.world.database.read {
                        try $0.siteEvidence(site, month: month, asOf: moment, in: .everything, zone: .shanghai)
                    }
                    #expect(evidence?.plays.map(\.mediaSeconds) == seconds[site.code].map { [Int64($0)] } ?? [], "\(site.code)")
                }
            }
        }
    }

    @Test(arguments: Database.Engine.required)
    func monthsAreClosedInOrderAndNotBeforeTheirFactsAreLate(_ engine: Database.Engine) async throws {
        try await PressWorld.with(engine) { it in
            await #expect(throws: Refusal.conflict("month.not_closed")) { try await it.publish() }
            await #expect(throws: Refusal.conflict("month.still_running")) { try await it.close(it.march, "2011-03-31") }
            try await it.close(it.march)
            await #expect(throws: Refusal.conflict("month.closed_already")) { try await it.close(it.march) }
            let (april, may) = (try #require(Month("2011-04")), try #require(Month("2011-05")))
            await #expect(throws: Refusal.conflict("month.close_order")) { try await it.close(may, "2011-07-01") }
            try await it.close(april, "2011-07-01")
            try await it.close(may, "2011-07-01")
            // Another area has its own months.
            try await it.close(may, "2011-07-01", area: "990101")
            await #expect(throws: Refusal.invalid(["document": "form.required", "signed_off": "form.required"])) {
                try await it.press.publish(
                    code: "9901", month: it.march, imprint: .init(document: "", signedOff: ""), language: .chinese, in: .everything,
                    by: it.act("2011-07-01"))
            }
            let east = Scope(areas: [AreaCode("990101")].compactMap { $0 })
            await #expect(throws: Refusal.notFound("area")) {
                try await it.press.publish(
                    code: "9901", month: it.march, imprint: .init(document: "x", signedOff: "y"), language: .chinese, in: east,
                    by: it.act("2011-07-01"))
            }
        }
    }

    /// Whoever changes a stored byte, a row or the order of the chain is found out.
    @Test(arguments: Database.Engine.required)
    func tamperingIsFound(_ engine: Database.Engine) async throws {
        try await PressWorld.with(engine) { it in
            try await it.close(it.march)
            try await it.close(it.march, area: "990101")
            try await it.close(it.march, area: "990102")
            let editions = [try await it.publish(), try await it.publish(area: "990101"), try await it.publish(area: "990102")]
            func problems() async throws -> [String] { try await it.press.verify().map { "\($0.edition.sequence) \($0.problem)" } }
            var found = try await problems()
            #expect(found.isEmpty)

            let file = try #require(it.blobs.url(editions[1].htmlHash))
            let bytes = try Data(contentsOf: file)
            try Data("<h1>100 %</h1>".utf8).write(to: file)
            found = try await problems()
            #expect(found == ["2 artefact"])
            try bytes.write(to: file)

            // A forged page stored under its true hash: the row's own hash does not fit.
            let forged = try it.blobs.store(Data("forged".utf8))
            try await it.world.database.write { _ = try $0.run("UPDATE edition SET html_hash = \(forged) WHERE sequence = 2") }
            found = try await problems()
            #expect(found == ["2 row", "2 rendering"])
            try await it.world.database.write {
                _ = try $0.run("UPDATE edition SET html_hash = \(editions[1].htmlHash) WHERE sequence = 2")
            }

            try await it.world.database.write { statements in
                try statements.run("DELETE FROM edition_recipient WHERE edition = \(editions[1].id)")
                try statements.run("DELETE FROM edition WHERE sequence = 2")
            }
            found = try await problems()
            #expect(found == ["3 chain"])
        }
    }
}

@Suite struct EditionYearTests {
    /// A year of which every month is published; then late facts for all of them arrive and the register is reorganised.
    @Test(arguments: Database.Engine.required, [UInt64(3), 4])
    func theFirstEditionsOfAYearStayTheSameBytesAndEverySlipAddsUp(_ engine: Database.Engine, seed: UInt64) async throws {
        try await PressWorld.with(engine) { it in
            var random = SeededGenerator(seed: seed)
            let months = try (1...12).map { try #require(Month("2011-" + padded($0, 2))) }
            let terminals = ["T1", "T2", "T2B", "T3", "T5"]
            func facts(_ month: Month, _ count: Int, at now: Instant) async throws {
                for number in 0..<count {
                    let day = month.days.lowerBound.advanced(by: random.below(28))
                    let start = random.below(1300)
                    let fact = Fact(
                        id: "\(month)-\(now.milliseconds)-\(number)",
                        .presence(
                            Presence(
                                terminal: terminals[random.below(5)], day: day, minutes: MinuteSet(start..<start + 10 + random.below(90)))))
                    // T5 stands at its site from March 10; earlier facts of it wait for a person.
                    _ = try await it.world.send([fact], batch: fact.id, at: now)
                }
            }
            var first: [(month: Month, edition: Edition, page: Data, document: EditionDocument)] = []
            for month in months {
                try await facts(month, 12, at: NetworkZone.shanghai.start(of: month.end))
                let later = NetworkZone.shanghai.start(of: month.end.advanced(by: 2))
                let act = Act(by: Actor(id: "officer"), at: later, ids: it.world.ids)
                try await it.world.database.write { statements in
                    guard let area = try statements.area(code: "9901", on: month.days.upperBound, in: .everything) else {
                        throw Refusal.notFound("area")
                    }
                    try statements.closeMonth(month, area: area, rules: SampleWorld.rules, by: act)
                }
                let edition = try await it.press.publish(
                    code: "9901", month: month, imprint: .init(document: "第\(month)号", signedOff: "方正"), language: .chinese,
                    in: .everything, by: act)
                first.append((month, edition, try await it.press.artefact(edition.htmlHash), try await it.press.document(of: edition)))
            }

            // January of the next year: lines return, townships merge, a name changes, a county gets another code.
            let (today, now) = (Day("2012-01-20") ?? .forever, SampleWorld.moment("2012-01-20", 9))
            for month in months { try await facts(month, 1 + random.below(4), at: now) }
            let act = Act(by: Actor(id: "officer"), at: now, ids: it.world.ids)
            let decisions: [(AreaDecision, String)] = [
                (.rename(try code("990102"), to: "西山县"), "2011-04-12"),
                (.merge(try code("990102001"), into: try code("990101001")), "2011-09-01"),
                (.recode(try code("990101"), to: try code("990105")), "2012-01-10"),
            ]
            for (decision, text) in decisions {
                let day = try #require(Day(text))
                try await it.world.database.write {
                    _ = try $0.decideArea(decision, on: day, today: today, reason: "调整", document: "", in: .everything, by: act)
                }
            }

            var changed = 0
            for (month, edition, page, document) in first {
                let (record, late) = try await it.world.database.read { statements in
                    (
                        try statements.areaMonth(code: "9901", month: month, in: .everything, zone: .shanghai, at: now),
                        try statements.lateFacts(month: month, after: edition.asOfAt)
                    )
                }
                let present = try #require(record)
                let stored = try await it.press.artefact(edition.htmlHash)
                #expect(stored == page)
                let ids = try await it.world.database.read { try $0.identities(of: document) }
                let (cells, sites) = (
                    document.errata(against: present, identities: ids), document.siteErrata(against: present.figures.sites, late: late)
                )
                // Minutes: what the sites of the slip gained is what the total gained.
                let published = Int(document.lines.last?[8] ?? "") ?? -1
                #expect(
                    sites.reduce(published) { $0 + ($1.after?.onMinutes ?? 0) - ($1.before?.onMinutes ?? 0) }
                        == present.bulletin.total.onMinutes)
                // Cells: the published table with the slip worked in is the present one.
                let total = try #require(document.lines.last)
                for (place, column) in document.columns.enumerated() where column.name != "name" {
                    let corrected = cells.first { $0.line == "9901" && $0.column == column.name }?.to ?? total[place]
                    #expect(
                        corrected == present.bulletin.total.cells[place] || corrected == "-" && present.bulletin.total.cells[place].isEmpty,
                        "\(month) \(column.name)")
                }
                #expect(
                    sites.allSatisfy {
                        $0.late != nil || $0.before == nil || $0.after == nil || $0.before?.onMinutes == $0.after?.onMinutes
                    })
                changed += cells.isEmpty ? 0 : 1
            }
            #expect(changed >= 6)
            let wrong = try await it.press.verify()
            #expect(wrong.isEmpty)
        }
    }

    private func code(_ text: String) throws -> AreaCode { try #require(AreaCode(text)) }
}

@Suite struct EditionIdentityTests {
    /// An edition and the month as it reads now.
    private func compared(_ edition: Edition, _ it: PressWorld) async throws -> (
        document: EditionDocument, record: AreaMonth, ids: [String: String]
    ) {
        let document = try await it.press.document(of: edition)
        let (month, now) = (it.march, SampleWorld.moment("2011-05-20", 9))
        let (record, ids) = try await it.world.database.read { statements in
            (
                try statements.areaMonth(code: "9901", month: month, in: .everything, zone: .shanghai, at: now),
                try statements.identities(of: document)
            )
        }
        return (document, try #require(record), ids)
    }

    private func errata(_ edition: Edition, _ it: PressWorld) async throws -> [String] {
        let (document, record, ids) = try await compared(edition, it)
        return document.errata(against: record, identities: ids).map { "\($0.line) \($0.column) \($0.from)→\($0.to)" }
    }

    private func page(_ edition: Edition, _ it: PressWorld) async throws -> String {
        let (document, record, ids) = try await compared(edition, it)
        let speech = Speech(try #require(pages).words, .chinese)
        return try rendered("errata", ErrataPage(document, record, identities: ids, [:], zone: .shanghai, speech), .chinese)
    }

    /// Decisions that reach back into a published month: a new name is one cell that reads otherwise, a new code one line; no rank and no
    /// figure has changed.
    @Test(arguments: Database.Engine.required)
    func aRecodeOrARenamingIsListedOnceAndChangesNoRank(_ engine: Database.Engine) async throws {
        try await PressWorld.with(engine) { it in
            try await it.presence("T1", "2011-03-04", 600..<660, at: SampleWorld.moment("2011-03-04", 20))
            try await it.close(it.march)
            let edition = try await it.publish()
            let today = Day("2011-05-10") ?? .forever
            func decide(_ decision: AreaDecision, _ day: String) async throws {
                let (day, act) = (try #require(Day(day)), it.act("2011-05-10"))
                try await it.world.database.write {
                    _ = try $0.decideArea(decision, on: day, today: today, reason: "撤县设区", document: "", in: .everything, by: act)
                }
            }
            let (east, west) = (try #require(AreaCode("990101")), try #require(AreaCode("990102")))
            try await decide(.rename(west, to: "西河区"), "2011-03-25")
            var found = try await errata(edition, it)
            #expect(found == ["990102 name 西河县→西河区"])
            // The page does not say of its empty table of sites that everything is as it was.
            let html = try await page(edition, it)
            #expect(html.contains("西河区") && html.contains("没有站点与当时不同") && !html.contains("完全一致"))
            try await decide(.recode(east, to: try #require(AreaCode("990181"))), "2011-03-20")
            found = try await errata(edition, it)
            #expect(found.sorted() == ["990101 code 990101→990181", "990102 name 西河县→西河区"])
            let settled = try await it.world.database.read { statements in
                try statements.settledMonths(
                    from: try #require(Month("2011-03")),
                    areas: [try statements.area(code: "9901", on: today, in: .everything)?.areaID ?? ""])
            }
            #expect(settled == [SettledMonth(area: "云溪市", month: "2011-03", editions: 1)])
        }
    }

    /// What arrives between the closing and the printing is in no first edition: it stands in the errata at once, and in the second.
    @Test(arguments: Database.Engine.required)
    func factsThatArriveAfterTheClosingAreNotInTheFirstEdition(_ engine: Database.Engine) async throws {
        try await PressWorld.with(engine) { it in
            try await it.presence("T1", "2011-03-04", 600..<660, at: SampleWorld.moment("2011-03-04", 20))
            try await it.close(it.march)
            try await it.presence("T2", "2011-03-07", 600..<630, at: SampleWorld.moment("2011-05-01", 12))
            let first = try await it.publish()
            let document = try await it.press.document(of: first)
            let place = try #require(document.columns.firstIndex { $0.name == "on_minutes" })
            #expect(
                document.lines.last?[place] == "60" && first.asOfAt == SampleWorld.moment("2011-05-01", 9)
                    && document.asOf == first.asOfAt.milliseconds)
            let found = try await errata(first, it)
            #expect(found.contains("9901 on_minutes 60→90"))
            let march = it.march
            let late = try await it.world.database.read { try $0.lateFacts(month: march, after: first.asOfAt) }
            #expect(late["S2"]?.minutes == 30)
            let second = try await it.publish("2011-05-06")
            let corrected = try await it.press.document(of: second)
            #expect(
                second.number == 2 && corrected.lines.last?[place] == "90"
                    && corrected.errata.contains { $0.column == "on_minutes" && $0.from == "60" && $0.to == "90" })
            let wrong = try await it.press.verify()
            #expect(wrong.isEmpty)
        }
    }

    /// A cell without a figure is a dash in the file, and the line of what lies in no county has a name.
    @Test(arguments: Database.Engine.required)
    func theFileLeavesADashADash(_ engine: Database.Engine) async throws {
        try await PressWorld.with(engine) { it in
            let act = it.act("2011-04-01")
            try await it.world.database.write { statements in
                let file = "code,name,area_code,kind,mode,state,from_on\nS9,市站,9901,agency,iptv,in_service,2010-06-01\n"
                _ = try statements.importSites(Array(file.utf8), apply: true, in: .everything, today: .forever, by: act)
            }
            try await it.close(it.march)
            let csv = String(decoding: try await it.press.document(of: try await it.publish()).csv, as: UTF8.self)
            #expect(csv.contains("\r\n,其他,1,0,0,1,-,,0,-,-,0,-,0,-,0,31,0.00\r\n") && !csv.contains("'-"), "\(csv)")
        }
    }
}

@Suite struct CellEvidenceTests {
    /// Every cell of every line comes out of the sites that its evidence lists, to the printed digit.
    @Test(arguments: Database.Engine.required, [UInt64(1), 2])
    func theEvidenceOfEachCellMakesThePrintedFigure(_ engine: Database.Engine, seed: UInt64) async throws {
        try await RandomWorld.with(engine, seed: seed) { database in
            let folder = try temporaryFolder()
            defer { try? FileManager.default.removeItem(at: folder) }
            let press = try cheapPress(database, try BlobStore(folder: folder))
            let (march, act) = (try #require(Month(RandomWorld.month)), Act(by: Actor(id: "officer"), at: RandomWorld.now, ids: .system))
            try await database.write { statements in
                guard let area = try statements.area(code: "9902", on: march.days.upperBound, in: .everything) else {
                    throw Refusal.notFound("area")
                }
                try statements.closeMonth(march, area: area, rules: SampleWorld.rules, by: act)
            }
            let edition = try await press.publish(
                code: "9902", month: march, imprint: .init(document: "1号", signedOff: "方正"), language: .chinese, in: .everything, by: act)
            let document = try await press.document(of: edition)
            var checked = 0
            for line in document.lines {
                for (place, column) in document.columns.enumerated() where !["code", "name", "rank"].contains(column.name) {
                    let evidence = try document.evidence(line: line[0], column: column.name)
                    let made: String? =
                        switch evidence.denominator {
                        case nil: String(evidence.numerator)
                        case let base? where column.name.hasPrefix("mean"):
                            Mean(evidence.numerator, over: base).whole.map(String.init) ?? "-"
                        case let base?: Rate(evidence.numerator, of: base).percent ?? "-"
                        }
                    #expect(made == line[place] && evidence.printed == line[place], "\(line[0]) \(column.name)")
                    checked += 1
                }
            }
            #expect(checked > 50)
            for (line, column) in [("9999", "boot_rate"), ("9902", "name"), ("9902", "nothing")] {
                #expect(throws: Refusal.notFound("cell")) { try document.evidence(line: line, column: column) }
            }
        }
    }
}
