import Accounts
import Basics
import Documents
import Records
import Registry
import Storage
import TestKit
import Testing

/// Files as offices have them.
@Suite struct OfficeImportTests {
    private let today = Day("2011-05-01") ?? .forever

    private func areas(_ text: String, _ database: Database, apply: Bool = true) async throws -> ImportReport {
        try await areas(Array(text.utf8), database, apply: apply)
    }

    private func areas(_ bytes: [UInt8], _ database: Database, apply: Bool = true) async throws -> ImportReport {
        let (today, act) = (today, Act(by: .commandLine, at: Instant(milliseconds: 1_262_304_000_000), ids: .system))
        return try await database.write { try $0.importAreas(bytes, apply: apply, in: .everything, today: today, by: act) }
    }

    private func sites(_ rows: [String], _ database: Database, apply: Bool = true) async throws -> ImportReport {
        let (today, act) = (today, Act(by: .commandLine, at: Instant(milliseconds: 1_262_304_000_000), ids: .system))
        let file = (["code,name,area_code,kind,mode,state,from_on,reason,document,terminal,terminal_from_on"] + rows).joined(
            separator: "\n")
        return try await database.write { try $0.importSites(Array(file.utf8), apply: apply, in: .everything, today: today, by: act) }
    }

    private func refused(_ report: ImportReport) -> [String] { report.refused.map { "\($0.line) \($0.column) \($0.code)" } }

    private func assignments(_ database: Database) async throws -> [String] {
        try await database.read { statements in
            try statements.all(
                """
                SELECT t.id, s.code, x.from_day, x.until_day FROM terminal_assignment x JOIN terminal t ON t.num = x.terminal
                    JOIN site s ON s.num = x.site
                WHERE x.replaced_at IS NULL ORDER BY t.id, x.from_day
                """
            ) { "\(try $0.text(0)) \(try $0.text(1)) \(try $0.day(2)) \(try $0.day(3))" }
        }
    }

    private func withEmpty(_ engine: Database.Engine, _ body: (Database) async throws -> Void) async throws {
        try await DatabaseTemplate.tables.withDatabase(engine, body)
    }

    private static let plain = "code,name,from_on\n9901,云溪市,2009-01-01\n990101,鹿原县,2009-01-01\n"

    /// The same two areas in the ways in which spreadsheets save them, and what is said of how each was read.
    private static let lists: [(String, String)] = {
        let (semicolons, tabs, wide) = (plain.replacing(",", with: ";"), plain.replacing(",", with: "\t"), plain.replacing(",", with: "，"))
        return [
            (plain, ""), ("\u{FEFF}\(plain)", ""), (semicolons, "separator: ;"), (tabs, "separator: tab"), (wide, "separator: ，"),
            ("sep=,\n\(plain)", ""),
            ("sep=;\r\n\(semicolons)", "separator: ;"), ("区划代码,名称,起始日期\n9901,云溪市,2009/1/1\n990101,鹿原县,2009年1月1日\n", ""),
            ("云溪市区划表,,\n\n\(plain)", "header in line 3"), ("\(plain)合计,2,\n", "1 rows of totals passed over"), ("\(plain),,\n , ,\n", ""),
            ("名称，区划代码，启用日期\n云溪市，=\"9901\"，39814\n鹿原县，'990101，39814\n", "separator: ，"),
            ("code,name,from_on\n990100000000,云溪市,2009-01-01\n990101000000,鹿原县,2009-01-01", ""),
            ("code,name,from_on\n990101,鹿原县,2009-01-01\n9901,云溪市,2009-01-01", ""),
            ("code,name,from_on\n9901,云溪市,2009-01-01\n9901,云溪市,2009-01-01\n990101,鹿原县,2009-01-01", ""),
        ]
    }()

    /// Whatever a spreadsheet makes of it, the same two areas come in, and how the file was read is said.
    @Test(arguments: lists)
    func aListIsReadHoweverItWasSaved(_ text: String, _ recognised: String) async throws {
        try await withEmpty(.sqlite) { database in
            let report = try await areas(text, database)
            #expect(report.added == 2 && report.refused.isEmpty && report.recognised.joined(separator: ", ") == recognised, "\(report)")
            let again = try await areas(text, database)
            #expect(again.added == 0 && again.changed == 0 && again.refused.isEmpty, "\(again)")
            let roots = try await database.read { try $0.rootAreas(on: Day("2011-01-01") ?? .forever).map(\.code) }
            #expect(roots == ["9901"])
        }
    }

