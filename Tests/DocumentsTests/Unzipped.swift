import CZip
import Foundation
import FoundationXML
import Testing

/// The entries of a ZIP file, read by libzip.
func unzipped(_ data: Data) throws -> [String: Data] {
    let bytes = [UInt8](data)
    return try bytes.withUnsafeBytes { raw in
        let source = try #require(zip_source_buffer_create(raw.baseAddress, zip_uint64_t(raw.count), 0, nil))
        let archive = try #require(zip_open_from_source(source, ZIP_RDONLY, nil))
        defer { zip_discard(archive) }
        var entries: [String: Data] = [:]
        for index in 0..<zip_uint64_t(zip_get_num_entries(archive, 0)) {
            let name = try #require(zip_get_name(archive, index, 0).map { String(cString: $0) })
            let file = try #require(zip_fopen_index(archive, index, 0))
            defer { zip_fclose(file) }
            var status = zip_stat_t()
            try #require(zip_stat_index(archive, index, 0, &status) == 0)
            var content = [UInt8](repeating: 0, count: Int(status.size))
            try #require(zip_fread(file, &content, status.size) == zip_int64_t(status.size))
            entries[name] = Data(content)
        }
        return entries
    }
}

extension [String: Data] {
    /// The text of an entry; a missing one fails the test.
    func text(_ name: String) throws -> String { String(decoding: try #require(self[name], "no entry \(name)"), as: UTF8.self) }
}

/// Whether every XML part can be read, by Foundation's parser.
func isWellFormed(_ xml: String) throws -> Bool {
    _ = try XMLDocument(xmlString: xml)
    return true
}
