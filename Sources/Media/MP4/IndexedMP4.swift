/// One file for every player: in front it is a plain MP4 with the place of every sample, and what its `mdat` holds are whole fragments, so
/// that an HLS playlist of byte ranges leads through the same bytes.
///
///     ftyp | moov, all samples | free: ftyp and moov of the fragments, the playlist's EXT-X-MAP | mdat: moof mdat moof mdat …
///
/// A file of fragments alone would do for HLS; but a browser that plays it as a file reads all of it up to where it is to go on (Firefox
/// 153), does not know its length (`mvhd` says 0) or gives up (WebKit of 2016). ffmpeg 8 writes such files itself (`hybrid_fragmented`),
/// 5.1 does not.
package struct IndexedMP4: Sendable {
    private let moov: MP4Bytes
    private var tracks: [MP4Track] = []
    private let extends: MP4Bytes.Box
    /// Milliseconds are the clock of the whole.
    private let movie: MP4Bytes.Box
    /// Where each fragment begins, counted from the first, and its length in microseconds.
    private var fragments: [(offset: Int, duration: Int)] = []

    /// - Parameter box: `moov` of ffmpeg's file of fragments, whole.
    init(moov box: [UInt8]) throws(MP4Problem) {
        moov = MP4Bytes(box)
        let inside = 8..<box.count
        guard box.count > 8 else { throw MP4Problem("moov is empty") }
        movie = try moov.need("mvhd", in: inside, isFull: true)
        guard try moov.number(at: movie.content.lowerBound + 12) == 1000 else {
            throw MP4Problem("the movie's clock does not count milliseconds")
        }
        extends = try moov.need("mvex", in: inside)
        for box in try moov.boxes(in: inside) where box.type == "trak" { tracks.append(try MP4Track(box, in: moov)) }
        for box in try moov.boxes(in: extends.content) where box.type == "trex" {
            let place = box.content.lowerBound, id = try moov.number(at: place + 4)
            let standard = (try moov.number(at: place + 12), try moov.number(at: place + 16), try moov.number(at: place + 20))
            for index in tracks.indices where tracks[index].id == id { tracks[index].standard = standard }
        }
        guard !tracks.isEmpty else { throw MP4Problem("there is no track") }
    }

    /// Takes the next fragment's `moof`, whole, which begins `offset` bytes after the first.
    mutating func take(moof box: [UInt8], at offset: Int) throws(MP4Problem) {
        let moof = MP4Bytes(box), before = tracks.map(\.ticks)
        guard box.count > 8 else { throw MP4Problem("moof is empty") }
        for traf in try moof.boxes(in: 8..<box.count) where traf.type == "traf" {
            let id = try moof.number(at: moof.need("tfhd", in: traf.content).content.lowerBound + 4)
            guard let index = tracks.firstIndex(where: { $0.id == id }) else { throw MP4Problem("a fragment is of no track") }
            try tracks[index].take(traf, in: moof, at: offset)
        }
        // The first track is the picture, as it is mapped first.
        guard let ticks = before.first, let track = tracks.first, track.ticks > ticks else { throw MP4Problem("a fragment has no picture") }
        let time = { (ticks: Int) in ticks * 1_000_000 / track.scale }
        fragments.append((offset, time(track.ticks) - time(ticks)))
    }

    /// What stands before the fragments, which are `length` bytes long, and the playlist of the file of this name.
    func finished(name: String, fragments length: Int) throws(MP4Problem) -> (head: [UInt8], playlist: RangePlaylist) {
        guard !fragments.isEmpty, fragments.first?.offset == 0 else { throw MP4Problem("there is no fragment") }
        let start = try initialisation(), mark = Self.kind("isom", ["isom", "iso2", "avc1", "mp41"])
        let front = try mark.count + index(base: 0).count
        let base = front + 8 + start.count + 8
        guard base + length < 1 << 32 else { throw MP4Problem("the file is longer than 4 GiB") }
        let head = try mark + index(base: base) + MP4Writer.box("free", start) + MP4Writer.number(length + 8) + Array("mdat".utf8)
        let ends = fragments.dropFirst().map(\.offset) + [length]
        let segments = zip(fragments, ends).map { RangePlaylist.Segment(range: (base + $0.offset)..<(base + $1), duration: $0.duration) }
        return (head, RangePlaylist(file: name, head: (front + 8)..<(front + 8 + start.count), segments: segments))
    }

    private var milliseconds: Int { tracks.map(\.milliseconds).max() ?? 0 }

    private static func kind(_ main: String, _ others: [String]) -> [UInt8] {
        MP4Writer.box("ftyp", Array(main.utf8) + MP4Writer.number(512) + others.flatMap { Array($0.utf8) })
    }

    /// What a player of fragments reads first. The length stands in `mehd`, as `mvhd` counts no fragments.
    private func initialisation() throws(MP4Problem) -> [UInt8] {
        var inside: [UInt8] = []
        for box in try moov.boxes(in: 8..<moov.bytes.count) where box.type != "udta" {
            guard box.type == "mvex" else { inside += moov.copy(box.whole); continue }
            inside += MP4Writer.box("mvex", MP4Writer.box("mehd", MP4Writer.numbers([0, milliseconds])) + moov.copy(box.content))
        }
        return Self.kind("iso5", ["iso5", "iso6", "mp41"]) + MP4Writer.box("moov", inside)
    }

    /// `moov` of a plain MP4: the same with tables in place of `mvex`.
    private func index(base: Int) throws(MP4Problem) -> [UInt8] {
        var inside: [UInt8] = []
        for box in try moov.boxes(in: 8..<moov.bytes.count) where box.type != "mvex" && box.type != "udta" {
            var copy = moov.copy(box.whole)
            if box == movie { try copy.overwrite(at: 24, with: milliseconds) }
            if let track = tracks.first(where: { $0.place == box.whole }) { copy = try index(track, box, base: base) }
            inside += copy
        }
        return MP4Writer.box("moov", inside)
    }

    private func index(_ track: MP4Track, _ trak: MP4Bytes.Box, base: Int) throws(MP4Problem) -> [UInt8] {
        var inside: [UInt8] = []
        for box in try moov.boxes(in: trak.content) {
            var copy = moov.copy(box.whole)
            switch box.type {
            case "tkhd": try copy.overwrite(at: 28, with: track.milliseconds)
            case "edts":
                // edts and elst begin with 8 bytes each, the list with 8 more; the last edit lasts to the end.
                let count = try moov.number(at: box.content.lowerBound + 12)
                try copy.overwrite(at: 24 + 12 * (count - 1), with: track.milliseconds - track.delay)
            case "mdia": copy = try indexMedia(track, box, base: base)
            default: break
            }
            inside += copy
        }
        return MP4Writer.box("trak", inside)
    }

    private func indexMedia(_ track: MP4Track, _ media: MP4Bytes.Box, base: Int) throws(MP4Problem) -> [UInt8] {
        var inside: [UInt8] = []
        for box in try moov.boxes(in: media.content) {
            var copy = moov.copy(box.whole)
            if box.type == "mdhd" { try copy.overwrite(at: 24, with: track.ticks) }
            if box.type == "minf" {
                copy = []
                for part in try moov.boxes(in: box.content) {
                    copy +=
                        part.type == "stbl"
                        ? MP4Writer.box("stbl", moov.copy(try moov.need("stsd", in: part.content).whole) + track.tables(base: base))
                        : moov.copy(part.whole)
                }
                copy = MP4Writer.box("minf", copy)
            }
            inside += copy
        }
        return MP4Writer.box("mdia", inside)
    }
}
