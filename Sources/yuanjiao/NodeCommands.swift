import Accounts
import ArgumentParser
import Basics
import Centre
import Content
import Foundation
import Registry
import Storage
import Trust

/// `yuanjiao claim`
struct ClaimCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "claim", abstract: "Makes a one-time claim by which an edge or a terminal joins; good for seven days.",
        discussion:
            "The claim carries the fingerprint of the network's root, so that the node knows the centre before it trusts a byte of it.")
    @OptionGroup var common: CommonOptions
    @Option(name: .long, help: "Id of the terminal that joins.")
    var terminal: String?
    @Option(name: .long, help: "Id of the edge that joins: 1 to 64 letters, digits, hyphens.")
    var edge: String?
    @Option(name: .long, help: "For an edge: code of its area.")
    var area: String?
    @Option(name: .long, help: "For an edge: its name.")
    var name: String?
    @Option(name: .long, help: "Address at which the node reaches its parent, such as http://10.0.0.2:8080.")
    var parent: String

    func run() async throws {
        let settings = try await Settings(common)
        let centre = try await OpenCentre(settings)
        try await explained {
            let code = try ClaimCode(bytes: Entropy.system.bytes(ClaimCode.bytesNeeded))
            let (terminal, edge, area, name, today, act) = (terminal, edge, area, name, centre.today, centre.act)
            let folder = settings.dataFolder.appendingPathComponent("keys")
            let named = try await centre.database.read { try $0.namedKeys() }
            let keys = try await offPool { try CatalogueKeys.loadOrMake(in: folder, entropy: .system, named: named) }
            let fingerprint = try await centre.database.write { statements in
                if let terminal {
                    guard let site = try statements.presentSite(ofTerminal: terminal, on: today) else { throw Refusal.notFound("terminal") }
                    try statements.prepareClaim(
                        id: terminal, kind: "terminal", name: site.name, areaID: site.areaID, codeDigest: code.digest.hex, by: act)
                } else if let edge, let area {
                    guard let area = try statements.area(code: area, on: today, in: .everything) else { throw Refusal.notFound("area") }
                    try statements.prepareClaim(
                        id: edge, kind: "edge", name: name ?? area.name, areaID: area.areaID, codeDigest: code.digest.hex, by: act)
                } else {
                    throw Refusal.invalid(["terminal": "form.required"])
                }
                return try statements.ensureCatalogue(keys, by: act)
            }
            guard let fingerprint = SHA256Hex(rawValue: fingerprint) else {
                throw BadSetting(description: "The centre's root cannot be read")
            }
            print(Claim(code: code, fingerprint: fingerprint, address: try CentreAddress(typed: parent)).text)
        }
        await centre.close()
    }
}

/// `yuanjiao revoke`
struct RevokeCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "revoke", abstract: "Takes a node's right to report and to fetch away at once.")
    @OptionGroup var common: CommonOptions
    @Argument(help: "The node's id.")
    var node: String
    @Option(name: .long, help: "Why.")
    var reason: String

    func run() async throws {
        let centre = try await OpenCentre(try await Settings(common))
        let (node, reason, act) = (node, reason, centre.act)
        try await explained { try await centre.database.write { try $0.revokeNode(id: node, reason: reason, by: act) } }
        await centre.close()
    }
}
