package import Basics
import Crypto
import Foundation

/// Codes that a telephone works out from a key and the time (TOTP, RFC 6238), as every authenticator knows them: HMAC with SHA-1, steps of
/// 30 seconds, six digits.
package struct TimeCode: Sendable {
    package static let stepSeconds: Int64 = 30
    package static let digits = 6

    /// 20 bytes, as long as what SHA-1 makes (RFC 4226, 4, R6).
    package let key: [UInt8]

    package init(key: [UInt8]) { self.key = key }

    /// A fresh key.
    package static func fresh(_ entropy: Entropy) -> TimeCode { TimeCode(key: entropy.bytes(20)) }

    /// A key as it was written out; nil for anything else.
    package init?(text: String) {
        guard text.count == 32 else { return nil }
        var (key, held, count) = ([UInt8](), 0, 0)
        for letter in text {
            guard let value = Self.alphabet.firstIndex(of: letter) else { return nil }
            (held, count) = (held << 5 | value, count + 5)
            if count >= 8 {
                count -= 8
                key.append(UInt8(held >> count & 0xFF))
                held &= 1 << count - 1
            }
        }
        self.key = key
    }

    /// The key as authenticators take it: base 32 (RFC 4648, 6) without padding.
    package var text: String {
        var (text, held, count) = ("", 0, 0)
        for byte in key {
            (held, count) = (held << 8 | Int(byte), count + 8)
            while count >= 5 {
                count -= 5
                text.append(Self.alphabet[held >> count & 0x1F])
            }
            held &= 1 << count - 1
        }
        if count > 0 { text.append(Self.alphabet[held << (5 - count) & 0x1F]) }
        return text
    }

    private static let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567")

    /// What an authenticator reads from a square code (the key URI of Google Authenticator, which all others take).
    package func address(issuer: String, login: String) -> String {
        func encoded(_ text: String) -> String { text.addingPercentEncoding(withAllowedCharacters: .alphanumerics) ?? "" }
        return "otpauth://totp/\(encoded(issuer)):\(encoded(login))?secret=\(self.text)&issuer=\(encoded(issuer))"
    }

    /// The step of an instant.
    package static func step(at instant: Instant) -> Int64 { instant.milliseconds / 1000 / stepSeconds }

    /// The code of a step: the dynamic truncation of RFC 4226, 5.3, of so many digits.
    package func code(at step: Int64, digits: Int = TimeCode.digits) -> String {
        let counter = withUnsafeBytes(of: step.bigEndian) { Data($0) }
        let mac = Array(HMAC<Insecure.SHA1>.authenticationCode(for: counter, using: SymmetricKey(data: key)))
        let offset = Int(mac[19] & 0x0F)
        let value = mac[offset..<offset + 4].reduce(0) { $0 << 8 | Int($1) } & 0x7FFF_FFFF
        let text = String(value % (0..<digits).reduce(1) { power, _ in power * 10 })
        return String(repeating: "0", count: digits - text.count) + text
    }

    /// The step whose code was typed: the present one, or the one before or behind it (RFC 6238, 5.2 and 6); nil for none.
    package func step(of typed: String, at instant: Instant) -> Int64? {
        let now = Self.step(at: instant)
        return [now, now - 1, now + 1].first { code(at: $0) == typed }
    }
}
