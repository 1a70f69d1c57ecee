/// The part `styles.xml`: sizes and spaces after GB/T 9704. Lengths are twentieths of a point, font sizes half points, as the format wants
/// them.
struct WordStyles {
    let isChinese: Bool
    let fonts: WordFonts

    /// The pitch of 22 lines a page, 28 points.
    private static let pitch = "w:line=\"560\" w:lineRule=\"exact\""

    var part: String {
        // Latin text is English in both: LibreOffice breaks lines inside numbers when their language is Chinese.
        let language = "w:val=\"en-US\" w:eastAsia=\"zh-CN\""
        let defaults =
            "<w:docDefaults><w:rPrDefault><w:rPr>\(Self.run(fonts.body, 32))<w:lang \(language)/></w:rPr></w:rPrDefault>"
            + "<w:pPrDefault><w:pPr><w:widowControl/></w:pPr></w:pPrDefault></w:docDefaults>"
        return WordFile.declaration + "<w:styles \(WordFile.namespace)>\(defaults)\((head + body + figures).map(\.xml).joined())</w:styles>"
    }

    private var head: [Style] {
        let centred = "<w:jc w:val=\"center\"/>"
        let redBold = Self.bold + "<w:color w:val=\"\(Self.red)\"/>"
        return [
            Style("Normal", "Normal"),
            Style("Mark", "Mark", space: Self.pitch, run: Self.run(fonts.heading, 32)),
            Style("Issuer", "Issuer", space: "w:before=\"600\" w:after=\"400\"", place: centred, run: Self.run(fonts.title, 52, redBold)),
            Style(
                "IssuerLong", "Issuer Long", space: "w:before=\"600\" w:after=\"400\"", place: centred,
                run: Self.run(fonts.title, 44, redBold)),
            Style("Number", "Document Number", space: "w:before=\"280\" \(Self.pitch)", place: centred),
            // The red line, 4 mm below the number.
            Style(
                "RedLine", "Red Line",
                keep: "<w:pBdr><w:bottom w:val=\"single\" w:sz=\"18\" w:space=\"1\" w:color=\"\(Self.red)\"/></w:pBdr>",
                space: "w:line=\"200\" w:lineRule=\"exact\"", run: Self.size(2)),
            Style(
                "Title", "Title", keep: "<w:keepNext/>", space: "w:before=\"640\" w:after=\"320\" w:line=\"640\" w:lineRule=\"atLeast\"",
                place: centred,
                run: Self.run(fonts.title, 44, Self.bold)),
            Style("Addressed", "Salutation", keep: "<w:keepNext/>", space: Self.pitch),
        ]
    }

    private var body: [Style] {
        let headingRun = Self.run(fonts.heading, 32, isChinese ? "" : Self.bold)
        return [
            Style(
                "Body", "Body Text", space: isChinese ? Self.pitch : "w:after=\"120\" \(Self.pitch)",
                place: indent + "<w:jc w:val=\"both\"/>"),
            Style(
                "Heading1", "heading 1", keep: "<w:keepNext/>", space: Self.pitch, place: indent + "<w:outlineLvl w:val=\"0\"/>",
                run: headingRun),
            Style(
                "Annex", "Annex", keep: "<w:keepNext/><w:pageBreakBefore/>", space: "w:after=\"120\" \(Self.pitch)",
                place: "<w:outlineLvl w:val=\"0\"/>", run: headingRun),
            Style(
                "Note", "Note", space: "w:before=\"60\" w:after=\"100\" w:line=\"300\" w:lineRule=\"auto\"",
                place: "<w:jc w:val=\"both\"/>", run: Self.size(21)),
            Style(
                "Signature", "Signature", keep: "<w:keepNext/><w:keepLines/>", space: Self.pitch,
                place: "<w:ind w:right=\"640\"/><w:jc w:val=\"right\"/>"),
            Style(
                "Imprint", "Imprint", keep: "<w:keepNext/><w:keepLines/>", space: "w:line=\"480\" w:lineRule=\"atLeast\"",
                place: "<w:ind w:left=\"280\" w:right=\"280\"/>",
                run: Self.size(28)),
            Style("Gap", "Gap", space: "w:line=\"200\" w:lineRule=\"exact\"", run: Self.size(2)),
            Style("Footer", "footer", space: "w:line=\"240\" w:lineRule=\"auto\"", run: Self.run(fonts.number, 28)),
        ]
    }

    private var figures: [Style] {
        let centred = "<w:jc w:val=\"center\"/>"
        let run = Self.run(fonts.heading, 24, isChinese ? "" : Self.bold)
        return [
            Style("Caption", "caption", keep: "<w:keepNext/>", space: "w:before=\"200\" w:after=\"80\"", place: centred, run: run),
            Style("PictureCaption", "Picture Caption", space: "w:before=\"40\" w:after=\"160\"", place: centred, run: run),
            Style("Picture", "Picture", keep: "<w:keepNext/>", space: "w:before=\"200\"", place: centred),
            Style("TableText", "Table Text", space: "w:line=\"240\" w:lineRule=\"auto\"", run: Self.size(21)),
            Style(
                "TableHead", "Table Head", space: "w:line=\"240\" w:lineRule=\"auto\"", place: centred,
                run: Self.run(fonts.heading, 21, isChinese ? "" : Self.bold)),
        ]
    }

    /// Two characters; in points as well, for readers that do not count characters.
    private var indent: String { isChinese ? "<w:ind w:firstLineChars=\"200\" w:firstLine=\"640\"/>" : "" }

    /// A style of paragraphs; the parts stand in the order that the schema wants.
    private struct Style {
        let xml: String

        init(_ id: String, _ name: String, keep: String = "", space: String = "", place: String = "", run: String = "") {
            let kind = id == "Normal" ? "w:type=\"paragraph\" w:default=\"1\"" : "w:type=\"paragraph\""
            let base = id == "Normal" ? "" : "<w:basedOn w:val=\"Normal\"/>"
            xml =
                "<w:style \(kind) w:styleId=\"\(id)\"><w:name w:val=\"\(name)\"/>\(base)<w:qFormat/>"
                + "<w:pPr>\(keep)\(space.isEmpty ? "" : "<w:spacing \(space)/>")\(place)</w:pPr><w:rPr>\(run)</w:rPr></w:style>"
        }
    }

    private static let red = "C00000"
    private static let bold = "<w:b/><w:bCs/>"

    private static func size(_ halfPoints: Int) -> String { "<w:sz w:val=\"\(halfPoints)\"/><w:szCs w:val=\"\(halfPoints)\"/>" }

    private static func run(_ font: String, _ halfPoints: Int, _ more: String = "") -> String {
        "<w:rFonts w:ascii=\"\(font)\" w:hAnsi=\"\(font)\" w:eastAsia=\"\(font)\" w:cs=\"\(font)\"/>\(more)\(size(halfPoints))"
    }
}
