import CZip
package import Foundation

/// A ZIP file in memory. The same entries give the same bytes: every entry has the same fixed time.
package struct ZipFile {
    private var entries: [(name: String, content: Data)] = []

    package init() {}

    package mutating func add(_ name: String, _ content: Data) { entries.append((name, content)) }

    package mutating func add(_ name: String, _ content: String) { add(name, Data(content.utf8)) }

    /// Blocks while it packs.
    /// - Throws: `DocumentProblem.failed`.
    package func packed() throws -> Data {
        // libzip reads the bytes of every entry at the close, so they stay where they are until then.
        let copies = entries.map { Self.copy(of: $0.content) }
        defer { copies.forEach { $0.deallocate() } }
        var problem = zip_error_t()
        guard let target = zip_source_buffer_create(nil, 0, 0, &problem) else { throw Self.failure(&problem) }
        guard let archive = zip_open_from_source(target, ZIP_TRUNCATE, &problem) else {
            zip_source_free(target)
            throw Self.failure(&problem)
        }
        // The close frees one reference to the target; its bytes are read after it.
        zip_source_keep(target)
        defer { zip_source_free(target) }
        do {
            for (entry, bytes) in zip(entries, copies) { try Self.add(entry.name, bytes, to: archive) }
        } catch {
            zip_discard(archive)
            throw error
        }
        guard zip_close(archive) == 0 else {
            let error = Self.failure(zip_get_error(archive))
            zip_discard(archive)
            throw error
        }
        return try Self.content(of: target)
    }

    private static func copy(of data: Data) -> UnsafeMutableRawBufferPointer {
        let bytes = UnsafeMutableRawBufferPointer.allocate(byteCount: max(1, data.count), alignment: 1)
        data.copyBytes(to: bytes)
        return UnsafeMutableRawBufferPointer(rebasing: bytes[..<data.count])
    }

    private static func add(_ name: String, _ bytes: UnsafeMutableRawBufferPointer, to archive: OpaquePointer) throws {
        guard let source = zip_source_buffer(archive, bytes.baseAddress, zip_uint64_t(bytes.count), 0) else {
            throw failure(zip_get_error(archive))
        }
        let index = zip_file_add(archive, name, source, zip_flags_t(ZIP_FL_ENC_UTF_8))
        guard index >= 0 else {
            zip_source_free(source)
            throw failure(zip_get_error(archive))
        }
        // 1 January 1980, the first day that the format knows; as DOS fields, which no time zone moves.
        guard zip_file_set_dostime(archive, zip_uint64_t(index), 0, 0x21, 0) == 0 else { throw failure(zip_get_error(archive)) }
    }

    private static func content(of source: OpaquePointer) throws -> Data {
        guard zip_source_open(source) == 0 else { throw failure(zip_source_error(source)) }
        defer { zip_source_close(source) }
        var data = Data()
        var buffer = [UInt8](repeating: 0, count: 65_536)
        while true {
            let count = zip_source_read(source, &buffer, zip_uint64_t(buffer.count))
            guard count >= 0 else { throw failure(zip_source_error(source)) }
            if count == 0 { return data }
            data.append(contentsOf: buffer[..<Int(count)])
        }
    }

    private static func failure(_ error: UnsafeMutablePointer<zip_error_t>?) -> DocumentProblem {
        .failed(library: "libzip", said: error.flatMap { zip_error_strerror($0).map { String(cString: $0) } } ?? "no reason given")
    }
}
