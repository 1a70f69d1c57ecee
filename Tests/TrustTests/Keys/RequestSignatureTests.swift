import Foundation
import Testing
import Trust

struct RequestSignatureTests {
    private let body = SHA256Hex(of: #"{"facts":[]}"#.bytes)
    private let path = "/api/v1/facts?from=1"

    private func signed() throws -> (RequestSignature, VerifyingKey) {
        var random = Seeded(3)
        let key = try random.key()
        return (try RequestSignature(signing: SignedRequest("POST", path, node: "018f-A1", body: body), with: key), key.verifyingKey)
    }

    @Test func headerCarriesTheSignature() throws {
        let (signature, key) = try signed()
        #expect(signature.header.hasPrefix("Yuanjiao node=018f-A1, signature="))
        let read = try RequestSignature(header: signature.header)
        #expect(read == signature)
        #expect(read.node == "018f-A1")
        try read.verify(SignedRequest("POST", path, node: "018f-A1", body: body), with: key)
    }

    @Test func signedTextIsTheDocumentedOne() throws {
        var random = Seeded(3)
        let raw = try random.key().signature(of: "yuanjiao-request-1\nPOST\n\(path)\n018f-A1\n\(body.hex)".bytes)
        let encoded = Data(raw).base64EncodedString().replacing("+", with: "-").replacing("/", with: "_").replacing("=", with: "")
        #expect(try signed().0.header == "Yuanjiao node=018f-A1, signature=\(encoded)")
    }

    @Test func anyChangeOfTheRequestIsNoticed() throws {
        let (signature, key) = try signed()
        var random = Seeded(4)
        let other = try random.key().verifyingKey
        let foreign = try RequestSignature(header: signature.header.replacing("018f-A1", with: "018f-A2"))
        let wrong = [
            SignedRequest("PUT", path, node: "018f-A1", body: body), SignedRequest("POST", path + "1", node: "018f-A1", body: body),
            SignedRequest("POST", path, node: "018f-A1", body: SHA256Hex(of: [UInt8]())),
            SignedRequest("POST", path, node: "018f-A2", body: body),
        ]
        for request in wrong { #expect(refusal { try signature.verify(request, with: key) } == .requestSignature) }
        #expect(
            refusal { try signature.verify(SignedRequest("POST", path, node: "018f-A1", body: body), with: other) } == .requestSignature)
        #expect(refusal { try foreign.verify(SignedRequest("POST", path, node: "018f-A2", body: body), with: key) } == .requestSignature)
    }

    @Test func schemeIsReadInAnyCaseAndParametersInAnyOrder() throws {
        let (signature, _) = try signed()
        let value = try #require(signature.header.split(separator: "signature=").last)
        #expect(try RequestSignature(header: "yuanjiao signature=\(value),node=018f-A1") == signature)
    }

    @Test(arguments: [
        "", "Yuanjiao", "Yuanjiao ", "Bearer abc", "Yuanjiao node=a", "Yuanjiao node=a, signature=", "Yuanjiao node=a, signature=AAAA",
        "Yuanjiao node=, signature=SIG",
        "Yuanjiao node=a b, signature=SIG", "Yuanjiao node=a\nb, signature=SIG", "Yuanjiao node=a, signature=SIG=",
        "Yuanjiao node=a, signature=SIG, signature=SIG",
        "Yuanjiao node=a, node=b, signature=SIG", "Yuanjiao node=a, signature=SIG, more=1", "Yuanjiao node=a;signature=SIG",
        "Yuanjiao node, signature=SIG",
        "Yuanjiao ,",
        "Yuanjiao node=a,, signature=SIG",
        "Yuanjiao node=../a, signature=SIG",
        "Yuanjiao node=\(String(repeating: "a", count: 65)), signature=SIG",
        "Yuanjiao node=a, signature=\(String(repeating: "A", count: 9_000))",
    ])
    func malformedHeadersAreRefused(_ template: String) {
        let header = template.replacing("SIG", with: String(repeating: "A", count: 86))
        #expect(refusal { _ = try RequestSignature(header: header) } == .requestForm)
    }

    @Test func headerOfTheMalformedTableIsReadWhenItIsWhole() throws {
        #expect(try RequestSignature(header: "Yuanjiao node=a, signature=\(String(repeating: "A", count: 86))").node == "a")
        // The last character of 86 carries four bits that have to be zero.
        #expect(
            refusal { _ = try RequestSignature(header: "Yuanjiao node=a, signature=\(String(repeating: "A", count: 85))B") } == .requestForm
        )
    }

    @Test(arguments: [
        ("post", "/a", "n"), ("", "/a", "n"), ("GET", "a", "n"), ("GET", "", "n"), ("GET", "/a\nb", "n"), ("GET", "/春", "n"),
        ("GET", "/a b", "n"),
        ("GET", "/a", "n\nm"), ("GET", "/a", ""),
    ])
    func whatCouldNotStandOnOneLineIsNotSigned(_ method: String, _ path: String, _ node: String) throws {
        var random = Seeded(5)
        let key = try random.key()
        #expect(
            refusal { _ = try RequestSignature(signing: SignedRequest(method, path, node: node, body: body), with: key) } == .requestForm)
    }
}
