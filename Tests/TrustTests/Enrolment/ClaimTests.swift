import Testing
import Trust

struct ClaimTests {
    private static let fingerprint = SHA256Hex(of: "root".bytes).hex
    private static let text = "yuanjiao-claim:1:0123456789:\(fingerprint):https://centre.example.cn:8443"

    @Test func claimIsWrittenAndReadTheSame() throws {
        let claim = try Claim(typed: Self.text)
        #expect(claim.text == Self.text)
        #expect(claim.code.text == "0123456789")
        #expect(claim.code.description == "01234-56789")
        #expect(claim.fingerprint.hex == Self.fingerprint)
        #expect(claim.address.text == "https://centre.example.cn:8443")
        #expect(claim.codeDigest == SHA256Hex(of: "0123456789".bytes))
        #expect(try Claim(typed: Claim(code: claim.code, fingerprint: claim.fingerprint, address: claim.address).text) == claim)
        #expect(!"\(claim)".contains("0123456789"))
    }

    @Test func claimIsReadAsPeopleTypeIt() throws {
        let claim = try Claim(typed: Self.text)
        let spaced =
            """
              yuanjiao-claim : 1 : oL23 4-5678 9\n:\(Self.fingerprint.prefix(32)) \
            \(Self.fingerprint.suffix(32)):https://centre.example.cn:8443/ \n
            """
        #expect(try Claim(typed: spaced) == claim)
        // A QR code in its small alphabet has capitals only.
        #expect(try Claim(typed: Self.text.uppercased()) == claim)
        #expect(try Claim(typed: Self.text.replacing(":", with: "：").replacing("0123456789", with: "０１２３４５６７８９")) == claim)
    }

    @Test(arguments: [
        ("", TrustError.Code.claimForm), ("yuanjiao-claim", .claimForm), ("yuanjiao-claim:1:0123456789:F", .claimForm),
        ("other-claim:1:0123456789:F:U", .claimForm),
        ("yuanjiao-claim:2:0123456789:F:U", .claimForm), ("yuanjiao-claim::0123456789:F:U", .claimForm),
        ("yuanjiao-claim:1::F:U", .claimCode),
        ("yuanjiao-claim:1:012345678:F:U", .claimCode), ("yuanjiao-claim:1:01234567890:F:U", .claimCode),
        ("yuanjiao-claim:1:012345678U:F:U", .claimCode),
        ("yuanjiao-claim:1:012345678*:F:U", .claimCode), ("yuanjiao-claim:1:012345678春:F:U", .claimCode),
        ("yuanjiao-claim:1:0123456789::U", .claimFingerprint),
        ("yuanjiao-claim:1:0123456789:ab:U", .claimFingerprint), ("yuanjiao-claim:1:0123456789:Fa:U", .claimFingerprint),
        ("yuanjiao-claim:1:0123456789:F:", .claimAddress),
        ("yuanjiao-claim:1:0123456789:F:ftp://a", .claimAddress),
    ])
    func faultyClaimsAreRefused(_ template: String, _ code: TrustError.Code) {
        let text = template.replacing(":F", with: ":\(Self.fingerprint)").replacing(":U", with: ":https://a.cn")
        #expect(refusal { _ = try Claim(typed: text) } == code)
    }

    @Test(
        arguments: [
            ([0, 0, 0, 0, 0, 0, 0], "0000000000"), ([255, 255, 255, 255, 255, 255, 255], "ZZZZZZZZZZ"),
            ([0, 0, 0, 0, 0, 0, 0x40], "0000000001"),
            // The six low bits of the last byte are not used.
            ([0, 0, 0, 0, 0, 0, 0x3F], "0000000000"), ([0x08, 0, 0, 0, 0, 0, 0], "1000000000"),
        ] as [([UInt8], String)])
    func codeIsTheFirstFiftyBits(_ bytes: [UInt8], _ text: String) throws {
        #expect(try ClaimCode(bytes: bytes).text == text)
        #expect(try ClaimCode(typed: text).text == text)
    }

    @Test(arguments: [0, 6, 8])
    func codeNeedsSevenBytes(_ count: Int) {
        #expect(refusal { _ = try ClaimCode(bytes: [UInt8](repeating: 1, count: count)) } == .claimCode)
    }

    @Test func everyCodeSurvivesTyping() throws {
        var random = Seeded(8)
        for _ in 0..<1_000 {
            let code = try ClaimCode(bytes: random.bytes(7))
            #expect(try ClaimCode(typed: code.description.lowercased()) == code)
            #expect(try ClaimCode(typed: code.text.replacing("0", with: "o").replacing("1", with: "l")) == code)
            #expect(try ClaimCode(typed: code.text.replacing("0", with: "O").replacing("1", with: "I")).digest == code.digest)
        }
    }

    @Test(arguments: [
        ("https://a.cn", "https://a.cn", 443), ("HTTP://A.cn/", "http://a.cn", 80),
        ("http://127.0.0.1:8080", "http://127.0.0.1:8080", 8080),
        ("https://[FD00::1]:8443", "https://[fd00::1]:8443", 8443), ("https://[::1]", "https://[::1]", 443),
        ("http://localhost:1", "http://localhost:1", 1),
        ("https://a.cn:443", "https://a.cn:443", 443), ("https://a.cn:00080", "https://a.cn:80", 80),
    ])
    func addressesAreRead(_ typed: String, _ text: String, _ port: Int) throws {
        let address = try CentreAddress(typed: typed)
        #expect(address.text == text)
        #expect(address.port == port)
        #expect(address.secure == text.hasPrefix("https"))
    }

    @Test(arguments: [
        "", "a.cn", "//a.cn", "https://", "https:///", "https://:80", "https://a.cn:", "https://a.cn:0", "https://a.cn:65536",
        "https://a.cn:80a",
        "https://a.cn:-1", "https://a.cn//",
        "https://a.cn/path", "https://a.cn?x", "https://a.cn#x", "https://u@a.cn", "https://u:p@a.cn", "https://a..cn", "https://.a",
        "https://-a.cn",
        "https://a_b.cn", "https://春.cn",
        "https://[::1", "https://[]", "https://[::1]x", "https://[::1]:", "https://[zz::1]", "https://[1.2.3.4]", "javascript:alert(1)",
        "file:///etc",
        "https://a.cn\n",
        "https://\(String(repeating: "a", count: 64)).cn",
    ])
    func otherAddressesAreRefused(_ typed: String) {
        #expect(refusal { _ = try CentreAddress(typed: typed) } == .claimAddress)
    }
}
