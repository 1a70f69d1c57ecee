import Basics

/// What an upload surely is not: a video or a sound. Told by its first bytes, so that who chose the wrong file hears it at once and not
/// after an hour; everything else is left to the probe of the whole file.
package enum UploadKind: String, CaseIterable, Sendable {
    case pdf, archive, office, picture, program, text

    /// Whether a byte may stand in a text in UTF-8 or GB 18030.
    private static func isOfText(_ byte: UInt8) -> Bool { (0x09...0x0D).contains(byte) || byte >= 0x20 && byte != 0x7F && byte != 0xFF }

    /// How many bytes of the beginning are looked at.
    package static let headBytes = 1 << 20
    /// A shorter text may be anything.
    private static let shortestText = 64

    /// What the beginning of a file says; nil when it may be a video or a sound.
    /// The signatures are those that the formats' own specifications give.
    package init?(head: [UInt8]) {
        func begins(_ bytes: [UInt8], at place: Int = 0) -> Bool {
            head.count >= place + bytes.count && head[place..<place + bytes.count].elementsEqual(bytes)
        }
        func begins(_ text: String, at place: Int = 0) -> Bool { begins(Array(text.utf8), at: place) }
        if begins("%PDF-") {
            self = .pdf
        } else if begins([0x50, 0x4B, 3, 4]) || begins("Rar!") || begins([0x37, 0x7A, 0xBC, 0xAF, 0x27, 0x1C]) || begins([0x1F, 0x8B, 8]) {
            self = .archive
        } else if begins([0xD0, 0xCF, 0x11, 0xE0, 0xA1, 0xB1, 0x1A, 0xE1]) {
            self = .office
        } else if begins([0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]) || begins([0xFF, 0xD8, 0xFF])
            || begins("BM") && begins([0, 0, 0, 0], at: 6)
            || begins("ftypheic", at: 4) || begins("ftypmif1", at: 4)
        {
            self = .picture
        } else if begins("MZ") || begins([0x7F, 0x45, 0x4C, 0x46]) {
            self = .program
        } else if head.count >= UploadKind.shortestText, head.allSatisfy(UploadKind.isOfText) {
            self = .text
        } else {
            return nil
        }
    }

    /// The code of its refusal.
    var refusal: Refusal { .invalid(["file": FieldProblem("upload.is_\(rawValue)")]) }
}
