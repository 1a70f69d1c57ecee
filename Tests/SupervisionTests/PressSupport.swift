import Documents
import Editions
import Figures
import Foundation
import Operations
import Storage
import Testing
import TestKit
import Web

/// A press whose programs cost nothing: tests that publish by the dozen look at figures, not at paper. One test prints with the real
/// programs.
func cheapPress(_ database: Database, _ blobs: BlobStore) throws -> EditionPress {
    EditionPress(
        database: database, blobs: blobs, pages: try #require(pages), rules: SampleWorld.rules,
        programs: .init(pdf: { Data("%PDF of \($0.count) bytes".utf8) }, pictures: { $0.map { _ in onePixel } }), isSample: false)
}
