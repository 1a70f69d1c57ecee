package import Accounts
package import Basics
package import Operations
package import Storage
import Wire

extension Statements {
    /// What the boxes of a demo said of the last two nights: many were off, most that were on played, some failed once, a few twice.
    package func makeSampleTestPlays(on today: Day, by act: Act, _ rules: FactRules) throws {
        let terminals = try all(
            """
            SELECT t.id FROM terminal_assignment x JOIN terminal t ON t.num = x.terminal
            WHERE x.replaced_at IS NULL AND x.from_day < \(today.advanced(by: -2)) AND x.until_day > \(today) ORDER BY t.id
            """
        ) { try $0.text(0) }
        var generator = SeededGenerator(seed: 20_110_301)
        var facts: [Fact] = []
        for terminal in terminals where generator.chance(perMille: 620) {
            let bad = generator.chance(perMille: 60)
            for night in 0..<2 where bad || generator.chance(perMille: 700) {
                let second = 7200 + generator.below(10_800)
                let at = rules.zone.start(of: today.advanced(by: night - 2)).adding(seconds: Int64(second))
                let outcomes: [TestPlay.Outcome] = [.notDecoded, .noPage, .disk]
                // What failed the first night mostly fails again.
                let fails = bad && (night == 0 || generator.chance(perMille: 700))
                facts.append(
                    Fact(
                        id: "sample",
                        .test(
                            TestPlay(
                                terminal: terminal, boot: Int64(night), sequence: 1, at: at,
                                outcome: fails ? outcomes[generator.below(3)] : .played))))
            }
        }
        for start in stride(from: 0, to: facts.count, by: Batch.maximumFacts) {
            let part = Array(facts[start..<min(start + Batch.maximumFacts, facts.count)])
            let received = ReceivedBatch(sender: .commandLine, batch: Batch(id: "sample", facts: part), file: "sample")
            _ = try mergeFacts([received], rules: rules, at: act.at, ids: act.ids)
        }
    }
}
