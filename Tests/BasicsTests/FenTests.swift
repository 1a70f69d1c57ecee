import Basics
import Testing

@Suite struct FenTests {
    @Test(arguments: [
        ("0", 0), ("12", 1200), ("12.5", 1250), ("1,234.56", 123_456), ("１２３４．５０元", 123_450), ("¥ 3", 300), ("￥48,000.00", 4_800_000),
        ("3.2万元", 3_200_000), ("48万", 48_000_000), ("0.000001万", 1),
    ])
    func anAmountIsReadAsOfficesWriteIt(_ text: String, _ fen: Int) { #expect(Fen(written: text)?.number == fen, "\(text)") }

    @Test(arguments: [
        "", "元", "-1", "1.234", "1e3", "1.2.3", ".5", "5.", "一百", "99999999999999999999", "0.0000001万", "12 yuan", "\0", "12,34", "1,2345",
    ])
    func whatIsNoAmountIsNone(_ text: String) { #expect(Fen(written: text) == nil, "\(text)") }

    @Test(arguments: [(0, "0.00"), (5, "0.05"), (100, "1.00"), (123_456, "1234.56"), (-7, "-0.07")])
    func anAmountIsShownInYuanAndReadAgain(_ fen: Int, _ text: String) {
        #expect(Fen(fen).description == text)
        if fen >= 0 { #expect(Fen(written: text) == Fen(fen)) }
    }
}
