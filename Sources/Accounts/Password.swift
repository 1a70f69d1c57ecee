package import Basics
import CryptoExtras
import Foundation
import Storage

/// How passwords are turned into what is stored: scrypt (RFC 7914) with a salt each. Slow on purpose; runs off the cooperative pool.
package struct PasswordScheme: Sendable {
    /// Binary logarithm of scrypt's cost.
    package let cost: Int

    /// How many times the work is done one after the other (scrypt's p).
    package let passes: Int

    /// Cost 15 and three passes, as OWASP ASVS 5.0, appendix C.2 has it, take about 180 ms and 32 MB; tests pass less.
    package init(cost: Int = 15, passes: Int = 3) { (self.cost, self.passes) = (cost, passes) }

    /// What to store for a new password of an account; refuses one that is too easily guessed, so that none is stored unasked.
    package func stored(_ password: String, login: String, salt: [UInt8]) async throws -> String {
        guard Self.isAcceptable(password, login: login) else { throw Refusal.invalid(["password": "account.password_weak"]) }
        return try await unchecked(password, salt: salt)
    }

    private func unchecked(_ password: String, salt: [UInt8]) async throws -> String {
        let (cost, passes) = (cost, passes)
        return try await offPool { "scrypt:\(cost):\(passes):\(hexadecimal(salt)):\(try derived(password, salt, cost, passes))" }
    }

    /// What to store instead, for a password that was right and is stored as it was done before; nil when it is stored well.
    package func renewed(_ password: String, _ stored: String, salt: [UInt8]) async throws -> String? {
        stored.hasPrefix("scrypt:\(cost):\(passes):") ? nil : try await unchecked(password, salt: salt)
    }

    /// Whether the password is the one stored. Takes as long for a stored text that is none, so that time does not tell whether an account
    /// exists.
    package func matches(_ password: String, _ stored: String) async throws -> Bool {
        var parts = stored.split(separator: ":")
        // Before there were passes there was one.
        if parts.count == 4 { parts.insert("1", at: 2) }
        let (fallback, standard, found) = (cost, passes, parts)
        return try await offPool {
            guard found.count == 5, found[0] == "scrypt", let cost = Int(found[1]), (8...20).contains(cost), let passes = Int(found[2]),
                (1...16).contains(passes),
                let salt = bytes(ofHexadecimal: found[3])
            else {
                _ = try derived(password, [UInt8](repeating: 0, count: 16), fallback, standard)
                return false
            }
            let made = try derived(password, salt, cost, passes)
            // As long as for a name that is none, which is looked at in today's way.
            if cost == fallback, passes < standard { _ = try derived(password, salt, cost, standard - passes) }
            return made.utf8.count == found[4].utf8.count && zip(made.utf8, found[4].utf8).reduce(UInt8(0)) { $0 | ($1.0 ^ $1.1) } == 0
        }
    }

    /// The rule for new passwords (OWASP ASVS 5.0, 6.2: length, no rule of composition): 12 to 200 characters, more than four different
    /// ones, and 12 of them left when what is guessed first is taken out: the login, and runs of four or more neighbours of the alphabet,
    /// the digits or the keyboard.
    package static func isAcceptable(_ password: String, login: String) -> Bool {
        guard (12...200).contains(password.count), Set(password).count > 4 else { return false }
        var rest = password.lowercased()
        if login.count > 3 { rest = rest.replacing(login.lowercased(), with: "") }
        return withoutRuns(rest).count >= 12
    }

    private static func withoutRuns(_ text: String) -> [Character] {
        let rows = ["abcdefghijklmnopqrstuvwxyz", "01234567890", "qwertyuiop", "asdfghjkl", "zxcvbnm"].flatMap {
            [$0, String($0.reversed())]
        }
        var (kept, rest) = ([Character](), Array(text))
        while let first = rest.first {
            let run =
                (4...max(4, rest.count)).last { length in length <= rest.count && rows.contains { $0.contains(String(rest.prefix(length))) }
                } ?? 0
            if run == 0 { kept.append(first) }
            rest.removeFirst(max(1, run))
        }
        return kept
    }

    /// A fresh password that a person can read out: four groups of four letters and digits, 80 bits.
    package static func fresh(_ entropy: Entropy) -> String {
        let alphabet = Array("abcdefghjkmnpqrstuvwxyz23456789")
        let letters = entropy.bytes(32).prefix(16).map { alphabet[Int($0) % alphabet.count] }
        return stride(from: 0, to: 16, by: 4).map { String(letters[$0..<$0 + 4]) }.joined(separator: "-")
    }
}

private func derived(_ password: String, _ salt: [UInt8], _ cost: Int, _ passes: Int) throws -> String {
    let key = try KDF.Scrypt.deriveKey(
        from: Data(password.utf8), salt: salt, outputByteCount: 32, rounds: 1 << cost, blockSize: 8, parallelism: passes,
        maxMemory: 256 << 20)
    return key.withUnsafeBytes { (bytes: UnsafeRawBufferPointer) in hexadecimal(bytes) }
}
