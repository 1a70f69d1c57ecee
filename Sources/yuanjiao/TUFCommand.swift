import ArgumentParser
import Foundation
import Relay

/// `yuanjiao tuf`: the client workflow of The Update Framework for any repository.
struct TUFCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "tuf",
        abstract:
            """
            Follows a repository of The Update Framework: `init ROOT.json`, `refresh`, `download`. Ends with 0 when all of it succeeded, \
            otherwise with 1.
            """
    )

    @Option(name: .long, help: "The folder of trusted metadata.") var metadataDir: String
    @Option(name: .long, help: "Where the repository's metadata is.") var metadataURL: String?
    @Option(name: .long, help: "The path of the target to download.") var targetName: String?
    @Option(name: .long, help: "Where the repository's targets are.") var targetBaseURL: String?
    @Option(name: .long, help: "The folder for downloaded targets.") var targetDir: String?
    @Argument(help: "init, refresh or download.") var action: String
    @Argument(help: "For init: the root that is trusted.") var root: String?

    func run() async throws {
        let folder = MetadataFolder(URL(fileURLWithPath: metadataDir))
        do {
            switch action {
            case "init":
                guard let root else { throw BadSetting(description: "`init` takes the file of the trusted root") }
                try await folder.begin(root: URL(fileURLWithPath: root))
            case "refresh": try await folder.refresh(from: try given(metadataURL, "--metadata-url"))
            case "download":
                try await folder.download(
                    try given(targetName, "--target-name"), metadata: try given(metadataURL, "--metadata-url"),
                    targets: try given(targetBaseURL, "--target-base-url"),
                    into: URL(fileURLWithPath: try given(targetDir, "--target-dir")))
            default: throw BadSetting(description: "`tuf` does init, refresh and download, not \(action)")
            }
        } catch {
            FileHandle.standardError.write(Data("\(error)\n".utf8))
            throw ExitCode(1)
        }
    }

    private func given(_ value: String?, _ name: String) throws -> String {
        guard let value else { throw BadSetting(description: "`\(action)` needs \(name)") }
        return value
    }
}
