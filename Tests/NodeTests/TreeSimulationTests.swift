import Simulator
import Testing

@Suite struct TreeSimulationTests {
    private static func small(_ seed: UInt64) -> TreeSettings {
        var settings = TreeSettings(seed: seed)
        settings.terminals = 12
        settings.days = 3
        settings.courseware = 8
        settings.faults.killed = 6
        settings.faults.flipped = 15
        // A restored centre is told everything again, which would hide another loss.
        settings.faults.centreIsRestored = seed % 2 == 0
        return settings
    }

    @Test(arguments: UInt64(1)...20) func nothingIsLostAndNothingIsCountedTwice(_ seed: UInt64) throws {
        var simulation = try TreeSimulation(Self.small(seed))
        let outcome = try simulation.run()
        #expect(outcome.violations == [])
        for fault in [
            "killed", "lost", "doubled", "flipped", "forged", "edge disk lost", "rotten", "moved", "recoded", "withdrawn", "held",
            "duplicate", "minutes", "plays", "complete",
            // Every attack is heard of by the centre.
            "incident answer.forged", "incident metadata.refused", "incident blob.refused", "incident disk.changed",
        ] {
            #expect(outcome.counts[fault, default: 0] > 0, "seed \(seed) never met: \(fault)")
        }
        #expect(outcome.counts["centre restored", default: 0] == (seed % 2 == 0 ? 1 : 0))
    }

    @Test func aWeekOfFiftyTerminals() throws {
        var simulation = try TreeSimulation(TreeSettings(seed: 2011))
        let outcome = try simulation.run()
        #expect(outcome.violations == [])
        #expect(outcome.counts["minutes", default: 0] > 40_000)
        #expect(outcome.counts["minutes quarantined", default: 0] > 0)
    }

    @Test func theSameSeedGivesTheSameTraceAndAnotherSeedAnother() throws {
        let hashes = try [UInt64(7), 7, 8].map {
            var simulation = try TreeSimulation(Self.small($0))
            return try simulation.run().traceHash
        }
        #expect(hashes[0] == hashes[1] && hashes[0] != hashes[2])
    }

    @Test func onACleanLineEveryByteComesOnce() throws {
        var settings = Self.small(3)
        settings.faults = .none
        settings.changes = false
        var simulation = try TreeSimulation(settings)
        let outcome = try simulation.run()
        #expect(outcome.violations == [] && outcome.neededBytes > 0)
        #expect(outcome.terminalBytes * 100 <= outcome.neededBytes * 102)
        #expect(outcome.counts["minutes quarantined"] == 0)
        // This centre signs nothing while nothing changes, and that is a freeze.
        #expect(
            outcome.counts.keys.filter { $0.hasPrefix("incident") } == ["incident catalogue.frozen"], "An honest network caused incidents")
    }
}
