import Accounts
import ArgumentParser
import Basics
import Foundation
import Registry
import Storage

/// `yuanjiao account add|reset|disable|forget-factor`
struct AccountCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "account", abstract: "Makes, resets and disables accounts.",
        subcommands: [AddAccountCommand.self, ResetAccountCommand.self, DisableAccountCommand.self, ForgetFactorCommand.self])
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
    @Flag(name: .long, help: "The password need not be changed at the first sign-in: for programs that sign in.")
    var lasting = false

    func run() async throws {
        let centre = try await OpenCentre(try await Settings(common))
        try await explained {
            let (password, stored) = try await PasswordScheme().first(.system)
            let (login, name, role, area, today, act, isFirst) = (login, name, role, area, centre.today, centre.act, !lasting)
            try await centre.database.write { statements in
                guard let area = try statements.area(code: area, on: today, in: .everything) else { throw Refusal.notFound("area") }
                let grants = try role.map { text in
                    guard let role = Role(rawValue: text) else { throw Refusal.invalid(["role": "form.choice"]) }
                    return RoleGrant(role: role, areaID: area.areaID)
                }
                try statements.addAccount(
                    NewAccount(login: login, name: name, storedPassword: stored, isFirst: isFirst, grants: grants), by: act)
            }
            print("\(login)  \(password)")
        }
        await centre.close()
    }
}

/// Gives an account a fresh password.
struct ResetAccountCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "reset", abstract: "Gives an account a fresh first password, unlocks it and ends its sessions.")
    @OptionGroup var common: CommonOptions
    @Argument(help: "The name to sign in with.")
    var login: String

    func run() async throws {
        let centre = try await OpenCentre(try await Settings(common))
        try await explained {
            let (password, stored) = try await PasswordScheme().first(.system)
            let (login, act) = (login, centre.act)
            try await centre.database.write {
                try $0.resetPassword(of: try $0.knownAccount(login: login), storedPassword: stored, by: act)
            }
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
        try await explained {
            try await centre.database.write { try $0.take(AccountLife.disable, try $0.knownAccount(login: login), by: act) }
        }
        await centre.close()
    }
}

/// Takes an account's second factor away: for the security administrator who has lost his own.
struct ForgetFactorCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "forget-factor",
        abstract: "Takes an account's second factor away and ends its sessions; its owner sets up another one.")
    @OptionGroup var common: CommonOptions
    @Argument(help: "The name to sign in with.")
    var login: String

    func run() async throws {
        let centre = try await OpenCentre(try await Settings(common))
        let (login, act) = (login, centre.act)
        try await explained {
            try await centre.database.write { statements in
                let account = try statements.knownAccount(login: login)
                try statements.removeFactor(of: account, by: act)
                try statements.endSessions(of: account.id, number: nil, except: "", by: act)
            }
        }
        await centre.close()
    }
}

extension Statements {
    /// The account of a login. Throws `Refusal.notFound`.
    fileprivate func knownAccount(login: String) throws -> Account {
        guard let account = try account(login: login) else { throw Refusal.notFound("account") }
        return account
    }
}
