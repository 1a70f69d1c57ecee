import Accounts
import Basics
import Centre
import Foundation
import Hummingbird
import HummingbirdTesting
import Storage
import TestKit
import Testing

/// A printing program takes hundreds of megabytes: readers who ask for drafts at once must not make as many of it run.
@Suite struct DraftTests {
    @Test func theSameDraftIsPrintedOnceAndOthersOneAtATime() async throws {
        let folder = try temporaryFolder()
        defer { try? FileManager.default.removeItem(at: folder) }
        let (program, log) = (folder.appendingPathComponent("print"), folder.appendingPathComponent("log"))
        let script = "#!/bin/sh\ncat > /dev/null\necho begin >> '\(log.path)'\nsleep 0.2\necho end >> '\(log.path)'\nprintf %%PDF\n"
        try Data(script.utf8).write(to: program)
        try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: program.path)
        try await withCentre(.sqlite, weasyprint: program.path) { world in
            let cookies = [try await world.signIn("leader", .leader, area: "9901"), try await world.signIn("other", .leader, area: "9901")]
            func ask(_ paths: [(path: String, cookie: String)]) async throws -> [Int] {
                try await withThrowingTaskGroup(of: Int.self) { group in
                    for (path, cookie) in paths { group.addTask { try await world.get(path, cookie: cookie).status.code } }
                    return try await group.reduce(into: []) { $0.append($1) }
                }
            }
            func runs() throws -> [String] { try String(contentsOf: log, encoding: .utf8).split(separator: "\n").map(String.init) }
            let same = try await ask((0..<12).map { ("/bulletins/2011-03/9901/draft.pdf", cookies[$0 % 2]) })
            #expect(same.allSatisfy { $0 == 200 })
            #expect(try runs() == ["begin", "end"])
            // Other papers, by both: two of each are let in, and one runs at a time.
            let codes = ["990101", "990102", "990101001", "990102001"]
            let statuses = try await ask((0..<8).map { ("/bulletins/2011-03/\(codes[$0 % 4])/draft.pdf", cookies[$0 / 4]) })
            #expect(statuses.allSatisfy { $0 == 200 || $0 == 503 } && statuses.filter { $0 == 200 }.count >= 4)
            let lines = try runs()
            #expect(lines == Array(repeating: ["begin", "end"], count: lines.count / 2).flatMap { $0 })
        }
    }
}
