import CZip

/// The parts of a ZIP file that came from outside: nothing is read that is larger than somebody allows, whatever the file says of itself.
final class ZipReading {
    private let archive: OpaquePointer
    private let bytes: UnsafeMutableRawBufferPointer
    /// No office file has more.
    private static let mostParts = 2000

    /// - Throws: `SheetProblem.notASheet`.
    init(_ content: [UInt8]) throws(SheetProblem) {
        bytes = UnsafeMutableRawBufferPointer.allocate(byteCount: max(1, content.count), alignment: 1)
        bytes.copyBytes(from: content)
        var problem = zip_error_t()
        guard let source = zip_source_buffer_create(bytes.baseAddress, zip_uint64_t(content.count), 0, &problem) else {
            bytes.deallocate()
            throw .notASheet
        }
        guard let archive = zip_open_from_source(source, ZIP_RDONLY, &problem) else {
            zip_source_free(source)
            bytes.deallocate()
            throw .notASheet
        }
        self.archive = archive
        guard (1...Self.mostParts).contains(Int(zip_get_num_entries(archive, 0))) else { throw .notASheet }
    }

    deinit {
        zip_discard(archive)
        bytes.deallocate()
    }

    /// Hands a part on in pieces; answers whether there is one of that name.
    /// - Throws: `SheetProblem.tooLarge` beyond `most` bytes, `SheetProblem.notASheet` for one that cannot be unpacked.
    func read(_ name: String, upTo most: Int, _ take: ([UInt8]) throws(SheetProblem) -> Void) throws(SheetProblem) -> Bool {
        let index = zip_name_locate(archive, name, zip_flags_t(ZIP_FL_NOCASE))
        guard index >= 0 else { return false }
        guard let part = zip_fopen_index(archive, zip_uint64_t(index), 0) else { throw .notASheet }
        defer { zip_fclose(part) }
        var (buffer, total) = ([UInt8](repeating: 0, count: 65_536), 0)
        while true {
            let count = Int(zip_fread(part, &buffer, zip_uint64_t(buffer.count)))
            guard count >= 0 else { throw .notASheet }
            if count == 0 { return true }
            total += count
            guard total <= most else { throw .tooLarge }
            try take(Array(buffer[..<count]))
        }
    }
}
