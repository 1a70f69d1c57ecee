import Crypto
package import Foundation

/// Hashes and counts content that comes in pieces, in constant memory.
package struct ContentHasher: Sendable {
    private var function = SHA256()
    /// Bytes taken so far.
    package private(set) var length: Int64 = 0

    package init() {}

    package mutating func update(_ bytes: some DataProtocol) {
        function.update(data: bytes)
        length += Int64(bytes.count)
    }

    package mutating func update(_ bytes: UnsafeRawBufferPointer) {
        function.update(bufferPointer: bytes)
        length += Int64(bytes.count)
    }

    /// The address of everything taken so far; more may follow.
    package var sha256: SHA256Hex { SHA256Hex(function.finalize()) }
}
