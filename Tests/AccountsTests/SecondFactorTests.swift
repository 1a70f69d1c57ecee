import Accounts
import Basics
import Foundation
import Storage
import TestKit
import Testing

/// Codes that a telephone works out: by the vectors of the RFC, and how far a clock may be off.
@Suite struct TimeCodeTests {
    private let key = TimeCode(key: Array("12345678901234567890".utf8))

    /// RFC 6238, appendix B: the rows of SHA-1.
    @Test(arguments: [
        (59, "94287082"), (1_111_111_109, "07081804"), (1_111_111_111, "14050471"), (1_234_567_890, "89005924"),
        (2_000_000_000, "69279037"), (20_000_000_000, "65353130"),
    ])
    func vectorsOfTheRFC(_ second: Int64, _ code: String) {
        #expect(key.code(at: TimeCode.step(at: Instant(milliseconds: second * 1000)), digits: 8) == code)
        #expect(key.code(at: TimeCode.step(at: Instant(milliseconds: second * 1000))) == String(code.suffix(6)))
    }

    /// The present code, the one before and the one behind are taken; a telephone that is a minute off is not.
    @Test func aClockMayBeOffByHalfAMinute() {
        let now = Instant(milliseconds: 1_300_000_005_000)
        let step = TimeCode.step(at: now)
        for off in -3...3 {
            let code = key.code(at: step + Int64(off))
            #expect(key.step(of: code, at: now) == (abs(off) <= 1 ? step + Int64(off) : nil), "\(off)")
        }
        for typed in ["", "12345", "1234567", "abcdef", "------"] { #expect(key.step(of: typed, at: now) == nil) }
    }

    /// RFC 4648, 10, as far as the length of a key allows, and back for any key.
    @Test func aKeyIsWrittenAsAuthenticatorsTakeIt() {
        #expect(key.text == "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ")
        for _ in 0..<200 {
            let fresh = TimeCode.fresh(.system)
            #expect(fresh.text.count == 32 && TimeCode(text: fresh.text)?.key == fresh.key)
        }
        for text in ["", "GEZDGNBV", "gezdgnbvgy3tqojqgezdgnbvgy3tqojq", "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJ1", key.text + "A"] {
            #expect(TimeCode(text: text) == nil, "\(text)")
        }
        let address = key.address(issuer: "远教", login: "li si&x=1")
        #expect(address == "otpauth://totp/%E8%BF%9C%E6%95%99:li%20si%26x%3D1?secret=\(key.text)&issuer=%E8%BF%9C%E6%95%99")
    }
}

/// Of whom a second factor is asked.
@Suite struct FactorRuleTests {
    @Test func whoPublishesOrAdministersIsAsked() {
        let asked: Set<Role> = [.systemAdministrator, .securityAdministrator, .auditor, .officer, .editor, .reviewer]
        for role in Role.allCases {
            let grants = [RoleGrant(role: role, areaID: "a")]
            #expect(FactorRule.required.asks(grants) == asked.contains(role), "\(role)")
            #expect(!FactorRule.offered.asks(grants))
            #expect(FactorRule.required.asks(grants + [RoleGrant(role: .editor, areaID: "a")]))
        }
        #expect(Set(Role.guarded) == asked && !FactorRule.required.asks([]))
    }
}
