package import Foundation

extension IndexedMP4 {
    /// Makes the file of ffmpeg's fragments. Blocking; needs as much room again as the fragments take. `moov` and every `moof` are read
    /// whole, pictures and sound are copied in pieces.
    /// - Throws: `MP4Problem`; errors of the disk.
    package static func make(from fragments: URL, into file: URL) throws -> RangePlaylist {
        let source = try FileHandle(forReadingFrom: fragments)
        defer { try? source.close() }
        let end = Int(try source.seekToEnd())
        var made: IndexedMP4?
        var (place, first) = (0, 0)
        while place < end {
            let box = try header(source, at: place)
            guard box.length >= box.header, place + box.length <= end else { throw MP4Problem("a box is longer than the file") }
            switch box.type {
            case "moov": made = try IndexedMP4(moov: read(source, at: place, box.length))
            case "moof":
                if first == 0 { first = place }
                try made?.take(moof: read(source, at: place, box.length), at: place - first)
            case "ftyp", "mdat": break
            default: throw MP4Problem("unexpected \(box.type)")
            }
            place += box.length
        }
        guard let made, first > 0 else { throw MP4Problem("there is no fragment") }
        let (head, playlist) = try made.finished(name: file.lastPathComponent, fragments: end - first)
        try Data(head).write(to: file)
        let target = try FileHandle(forWritingTo: file)
        defer { try? target.close() }
        try target.seekToEnd()
        try source.seek(toOffset: UInt64(first))
        while let piece = try source.read(upToCount: 1 << 20), !piece.isEmpty { try target.write(contentsOf: piece) }
        return playlist
    }

    private static let longestHeader = 64 << 20

    private static func read(_ handle: FileHandle, at place: Int, _ count: Int) throws -> [UInt8] {
        guard count <= longestHeader else { throw MP4Problem("a directory is too large") }
        try handle.seek(toOffset: UInt64(place))
        let bytes = try handle.read(upToCount: count).map(Array.init) ?? []
        guard bytes.count == count else { throw MP4Problem("the file ends early") }
        return bytes
    }

    /// Length, type and length of its head of the box at a place; a length of 1 stands for a long one behind the type.
    private static func header(_ handle: FileHandle, at place: Int) throws -> (length: Int, type: String, header: Int) {
        let bytes = MP4Bytes(try read(handle, at: place, 8))
        let length = try bytes.number(at: 0), type = String(decoding: bytes.bytes[4...], as: UTF8.self)
        return length == 1 ? (try MP4Bytes(read(handle, at: place + 8, 8)).number(at: 0, bytes: 8), type, 16) : (length, type, 8)
    }
}
