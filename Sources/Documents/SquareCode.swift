import CQrencode

/// A square code (QR, ISO/IEC 18004) that a telephone reads.
package enum SquareCode {
    /// The drawing as an SVG path, a unit to a module, with `side` units each way; 4 units around it stay empty, as readers want. Nil for
    /// what is too long for one, about 2,000 bytes. Up to 15 % of it may be spoilt.
    package static func path(_ text: String) -> (path: String, side: Int)? {
        guard let code = QRcode_encodeString8bit(text, 0, QR_ECLEVEL_M) else { return nil }
        defer { QRcode_free(code) }
        let (width, margin) = (Int(code.pointee.width), 4)
        var path = ""
        for row in 0..<width {
            for column in 0..<width where code.pointee.data[row * width + column] & 1 == 1 {
                path += "M\(column + margin) \(row + margin)h1v1h-1z"
            }
        }
        return (path, width + 2 * margin)
    }
}
