import Accounts
package import Basics
import Content
import Editions
import Faults
import Figures
import Jobs
import Lists
import Offices
package import Operations
import People
import Records
import Registry
import Returns
package import Storage
import Web
import Workplaces

/// The settings that belong to the network itself and stand in its database.
package struct NetworkSettings: Sendable {
    package let zone: NetworkZone
    /// Changes when the centre is restored from a backup, so that nodes offer again what they kept.
    package let epoch: String
    /// No fact is older.
    package let firstDay: Day

    /// The rules by which facts are judged.
    package var rules: FactRules { FactRules(zone: zone, firstDay: firstDay) }

    /// The tables of all modules.
    package static var migrations: [Migration] {
        get throws {
            try Accounts.migrations + House.migrations + Jobs.migrations + Lists.migrations + Records.migrations + Registry.migrations
                + Offices.migrations + Content.migrations + Operations.migrations + Faults.migrations + Workplaces.migrations
                + People.migrations + Returns.migrations + Editions.migrations
        }
    }

    /// Opens the database, brings its schema up to date, and reads the network's settings or makes them at the first start.
    package static func open(_ address: String, zone: NetworkZone, clock: Clock, ids: IDs, journal: StatementJournal? = nil) async throws
        -> (Database, NetworkSettings)
    {
        let database = try await Database.open(address, journal: journal)
        _ = try await database.migrate(try migrations, at: clock.now)
        let act = Act(by: .system, at: clock.now, ids: ids)
        let settings = try await database.write { statements in
            // Derived days of before are made again once, when the rules by which they are derived have changed: since version 2 minutes of
            // plays are minutes on.
            if try statements.networkSetting("derived_by") != SiteDay.derivation {
                try statements.setNetworkSetting("derived_by", SiteDay.derivation, by: act)
                if try statements.hasPlays() {
                    try statements.enqueueJob(
                        kind: FormulaJob.kind, subject: FormulaJob.subject, payload: Day(number: 0).description, madeBy: act.actor.id,
                        at: act.at, ids: ids)
                }
            }
            let defaults = ["zone": zone.identifier, "epoch": act.ids.next(), "first_day": "2000-01-01"]
            return try defaults.reduce(into: [String: String]()) { settings, entry in
                if let stored = try statements.networkSetting(entry.key) {
                    settings[entry.key] = stored
                } else {
                    try statements.setNetworkSetting(entry.key, entry.value, by: act)
                    settings[entry.key] = entry.value
                }
            }
        }
        guard let zone = NetworkZone(settings["zone"] ?? ""), let firstDay = Day(settings["first_day"] ?? "") else {
            throw StorageError.schema("The network's settings `zone` and `first_day` are not readable")
        }
        return (database, NetworkSettings(zone: zone, epoch: settings["epoch"] ?? "", firstDay: firstDay))
    }
}
