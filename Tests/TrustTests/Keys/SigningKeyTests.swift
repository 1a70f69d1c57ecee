import Testing
import Trust

struct SigningKeyTests {
    private func hexadecimal(_ text: String) -> [UInt8] {
        stride(from: 0, to: text.count, by: 2).compactMap { UInt8(text.dropFirst($0).prefix(2), radix: 16) }
    }

    @Test func signaturesAreThoseOfTheStandard() throws {
        // RFC 8032, section 7.1, TEST 2.
        let key = try SigningKey(seed: hexadecimal("4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb"))
        let expected = hexadecimal(
            """
            92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00
            """
        )
        #expect(key.verifyingKey.hex == "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c")
        #expect(try key.signature(of: [0x72]) == expected)
        #expect(key.verifyingKey.isValid(expected, of: [0x72]))
    }

    @Test func signatureHoldsForOneMessageAndOneKey() throws {
        var random = Seeded(2)
        let (key, other) = (try random.key(), try random.key())
        let signature = try key.signature(of: "facts".bytes)
        #expect(key.verifyingKey.isValid(signature, of: "facts".bytes))
        #expect(!key.verifyingKey.isValid(signature, of: "fact".bytes))
        #expect(!other.verifyingKey.isValid(signature, of: "facts".bytes))
        for wrong in [[], Array(signature.dropLast()), signature + [0]] { #expect(!key.verifyingKey.isValid(wrong, of: "facts".bytes)) }
    }

    @Test func seedBringsTheKeyBack() throws {
        let key = SigningKey()
        #expect(try SigningKey(seed: key.seed).verifyingKey == key.verifyingKey)
        #expect(SigningKey().verifyingKey != key.verifyingKey)
    }

    @Test func secretNeverShowsInText() throws {
        let keys = try SampleNetwork().keys
        let secret = keys.root.seed.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
        for text in ["\(keys)", String(reflecting: keys), "\(keys.root)"] { #expect(!text.contains(secret)) }
    }

    @Test(arguments: [0, 31, 33, 64])
    func keysOfAnotherLengthAreRefused(_ count: Int) {
        #expect(refusal { _ = try SigningKey(seed: [UInt8](repeating: 1, count: count)) } == .key)
        #expect(refusal { _ = try VerifyingKey(bytes: [UInt8](repeating: 1, count: count)) } == .key)
    }

    @Test func keyIDIsThatOfTheSpecification() throws {
        let key = try VerifyingKey(hex: "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c")
        let object =
            #"""
            {"keytype":"ed25519","keyval":{"public":"3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c"},"scheme":"ed25519"}
            """#
        #expect(key.keyID == SHA256Hex(of: object.bytes).hex)
        #expect(refusal { _ = try VerifyingKey(hex: key.hex.uppercased()) } == .key)
    }
}
