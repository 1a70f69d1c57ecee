import Accounts
import Basics
import Hummingbird
package import Operations
import Registry
import Storage
package import Web
import Wire

/// Where a site's test plays are, and where one is asked for.
enum TestPlayAddress {
    static let page = Address<String>("/sites/:code/test-plays")
}

/// A test as a page shows it.
struct TestPlayLine: Hashable, Sendable {
    let at: Instant
    let terminalID: String
    let outcome: TestPlay.Outcome
    let courseware: String
    let isVoided: Bool
}

/// A site, its layers now, its last tests and whether one is asked for.
struct TestPlaySubject: Sendable {
    let site: Site
    let layers: SiteLayers?
    let spans: LayerSpans
    let tests: [TestPlayLine]
    let askedAt: Instant?
    let canAsk: Bool
    let isTestable: Bool
}

extension Statements {
    /// The tests of the terminals that stand at a site, of some days, the newest first.
    func testPlays(site: Int, within days: ClosedRange<Day>, limit: Int) throws -> [TestPlayLine] {
        try all(
            """
            SELECT t.at, u.id, t.outcome, t.courseware, CASE WHEN EXISTS (SELECT 1 FROM fact_void f WHERE f.terminal = t.terminal
                AND f.kind = 'facts' AND f.withdrawn_at IS NULL AND f.from_day <= t.day AND f.until_day > t.day) THEN 1 ELSE 0 END
            FROM terminal_assignment x JOIN terminal u ON u.num = x.terminal JOIN test_play t ON t.terminal = x.terminal
                AND x.from_day <= t.day AND x.until_day > t.day
            WHERE x.site = \(site) AND x.replaced_at IS NULL AND t.day IN (\(list: days.map(\.number)))
            ORDER BY t.at DESC, u.id LIMIT \(limit)
            """
        ) { row in
            TestPlayLine(
                at: try row.instant(0), terminalID: try row.text(1), outcome: try testOutcome(row, 2), courseware: try row.text(3),
                isVoided: try row.int(4) == 1)
        }
    }

    /// When a test was last asked of a site's terminals, within a day before a moment.
    func testRequest(site: Int, on day: Day, at now: Instant) throws -> Instant? {
        let terminals = try assignments(site: site).filter { $0.fromDay <= day && $0.untilDay > day }.map(\.terminalID)
        return try testRequests(terminals, at: now).values.max()
    }
}

extension Statements {
    /// Whether whoever looks at a site's tests may also ask for one: seeing is for more people than asking.
    fileprivate func mayAsk(_ at: FormVisit, about site: Site) throws -> Bool {
        let scope = try scope(of: at.visit.grants, for: .reportFaults, today: at.today)
        return try area(id: site.areaID, on: at.today)?.areaCode.map(scope.covers) ?? false
    }
}

extension FormPage where Subject == TestPlaySubject {
    /// What is known of a site's layers, its tests of two weeks, and the button that asks for another.
    fileprivate static func testPlay(_ rules: FactRules) -> FormPage {
        FormPage(
            submit: "test_play.ask",
            subject: { statements, at in
                let code = try at.parts(TestPlayAddress.page)
                guard let site = try statements.site(code: code, on: at.today, in: at.visit.scope) else { throw Refusal.notFound("site") }
                let spans = try statements.layerSpans(on: at.today)
                return TestPlaySubject(
                    site: site,
                    layers: try statements.siteLayers(at: at.act.at, in: at.visit.scope, only: site.num, spans: spans, rules: rules).first,
                    spans: spans,
                    tests: try statements.testPlays(site: site.num, within: at.today.advanced(by: -13)...at.today, limit: 60),
                    askedAt: try statements.testRequest(site: site.num, on: at.today, at: at.act.at),
                    canAsk: try statements.mayAsk(at, about: site),
                    isTestable: try !statements.testableTerminals(siteCode: code, on: at.today).isEmpty)
            }, form: { _ in Form() }, texts: { _, _ in [:] },
            act: { statements, subject, _, at in
                guard try statements.mayAsk(at, about: subject.site) else { throw Refusal.forbidden("right.missing") }
                _ = try statements.askTestPlay(siteCode: subject.site.code, on: at.today, in: at.visit.scope, by: at.act)
                return TestPlayAddress.page(subject.site.code)
            },
            page: { form, subject, at in
                FormFrame(
                    title: at.text("test_play.title", ["site": subject.site.name]),
                    crumbs: [Frame.Link(label: subject.site.name, url: SiteAddress.page(subject.site.code))], template: "test_plays",
                    content: TestPlayPage(
                        layers: .layers(subject, at), tests: .tests(subject, at), canAsk: subject.canAsk && subject.isTestable,
                        hasNone: !subject.isTestable, form: form))
            })
    }
}

