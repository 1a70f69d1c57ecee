import Accounts
import Basics
import Bulletins
import Documents
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

@Suite struct SentenceTests {
    private static let figures = ["boot_rate": "25.55%", "registered": "3248", "month": "2011年1月"]

    private func misfits(_ content: String, against: String = "开机率25.55%", now: String = "开机率25.55%") -> [Sentence.Misfit] {
        let edit = Sentence.Edit(
            section: "boot", sentence: "total", content: content, against: against, editedBy: "a", editedAt: Instant(milliseconds: 0))
        return Sentence(name: "total", automatic: now, figures: SentenceTests.figures, edit: edit).misfits
    }

    @Test(arguments: [
        ("开机率{boot_rate}", []), ("开机率25.55%", []), ("１月开机率25.55%", []), ("2011年1月在册3248个。", []), ("没有数字", []), ("", []),
        ("开机率26.55%", [Sentence.Misfit.number("26.55")]), ("开机率{boot_rate}，比全省高3个百分点，3个", [.number("3")]),
        ("约3200个，合12.5%", [.number("3200"), .number("12.5")]),
    ])
    func aTypedNumberThatIsNoFigureIsFlagged(_ content: String, _ expected: [Sentence.Misfit]) { #expect(misfits(content) == expected) }

    @Test func aSentenceWhoseFiguresChangedSinceIsFlagged() {
        #expect(misfits("开机率{boot_rate}，有进步。", against: "开机率24.00%") == [.changed("开机率24.00%")])
        #expect(misfits("开机率24.00%", against: "开机率24.00%") == [.changed("开机率24.00%"), .number("24.00")])
        // What is left out fits always.
        #expect(misfits("", against: "开机率24.00%").isEmpty)
    }

    @Test func namesInBracesBecomeFigures() {
        let edit = Sentence.Edit(
            section: "boot", sentence: "total", content: "{month}{boot_rate}{other}{", against: "", editedBy: "a",
            editedAt: Instant(milliseconds: 0))
        #expect(Sentence(name: "total", automatic: "x", figures: SentenceTests.figures, edit: edit).text == "2011年1月25.55%{other}{")
        #expect(Sentence.names(in: "{a}b{c}{d") == ["a", "c"])
    }

    @Test func sectionsMoveWithinTheirEnds() {
        let all = [ArrangedSection]().complete
        #expect(all.map(\.section) == SectionKind.allCases.filter { $0 != .free }.map(\.rawValue))
        #expect(all.rearranged(.up("kinds")) == all)
        #expect(all.rearranged(.down("errata")) == all)
        #expect(all.rearranged(.up("nothing")) == all)
        #expect(all.rearranged(.down("kinds")).map(\.section).prefix(2) == ["boot", "kinds"])
        let own = all.rearranged(.add("free-1")).rearranged(.up("free-1")).rearranged(.leaveOut("errata"))
        #expect(own.suffix(2) == [ArrangedSection(section: "free-1", included: true), ArrangedSection(section: "errata", included: false)])
        #expect(own.rearranged(.remove("free-1")).rearranged(.include("errata")) == all)
        // Only own paragraphs are removed; a name that is no section is dropped.
        #expect(all.rearranged(.remove("boot")) == all)
        #expect([ArrangedSection(section: "hacked", included: true)].complete == all)
    }
}

/// A sample network of which March can be composed.
private func withPress(_ engine: Database.Engine, _ body: (SampleWorld, EditionPress, Month) async throws -> Void) async throws {
    try await withWorld(engine) { world in
        let folder = try temporaryFolder()
        defer { try? FileManager.default.removeItem(at: folder) }
        let press = try cheapPress(world.database, try BlobStore(folder: folder))
        func present(_ terminal: String, _ day: String, _ minutes: Range<Int>) async throws {
            let fact = Fact(
                id: "\(terminal)-\(day)", .presence(Presence(terminal: terminal, day: try #require(Day(day)), minutes: MinuteSet(minutes))))
            _ = try await world.send([fact], batch: fact.id, at: SampleWorld.moment(day, 23))
        }
        try await present("T1", "2011-02-04", 600..<660)
        try await present("T1", "2011-03-04", 600..<660)
        for day in 10...15 { try await present("T2", "2011-03-\(day)", 0..<400) }
        let play = Play(
            terminal: "T1", boot: 1, sequence: 1, courseware: "lesson-1", mode: .demand,
            intervals: [PlayInterval(startedAt: SampleWorld.moment("2011-03-04", 10), mediaFrom: 0, mediaUntil: 180_000)])
        _ = try await world.send([Fact(id: "play", .play(play))], batch: "play", at: SampleWorld.moment("2011-03-04", 23))
        let marks = ["T1", "T2", "T2B", "T3", "T5"].map {
            Fact(id: "w\($0)", .watermark(Watermark(terminal: $0, throughAt: SampleWorld.moment("2011-04-01", 0))))
        }
        _ = try await world.send(marks, batch: "marks", at: SampleWorld.moment("2011-04-01", 1))
        try await body(world, press, try #require(Month("2011-03")))
    }
}

@Suite struct CompositionTests {
    private let now = SampleWorld.moment("2011-04-20", 9)

    private func composed(_ press: EditionPress, _ month: Month, _ language: Language = .chinese) async throws -> (Composition, Area) {
        try #require(try await press.composition(code: "9901", month: month, language: language, in: .everything, at: now))
    }

    private func text(_ composition: Composition, _ section: String) -> String {
        composition.sections.first { $0.id == section }?.paragraph(separator: " ") ?? "none"
    }

    @Test(arguments: Database.Engine.required)
    func theTextWritesItselfFromTheFigures(_ engine: Database.Engine) async throws {
        try await withPress(engine) { world, press, month in
            let (chinese, _) = try await composed(press, month)
            #expect(text(chinese, "boot").hasPrefix("当月开过机的站点2个，占在册站点4个的50.00%；"))
            #expect(text(chinese, "boot").contains("开机率比2011年2月（33.33%）上升16.67个百分点"))
            #expect(text(chinese, "boot").contains("比上月增长40.0倍。 每开机"))
            #expect(text(chinese, "viewing").hasPrefix("有有效播放的站点1个，站点收视率25.00%"))
            #expect(text(chinese, "demand").contains("可以播放的课件2个，其中送达站点的2个，有播放的1个，有有效播放的1个"))
            // S2 was on all night, in the same minutes, on six days, and nothing was played.
            #expect(text(chinese, "quality").hasPrefix("开机五天以上而全月没有有效播放的站点1个，零时至五时整夜开机的1个，全天每分钟都开机的0个，五天以上开机时段完全相同的1个"))
            let (english, _) = try await composed(press, month, .english)
            #expect(text(english, "boot").hasPrefix("2 of 4 registered sites were switched on in the month, a boot rate of 50.00%"))
            #expect(chinese.misfits.isEmpty && english.misfits.isEmpty)
            // Nobody sees another area's bulletin.
            let east = Scope(areas: [AreaCode("990101")].compactMap { $0 })
            let refused = try await press.composition(code: "9901", month: month, language: .chinese, in: east, at: now)
            #expect(refused == nil)
        }
    }

    @Test(arguments: Database.Engine.required)
    func anEditedSentenceIsKeptAndFlaggedWhenTheFiguresMoveOn(_ engine: Database.Engine) async throws {
        try await withPress(engine) { world, press, month in
            let act = Act(by: Actor(id: "officer"), at: now, ids: world.ids)
            func edit(_ content: String) async throws {
                let (composition, area) = try await composed(press, month)
                let sentence = try composition.sentence("boot", "boot.total")
                try await world.database.write {
                    try $0.editSentence(
                        sentence, section: "boot", content: content, seen: sentence.mark, area: area, month: month, language: .chinese,
                        by: act)
                }
            }
            await #expect(throws: Refusal.invalid(["content": FieldProblem("compose.unknown_figure", ["names": "{no_such_figure}"])])) {
                try await edit("开机率{no_such_figure}")
            }
            await #expect(throws: Refusal.invalid(["content": "form.too_large"])) { try await edit(String(repeating: "长", count: 2001)) }
            // Two editors opened the page; the first saved.
            let (opened, _) = try await composed(press, month)
            try await edit("本月开机率{boot_rate}，形势向好。")
            let area = try await composed(press, month).1
            let before = try opened.sentence("boot", "boot.total")
            await #expect(throws: Refusal.invalid(["content": "compose.changed_meanwhile"])) {
                try await world.database.write {
                    try $0.editSentence(
                        before, section: "boot", content: "另一种写法", seen: before.mark, area: area, month: month, language: .chinese, by: act)
                }
            }
            var composition = try await composed(press, month).0
            #expect(text(composition, "boot").hasPrefix("本月开机率50.00%，形势向好。 开机率比"))
            #expect(composition.misfits.isEmpty)
            // The English text is another one.
            let (english, _) = try await composed(press, month, .english)
            #expect(text(english, "boot").hasPrefix("2 of 4"))

            // A late fact: the sentence follows the figure, and is flagged all the same.
            let late = Fact(
                id: "late", .presence(Presence(terminal: "T3", day: try #require(Day("2011-03-05")), minutes: MinuteSet(600..<630))))
            _ = try await world.send([late], batch: "late", at: SampleWorld.moment("2011-04-21", 9))
            composition = try await composed(press, month).0
            #expect(text(composition, "boot").hasPrefix("本月开机率75.00%"))
            #expect(composition.misfits.map(\.sentence.name) == ["boot.total"])

            let flagged = try composition.sentence("boot", "boot.total")
            try await world.database.write {
                try $0.resetSentence(flagged, section: "boot", area: area, month: month, language: .chinese, by: act)
            }
            composition = try await composed(press, month).0
            #expect(composition.misfits.isEmpty && text(composition, "boot").hasPrefix("当月开过机的站点3个"))
            #expect(throws: Refusal.notFound("sentence")) { try composition.sentence("boot", "nothing") }
            let events = try await world.database.read { try $0.events(about: area.areaID) }
            #expect(events.map(\.kind) == ["composition.reset", "composition.edited", "area.added"])
        }
    }

    @Test(arguments: Database.Engine.required)
    func sectionsKeepTheirOrderIntoTheNextMonthButNotTheirOwnParagraphs(_ engine: Database.Engine) async throws {
        try await withPress(engine) { world, press, month in
            let act = Act(by: Actor(id: "officer"), at: now, ids: world.ids)
            let area = try await composed(press, month).1
            for change in [Rearrangement.leaveOut("kinds"), .down("kinds"), .add("free-1")] {
                try await world.database.write { try $0.rearrange(change, area: area, month: month, by: act) }
            }
            var composition = try await composed(press, month).0
            let own = try composition.sentence("free-1", "text")
            try await world.database.write {
                try $0.editSentence(
                    own, section: "free-1", content: "请各县抓紧，{area}在册{registered}个，另有7个。", seen: own.mark, area: area, month: month,
                    language: .chinese, by: act)
            }
            composition = try await composed(press, month).0
            #expect(composition.sections.map(\.id).prefix(2) == ["boot", "kinds"] && composition.sections.last?.id == "free-1")
            #expect(text(composition, "free-1") == "请各县抓紧，云溪市在册4个，另有7个。" && composition.misfits.isEmpty)
            let printed = composition.printed(
                Imprint(document: "1号", signedOff: "方正"), on: try #require(Day("2011-04-20")), marks: [], closing: [], errata: [])
            let texts = printed.blocks.compactMap(\.text)
            #expect(texts.contains("一、开机情况") && texts.contains("请各县抓紧，云溪市在册4个，另有7个。") && !texts.contains { $0.hasSuffix("、站点构成") })

            let next = try await composed(press, month.next).0
            #expect(
                next.sections.map(\.id).prefix(2) == ["boot", "kinds"] && !next.sections.contains { $0.kind == .free }
                    && next.sections[1].isIncluded == false)
            // An earlier month knows nothing of it.
            let before = try await composed(press, month.previous).0
            #expect(before.sections.first?.id == "kinds")
            try await world.database.write { try $0.rearrange(.remove("free-1"), area: area, month: month, by: act) }
            let edits = try await world.database.read { try $0.sentenceEdits(area: area.areaID, month: month, language: .chinese) }
            #expect(edits.isEmpty)
        }
    }

    @Test(arguments: Database.Engine.required)
    func aMisfitIsPublishedOnlyByDecisionAndAnEditionIsNeverRewritten(_ engine: Database.Engine) async throws {
        try await withPress(engine) { world, press, month in
            let act = Act(by: Actor(id: "officer"), at: now, ids: world.ids)
            let (composition, area) = try await composed(press, month)
            let sentence = try composition.sentence("viewing", "viewing.total")
            try await world.database.write {
                try $0.closeMonth(month, area: area, rules: SampleWorld.rules, by: act)
                try $0.editSentence(
                    sentence, section: "viewing", content: "收视的站点有8888个。", seen: sentence.mark, area: area, month: month,
                    language: .chinese, by: act)
            }
            func publish(_ number: Int, accepts: Bool) async throws -> Edition {
                try await press.publish(
                    code: "9901", month: month,
                    imprint: Imprint(document: "2号", signedOff: "方正", issuer: "云溪市远程办", recipients: "各县", copies: "省远程办"), number: number,
                    acceptsMisfits: accepts, language: .chinese, in: .everything, by: act)
            }
            await #expect(throws: Refusal.conflict("compose.misfits")) { try await publish(1, accepts: false) }
            let edition = try await publish(1, accepts: true)
            let page = String(decoding: try await press.artefact(edition.htmlHash), as: UTF8.self)
            #expect(page.contains("收视的站点有8888个。") && page.contains("云溪市远程办") && page.contains("省远程办"))
            await #expect(throws: Refusal.conflict("edition.never_changes")) { try await publish(1, accepts: true) }
            let kinds = try await world.database.read { try $0.events(about: edition.id).map(\.kind) }
            #expect(kinds == ["edition.rewrite_refused", "edition.sent", "edition.published"])
            let wrong = try await press.verify()
            #expect(wrong.isEmpty)
        }
    }
}

@Suite struct PrintingTests {
    /// With the programs themselves: what is stored as PDF, DOCX and XLSX is one, and doctor finds every file.
    @Test(arguments: [Database.Engine.sqlite])
    func anEditionIsPrintedByTheRealPrograms(_ engine: Database.Engine) async throws {
        try await withPress(engine) { world, cheap, month in
            let folder = try temporaryFolder()
            defer { try? FileManager.default.removeItem(at: folder) }
            let press = EditionPress(
                database: world.database, blobs: try BlobStore(folder: folder), pages: try #require(pages), rules: SampleWorld.rules,
                programs: .init(Printer(seconds: 1200)),
                isSample: true)
            let act = Act(by: Actor(id: "officer"), at: SampleWorld.moment("2011-04-20", 9), ids: world.ids)
            try await world.database.write { statements in
                guard let area = try statements.area(code: "9901", on: month.days.upperBound, in: .everything) else { return }
                try statements.closeMonth(month, area: area, rules: SampleWorld.rules, by: act)
            }
            let edition = try await press.publish(
                code: "9901", month: month, imprint: Imprint(document: "2号", signedOff: "方正", issuer: "云溪市远程办"), language: .chinese,
                in: .everything, by: act)
            let (pdf, docx, xlsx) = (
                try await press.artefact(edition.pdfHash), try await press.artefact(edition.docxHash),
                try await press.artefact(edition.xlsxHash)
            )
            #expect(pdf.prefix(5) == Data("%PDF-".utf8) && docx.prefix(2) == Data("PK".utf8) && xlsx.prefix(2) == Data("PK".utf8))
            let wrong = try await press.verify()
            #expect(wrong.isEmpty)
            let missing = EditionPress(
                database: world.database, blobs: try BlobStore(folder: folder), pages: try #require(pages), rules: SampleWorld.rules,
                programs: .init(Printer(weasyprint: "no-such-program")), isSample: true)
            let document = try #require(try await press.document(of: edition).printed)
            await #expect(throws: Refusal.conflict("print.program_missing")) { try await missing.file(.pdf, of: document) }
        }
    }
}
