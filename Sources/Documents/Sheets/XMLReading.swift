import CExpat

/// Reads XML as it comes, element by element; one with a document type, which could name entities, is none.
final class XMLReading {
    private let parser: XML_Parser
    /// An element begins: its name and its attributes without prefixes.
    var begins: (String, [String: String]) -> Void = { _, _ in }
    var ends: (String) -> Void = { _ in }
    /// Text, in pieces.
    var text: (String) -> Void = { _ in }
    private var isRefused = false

    init?() {
        guard let parser = XML_ParserCreate(nil) else { return nil }
        self.parser = parser
        XML_SetUserData(parser, Unmanaged.passUnretained(self).toOpaque())
        XML_SetElementHandler(
            parser,
            { own, name, attributes in
                guard let own, let name else { return }
                var (found, place) = ([String: String](), 0)
                while let key = attributes?[place], let value = attributes?[place + 1] {
                    found[XMLReading.local(key)] = String(cString: value)
                    place += 2
                }
                Unmanaged<XMLReading>.fromOpaque(own).takeUnretainedValue().begins(XMLReading.local(name), found)
            },
            { own, name in
                guard let own, let name else { return }
                Unmanaged<XMLReading>.fromOpaque(own).takeUnretainedValue().ends(XMLReading.local(name))
            })
        XML_SetCharacterDataHandler(parser) { own, bytes, count in
            guard let own, let bytes else { return }
            let piece = UnsafeRawBufferPointer(start: bytes, count: Int(count))
            Unmanaged<XMLReading>.fromOpaque(own).takeUnretainedValue().text(String(decoding: piece, as: UTF8.self))
        }
        XML_SetStartDoctypeDeclHandler(parser) { own, _, _, _, _ in
            guard let own else { return }
            let reading = Unmanaged<XMLReading>.fromOpaque(own).takeUnretainedValue()
            reading.isRefused = true
            XML_StopParser(reading.parser, 0)
        }
    }

    deinit { XML_ParserFree(parser) }

    private static func local(_ name: UnsafePointer<XML_Char>) -> String {
        let whole = String(cString: name)
        return whole.split(separator: ":").last.map(String.init) ?? whole
    }

    /// A piece of the text; false where it is none.
    func take(_ bytes: [UInt8], isLast: Bool = false) -> Bool {
        let status = bytes.withUnsafeBytes {
            XML_Parse(parser, $0.baseAddress?.assumingMemoryBound(to: CChar.self), Int32(bytes.count), isLast ? 1 : 0)
        }
        return status == XML_STATUS_OK && !isRefused
    }
}
