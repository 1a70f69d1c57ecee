package import Basics
import Bulletins
import Crypto
import Figures
import Foundation
import Returns

/// A published bulletin. Its artefacts lie in the store under their hashes and are served as they are.
package struct Edition: Decodable, Hashable, Sendable {
    package let sequence: Int
    package let id: String
    package let areaID: String
    package let month: String
    package let number: Int
    package let document: String
    package let signedOff: String
    package let jsonHash: String
    package let htmlHash: String
    package let csvHash: String
    /// Empty for editions of format 1, which have none of these.
    package let pdfHash: String
    package let docxHash: String
    package let xlsxHash: String
    package let previousHash: String
    package let hash: String
    package let asOfAt: Instant
    package let publishedBy: String
    package let publishedAt: Instant

    /// The link of the chain: SHA-256 over the hash of the edition before and everything that this row says, a line each.
    package static func chained(
        _ previous: String, sequence: Int, id: String, areaID: String, month: String, number: Int, document: String, signedOff: String,
        artefacts: [String], asOf: Instant,
        by: String, at: Instant
    ) -> String {
        let lines =
            [previous, String(sequence), id, areaID, month, String(number), document, signedOff] + artefacts + [
                String(asOf.milliseconds), by, String(at.milliseconds),
            ]
        return hexadecimal(SHA256.hash(data: Data(lines.joined(separator: "\n").utf8)))
    }

    /// The next link of the chain; `files` are the hashes in the order of `EditionFile`.
    package init(
        after last: Edition?, id: String, areaID: String, month: String, number: Int, document: String, signedOff: String, files: [String],
        asOf: Instant, by: String,
        at: Instant
    ) {
        sequence = (last?.sequence ?? 0) + 1
        previousHash = last?.hash ?? ""
        (self.id, self.areaID, self.month, self.number) = (id, areaID, month, number)
        (self.document, self.signedOff, asOfAt, publishedBy, publishedAt) = (document, signedOff, asOf, by, at)
        (jsonHash, htmlHash, csvHash) = (files[0], files[1], files[2])
        (pdfHash, docxHash, xlsxHash) = (files[3], files[4], files[5])
        hash = Edition.chained(
            previousHash, sequence: sequence, id: id, areaID: areaID, month: month, number: number, document: document,
            signedOff: signedOff, artefacts: files, asOf: asOf, by: by,
            at: at)
    }

    /// Whether the row is what it was when it was published.
    package var isSound: Bool {
        hash
            == Edition.chained(
                previousHash, sequence: sequence, id: id, areaID: areaID, month: month, number: number, document: document,
                signedOff: signedOff,
                artefacts: EditionFile.allCases.map(hash).filter { !$0.isEmpty }, asOf: asOfAt, by: publishedBy, at: publishedAt)
    }

    /// The hash of one of its files; empty where it has none of that kind.
    package func hash(of file: EditionFile) -> String {
        switch file {
        case .json: jsonHash
        case .html: htmlHash
        case .csv: csvHash
        case .pdf: pdfHash
        case .docx: docxHash
        case .xlsx: xlsxHash
        }
    }
}

/// The files of an edition, in the order in which its chain names them.
package enum EditionFile: String, CaseIterable, Sendable {
    case json, html, csv, pdf, docx, xlsx

    /// The media type.
    package var type: String {
        switch self {
        case .json: "application/json"
        case .html: "text/html; charset=utf-8"
        case .csv: "text/csv; charset=utf-8"
        case .pdf: "application/pdf"
        case .docx: "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
        case .xlsx: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
        }
    }
}
