import Accounts
import Basics
import Bulletins
import Crypto
import Documents
import Figures
import Foundation
import Listener
import Web

/// Drafts that are being printed, and the last that were, by what they are made of: whoever asks for the same gets the same, and it is made
/// once.
actor DraftShelf {
    /// A few readers look at a few drafts; a PDF has some 100 kB.
    private static let most = 8
    private var kept: [(key: String, data: Data)] = []
    private var making: [String: Task<Data, any Error>] = [:]

    /// What stands here under that key, or is being made; made now otherwise. What failed is made again for the next one who asks.
    func made(_ key: String, _ make: @escaping @Sendable () async throws -> Data) async throws -> Data {
        if let here = kept.first(where: { $0.key == key }) { return here.data }
        if let task = making[key] { return try await task.value }
        let task = Task { try await make() }
        making[key] = task
        defer { making[key] = nil }
        let data = try await task.value
        kept.append((key, data))
        if kept.count > Self.most { kept.removeFirst() }
        return data
    }
}

extension EditionPress {
    /// A file of a draft. What a program prints goes through a door, a page does not.
    func draft(_ file: EditionFile, of printed: PrintedDocument, for account: String, through door: Admission) async throws -> Data {
        let page = try page(printed)
        guard [.docx, .xlsx].contains(file) else { return page }
        return try await drafts.made(file.rawValue + hexadecimal(SHA256.hash(data: page))) {
            try await door.admit(account) { try await self.file(file, of: printed) }
        }
    }
}
