package import Foundation

extension PrintedDocument {
    /// The DOCX file, laid out after GB/T 9704 on A4, annexes across. `pictures` are the PNG bytes for each picture block, in order.
    ///
    /// The same document gives the same bytes. Blocks while it packs.
    /// - Throws: `DocumentProblem.pictures`, `.notPNG`, `.failed`.
    package func docx(pictures: [Data]) throws -> Data { try WordFile(document: self, pictures: pictures).packed() }
}

/// The parts of a DOCX and how they hang together.
struct WordFile {
    static let declaration = "<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?>\n"
    static let namespace = "xmlns:w=\"http://schemas.openxmlformats.org/wordprocessingml/2006/main\""
    private static let officeDocument = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    private static let openPackage = "http://schemas.openxmlformats.org/package/2006"

    let document: PrintedDocument
    let pictures: [Data]

    func packed() throws -> Data {
        let wanted = document.blocks.count { $0.kind == .picture }
        guard wanted == pictures.count else { throw DocumentProblem.pictures(expected: wanted, found: pictures.count) }
        let sizes = try pictures.enumerated().map { place, png in
            guard let size = PNGSize(of: png) else { throw DocumentProblem.notPNG(place: place + 1) }
            return size
        }
        var file = ZipFile()
        file.add("[Content_Types].xml", contentTypes)
        file.add("_rels/.rels", relations([("officeDocument", "word/document.xml")], more: coreRelation))
        file.add("docProps/core.xml", core)
        file.add("word/document.xml", WordBody(document: document, sizes: sizes).part)
        file.add("word/_rels/document.xml.rels", relations(parts))
        file.add("word/styles.xml", WordStyles(isChinese: document.isChinese, fonts: document.isChinese ? .chinese : .english).part)
        file.add("word/fontTable.xml", WordFonts.table)
        file.add("word/settings.xml", settings)
        file.add("word/footer1.xml", WordBody.footer(side: "right"))
        file.add("word/footer2.xml", WordBody.footer(side: "left"))
        for (place, png) in pictures.enumerated() { file.add("word/media/picture\(place + 1).png", png) }
        return try file.packed()
    }

    /// What the body names by `rId` and number: `WordBody.oddFooter` and `evenFooter` are the fourth and fifth, pictures follow.
    private var parts: [(kind: String, target: String)] {
        [
            ("styles", "styles.xml"), ("fontTable", "fontTable.xml"), ("settings", "settings.xml"), ("footer", "footer1.xml"),
            ("footer", "footer2.xml"),
        ]
            + pictures.indices.map { ("image", "media/picture\($0 + 1).png") }
    }

    private func relations(_ parts: [(kind: String, target: String)], more: String = "") -> String {
        let lines = parts.enumerated().map { place, part in
            "<Relationship Id=\"rId\(place + 1)\" Type=\"\(Self.officeDocument)/\(part.kind)\" Target=\"\(part.target)\"/>"
        }
        return Self.declaration + "<Relationships xmlns=\"\(Self.openPackage)/relationships\">\(lines.joined())\(more)</Relationships>"
    }

    private var coreRelation: String {
        "<Relationship Id=\"rIdCore\" Type=\"\(Self.openPackage)/relationships/metadata/core-properties\" Target=\"docProps/core.xml\"/>"
    }

    /// Without times: they would change the bytes and say nothing that the document does not say.
    private var core: String {
        Self.declaration
            + "<cp:coreProperties xmlns:cp=\"\(Self.openPackage)/metadata/core-properties\" xmlns:dc=\"http://purl.org/dc/elements/1.1/\">"
            + "<dc:title>\(xml(document.title))</dc:title><dc:creator>\(xml(document.issuer))</dc:creator>"
            + "<dc:language>\(document.isChinese ? "zh-CN" : "en-US")</dc:language></cp:coreProperties>"
    }

    private var contentTypes: String {
        let word = "application/vnd.openxmlformats-officedocument.wordprocessingml"
        let parts = [
            ("word/document.xml", "\(word).document.main+xml"), ("word/styles.xml", "\(word).styles+xml"),
            ("word/fontTable.xml", "\(word).fontTable+xml"),
            ("word/settings.xml", "\(word).settings+xml"), ("word/footer1.xml", "\(word).footer+xml"),
            ("word/footer2.xml", "\(word).footer+xml"),
            ("docProps/core.xml", "application/vnd.openxmlformats-package.core-properties+xml"),
        ]
        let lines = parts.map { "<Override PartName=\"/\($0.0)\" ContentType=\"\($0.1)\"/>" }
        return Self.declaration
            + "<Types xmlns=\"\(Self.openPackage)/content-types\"><Default Extension=\"xml\" ContentType=\"application/xml\"/>"
                + """
                <Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="png" \
                ContentType="image/png"/>
                """
            + "\(lines.joined())</Types>"
    }

    /// Page numbers stand outside: right on odd pages, left on even ones. Compatibility 15 keeps Word out of its mode for old files.
    private var settings: String {
        Self.declaration + "<w:settings \(Self.namespace)><w:evenAndOddHeaders/><w:characterSpacingControl w:val=\"compressPunctuation\"/>"
            + """
            <w:compat><w:compatSetting w:name="compatibilityMode" w:uri="http://schemas.microsoft.com/office/word" w:val="15"/></w:compat>
            """
            + "<w:themeFontLang w:val=\"en-US\" w:eastAsia=\"zh-CN\"/></w:settings>"
    }
}

/// Width and height of a PNG in dots, from its first bytes.
struct PNGSize {
    let width: Int
    let height: Int

    init?(of png: Data) {
        let bytes = [UInt8](png.prefix(24))
        guard bytes.count == 24, bytes.starts(with: [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]) else { return nil }
        func number(_ start: Int) -> Int { bytes[start..<start + 4].reduce(0) { $0 << 8 | Int($1) } }
        (width, height) = (number(16), number(20))
        guard width > 0, height > 0 else { return nil }
    }
}
