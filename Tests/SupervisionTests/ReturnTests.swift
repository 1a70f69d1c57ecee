import Accounts
import Basics
import Bulletins
import Editions
import Figures
import Foundation
import Operations
import Records
import Registry
import Returns
import Storage
import Testing
import TestKit
import Web

/// The sample network with sites that have no terminal.
///
/// | site | area | days in service in March 2011 |
/// | --- | --- | --- |
/// | S6 | 990101001002, a village of the township 990101001 | 31 |
/// | S7 | 990101001, the township itself | 22 |
/// | S8 | 990101, the county itself | 31 |
/// | S9 | 990102001001, a village of the township 990102001 | 15, suspended then |
private let more = """
    code,name,area_code,kind,mode,state,from_on,reason,document,terminal,terminal_from_on
    S6,下湾二站,990101001002,village,satellite,in_service,2010-06-01,,,,
    S7,青石镇站点,990101001,township,satellite,in_service,2011-03-10,,,,
    S8,东岭县机关站点,990101,agency,satellite,in_service,2010-06-01,,,,
    S9,柳林二站,990102001001,village,satellite,in_service,2010-06-01,,,,
    S9,柳林二站,990102001001,village,satellite,suspended,2011-03-16,修路断线,,,
    """
private let march = Month("2011-03") ?? (Day("2011-03-01") ?? .forever).month
private let town = "990101001"

private func withReturns(_ engine: Database.Engine, _ body: (ReturnWorld) async throws -> Void) async throws {
    try await withWorld(engine) { world in
        let act = world.act()
        let refused = try await world.database.write {
            try $0.importSites(Array(more.utf8), apply: true, in: .everything, today: .forever, by: act).refused
        }
        #expect(refused.isEmpty)
        try await body(ReturnWorld(world: world))
    }
}

private struct ReturnWorld {
    let world: SampleWorld

    func act(_ account: String, _ day: String = "2011-04-02") -> Act {
        Act(by: Actor(id: account), at: SampleWorld.moment(day, 9), ids: world.ids)
    }
    func scope(_ codes: String...) -> Scope { Scope(areas: codes.compactMap { AreaCode($0) }) }

    func save(
        _ area: String, _ lines: [String: ReturnLine], share: String = "", submit: Bool = true, revision: Int = 0,
        by account: String = "town", on day: String = "2011-04-02"
    )
        async throws
    {
        let (act, today) = (act(account, day), Day(day) ?? .forever)
        try await world.database.write { statements in
            guard let area = try statements.area(code: area, on: march.days.upperBound, in: .everything) else {
                throw Refusal.notFound("area")
            }
            let draft = ReturnDraft(lines: lines, share: share, revision: revision)
            try statements.saveReturn(draft, month: march, area: area, submit: submit, today: today, by: act)
        }
    }

    func approve(_ code: String, by account: String = "county", in scope: Scope, revision: Int? = nil, on day: String = "2011-04-04")
        async throws
    {
        let (act, seen) = (act(account, day), try await standing(code).monthlyReturn?.revision ?? 0)
        try await world.database.write { statements in
            guard let area = try statements.area(code: code, on: march.days.upperBound, in: .everything) else {
                throw Refusal.notFound("area")
            }
            try statements.approveReturn(month: march, area: area, revision: revision ?? seen, in: scope, by: act)
        }
    }

    func sendBack(_ code: String, _ reason: String, by account: String = "county", in scope: Scope, on day: String = "2011-04-04")
        async throws
    {
        let (act, seen) = (act(account, day), try await standing(code).monthlyReturn?.revision ?? 0)
        try await world.database.write { statements in
            guard let area = try statements.area(code: code, on: march.days.upperBound, in: .everything) else {
                throw Refusal.notFound("area")
            }
            try statements.sendBackReturn(month: march, area: area, reason: reason, revision: seen, in: scope, by: act)
        }
    }

    func standing(_ code: String) async throws -> ReturnStanding {
        try await world.database.read { statements in
            guard let area = try statements.area(code: code, on: march.days.upperBound, in: .everything) else {
                throw Refusal.notFound("area")
            }
            return try statements.returnStanding(month: march, area: area)
        }
    }

    func typed(_ codes: String...) async throws -> TypedFiguresLine {
        let scope = Scope(areas: codes.compactMap { AreaCode($0) })
        return try await world.database.read { try $0.typedFigures(month: march, in: scope) }.total(code: "", name: "")
    }

