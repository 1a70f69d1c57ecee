import Foundation
import Listener
import Testing

@Suite struct FormDataTests {
    private func form(_ parts: [(head: String, content: String)], boundary: String = "----b1") -> Data {
        Data((parts.map { "--\(boundary)\r\n\($0.head)\r\n\r\n\($0.content)\r\n" }.joined() + "--\(boundary)--\r\n").utf8)
    }

    @Test func fieldsAndFilesAreReadAsBrowsersSendThem() throws {
        let body = form([
            ("Content-Disposition: form-data; name=\"csrf\"", "abc"), ("Content-Disposition: form-data; name=\"empty\"", ""),
            ("content-disposition:form-data; name=\"标题\"", "两行\r\n--x"),
            (
                "Content-Disposition: form-data; name=\"file\"; filename=\"C:\\a\\运营商%22;x.csv\"\r\nContent-Type: text/csv",
                "name,area\r\n广电,9901\r\n"
            ), ("Content-Disposition: form-data; name=\"none\"; filename=\"\"\r\nContent-Type: application/octet-stream", ""),
        ])
        let read = try #require(FormData(body, contentType: "multipart/form-data; boundary=----b1"))
        #expect(read.fields == ["csrf": "abc", "empty": "", "标题": "两行\r\n--x"])
        #expect(read.files.keys.sorted() == ["file"] && read.files["file"]?.name == "运营商\";x.csv")
        #expect(read.files["file"].map { String(decoding: $0.bytes, as: UTF8.self) } == "name,area\r\n广电,9901\r\n")
        let quoted = FormData(
            form([("Content-Disposition: form-data; name=a", "1")], boundary: "b 2"), contentType: "multipart/form-data; boundary=\"b 2\"")
        #expect(quoted?.fields == ["a": "1"])
    }

    @Test func whatIsNoSuchFormIsNone() {
        let good = form([("Content-Disposition: form-data; name=\"a\"", "1")])
        #expect(FormData(good, contentType: "multipart/form-data; boundary=----b1") != nil)
        for type in ["multipart/form-data", "multipart/form-data; boundary=", "multipart/form-data; boundary=other", "text/plain"] {
            #expect(FormData(good, contentType: type) == nil, "\(type)")
        }
        // Cut off anywhere it is none, but for the line end behind its last mark.
        let type = "multipart/form-data; boundary=----b1"
        for length in 0..<(good.count - 2) { #expect(FormData(good.prefix(length), contentType: type) == nil, "\(length)") }
        let many = form((0..<300).map { ("Content-Disposition: form-data; name=\"\($0)\"", "") })
        let bad = [
            form([("Content-Disposition: attachment; name=\"a\"", "1")]), form([("Content-Disposition: form-data", "1")]), many,
            form([("X: \(String(repeating: "x", count: 5000))\r\nContent-Disposition: form-data; name=\"a\"", "1")]),
        ]
        for body in bad { #expect(FormData(body, contentType: "multipart/form-data; boundary=----b1") == nil) }
    }
}
