import ArgumentParser
import Foundation

@main
enum Main {
    static func main() async {
        // Whatever it writes, databases, copies of films, keys, papers, is its own user's.
        umask(0o077)
        await Yuanjiao.main()
    }
}

/// The one program: each command is one of the roles that it can play.
struct Yuanjiao: AsyncParsableCommand {
    static let version = "0.1.0"

    static let configuration = CommandConfiguration(
        commandName: "yuanjiao", abstract: "Runs a distance-education network: a centre, county edges and village terminals.",
        discussion: """
            Settings come from flags, then from the environment (YUANJIAO_DATA, YUANJIAO_PORT, …), then from a JSON file (--config). \
            docs/configuration.md lists them all.
            To see everything at work on this machine, run `yuanjiao demo`.
            """,
        version: version,
        subcommands: [
            CentreCommand.self, EdgeCommand.self, TerminalCommand.self, DemoCommand.self, SimulateCommand.self, ImportCommand.self,
            ReportCommand.self, AreaCommand.self,
            SiteCommand.self,
            AccountCommand.self,
            ClaimCommand.self, RevokeCommand.self, VoidCommand.self, FaultCommand.self, QuarantineCommand.self, TUFCommand.self,
            KeysCommand.self,
            StopCommand.self, MigrateCommand.self,
            DoctorCommand.self, LogCommand.self, BackupCommand.self, WorkCommand.self,
            BenchCommand.self,
        ])
}
