import Basics
package import Records
package import Storage

/// Codes that the register knows, of which a spreadsheet may have rounded one.
package enum KnownCode: Sendable {
    case area, site, box

    fileprivate func codes(of length: Int) -> SQL {
        switch self {
        case .area: "SELECT DISTINCT code FROM area_version WHERE length(code) = \(length) AND replaced_at IS NULL"
        case .site: "SELECT code FROM site WHERE length(code) = \(length)"
        case .box: "SELECT id FROM terminal WHERE length(id) = \(length)"
        }
    }
}

extension Statements {
    /// Asks, of each row that was refused because a spreadsheet rounded its code, whether it was one of those that it may have been.
    package func askAboutRoundedCodes(_ report: inout ImportReport, _ columns: [String: KnownCode]) throws {
        try report.ask { column, text in
            guard let known = columns[column], let length = text.roundedLength else { return [] }
            return try all(known.codes(of: length)) { try $0.text(0) }.filter { text.isRounded(from: $0) }.sorted()
        }
    }
}