    func events(_ id: String) async throws -> [String] { try await world.database.read { try $0.events(about: id).map(\.kind) } }

    func add(_ row: String) async throws {
        let file = "code,name,area_code,kind,mode,state,from_on,reason,document,terminal,terminal_from_on\n" + row + "\n"
        let act = world.act()
        let refused = try await world.database.write {
            try $0.importSites(Array(file.utf8), apply: true, in: .everything, today: .forever, by: act).refused
        }
        #expect(refused.isEmpty)
    }
}

private func line(_ days: Int?, _ minutes: Int?, _ sessions: Int?, _ should: Int?, _ attended: Int?, _ remark: String = "") -> ReturnLine {
    let typed = zip(ReturnField.allCases, [days, minutes, sessions, should, attended]).compactMap { field, number in
        number.map { (field, $0) }
    }
    return ReturnLine(Dictionary(typed) { first, _ in first }, remark: remark)
}

private let good = ["S6": line(12, 900, 2, 40, 31), "S7": line(0, 0, 0, 10, 0, "停电")]

@Suite struct ReturnRuleTests {
    @Test(
        arguments: [
            (line(12, 900, 2, 40, 31), 31, [:]), (line(0, 0, 0, 40, 0), 31, [:]), (line(31, 31 * 1440, 999, 99_999, 99_999), 31, [:]),
            (line(32, 900, 2, 40, 31), 31, [.days: "return.days_over"]), (line(16, 900, 2, 40, 31), 15, [.days: "return.days_over"]),
            (line(1, 1441, 0, 0, 0), 31, [.minutes: "return.minutes_over"]),
            (line(nil, 31 * 1440 + 1, nil, nil, nil), 31, [.minutes: "return.minutes_over"]),
            (line(0, 1, 0, 0, 0), 31, [.minutes: "return.minutes_without_days"]),
            (line(1, 0, 0, 0, 0), 31, [.minutes: "return.minutes_under"]),
            (line(5, 4, 0, 0, 0), 31, [.minutes: "return.minutes_under"]),
            (line(1, 60, 1, 10, 11), 31, [.attended: "return.attended_over"]),
            (line(1, 60, 0, 10, 1), 31, [.attended: "return.attended_without_session"]),
            (line(1, 60, 1000, 10, 1), 31, [.sessions: "return.too_large"]),
            (line(1, 60, 1, 100_000, 1), 31, [.should: "return.too_large"]),
            (line(40, 60_000, 1, 1, 1), 31, [.days: "return.days_over", .minutes: "return.minutes_over"]),
        ] as [(ReturnLine, Int, [ReturnField: String])])
    func aLineKeepsTheRules(_ line: ReturnLine, _ days: Int, _ expected: [ReturnField: String]) {
        #expect(ReturnRules.problems(line, serviceDays: days, isComplete: false) == expected)
    }

