/// The fonts of a DOCX. A file names one font, and only the reader's machine knows whether it is there.
///
/// Chinese documents name what GB/T 9704 asks for and what Word and WPS in an office have: 仿宋, 黑体 and a 小标宋. The free fonts stand beside
/// them in the font table as alternatives; Word takes those, LibreOffice 7.4 does not read them and falls back to Noto Sans CJK SC for
/// every Chinese name that it lacks (looked at: neither `altName` nor a list with semicolons changes it). To name Noto Serif CJK SC first
/// would look right there and wrong in every office, where that font is not.
struct WordFonts {
    /// Body text.
    let body: String
    /// Headings, heads of tables, captions.
    let heading: String
    /// Head line and title.
    let title: String
    /// Page numbers.
    let number: String

    static let chinese = WordFonts(body: "仿宋", heading: "黑体", title: "方正小标宋简体", number: "宋体")
    static let english = WordFonts(body: "Times New Roman", heading: "Arial", title: "Times New Roman", number: "Times New Roman")

    /// The part `fontTable.xml`: each Chinese font with its free alternative, as a serif (roman) or not (swiss), character set 134 (GB
    /// 2312).
    static var table: String {
        let fonts = [
            ("仿宋", "FangSong;Noto Serif CJK SC", "roman"), ("黑体", "SimHei;Noto Sans CJK SC", "swiss"),
            ("方正小标宋简体", "FZXiaoBiaoSong-B05S;华文中宋;宋体;Noto Serif CJK SC", "roman"), ("宋体", "SimSun;Noto Serif CJK SC", "roman"),
        ]
        let entries = fonts.map { name, others, family in
            """
            <w:font w:name="\(name)"><w:altName w:val="\(others)"/><w:charset w:val="86"/><w:family w:val="\(family)"/><w:pitch \
            w:val="auto"/></w:font>
            """
        }
        return WordFile.declaration + "<w:fonts \(WordFile.namespace)>\(entries.joined())</w:fonts>"
    }
}
