import Documents
import Foundation

/// An invented document with one block of each kind, made of text that has hurt others.
enum Sample {
    static let hostile = "<script>alert(1)</script> & ]]> \"'\u{0}\u{1F}\u{FFFE} =1+1"
    /// `hostile` without the characters that XML forbids.
    static let readable = "<script>alert(1)</script> & ]]> \"' =1+1"
    static let svg =
        """
        <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 720 180"><rect x="0" y="0" width="720" height="180" fill="#dceaf5"/><text \
        x="20" y="60">青禾县</text></svg>
        """

    static let small = PrintedTable(
        caption: "表1 站点开机",
        columns: [.init(label: "县", isNumber: false), .init(label: "站点", isNumber: true), .init(label: "开机率", isNumber: true)],
        rows: [["青禾县", "1,280", "25.55%"], ["临河县", "—", ""], ["=1+1", "@x", "+x"], ["合计", "1,280", "25.55%"]], hasTotal: true)

    /// 18 columns and 60 rows, which stand on several pages across.
    static let wide = PrintedTable(
        caption: "表2 明细", columns: (0..<18).map { .init(label: $0 == 0 ? "县" : "指标\($0)", isNumber: $0 > 0) },
        rows: (0..<60).map { row in ["第\(row + 1)行"] + (1..<18).map { String(row * 100 + $0) } }, hasTotal: false)

    static func document(language: String = "zh-Hans", blocks: [Block]? = nil) -> PrintedDocument {
        PrintedDocument(
            language: language, issuer: "云溪市远程教育办公室", documentNumber: "云远办〔2011〕5号", title: "关于站点运行情况的通报", recipients: "各县远程教育办公室",
            mark: "示例数据",
            blocks: blocks ?? [
                .heading("一、总体情况"), .paragraph(hostile), .picture(svg: svg, caption: "图1 走势"), .table(small), .note("注：“—”表示没有数据。"),
                .annex("附件1 明细"), .table(wide),
            ],
            signature: ["云溪市远程教育办公室", "2011年5月6日"], imprint: [.init(name: "签发", text: "林秋禾")])
    }

    /// A PNG of 4 by 2 dots, only as far as anybody reads it here.
    static let png = Data([
        0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A, 0, 0, 0, 13, 0x49, 0x48, 0x44, 0x52, 0, 0, 0, 4, 0, 0, 0, 2, 8, 2, 0, 0, 0,
    ])
}