    @Test func aDraftMayBeIncompleteAndACompleteReturnMayNot() {
        let part = line(3, nil, 1, nil, nil)
        #expect(ReturnRules.problems(part, serviceDays: 31, isComplete: false).isEmpty)
        #expect(
            ReturnRules.problems(part, serviceDays: 31, isComplete: true) == [
                .minutes: "form.required", .should: "form.required", .attended: "form.required",
            ])
        #expect(ReturnRules.problems(ReturnLine(), serviceDays: 31, isComplete: true).count == ReturnField.allCases.count)
    }

    @Test(
        arguments: [
            ("", .nothing), ("  ", .nothing), ("0", .number(0)), ("007", .number(7)), ("４２", .number(42)), ("-1", .wrong("return.number")),
            ("1.5", .wrong("return.number")),
            ("十", .wrong("return.number")), ("1,000", .wrong("return.number")), ("+3", .wrong("return.number")),
            ("1e3", .wrong("return.number")),
            ("9999999999", .wrong("return.too_large")), ("99999999999999999999999999", .wrong("return.too_large")),
            ("٣", .wrong("return.number")),
        ] as [(String, ReturnRules.Typed)])
    func aNumberIsReadAsTyped(_ text: String, _ expected: ReturnRules.Typed) { #expect(ReturnRules.read(text) == expected) }

    @Test(
        arguments: [
            ("", ""), ("85", "85"), (" 85.71 % ", "85.71"), ("８５．５％", "85.5"), ("100.0000", "100.0000"), ("1000", nil), ("85.", nil),
            (".5", nil), ("85.71234", nil), ("-3", nil),
            ("八成", nil), ("1.2.3", nil),
        ] as [(String, String?)])
    func aShareIsReadAsTyped(_ text: String, _ expected: String?) { #expect(ReturnRules.readShare(text) == expected) }

    @Test(
        arguments: [
            ("", 5, 7, .sound), ("71.43", 5, 7, .sound), ("71.4", 5, 7, .sound), ("71", 5, 7, .sound), ("71.42", 5, 7, .impossible),
            ("72", 5, 7, .impossible),
            ("85.71", 5, 7, .differs),
            ("100", 7, 7, .sound), ("101", 7, 7, .impossible), ("0", 0, 7, .sound), ("50", 0, 0, .withoutBase), ("62.00", 31, 50, .sound),
            ("62.50", 31, 50, .impossible),
        ] as [(String, Int, Int, ShareCheck)])
    func aStatedShareIsCheckedAgainstItsBase(_ share: String, _ attended: Int, _ should: Int, _ expected: ShareCheck) {
        #expect(ShareCheck(share, attended: attended, of: should) == expected)
    }

    @Test(
        arguments: [
            (nil, "2011-04-01", .left(2)), (nil, "2011-04-03", .left(0)), (nil, "2011-04-04", .late(1)),
            ("2011-04-03", "2011-05-01", .onTime),
            ("2011-04-05", "2011-05-01", .late(2)),
            ("2011-04-01", "2011-04-02", .onTime),
        ] as [(String?, String, Punctuality)])
    func aReturnIsDueOnTheThird(_ done: String?, _ today: String, _ expected: Punctuality) {
        let deadline = ReturnDeadline(march)
        #expect(deadline.submit.description == "2011-04-03" && deadline.approve.description == "2011-04-05")
        #expect(Punctuality(done: done.flatMap { Day($0) }, until: deadline.submit, today: Day(today) ?? .forever) == expected)
    }
}

@Suite struct ReturnTests {
    @Test(arguments: Database.Engine.required)
    func sitesWithoutATerminalOnTheirDaysInServiceAreTyped(_ engine: Database.Engine) async throws {
        try await withReturns(engine) { world in
            let database = world.world.database
            let all = try await database.read { try $0.typedSites(month: march, in: .everything) }
            #expect(all.map(\.code) == ["S6", "S7", "S8", "S9"] && all.map(\.serviceDays) == [31, 22, 31, 15])
            #expect(all.map(\.returnArea) == [town, town, "990101", "990102001"])
            let inside = try await database.read { try $0.typedSites(month: march, in: world.scope("990101")).map(\.code) }
            #expect(inside == ["S6", "S7", "S8"])
            // A terminal that comes when the site is suspended already brings no machine data; one that comes before does. An exclusion of
            // the whole month takes a site out.
            try await world.add("S9,柳林二站,990102001001,village,satellite,suspended,2011-03-16,修路断线,,T9,2011-03-20")
            try await world.add("S6,下湾二站,990101001002,village,satellite,in_service,2010-06-01,,,T6,2011-03-31")
            let act = world.act("county")
            try await database.write { statements in
                guard let site = try statements.site(code: "S8", on: march.days.upperBound, in: .everything) else {
                    throw Refusal.notFound("site")
                }
                try statements.excludeSite(site, days: march.days, reason: "洪水", document: "", by: act)
            }
            let left = try await database.read {
                (
                    try $0.typedSites(month: march, in: .everything).map(\.code),
                    try $0.typedSites(month: march.previous, in: .everything).map(\.code)
                )
            }
            #expect(left.0 == ["S7", "S9"] && left.1 == ["S6", "S8", "S9"])
        }
    }

    @Test(arguments: Database.Engine.required)
    func aReturnCountsWhenAnotherOfficerOfTheCountyHasApprovedIt(_ engine: Database.Engine) async throws {
        try await withReturns(engine) { world in
            try await world.save(town, ["S6": good["S6"] ?? ReturnLine()], submit: false)
            var standing = try await world.standing(town)
            #expect(standing.state == .draft && standing.filled == 1 && standing.monthlyReturn?.revision == 1)
            await #expect(throws: Refusal.conflict("return.not_submitted")) { try await world.approve(town, in: world.scope("990101")) }

            try await world.save(town, good, share: "62", revision: 1)
            standing = try await world.standing(town)
            #expect(
                standing.state == .submitted && standing.monthlyReturn?.submittedBy == "town" && standing.monthlyReturn?.statedShare == "62"
                    && standing.lines.count == 2)
            var figures = try await world.typed("9901")
            #expect(figures.sites == 0)
            await #expect(throws: Refusal.conflict("return.fixed")) {
                try await world.save(town, ["S6": line(1, 60, 0, 0, 0)], revision: 2)
            }

            for (account, scope) in [("town", world.scope("9901")), ("other", world.scope(town)), ("west", world.scope("990102"))] {
                await #expect(throws: Refusal.forbidden("return.other_person"), "\(account)") {
                    try await world.approve(town, by: account, in: scope)
                }
            }
            await #expect(throws: Refusal.conflict("return.changed")) {
                try await world.approve(town, in: world.scope("990101"), revision: 1)
            }
            try await world.approve(town, in: world.scope("990101"))
            // The same a second time changes nothing.
            try await world.approve(town, in: world.scope("990101"), revision: 2)
            try await world.save(town, good, share: "62", revision: 1)
            standing = try await world.standing(town)
            #expect(standing.state == .approved && standing.monthlyReturn?.decidedBy == "county" && standing.monthlyReturn?.revision == 3)
            figures = try await world.typed("9901")
            #expect(figures.sites == 2 && figures.on == 1 && figures.minutes == 900 && figures.shouldAttend == 50 && figures.attended == 31)
            await #expect(throws: Refusal.conflict("return.not_submitted")) {
                try await world.approve(town, by: "city", in: world.scope("9901"))
            }

            let id = standing.monthlyReturn?.id ?? ""
            let (steps, kinds) = (try await world.world.database.read { try $0.returnSteps(id) }, try await world.events(id))
            #expect(steps.map(\.step) == [.approved, .submitted, .saved] && steps.map(\.actor) == ["county", "town", "town"])
            #expect(kinds == ["return.approved", "return.submitted", "return.saved"])
        }
    }

    @Test(arguments: Database.Engine.required)
    func aReturnIsSentBackWithAReasonUntilItsMonthIsClosed(_ engine: Database.Engine) async throws {
        try await withReturns(engine) { world in
            let county = world.scope("990101")
            try await world.save(town, good)
            await #expect(throws: Refusal.invalid(["reason": "form.required"])) { try await world.sendBack(town, "", in: county) }
            await #expect(throws: Refusal.forbidden("return.county")) { try await world.sendBack(town, "数字不对", in: world.scope(town)) }
            try await world.sendBack(town, "S7 当月有电", in: county)
            try await world.sendBack(town, "S7 当月有电", in: county)
            var standing = try await world.standing(town)
            #expect(standing.state == .sentBack && standing.monthlyReturn?.reason == "S7 当月有电" && standing.monthlyReturn?.revision == 2)

            // Sent in again late, it was submitted in time.
            let mended = ["S6": line(12, 900, 2, 40, 31), "S7": line(3, 90, 1, 10, 4)]
            try await world.save(town, mended, submit: false, revision: 2, on: "2011-04-08")
            standing = try await world.standing(town)
            #expect(standing.state == .sentBack)
            try await world.save(town, mended, revision: 3, on: "2011-04-08")
            try await world.approve(town, in: county, on: "2011-04-09")
            standing = try await world.standing(town)
            let (deadline, today) = (ReturnDeadline(march), Day("2011-05-01") ?? .forever)
            #expect(
                standing.submission(deadline, zone: .shanghai, today: today) == .onTime
                    && standing.approval(deadline, zone: .shanghai, today: today) == .late(4))

            // An approved one too, while nothing above is closed.
            try await world.sendBack(town, "再核", by: "city", in: world.scope("9901"))
            try await world.save(town, mended, revision: 6)
            try await world.approve(town, in: county)
            let act = world.act("city", "2011-04-10")
            try await world.world.database.write { statements in
                guard let city = try statements.area(code: "9901", on: march.days.upperBound, in: .everything) else {
                    throw Refusal.notFound("area")
                }
                try statements.closeMonth(march, area: city, rules: SampleWorld.rules, by: act)
                let town = try statements.area(code: town, on: march.days.upperBound, in: .everything)
                #expect(try town.map { try statements.isClosed(march, atOrAbove: $0) } == true)
                #expect(try town.map { try statements.isClosed(march.previous, atOrAbove: $0) } == false)
            }
            await #expect(throws: Refusal.conflict("return.month_closed")) { try await world.sendBack(town, "再核", in: county) }
            // Late ones are taken even then.
            try await world.save("990101", ["S8": line(1, 60, 1, 5, 5)], by: "county", on: "2011-04-20")
            await #expect(throws: Refusal.forbidden("return.other_person")) { try await world.approve("990101", in: county) }
            try await world.approve("990101", by: "deputy", in: county)
            let own = try await world.standing("990101")
            #expect(own.submission(deadline, zone: .shanghai, today: today) == .late(17))
        }
    }

    @Test(arguments: Database.Engine.required)
    func nothingIsHalfSavedAndTheSameTwiceChangesNothing(_ engine: Database.Engine) async throws {
        try await withReturns(engine) { world in
            await #expect(throws: Refusal.invalid(["days-S7": "return.days_over", "share": "return.share_form"])) {
                try await world.save(town, ["S6": line(12, 900, 2, 40, 31), "S7": line(23, 90, 1, 10, 4)], share: "八成", submit: false)
            }
            await #expect(throws: Refusal.invalid(["attended-S7": "form.required"])) {
                try await world.save(town, ["S6": line(12, 900, 2, 40, 31), "S7": line(3, 90, 1, 10, nil)])
            }
            await #expect(throws: Refusal.invalid(["remark-S6": "form.too_large"])) {
                try await world.save(town, ["S6": line(1, 60, 1, 1, 1, String(repeating: "长", count: 61))], submit: false)
            }
            await #expect(throws: Refusal.invalid(["return": "return.month_running"])) {
                try await world.save(town, good, on: "2011-03-31")
            }
            await #expect(throws: Refusal.conflict("return.nothing_due")) { try await world.save("990102", ["S3": line(1, 60, 1, 1, 1)]) }
            // An empty draft is none, and lines of other sites are not taken.
            try await world.save(town, ["S9": line(1, 60, 1, 1, 1)], submit: false)
            var standing = try await world.standing(town)
            #expect(standing.monthlyReturn == nil)

            for _ in 0..<2 { try await world.save(town, good, submit: false, on: "2011-03-20") }
            standing = try await world.standing(town)
            #expect(standing.monthlyReturn?.revision == 1)
            // Somebody else has saved meanwhile.
            await #expect(throws: Refusal.invalid(["return": "return.changed"])) {
                try await world.save(town, ["S6": line(1, 60, 1, 1, 1)], submit: false)
            }
            for _ in 0..<2 { try await world.save(town, good, revision: 1) }
            standing = try await world.standing(town)
            let kinds = try await world.events(standing.monthlyReturn?.id ?? "")
            #expect(kinds == ["return.submitted", "return.saved"] && standing.monthlyReturn?.revision == 2)
            let lines = try await world.world.database.read { try $0.count("SELECT count(*) FROM monthly_return_line") }
            #expect(lines == 2)
            let emptied = try await world.world.database.read { try $0.returnLines([]) }
            #expect(emptied.isEmpty)
        }
    }

    @Test(arguments: Database.Engine.required)
    func machineDataWinOverATypedLine(_ engine: Database.Engine) async throws {
        try await withReturns(engine) { world in
            try await world.save(town, good)
            try await world.approve(town, in: world.scope("990101"))
            try await world.add("S6,下湾二站,990101001002,village,satellite,in_service,2010-06-01,,,T6,2011-03-20")
            let figures = try await world.typed("9901")
            #expect(figures.sites == 1 && figures.minutes == 0)
            let standing = try await world.standing(town)
            #expect(standing.sites.map(\.code) == ["S7"] && standing.lines.count == 2 && standing.sum(.minutes) == 0)
            var gone = try await world.world.database.read { try $0.overtakenSites(of: standing, month: march) }
            #expect(gone.map(\.code) == ["S6"] && gone[0].hasTerminal && gone[0].name == "下湾二站" && gone[0].line == good["S6"])
            // Out of the register for the month: counted no more either.
            let act = world.act("county")
            try await world.world.database.write { statements in
                guard let site = try statements.site(code: "S7", on: march.days.upperBound, in: .everything) else {
                    throw Refusal.notFound("site")
                }
                try statements.excludeSite(site, days: march.days, reason: "洪水", document: "", by: act)
            }
            let empty = try await world.standing(town)
            gone = try await world.world.database.read { try $0.overtakenSites(of: empty, month: march) }
            #expect(!empty.isDue && gone.map(\.hasTerminal) == [true, false])
            let none = try await world.typed("9901")
            #expect(none.sites == 0)
        }
    }

    @Test(arguments: Database.Engine.required)
    func aReturnThatTheRegisterOvertookIsNotApproved(_ engine: Database.Engine) async throws {
        try await withReturns(engine) { world in
            try await world.save(town, good)
            try await world.add("S10,下湾三站,990101001002,village,satellite,in_service,2011-03-01,,,,")
            await #expect(throws: Refusal.conflict("return.incomplete")) { try await world.approve(town, in: world.scope("990101")) }
        }
    }

    @Test(arguments: Database.Engine.required)
    func completenessNamesWhatIsMissing(_ engine: Database.Engine) async throws {
        try await withReturns(engine) { world in
            try await world.save(town, good)
            try await world.save("990101", ["S8": line(1, 60, 1, 5, 5)], by: "county", on: "2011-04-05")
            try await world.approve("990101", by: "deputy", in: world.scope("990101"))
            let (standings, below) = try await world.world.database.read { statements in
                guard let city = try statements.area(code: "9901", on: march.days.upperBound, in: .everything) else {
                    throw Refusal.notFound("area")
                }
                return (
                    try statements.returnStandings(month: march, in: world.scope("9901")),
                    try statements.children(of: city, on: march.days.upperBound, in: .everything)
                )
            }
            #expect(
                standings.map(\.area.code) == ["990101", town, "990102001"] && standings.map(\.state) == [.approved, .submitted, .open])
            let (deadline, today) = (ReturnDeadline(march), Day("2011-04-06") ?? .forever)
            let lines = ReturnCompleteness.lines(standings, below: below, deadline, zone: .shanghai, today: today)
            #expect(
                lines.map(\.code) == ["990101", "990102"] && lines.map(\.due) == [2, 1] && lines.map(\.submitted) == [2, 0]
                    && lines.map(\.approved) == [1, 0])
            #expect(lines.map(\.late) == [1, 1] && lines.map(\.missing) == [[], ["白杨镇"]] && lines[0].rate.percent == "100.00")
            let rest = ReturnCompleteness.lines(standings, below: Array(below.prefix(1)), deadline, zone: .shanghai, today: today)
            #expect(rest.map(\.code) == ["990101", BulletinArea.rest] && rest.map(\.due) == [2, 1])
            let mine = try await world.world.database.read { try $0.monthlyReturns(month: march, in: world.scope("990102")) }
            #expect(mine.isEmpty)
            let json = String(decoding: try ExportedReturns(standings, march).json, as: UTF8.self)
            #expect(json.contains("\"source\" : \"typed\"") && json.contains("\"minutes\" : 900") && json.contains("白杨镇"))
        }
    }

    /// Approved lines are the typed figures, and these add up from township to county to city; machine figures stay what they were.
    @Test(arguments: Database.Engine.required, UInt64(1)...4)
    func typedFiguresAreTheApprovedLinesAndAddUp(_ engine: Database.Engine, seed: UInt64) async throws {
        try await RandomWorld.with(engine, seed: seed) { database in
            let everything = Scope(areas: [AreaCode("9902")].compactMap { $0 })
            let before = try await database.read { try $0.monthFigures(month: march, in: everything, zone: .shanghai, at: RandomWorld.now) }
            let standings = try await database.read { try $0.returnStandings(month: march, in: everything) }
            #expect(standings.count >= 3)
            var random = SeededGenerator(seed: seed &* 991)
            var expected: [String: ReturnLine] = [:]
            for standing in standings {
                var lines: [String: ReturnLine] = [:]
                for site in standing.sites {
                    let (days, sessions, should) = (random.below(site.serviceDays + 1), random.below(4), random.below(60))
                    lines[site.code] = line(
                        days, days == 0 ? 0 : days + random.below(days * 1439 + 1), sessions, should,
                        sessions == 0 ? 0 : random.below(should + 1))
                }
                let (draft, area) = (ReturnDraft(lines: lines, revision: 0), standing.area)
                let (isSubmitted, isApproved) = (!random.chance(perMille: 200), !random.chance(perMille: 300))
                let (typist, officer) = (
                    Act(by: Actor(id: "a"), at: RandomWorld.now, ids: .system), Act(by: Actor(id: "b"), at: RandomWorld.now, ids: .system)
                )
                try await database.write { statements in
                    try statements.saveReturn(
                        draft, month: march, area: area, submit: isSubmitted, today: Day("2011-04-02") ?? .forever, by: typist)
                    if isSubmitted, isApproved {
                        try statements.approveReturn(month: march, area: area, revision: 1, in: everything, by: officer)
                    }
                }
                if isSubmitted, isApproved { expected.merge(lines) { first, _ in first } }
            }
            let figures = try await database.read { try $0.typedFigures(month: march, in: everything) }
            #expect(Dictionary(figures.entries.map { ($0.site.code, $0.line) }) { first, _ in first } == expected)
            let total = figures.total(code: "9902", name: "")
            #expect(total.minutes == expected.values.reduce(0) { $0 + ($1[.minutes] ?? 0) } && total.sites == expected.count)

            func below(_ code: String) async throws -> [BulletinArea] {
                try await database.read { statements in
                    guard let area = try statements.area(code: code, on: march.days.upperBound, in: .everything) else { return [] }
                    return try statements.children(of: area, on: march.days.upperBound, in: .everything).map {
                        BulletinArea(code: $0.code, name: $0.name)
                    }
                }
            }
            func check(_ code: String) async throws {
                let scope = Scope(areas: [AreaCode(code)].compactMap { $0 })
                let figures = try await database.read { try $0.typedFigures(month: march, in: scope) }
                let (total, lines) = (figures.total(code: code, name: ""), figures.lines(below: try await below(code)))
                for sum in [\TypedFiguresLine.sites, \.on, \.minutes, \.shouldAttend, \.attended] {
                    #expect(lines.reduce(0) { $0 + $1[keyPath: sum] } == total[keyPath: sum], "\(code)")
                }
                for line in lines where !line.code.isEmpty {
                    let inside = Scope(areas: [AreaCode(line.code)].compactMap { $0 })
                    let own = try await database.read { try $0.typedFigures(month: march, in: inside) }.total(
                        code: line.code, name: line.name)
                    #expect(own == line)
                }
            }
            for code in ["9902", "990201", "990202", "990203", "990201001"] { try await check(code) }
            let after = try await database.read { try $0.monthFigures(month: march, in: everything, zone: .shanghai, at: RandomWorld.now) }
            #expect(after.sites == before.sites)
        }
    }

    @Test(arguments: Language.allCases)
    func theBulletinShowsTypedFiguresApart(_ language: Language) async throws {
        let speech = Speech(try #require(pages).words, language)
        try await withReturns(.sqlite) { world in
            try await world.save(town, good)
            try await world.approve(town, in: world.scope("990101"))
            let period = try Period("2011-03", rules: SampleWorld.rules, at: SampleWorld.moment("2011-04-06", 9))
            let (record, typed) = try await world.world.database.read { statements in
                (
                    try statements.areaMonth(code: "9901", month: march, in: world.scope("9901"), zone: .shanghai, at: period.asOf),
                    try statements.typedFigures(month: march, placed: period.placed, in: world.scope("9901"))
                )
            }
            let bulletin = try #require(record).bulletin
            let names = ["云溪市", "东岭县", "西河县"]
            for print in [false, true] {
                let page = BulletinPage(bulletin, period, typed: typed, zone: .shanghai, speech, isPrint: print)
                let html = try rendered(print ? "bulletin_print" : "bulletin", page, language, data: names)
                let table = try #require(tables(html).last)
                #expect(
                    table.rows.map { $0.map(\.text) } == [
                        ["990101", "东岭县", "2", "1", "900", "50", "31", "62.00%"],
                        ["9901", language == .chinese ? "合计" : "Total", "2", "1", "900", "50", "31", "62.00%"],
                    ])
                #expect(html.contains(language == .chinese ? "手工填报" : "typed") && html.contains("/returns/2011-03/990101") != print)
            }
            let without = try rendered("bulletin", BulletinPage(bulletin, period, zone: .shanghai, speech), language, data: names)
            #expect(!without.contains("/returns/"))
        }
    }
}
