extension Entropy {
    /// The machine's own cryptographic randomness.
    package static let system = Entropy { count in
        var generator = SystemRandomNumberGenerator()
        return (0..<count).map { _ in UInt8.random(in: .min ... .max, using: &generator) }
    }
}

extension IDs {
    /// Identifiers from the machine's clock and randomness.
    package static let system = IDs.uuids(clock: .system, entropy: .system)
}
