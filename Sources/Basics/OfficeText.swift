import Glibc

/// How a text file of an office was written.
package enum OfficeEncoding: String, Sendable, Codable {
    case utf8 = "UTF-8"
    case utf16 = "UTF-16"
    case gb18030 = "GB 18030"
}

/// Text as spreadsheets in offices write it.
package enum OfficeText {
    /// Reads a file: by its byte-order mark, else as strict UTF-8, else as GB 18030, which is what a Chinese spreadsheet saves as CSV. Nil
    /// when it is none of them.
    package static func decode(_ bytes: [UInt8]) -> (text: String, encoding: OfficeEncoding)? {
        if bytes.starts(with: [0xFF, 0xFE]) { return convert(bytes.dropFirst(2), from: "UTF-16LE").map { ($0, .utf16) } }
        if bytes.starts(with: [0xFE, 0xFF]) { return convert(bytes.dropFirst(2), from: "UTF-16BE").map { ($0, .utf16) } }
        let plain = bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? bytes.dropFirst(3) : bytes[...]
        if let text = String(validating: plain, as: UTF8.self) { return (text, .utf8) }
        return convert(plain, from: "GB18030").map { ($0, .gb18030) }
    }

    /// Converts strictly with iconv(3); nil for bytes that the encoding does not have.
    private static func convert(_ bytes: ArraySlice<UInt8>, from encoding: String) -> String? {
        guard let converter = iconv_open("UTF-8", encoding), converter != iconv_t(bitPattern: -1) else { return nil }
        defer { iconv_close(converter) }
        // A character of any of these encodings makes at most three bytes of two.
        var output = [CChar](repeating: 0, count: bytes.count * 2 + 16)
        var input = bytes.map { CChar(bitPattern: $0) }
        let written = input.withUnsafeMutableBufferPointer { source -> Int? in
            output.withUnsafeMutableBufferPointer { target in
                var (from, left) = (source.baseAddress, source.count)
                var (to, room) = (target.baseAddress, target.count)
                guard iconv(converter, &from, &left, &to, &room) != -1, left == 0 else { return nil }
                return target.count - room
            }
        }
        guard let written else { return nil }
        return String(validating: output[..<written].map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }
}

extension StringProtocol {
    /// A cell as it was meant: without blanks at its ends and without characters that nobody sees.
    package var officeText: String { withoutHidden.trimmedBlanks }

    /// The text as it shows: without controls other than line ends and tabs, and without marks that turn it or stand in it unseen, so that
    /// what is on a page is what is stored.
    package var withoutHidden: String { String(String.UnicodeScalarView(unicodeScalars.filter { !isInvisible($0) })) }

    /// The text as one line that may stand in a signed manifest: control characters, separators of lines and marks that turn the direction
    /// of writing become blanks.
    package var oneLine: String {
        let scalars = unicodeScalars.map { scalar -> Unicode.Scalar in
            switch scalar.value {
            case 0..<0x20, 0x7F..<0xA0, 0x2028...0x202E, 0x2066...0x2069: " "
            default: scalar
            }
        }
        return String(String.UnicodeScalarView(scalars)).trimmedBlanks
    }

    /// A code or a day as it was meant: the cell without what spreadsheets put around a number that shall stay text (`="…"`, an
    /// apostrophe), full-width forms narrow.
    package var officeCode: String {
        let narrow = unicodeScalars.map { scalar in
            (0xFF01...0xFF5E).contains(scalar.value) ? Unicode.Scalar(scalar.value - 0xFEE0) ?? scalar : scalar
        }
        var text = String(String.UnicodeScalarView(narrow)).officeText
        if text.hasPrefix("=\""), text.hasSuffix("\""), text.count >= 3 { text = String(text.dropFirst(2).dropLast()).officeText }
        while let first = text.first, first == "'" || first == "’" || first == "‘" || first == "`" { text.removeFirst() }
        return text.trimmedBlanks
    }

    /// Whether a spreadsheet has turned a long number into one like `9.90101E+14`: the digits are lost.
    package var isScientific: Bool { String(self).wholeMatch(of: Written.scientific) != nil }

    /// How many digits the number had that a spreadsheet turned into one like `9.90101E+14`; nil for anything else, and for one of more
    /// than 18.
    package var roundedLength: Int? {
        guard isScientific, let exponent = Int(uppercased().split(separator: "E").last?.filter { $0 != "+" } ?? ""), exponent < 18 else {
            return nil
        }
        return exponent + 1
    }

    /// Whether such a number may have been a code: rounded to as many places it is the same.
    package func isRounded(from code: String) -> Bool {
        guard let length = roundedLength, code.utf8.count == length, !code.hasPrefix("0"), let whole = Int(code),
            code.utf8.allSatisfy({ (0x30...0x39).contains($0) }),
            let mantissa = uppercased().split(separator: "E").first?.filter({ $0 != "." }), let seen = Int(mantissa),
            mantissa.count <= length
        else { return false }
        let unit = (0..<(length - mantissa.count)).reduce(1) { unit, _ in unit * 10 }
        return (whole + unit / 2) / unit == seen
    }
}

/// How offices write numbers and dates. Each pattern is read once: a literal in its place is read anew for every cell. That no match
/// changes a pattern its type does not say.
private enum Written {
    nonisolated(unsafe) static let scientific = /[0-9](\.[0-9]+)?[Ee]\+?[0-9]+/
    nonisolated(unsafe) static let day = /([0-9]{4})\s*[-\/.年]\s*([0-9]{1,2})\s*[-\/.月]\s*([0-9]{1,2})日?([ T][0-9:. ]*)?/
    nonisolated(unsafe) static let dayDigits = /([0-9]{4})([0-9]{2})([0-9]{2})/
    nonisolated(unsafe) static let month = /([0-9]{4})\s*[-\/.年]\s*([0-9]{1,2})月?/
    nonisolated(unsafe) static let monthDigits = /([0-9]{4})([0-9]{2})/
}

/// Zero-width characters, direction marks, byte-order marks, soft hyphens and controls.
private func isInvisible(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.value {
    case 0x00...0x08, 0x0B, 0x0C, 0x0E...0x1F, 0x7F...0x9F, 0xAD, 0x61C, 0x200B...0x200F, 0x2028...0x202E, 0x2060...0x2064, 0x2066...0x206F,
        0xFEFF, 0xFFF9...0xFFFB:
        true
    default: false
    }
}

extension AreaCode {
    /// Reads a code as offices have it: as `init(_:)` does, and lists that give every level 12, 9 or 6 digits with zeros behind. No area of
    /// a level has the number 0.
    package init?(written text: some StringProtocol) {
        var digits = text.officeCode
        guard AreaCode(digits) != nil else { return nil }
        // Nobody fills up to four digits.
        guard digits.utf8.count >= AreaLevel.county.rawValue else {
            self.init(digits)
            return
        }
        for (level, above) in zip(AreaLevel.allCases.reversed(), AreaLevel.allCases.reversed().dropFirst())
        where digits.utf8.count == level.rawValue {
            let tail = digits.utf8.suffix(level.rawValue - above.rawValue)
            guard tail.allSatisfy({ $0 == UInt8(ascii: "0") }) else { break }
            digits = String(digits.prefix(above.rawValue))
        }
        self.init(digits)
    }
}

extension Day {
    /// Reads a day as offices write it: `2011-03-01`, `2011/3/1`, `2011.3.1`, `2011年3月1日`, `20110301`, with a time behind that is passed
    /// over, or the serial number of a spreadsheet (1900 system: 40603). Nil for anything else, also for years of two digits and before
    /// 1900.
    package init?(written text: some StringProtocol) {
        let text = text.officeCode
        let parts: [Int]
        if let match = text.wholeMatch(of: Written.day) {
            parts = [match.output.1, match.output.2, match.output.3].compactMap { Int($0) }
        } else if let match = text.wholeMatch(of: Written.dayDigits) {
            parts = [match.output.1, match.output.2, match.output.3].compactMap { Int($0) }
        } else if let serial = Int(text), (20_000..<80_000).contains(serial) {
            // Day 25569 of the 1900 system is 1970-01-01; its 29 February 1900 that never was lies before.
            self.init(number: serial - 25_569)
            return
        } else {
            return nil
        }
        guard parts.count == 3, (1900...2199).contains(parts[0]) else { return nil }
        self.init(year: parts[0], month: parts[1], day: parts[2])
    }
}

extension Month {
    /// Reads a month as offices write it: `2011-03`, `2011/3`, `2011.3`, `2011年3月`, `201103`, or a day of it. Nil for anything else, and
    /// before 1900.
    package init?(written text: some StringProtocol) {
        let narrow = text.officeCode
        if let match = narrow.wholeMatch(of: Written.month) ?? narrow.wholeMatch(of: Written.monthDigits) {
            guard let year = Int(match.output.1), let month = Int(match.output.2), let day = Day(year: year, month: month, day: 1),
                (1900...2199).contains(year)
            else { return nil }
            self = day.month
        } else {
            guard let day = Day(written: narrow) else { return nil }
            self = day.month
        }
    }
}
