/// The samples of one track, gathered from the fragments, and the tables that a plain MP4 has of them.
struct MP4Track: Sendable {
    /// How often the same number comes one after the other.
    private struct Runs: Sendable {
        private(set) var counts: [Int] = []
        private(set) var values: [Int] = []

        mutating func append(_ value: Int) {
            if values.last == value { counts[counts.count - 1] += 1 } else { (counts, values) = (counts + [1], values + [value]) }
        }
    }

    /// Samples of one run, and ticks of one track: what a lesson never reaches and no sum of them overflows.
    private static let longestRun = 1 << 20
    private static let longest = 1 << 42

    let id: Int
    /// Ticks a second.
    let scale: Int
    /// Where it stands in the bytes of `moov`.
    let place: Range<Int>
    /// Ticks that the last edit cuts off at the front, and milliseconds that the edits before it wait.
    let skipped: Int
    let delay: Int
    /// What holds for a sample of which its fragment says nothing: length in ticks, bytes, flags.
    var standard = (duration: 0, size: 0, flags: 0)

    private var sizes: [UInt32] = []
    private var durations = Runs()
    private var shifts = Runs()
    private var keys: [Int] = []
    private var chunks: [(offset: Int, count: Int)] = []
    /// Ticks decoded so far, and the end of the last picture or sound in ticks.
    private(set) var ticks = 0
    private var end = 0
    /// The time of its first sample in ticks.
    private var start: Int?

    /// - Parameter trak: the box of the track in `moov`.
    init(_ trak: MP4Bytes.Box, in moov: MP4Bytes) throws(MP4Problem) {
        place = trak.whole
        id = try moov.number(at: moov.need("tkhd", in: trak.content, isFull: true).content.lowerBound + 12)
        let media = try moov.need("mdia", in: trak.content)
        scale = try moov.number(at: moov.need("mdhd", in: media.content, isFull: true).content.lowerBound + 12)
        guard scale > 0 else { throw MP4Problem("a track has no clock") }
        var (cut, wait) = (0, 0)
        if let edits = try moov.find("edts", in: trak.content) {
            let list = try moov.need("elst", in: edits.content, isFull: true).content.lowerBound
            for entry in 0..<(try moov.number(at: list + 4)) {
                let time = try moov.signed(at: list + 12 + 12 * entry)
                if time < 0 { wait += try moov.number(at: list + 8 + 12 * entry) } else { cut = time }
            }
        }
        (skipped, delay) = (cut, wait)
    }

    /// Whether it has pictures that need others: then it is the one whose key frames begin the segments.
    var hasKeys: Bool { keys.count < sizes.count }

    /// Milliseconds of the presentation, rounded up.
    var milliseconds: Int { delay + (max(0, end - skipped) * 1000 + scale - 1) / scale }

    /// Takes the `traf` of a fragment whose `moof` begins at `offset`, counted from the first fragment.
    mutating func take(_ traf: MP4Bytes.Box, in moof: MP4Bytes, at offset: Int) throws(MP4Problem) {
        let header = try moof.need("tfhd", in: traf.content).content.lowerBound
        let flags = try moof.number(at: header) & 0xFF_FFFF
        guard flags & 0x2_0000 != 0, flags & 3 == 0 else { throw MP4Problem("a fragment does not count from itself") }
        var place = header + 8
        var usual = standard
        if flags & 0x08 != 0 { (usual.duration, place) = (try moof.number(at: place), place + 4) }
        if flags & 0x10 != 0 { (usual.size, place) = (try moof.number(at: place), place + 4) }
        if flags & 0x20 != 0 { usual.flags = try moof.number(at: place) }
        let clock = try moof.need("tfdt", in: traf.content).content.lowerBound
        let time = try moof.number(at: clock + 4, bytes: try moof.number(at: clock, bytes: 1) == 0 ? 4 : 8)
        if start == nil { start = time }
        guard time - (start ?? 0) == ticks else { throw MP4Problem("a fragment does not follow the one before") }
        for run in try moof.boxes(in: traf.content) where run.type == "trun" {
            try take(run.content.lowerBound, in: moof, at: offset, usual)
        }
    }

    private mutating func take(_ run: Int, in moof: MP4Bytes, at offset: Int, _ usual: (duration: Int, size: Int, flags: Int))
        throws(MP4Problem)
    {
        let flags = try moof.number(at: run) & 0xFF_FFFF, count = try moof.number(at: run + 4)
        guard flags & 1 != 0, count > 0, count <= Self.longestRun else { throw MP4Problem("a run has no place or no sane length") }
        chunks.append((offset + (try moof.signed(at: run + 8)), count))
        var place = run + 12
        var first: Int?
        if flags & 4 != 0 { (first, place) = (try moof.number(at: place), place + 4) }
        for number in 0..<count {
            var (duration, size, mark, shift) = (usual.duration, usual.size, number == 0 ? first ?? usual.flags : usual.flags, 0)
            if flags & 0x100 != 0 { (duration, place) = (try moof.number(at: place), place + 4) }
            if flags & 0x200 != 0 { (size, place) = (try moof.number(at: place), place + 4) }
            if flags & 0x400 != 0 { (mark, place) = (try moof.number(at: place), place + 4) }
            if flags & 0x800 != 0 { (shift, place) = (try moof.signed(at: place), place + 4) }
            sizes.append(UInt32(truncatingIfNeeded: size))
            durations.append(duration)
            shifts.append(shift)
            if mark & 0x1_0000 == 0 { keys.append(sizes.count) }
            end = max(end, ticks + shift + duration)
            ticks += duration
        }
        guard ticks <= Self.longest else { throw MP4Problem("a track is longer than any lesson") }
    }

    /// The sample table of a plain MP4 without `stsd`. `base` is where the first fragment begins in the file.
    func tables(base: Int) -> [UInt8] {
        var lists = MP4Writer.table("stts", count: durations.values.count, zip(durations.counts, durations.values).flatMap { [$0, $1] })
        if hasKeys { lists += MP4Writer.table("stss", count: keys.count, keys) }
        if shifts.values != [0] {
            let isSigned = shifts.values.contains { $0 < 0 }
            lists += MP4Writer.table(
                "ctts", version: isSigned ? 1 : 0, count: shifts.values.count, zip(shifts.counts, shifts.values).flatMap { [$0, $1] })
        }
        var groups: [(chunk: Int, count: Int)] = []
        for (index, chunk) in chunks.enumerated() where groups.last?.count != chunk.count { groups.append((index + 1, chunk.count)) }
        lists += MP4Writer.table("stsc", count: groups.count, groups.flatMap { [$0.chunk, $0.count, 1] })
        lists += MP4Writer.box("stsz", MP4Writer.numbers([0, 0, sizes.count]) + MP4Writer.numbers(sizes.lazy.map { Int($0) }))
        return lists + MP4Writer.table("stco", count: chunks.count, chunks.map { base + $0.offset })
    }
}
