import Foundation
import Testing
import Trust

struct AnswerSignatureTests {
    private let request = SignedRequest("POST", "/api/v1/facts", node: "T1", body: SHA256Hex(of: "batch".bytes))
    private let body = SHA256Hex(of: "receipt".bytes)

    private func signed() throws -> (AnswerSignature, SigningKey) {
        var random = Seeded(3)
        let key = try random.key()
        return (try CentreVoice(key).sign(request, status: 200, body: body), key)
    }

    @Test func signedTextIsTheDocumentedOne() throws {
        let (signature, key) = try signed()
        let raw = try key.signature(of: "yuanjiao-answer-1\nPOST\n/api/v1/facts\nT1\n\(request.body.hex)\n200\n\(body.hex)".bytes)
        let encoded = Data(raw).base64EncodedString().replacing("+", with: "-").replacing("/", with: "_").replacing("=", with: "")
        #expect(signature.text == "key=\(key.verifyingKey.keyID), signature=\(encoded)")
        try AnswerSignature(text: signature.text).verify(request, status: 200, body: body, by: [key.verifyingKey.keyID: key.verifyingKey])
    }

    @Test func anotherKeyIsNotTheCentres() throws {
        let (signature, key) = try signed()
        var random = Seeded(4)
        let other = try random.key().verifyingKey
        for keys in [[:], [other.keyID: other], [key.verifyingKey.keyID: other]] {
            #expect(refusal { try signature.verify(request, status: 200, body: body, by: keys) } == .answerSignature)
        }
    }

    @Test(arguments: [
        "", "key=a", "signature=SIG", "key=a, signature=", "key=a, signature=SIG=", "key=a, key=a, signature=SIG",
        "key=a, signature=SIG, more=1", "key=a;signature=SIG", ",,",
    ])
    func malformedTextsAreRefused(_ template: String) {
        #expect(
            refusal { _ = try AnswerSignature(text: template.replacing("SIG", with: String(repeating: "A", count: 86))) }
                == .answerSignature)
    }

    @Test func aSealedCodeIsOpenedByOneCentreForOneNewcomer() throws {
        var random = Seeded(5)
        let (centre, other, newcomer, thief) = (
            CentreVoice(try random.key()), CentreVoice(try random.key()), try random.key().verifyingKey, try random.key().verifyingKey
        )
        let code = try ClaimCode(typed: "ABCDEFGHJK")
        let sealed = try SealedCode.seal(code, to: centre.sealing.publicHex, for: newcomer)
        #expect(try centre.sealing.open(sealed, of: newcomer) == code)
        #expect(try SealedCode.seal(code, to: centre.sealing.publicHex, for: newcomer) != sealed)
        #expect(refusal { _ = try centre.sealing.open(sealed, of: thief) } == .sealed)
        #expect(refusal { _ = try other.sealing.open(sealed, of: newcomer) } == .sealed)
        for broken in [
            "", "AAAA", String(sealed.dropLast()), sealed + "AAAA", String(repeating: "A", count: 90), String(repeating: "A", count: 9000),
        ] {
            #expect(refusal { _ = try centre.sealing.open(broken, of: newcomer) } == .sealed)
        }
        #expect(refusal { _ = try SealedCode.seal(code, to: "00", for: newcomer) } == .key)
    }
}