/// The page `test_plays`.
struct TestPlayPage: Sendable {
    let layers: Table
    let tests: Table
    let canAsk: Bool
    /// Whether no terminal is there that can test itself.
    let hasNone: Bool
    let form: FormView
}

extension Table {
    fileprivate static func layers(_ subject: TestPlaySubject, _ at: FormVisit) -> Table {
        let (zone, found) = (at.house.zone, subject.layers)
        func line(_ layer: Layer, _ answer: LayerAnswer, _ evidence: String) -> [Cell] {
            [
                Cell(at.text("layer.\(layer.rawValue)")), Cell(at.text("layer.answer.\(answer.rawValue)"), mark: "standing"),
                Cell(evidence, mark: "wide"),
            ]
        }
        func heard(_ layer: Layer, _ instant: Instant?) -> [Cell] {
            line(
                layer, subject.spans.answer(layer, heardAt: instant, at: at.act.at),
                instant.map { at.text("layer.heard", ["at": zone.text($0)]) } ?? at.text("layer.never"))
        }
        let evidence = [found?.found.failure, found?.found.proof].compactMap { $0?.said(zone) { at.text($0) } }
        var rows = [
            heard(.network, found?.networkAt), heard(.platform, found?.platformAt),
            line(
                .playable, found?.found.answer ?? .unknown,
                evidence.isEmpty ? at.text("layer.no_play") : evidence.joined(separator: at.text("list.comma"))),
        ]
        if let from = found?.found.faultyFrom {
            rows.append([
                Cell(at.text("connectivity.condition.faulty")), Cell(""),
                Cell(at.text("layer.faulty_from", ["at": zone.text(from)]), mark: "wide"),
            ])
        }
        if let asked = subject.askedAt {
            rows.append([
                Cell(at.text("test_play.asked")), Cell(""), Cell(at.text("test_play.asked_at", ["at": zone.text(asked)]), mark: "wide"),
            ])
        }
        return Table(
            caption: at.text("layer.title"),
            columns: [Column(at.text("layer.layer")), Column(at.text("layer.answer")), Column(at.text("layer.evidence"))], rows: rows)
    }

    fileprivate static func tests(_ subject: TestPlaySubject, _ at: FormVisit) -> Table {
        let columns = ["at", "outcome", "courseware", "terminal"].map { Column(at.text("test_play.\($0)")) }
        return Table(
            caption: at.text("test_play.last"), columns: columns,
            rows: subject.tests.map { test in
                let outcome = at.text("test_play.outcome.\(test.outcome.rawValue)")
                return [
                    Cell(at.house.zone.text(test.at)), Cell(test.isVoided ? at.text("test_play.voided", ["outcome": outcome]) : outcome),
                    Cell(test.courseware), Cell(test.terminalID),
                ]
            }, empty: at.text("test_play.none"))
    }
}

extension Feature {
    /// Test plays: what they showed, and asking for one.
    package static func testPlays(_ rules: FactRules) -> Feature {
        let look = SiteLook(.seeFigures) { statements, question in
            let spans = try statements.layerSpans(on: question.today)
            let found = try statements.siteConditions(
                on: question.today, in: question.visit.scope, only: question.site, spans: spans, rules: rules
            ).first?.found
            guard let found else { return ([], []) }
            let evidence = [found.failure, found.proof].compactMap { $0?.said(question.house.zone) { question.text($0) } }
            let said =
                [question.text("connectivity.condition.\(found.condition.rawValue)")]
                + (evidence.isEmpty ? [question.text("layer.no_play")] : evidence)
            let page = TestPlayAddress.page(question.code)
            return (
                [SiteLook.Line(question.text("layer.playable"), said.joined(separator: question.text("list.comma")), url: page)],
                [Frame.Link(label: question.text("test_play.way"), url: page)]
            )
        }
        return Feature(
            "test_plays", speech: [EventSpeech(["test_play."])], sites: [look],
            sample: FeatureSample { try $0.makeSampleTestPlays(on: $1, by: $2, rules) }
        ) {
            $0.form(TestPlayAddress.page, .seeFigures, .testPlay(rules))
        }
    }
}
