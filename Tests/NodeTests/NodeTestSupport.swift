import Basics
import Node
import Trust
import Wire

let noon = Instant(milliseconds: 1_301_630_400_000)

func presence(_ minutes: String, terminal: String = "t", day: Int = 15_065) -> Fact.Body {
    .presence(Presence(terminal: terminal, day: Day(number: day), minutes: MinuteSet(text: minutes) ?? MinuteSet()))
}

func watermark(_ milliseconds: Int64) -> Fact.Body { .watermark(Watermark(terminal: "t", throughAt: Instant(milliseconds: milliseconds))) }

func queue(_ disk: [String: Record] = [:], epoch: String = "e1", settings: OutboxSettings = OutboxSettings(), boot: Int64 = 7) -> FactQueue {
    FactQueue(settings: settings, notBefore: noon.adding(milliseconds: -86_400_000), epoch: epoch, boot: boot, generator: SeededGenerator(seed: 1), records: disk)
}

/// A disk in memory.
struct Disk {
    var records: [String: Record] = [:]

    mutating func carryOut(_ changes: [Change]) {
        for change in changes {
            switch change {
            case .store(let key, let record): records[key] = record
            case .remove(let key): records[key] = nil
            }
        }
    }
}

extension UpStep {
    var batch: Batch? { if case .send(let batch) = self { batch } else { nil } }
    var question: ReceiptQuestion? { if case .ask(let question) = self { question } else { nil } }
    var end: Instant? { if case .wait(let until) = self { until } else { nil } }
    var isIdle: Bool { if case .wait(nil) = self { true } else { false } }
}

extension Batch {
    var facts: [Fact] { entries.compactMap { if case .fact(let fact) = $0 { fact } else { nil } } }

    /// A receipt that says the same of every fact.
    func receipt(_ outcome: Verdict.Outcome, epoch: String = "e1") -> Receipt { Receipt(batch: id, epoch: epoch, verdicts: facts.map { Verdict(id: $0.id, outcome) }) }
}

/// What the report actions carry.
func reports(_ actions: [Action]) -> [Fact.Body] { actions.compactMap { if case .report(let body) = $0 { body } else { nil } } }
func changes(_ actions: [Action]) -> [Change] { actions.compactMap { if case .change(let change) = $0 { change } else { nil } } }
