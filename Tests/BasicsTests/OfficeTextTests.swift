import Basics
import Testing

@Suite struct OfficeTextTests {
    @Test(arguments: [
        ("2011-03-01", "2011-03-01"), ("2011/3/1", "2011-03-01"), ("2011.3.1", "2011-03-01"), ("2011年3月1日", "2011-03-01"),
        ("20110301", "2011-03-01"), ("40603", "2011-03-01"),
        ("２０１１-０３-０１", "2011-03-01"), ("2011/3/1 0:00:00", "2011-03-01"), ("=\"2011-03-01\"", "2011-03-01"), ("'2011-03-01", "2011-03-01"),
        ("\u{FEFF}2011-03-01\u{200B}", "2011-03-01"),
        ("2012-02-29", "2012-02-29"), ("11-03-01", nil), ("11/3/1", nil), ("0011-03-01", nil), ("1/3/2011", nil), ("2011-02-30", nil),
        ("2011-13-01", nil), ("", nil), ("昨天", nil),
        ("12345", nil), ("2011-03", nil), ("20110001", nil), ("9999-01-01", nil),
    ])
    func daysAreReadAsOfficesWriteThem(_ text: String, _ expected: String?) { #expect(Day(written: text)?.description == expected) }

    @Test(arguments: [
        ("990100000000", "9901"), ("990101000000", "990101"), ("990101116000", "990101116"), ("990101116201", "990101116201"),
        ("990000000000", "99"), ("990100", "9901"),
        ("990000", "99"),
        ("990101", "990101"), ("990101000", "990101"), ("9901", "9901"), ("9900", "9900"), ("９９０１０１", "990101"), ("=\"990101\"", "990101"),
        ("'990101", "990101"),
        (" 990101\u{3000}", "990101"),
        ("9\u{200B}90101", "990101"), ("990101116001", "990101116001"), ("990100116201", "990100116201"), ("9.90101E+11", nil),
        ("99010", nil), ("", nil), ("00000000000a", nil),
    ])
    func codesAreReadAsListsGiveThem(_ text: String, _ expected: String?) { #expect(AreaCode(written: text)?.description == expected) }

    @Test(arguments: [
        ("9.90101E+14", true), ("8E+14", true), ("1.0e5", true), ("E1", false), ("990101", false), ("T1E5", false), ("", false),
    ])
    func numbersWithoutTheirDigitsAreKnown(_ text: String, _ expected: Bool) { #expect(text.isScientific == expected) }

    @Test func filesAreReadInTheEncodingsOfOffices() {
        let gb: [UInt8] = [0xD4, 0xC6, 0xCF, 0xAA, 0xCA, 0xD0]
        #expect(OfficeText.decode(gb)?.text == "云溪市" && OfficeText.decode(gb)?.encoding == .gb18030)
        #expect(OfficeText.decode(Array("云溪市".utf8))?.encoding == .utf8)
        #expect(OfficeText.decode([0xEF, 0xBB, 0xBF] + Array("云".utf8))?.text == "云")
        #expect(OfficeText.decode([0xFF, 0xFE, 0x91, 0x4E, 0x0A, 0x00])?.text == "云\n")
        #expect(OfficeText.decode([0xFE, 0xFF, 0x4E, 0x91])?.text == "云")
        #expect(OfficeText.decode([0x61, 0xFF, 0x62]) == nil && OfficeText.decode([0xFF, 0xFE, 0x91]) == nil)
        #expect(OfficeText.decode([])?.text == "")
    }

    /// What is typed is stored as it shows: nothing turns it, nothing ends it early.
    @Test(arguments: [
        ("柳河村", "柳河村"), ("a\u{0}b", "ab"), ("\u{1B}[31m红", "[31m红"), ("\u{202E}txt.exe", "txt.exe"), ("a\u{2066}b\u{2069}", "ab"),
        ("a\u{200F}\u{61C}", "a"), ("a\u{FEFF}b", "ab"),
        ("一\u{2028}二", "一二"), ("一\r\n二\t三", "一\r\n二\t三"),
    ])
    func textIsStoredAsItShows(_ typed: String, _ stored: String) { #expect(typed.withoutHidden == stored) }
}
