package import Basics
import CryptoExtras
import Foundation
import Storage

/// What a new password must be, and for how long it may stay.
package enum PasswordPolicy: String, CaseIterable, Sendable {
    /// Length and no rule of composition (OWASP ASVS 5.0, 6.2): 12 to 200 characters, more than four different ones, and 12 of them left
    /// when what is guessed first is taken out: the login, the owner's name and its pinyin, words of this network, years, and runs of four
    /// or more neighbours of the alphabet, the digits or the keyboard.
    case standard
    /// What examiners of the classified protection of information systems (GB/T 22239-2019, 8.1.4.1) ask besides: three of small letters,
    /// capitals, digits and other characters; another one after 90 days, which is none of the last five; 15 minutes without a request end a
    /// session.
    case classified

    /// So many passwords of an account are kept.
    static let mostRemembered = 5

    /// What is wrong with a password; nil for nothing.
    package func problem(_ password: String, login: String, name: String = "") -> FieldProblem? {
        guard Self.isHardToGuess(password, login: login, name: name) else { return "account.password_weak" }
        guard self == .classified else { return nil }
        let kinds: [(Character) -> Bool] = [\.isLowercase, \.isUppercase, \.isNumber, { !$0.isLetter && !$0.isNumber }]
        return kinds.count { password.contains(where: $0) } >= 3 ? nil : "account.password_plain"
    }

    /// None of so many passwords before it, and not the present one, may come again.
    package var remembered: Int { self == .classified ? Self.mostRemembered - 1 : 0 }
    /// After so many days it must be changed.
    package var mostDays: Int? { self == .classified ? 90 : nil }
    /// A session ends after at most so many seconds without a request.
    package var mostIdleSeconds: Int64? { self == .classified ? 900 : nil }

    /// Whether a password that somebody else gave has lain unused for so long that it is good for nothing any more.
    package func isOver(_ account: Account, at now: Instant) -> Bool {
        account.passwordIsFirst && now.milliseconds(since: account.passwordSetAt) / 86_400_000 >= Int64(Self.firstDays)
    }

    /// For so many days a first password is good.
    package static let firstDays = 14

    /// Whether the owner of an account must change his password before he does anything else.
    package func isDue(_ account: Account, at now: Instant) -> Bool {
        account.passwordIsFirst || mostDays.map { now.milliseconds(since: account.passwordSetAt) / 86_400_000 >= Int64($0) } ?? false
    }

    /// What whoever guesses knows of every such network (docs/operations.md, Signing in).
    private static let known = [
        "yuanchengjiaoyu", "yuancheng", "yuanjiaoban", "yuanjiao", "jiaoyu", "dianjiao", "xianfeng", "guanliyuan", "guanli", "shenji",
        "bianji", "shenhe", "administrator", "admin", "officer", "auditor", "editor", "reviewer", "manager", "password", "mima",
        "远程教育", "远教", "电教", "先锋",
        "管理员", "密码",
    ]

    private static func isHardToGuess(_ password: String, login: String, name: String) -> Bool {
        guard (12...200).contains(password.count), Set(password).count > 4 else { return false }
        let own = [login] + searchKey(name).split(separator: " ").map(String.init)
        let taken = own.map { $0.lowercased() }.filter { $0.count > 3 || $0.unicodeScalars.contains { $0.value > 0x2E80 } } + known
        var rest = password.lowercased()
        for word in taken where !word.isEmpty { rest = rest.replacing(word, with: "") }
        rest = rest.replacing(/(?:19|20)\d\d/, with: "")
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
}

/// How passwords are turned into what is stored: scrypt (RFC 7914) with a salt each. Slow on purpose; runs off the cooperative pool.
package struct PasswordScheme: Sendable {
    /// Binary logarithm of scrypt's cost.
    package let cost: Int

    /// How many times the work is done one after the other (scrypt's p).
    package let passes: Int

    package let policy: PasswordPolicy

    /// Cost 14 and five passes, one of the equals of OWASP's Password Storage Cheat Sheet, take about 130 ms and 16 MB; tests pass less.
    package init(cost: Int = 14, passes: Int = 5, policy: PasswordPolicy = .standard) {
        (self.cost, self.passes, self.policy) = (cost, passes, policy)
    }

    /// What to store for a new password of an account; refuses one that the policy does not let be, so that none is stored unasked.
    package func stored(_ password: String, login: String, name: String = "", salt: [UInt8]) async throws -> String {
        if let problem = policy.problem(password, login: login, name: name) { throw Refusal.invalid(["password": problem]) }
        return try await unchecked(password, salt: salt)
    }

    /// A fresh password that a person can read out, and what to store for it. Nobody guesses 80 bits: the work that slows down guessing is
    /// left for the password that its owner chooses.
    package func first(_ entropy: Entropy) async throws -> (password: String, stored: String) {
        let password = Self.fresh(entropy)
        return (password, try await PasswordScheme(cost: min(cost, 12), passes: 1).unchecked(password, salt: entropy.bytes(16)))
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
            if cost < fallback { _ = try derived(password, salt, fallback, standard) }
            if cost == fallback, passes < standard { _ = try derived(password, salt, cost, standard - passes) }
            return made.utf8.count == found[4].utf8.count && zip(made.utf8, found[4].utf8).reduce(UInt8(0)) { $0 | ($1.0 ^ $1.1) } == 0
        }
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