    @Test(arguments: Database.Engine.required)
    func listsOfOtherEncodingsComeIn(_ engine: Database.Engine) async throws {
        try await withEmpty(engine) { database in
            let gb = Array("code,name,from_on\n9901,".utf8) + [0xD4, 0xC6, 0xCF, 0xAA, 0xCA, 0xD0] + Array(",2009-01-01\n".utf8)
            let first = try await areas(gb, database)
            #expect(first.added == 1 && first.recognised == ["GB 18030"])
            let utf16: [UInt8] =
                [0xFF, 0xFE] + "code\tname\tfrom_on\r\n990101\t鹿原县\t2009-01-01\r\n".utf16.flatMap { [UInt8($0 & 0xFF), UInt8($0 >> 8)] }
            let second = try await areas(utf16, database)
            #expect(second.added == 1 && second.recognised == ["UTF-16", "separator: tab"])
            let name = try await database.read { try $0.area(code: "9901", on: Day("2011-01-01") ?? .forever, in: .everything)?.name }
            #expect(name == "云溪市")
        }
    }

    @Test(arguments: [
        ("code,name,name,from_on\n9901,错名市,云溪市,2009-01-01", ["name": "csv.column_twice"]),
        ("编号,地名\n9901,云溪市", ["line 1": "csv.header_missing"]),
        ("code,name\n9901,云溪市", ["from_on": "csv.column_missing"]), ("", ["line 1": "csv.header_missing"]),
        ("code,name,from_on\n\"9901,x,2011-01-01", ["line 2": "csv.quote"]),
    ])
    func whatCannotBeReadIsRefusedWithItsCause(_ text: String, _ expected: FieldProblems) async throws {
        try await withEmpty(.sqlite) { database in await #expect(throws: Refusal.invalid(expected)) { _ = try await areas(text, database) }
        }
    }

