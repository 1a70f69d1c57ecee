/// The text without the characters that XML 1.0 forbids, such as U+0000; every kind of file is made from such text.
package func printable(_ text: String) -> String {
    // Nearly all text is clean, and then nothing is copied.
    if text.unicodeScalars.allSatisfy(isAllowed) { return text }
    return String(String.UnicodeScalarView(text.unicodeScalars.filter(isAllowed)))
}

private func isAllowed(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.value {
    case 0x9, 0xA, 0xD, 0x20...0xD7FF, 0xE000...0xFFFD, 0x10000...0x10FFFF: true
    default: false
    }
}

/// The text for XML content and attributes.
func xml(_ text: String) -> String {
    var result = ""
    for scalar in printable(text).unicodeScalars {
        switch scalar {
        case "&": result += "&amp;"
        case "<": result += "&lt;"
        case ">": result += "&gt;"
        case "\"": result += "&quot;"
        default: result.unicodeScalars.append(scalar)
        }
    }
    return result
}

/// How wide the text is in half characters: a Chinese character is two.
func halves(_ text: String) -> Int {
    text.unicodeScalars.reduce(0) { $0 + ($1.value < 0x2E80 || (0xFF61...0xFFDC).contains($1.value) ? 1 : 2) }
}
