import Basics
import Testing

@Suite struct HexadecimalTests {
    @Test func everyByteComesBack() {
        let all = (0...255).map { UInt8($0) }
        #expect(bytes(ofHexadecimal: hexadecimal(all)) == all)
        #expect(bytes(ofHexadecimal: hexadecimal(all).uppercased()) == all)
        #expect(bytes(ofHexadecimal: "") == [])
    }

    @Test(arguments: ["a", "abc", "0g", "+1", "-1", " 1", "0x", "１２", "aＦ", "é", "00\n"]) func whatIsNotPairsOfDigitsIsRefused(
        _ text: String
    ) {
        #expect(bytes(ofHexadecimal: text) == nil)
    }
}