    @Test(arguments: Database.Engine.required)
    func codesDaysAndCellsThatAreNoneAreRefusedBesideTheRow(_ engine: Database.Engine) async throws {
        try await withWorld(engine) { world in
            let list = try await areas(
                """
                code,name,from_on
                9.90101E+11,柳河村,2009-01-01
                990101001003,新村,11-03-01
                990101001004,新,村,2009-01-01
                990101003,青石镇,2011-01-01
                990101001,青石镇,2008-06-01
                990101001001,上湾村,2009-02-01
                """, world.database)
            #expect(
                refused(list) == [
                    "2 code import.rounded", "3 from_on form.date", "4 name csv.cells", "5 name area.known_name",
                    "6 from_on area.before_parent",
                ])
            #expect(list.unchanged == 1 && list.changed == 0)
            let report = try await sites(
                [
                    "9.90101E+14,柳河站,990101001001,village,iptv,in_service,2010-06-01,,,,",
                    "N1,站,990101001001,village,iptv,in_service,2010-06-01,,,8.60123E+14,",
                    "N2,站,990101001001,village,iptv,planned,2010-06-01,资金到位,待批,,,,",
                    "N3,站,990101001001,village,iptv,in_service,2008-06-01,,,,",
                    "N4,站,990101001001,village,iptv,in_service,2010-06-01,,,TX,2010-05-01", "N5,站,990101001000,行政村,有线电视,在用,2010年6月1日,,,,",
                ], world.database)
            #expect(
                refused(report) == [
                    "2 code import.scientific", "3 terminal import.scientific", "4 reason csv.cells", "5 from_on site.before_area",
                    "6 terminal_from_on terminal.before_site",
                ])
            #expect(report.added == 1)
        }
    }

    /// A list that gives an area an earlier beginning takes it back, so that its sites can be as old as they are.
    @Test(arguments: Database.Engine.required)
    func anEarlierDayTakesTheBeginningBack(_ engine: Database.Engine) async throws {
        try await withEmpty(engine) { database in
            _ = try await areas("code,name,from_on\n9901,云溪市,2009-01-01\n990101,鹿原县,2011-03-15", database)
            let row = ["S1,鹿原站,990101,township,iptv,in_service,2010-06-01,,,T1,"]
            var report = try await sites(row, database)
            #expect(refused(report) == ["2 from_on site.before_area"])
            let taken = try await areas("code,name,from_on\n990101,鹿原县,2010-01-01", database)
            #expect(
                taken.changed == 1
                    && taken.changes == [
                        ImportChange(
                            line: 2, subject: "990101", column: "from_on", from: "2011-03-15", to: "2010-01-01",
                            on: Day("2010-01-01") ?? .forever)
                    ])
            report = try await sites(row, database)
            #expect(report.added == 1)
            // The site and its box turn out to be older, too.
            report = try await sites(["S1,鹿原站,990101,township,iptv,in_service,2010-03-01,,,T1,"], database)
            #expect(report.changed == 1 && report.changes.map(\.column).sorted() == ["from_on", "terminal"])
            let found = try await assignments(database)
            #expect(found == ["T1 S1 2010-03-01 9999-12-31"])
            let place = try await database.read { try $0.site(code: "S1", on: Day("2010-03-01") ?? .forever, in: .everything)?.state }
            #expect(place == .inService)
            for file in [row, ["S1,鹿原站,990101,township,iptv,in_service,2010-03-01,,,T1,"]] {
                let again = try await sites(file, database)
                #expect(again.unchanged == 1 && again.changes.isEmpty, "\(again)")
            }
        }
    }

    /// Boxes that moved and boxes that changed places: the same register whatever the order of the rows, and the same file again changes
    /// nothing.
    @Test(arguments: Database.Engine.required, 0..<6)
    func theOrderOfRowsDoesNotMatterAndTwiceIsOnce(_ engine: Database.Engine, _ seed: UInt64) async throws {
        try await withEmpty(engine) { database in
            _ = try await areas(OfficeImportTests.plain, database)
            func row(_ site: String, _ state: String, _ day: String, _ terminals: String, _ from: String = "") -> String {
                "\(site),站\(site),990101,village,iptv,\(state),\(day),,,\(terminals),\(from)"
            }
            var rows = [
                row("S1", "in_service", "2010-06-01", "T1"), row("S2", "in_service", "2010-06-01", "T2"),
                row("S3", "planned", "2010-07-01", ""),
                // T1 moves to S2, which had T2; T2 and T3 change places later.
                row("S2", "in_service", "2010-06-01", "T1", "2011-02-10"), row("S1", "in_service", "2010-06-01", "T3", "2011-02-10"),
                row("S1", "in_service", "2010-06-01", "T1", "2011-03-01"), row("S2", "in_service", "2010-06-01", "T3", "2011-03-01"),
                row("S3", "approved", "2010-08-01", ""),
                row("S3", "planned", "2010-07-01", ""),
            ]
            var random = SeededGenerator(seed: seed)
            for index in rows.indices.reversed() { rows.swapAt(index, random.below(index + 1)) }
            let first = try await sites(rows, database)
            #expect(first.refused.isEmpty && first.added == 3, "\(first)")
            let found = try await assignments(database)
            #expect(
                found == [
                    "T1 S1 2010-06-01 2011-02-10", "T1 S2 2011-02-10 2011-03-01", "T1 S1 2011-03-01 9999-12-31",
                    "T2 S2 2010-06-01 2011-02-10", "T3 S1 2011-02-10 2011-03-01",
                    "T3 S2 2011-03-01 9999-12-31",
                ])
            for _ in 0..<2 {
                let again = try await sites(rows, database)
                #expect(again.refused.isEmpty && again.added == 0 && again.changed == 0 && again.unchanged == rows.count, "\(again)")
            }
            let kept = try await assignments(database)
            #expect(kept == found)
        }
    }

    /// A dry run names what would change, from which value to which.
    @Test(arguments: Database.Engine.required)
    func aDryRunNamesEachChange(_ engine: Database.Engine) async throws {
        try await withWorld(engine) { world in
            let list = try await areas("code,name,from_on\n990101,东岭区,2011-03-25\n990102,西河区,2011-03-25\n", world.database, apply: false)
            #expect(
                list.changed == 2
                    && list.changes.map { "\($0.line) \($0.subject) \($0.from)→\($0.to) \($0.on)" } == [
                        "2 990101 东岭县→东岭区 2011-03-25", "3 990102 西河县→西河区 2011-03-25",
                    ])
            let report = try await sites(["S1,上湾村站点,990101001001,village,iptv,faulty,2011-04-01,雷击,,T1X,"], world.database, apply: false)
            #expect(
                report.changes.map { "\($0.subject) \($0.column) \($0.from)→\($0.to)" } == [
                    "S1 state in_service→faulty", "T1 terminal S1→", "T1X terminal →S1",
                ])
            let name = try await world.database.read {
                try $0.area(code: "990101", on: Day("2011-04-01") ?? .forever, in: .everything)?.name
            }
            #expect(name == "东岭县")
        }
    }

    /// Refused rows come back as a file that can be mended and imported as it is.
    @Test(arguments: Database.Engine.required)
    func theFileOfRefusedRowsCanBeImportedAgain(_ engine: Database.Engine) async throws {
        try await withWorld(engine) { world in
            let report = try await sites(["N1,站,990101001001,village,iptv,in_service,2010-06-31,验收,远办〔2010〕1号,,"], world.database)
            #expect(refused(report) == ["2 from_on form.date"])
            let (today, act) = (today, world.act())
            let mended = report.refusedCSV.replacing("2010-06-31", with: "2010-06-30")
            let again = try await world.database.write {
                try $0.importSites(Array(mended.utf8), apply: true, in: .everything, today: today, by: act)
            }
            #expect(again.added == 1 && again.refused.isEmpty, "\(again)")
            let states = try await world.database.read { statements in
                try statements.site(code: "N1", on: today, in: .everything).map { try statements.stateHistory(site: $0.num) } ?? []
            }
            #expect(states.map(\.reason) == ["验收"])
        }
    }
}

