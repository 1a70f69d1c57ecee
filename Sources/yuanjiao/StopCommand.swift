import Accounts
import ArgumentParser
import Basics
import Centre
import Content
import Foundation
import Registry
import Storage
import Trust

/// `yuanjiao stop`
struct StopCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "stop",
        abstract:
            """
            Gives an order that `keys stop` prepared: screens show the local picture, or go on. Without a file says which order stands, \
            and who obeyed.
            """
    )
    @OptionGroup var common: CommonOptions
    @Argument(help: "The order: stop.json or go-on.json.") var order: String?

    func run() async throws {
        let centre = try await OpenCentre(try await Settings(common), existing: true)
        if let order {
            let bytes = try await offPool { Array(try read(order).prefix(Int(StopOrder.longest) + 1)) }
            let act = centre.act
            try await explained { try await centre.database.write { try $0.giveStopOrder(bytes, in: .everything, by: act) } }
        }
        let standing = try await centre.database.read { statements in
            try statements.stopOrders().map { order, givenAt in
                (order, givenAt, try statements.stopReceipts(kind: order.stops ? "stop.obeyed" : "stop.lifted", version: order.version))
            }
        }
        if standing.isEmpty { print("No order was ever given.") }
        for (order, givenAt, receipts) in standing {
            print(
                """
                \(order.stops ? "stop" : "go on")  order \(order.version) for \(order.areas.joined(separator: " ")), given \
                \(centre.network.zone.text(givenAt))
                """
            )
            print("    \(receipts) \(receipts == 1 ? "terminal" : "terminals") said that they \(order.stops ? "stopped" : "go on")")
        }
        await centre.close()
    }
}
