/// A source of random bytes, passed in like the clock.
package struct Entropy: Sendable {
    private let make: @Sendable (Int) -> [UInt8]

    /// A source that asks `make` for a count of bytes.
    package init(_ make: @escaping @Sendable (Int) -> [UInt8]) { self.make = make }

    /// `count` random bytes.
    package func bytes(_ count: Int) -> [UInt8] { make(count) }

    /// A random integer from 0 to 2^53 − 1, which every JSON reader keeps exactly.
    package func safeInteger() -> Int64 { bytes(7).reduce(Int64(0)) { $0 << 8 | Int64($1) } & ((1 << 53) - 1) }
}

/// A small, fast generator with a given seed (SplitMix64, Steele, Lea and Flood 2014): the same seed gives the same numbers everywhere.
package struct SeededGenerator: RandomNumberGenerator, Sendable {
    private var state: UInt64

    /// The sequence that belongs to `seed`.
    package init(seed: UInt64) { state = seed }

    package mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }

    /// A whole number below `bound`, without Foundation's or the standard library's version-dependent algorithm.
    package mutating func below(_ bound: Int) -> Int { Int(next() % UInt64(bound)) }

    /// True in `perMille` of a thousand draws.
    package mutating func chance(perMille: Int) -> Bool { below(1000) < perMille }
}