/// Workbooks as the imports read them.
@Suite struct WorkbookImportTests {
    /// What stands beside the table, or far to the right of one row, is no part of it, and costs no other row anything.
    @Test(arguments: Database.Engine.required)
    func whatStandsBesideTheTableIsLeftOut(_ engine: Database.Engine) async throws {
        try await withWorld(engine) { world in
            func cell(_ text: String, _ place: String) -> String { "<c r=\"\(place)\" t=\"str\"><v>\(text)</v></c>" }
            var rows = ["<row r=\"1\">\(cell("区划代码", "A1"))\(cell("名称", "B1"))\(cell("起始日期", "C1"))</row>"]
            for number in 1...400 {
                let code = "990101001" + String(String(1_000 + number).suffix(3))
                rows.append(
                    "<row r=\"\(number + 1)\">\(cell(code, "A\(number + 1)"))\(cell("村\(number)", "B\(number + 1)"))"
                        + cell("2011-05-01", "C\(number + 1)") + (number == 7 ? cell("备注", "ALL8") : "") + "</row>")
            }
            var zip = ZipFile()
            zip.add("xl/workbook.xml", "<workbook xmlns:r=\"r\"><sheets><sheet name=\"x\" r:id=\"a\"/></sheets></workbook>")
            zip.add("xl/_rels/workbook.xml.rels", "<Relationships><Relationship Id=\"a\" Target=\"worksheets/s.xml\"/></Relationships>")
            zip.add("xl/worksheets/s.xml", "<worksheet><sheetData>\(rows.joined())</sheetData></worksheet>")
            let (bytes, act) = (Array(try zip.packed()), world.act(at: SampleWorld.moment("2011-07-01", 9)))
            let table = try ImportTable(bytes, AreaImport.columns)
            #expect(table.header == ["区划代码", "名称", "起始日期"] && table.records.map(\.fields.count).sorted().dropLast().last == 3)
            let report = try await world.database.read {
                try $0.importAreas(bytes, apply: false, in: .everything, today: .forever, by: act)
            }
            // The first two codes are known, under other names.
            #expect(
                report.added == 398 && report.changed == 2 && report.refused.isEmpty && report.recognised == ["XLSX"], "\(report.refused)")
        }
    }
}
