import Accounts
import ArgumentParser
import Basics
import Foundation
import Registry
import Storage

/// `yuanjiao account add|reset|disable`
struct AccountCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "account", abstract: "Makes, resets and disables accounts.",
        subcommands: [AddAccountCommand.self, ResetAccountCommand.self, DisableAccountCommand.self])
}

/// Makes an account with a fresh password, which is printed once.
struct AddAccountCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "add", abstract: "Makes an account and prints its fresh password once.")
    @OptionGroup var common: CommonOptions
    @Argument(help: "The name to sign in with.")
    var login: String
    @Option(name: .long, help: "The person's or post's name.")
    var name: String
    @Option(name: .long, help: "Role: \(Role.allCases.map(\.rawValue).joined(separator: ", ")). May stand several times.")
    var role: [String]
    @Option(name: .long, help: "Code of the area of these roles.")
    var area: String

    func run() async throws {
        let centre = try await OpenCentre(try await Settings(common))
        try await explained {
            let password = PasswordScheme.fresh(.system)
            let stored = try await PasswordScheme().stored(password, login: login, salt: Entropy.system.bytes(16))
            let (login, name, role, area, today, act) = (login, name, role, area, centre.today, centre.act)
            try await centre.database.write { statements in
                guard let area = try statements.area(code: area, on: today, in: .everything) else { throw Refusal.notFound("area") }
                let grants = try role.map { text in
                    guard let role = Role(rawValue: text) else { throw Refusal.invalid(["role": "form.choice"]) }
                    return RoleGrant(role: role, areaID: area.areaID)
                }
                try statements.addAccount(NewAccount(login: login, name: name, storedPassword: stored, grants: grants), by: act)
            }
            print("\(login)  \(password)")
        }
        await centre.close()
    }
}

/// Gives an account a fresh password.
struct ResetAccountCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "reset", abstract: "Gives an account a fresh password, unlocks it and ends its sessions.")
    @OptionGroup var common: CommonOptions
    @Argument(help: "The name to sign in with.")
    var login: String

    func run() async throws {
        let centre = try await OpenCentre(try await Settings(common))
        try await explained {
            let password = PasswordScheme.fresh(.system)
            let stored = try await PasswordScheme().stored(password, login: login, salt: Entropy.system.bytes(16))
            let (login, act) = (login, centre.act)
            try await centre.database.write { try $0.resetPassword(login: login, storedPassword: stored, by: act) }
            print("\(login)  \(password)")
        }
        await centre.close()
    }
}

/// Disables an account.
struct DisableAccountCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "disable", abstract: "Disables an account and ends its sessions.")
    @OptionGroup var common: CommonOptions
    @Argument(help: "The name to sign in with.")
    var login: String

    func run() async throws {
        let centre = try await OpenCentre(try await Settings(common))
        let (login, act) = (login, centre.act)
        try await explained { try await centre.database.write { try $0.disableAccount(login: login, by: act) } }
        await centre.close()
    }
}
