/// Cuts a stream of bytes into lines; a line that grows beyond `longest` bytes is thrown away.
struct LineSplitter: Sendable {
    private static let longest = 65_536
    private var rest: [UInt8] = []

    /// The lines that are whole after `bytes`, without their ends.
    mutating func take(_ bytes: [UInt8]) -> [String] {
        var lines: [String] = []
        for byte in bytes {
            if byte != UInt8(ascii: "\n") {
                rest.append(byte)
                if rest.count > Self.longest { rest.removeAll() }
            } else {
                if rest.last == UInt8(ascii: "\r") { rest.removeLast() }
                lines.append(String(decoding: rest, as: UTF8.self))
                rest.removeAll(keepingCapacity: true)
            }
        }
        return lines
    }
}
