/// A picture of full text width in a paragraph of its own. Lengths are in the format's units, 36,000 a millimetre.
struct WordPicture {
    static let namespaces =
        """
        xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships" \
        xmlns:wp="http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing" 
        """
        + "xmlns:a=\"\(drawing)\" xmlns:pic=\"\(drawing.replacing("/main", with: "/picture"))\""
    private static let drawing = "http://schemas.openxmlformats.org/drawingml/2006/main"

    /// Counted from 1.
    let number: Int
    let size: PNGSize
    let caption: String
    /// Millimetres.
    let highest: Int

    var paragraph: String {
        let (width, height) = extent
        let name = "id=\"\(number)\" name=\"picture\(number)\" descr=\"\(xml(caption))\""
        let shape =
            """
            <pic:spPr><a:xfrm><a:off x="0" y="0"/><a:ext cx="\(width)" cy="\(height)"/></a:xfrm><a:prstGeom \
            prst="rect"><a:avLst/></a:prstGeom></pic:spPr>
            """
        // The first five relations are other parts (`WordFile.parts`).
        let fill = "<pic:blipFill><a:blip r:embed=\"rId\(number + 5)\"/><a:stretch><a:fillRect/></a:stretch></pic:blipFill>"
        let picture = "<pic:pic><pic:nvPicPr><pic:cNvPr \(name)/><pic:cNvPicPr/></pic:nvPicPr>\(fill)\(shape)</pic:pic>"
        let graphic =
            "<a:graphic><a:graphicData uri=\"\(Self.drawing.replacing("/main", with: "/picture"))\">\(picture)</a:graphicData></a:graphic>"
        return
            "<w:p><w:pPr><w:pStyle w:val=\"Picture\"/></w:pPr><w:r><w:drawing><wp:inline distT=\"0\" distB=\"0\" distL=\"0\" distR=\"0\">"
            + "<wp:extent cx=\"\(width)\" cy=\"\(height)\"/><wp:docPr \(name)/>\(graphic)</wp:inline></w:drawing></w:r></w:p>"
    }

    /// 156 mm wide, or as wide as `highest` allows in its proportion.
    private var extent: (width: Int, height: Int) {
        let (width, highest) = (156 * 36_000, highest * 36_000)
        let height = width * size.height / size.width
        return height <= highest ? (width, max(1, height)) : (max(1, highest * size.width / size.height), highest)
    }
}
