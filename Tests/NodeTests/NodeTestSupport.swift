import Basics
import Foundation
import Node
import Trust
import Wire

let noon = Instant(milliseconds: 1_301_630_400_000)

func presence(_ minutes: String, terminal: String = "t", day: Int = 15_065) -> Fact.Body {
    .presence(Presence(terminal: terminal, day: Day(number: day), minutes: MinuteSet(text: minutes) ?? MinuteSet()))
}

func watermark(_ milliseconds: Int64) -> Fact.Body { .watermark(Watermark(terminal: "t", throughAt: Instant(milliseconds: milliseconds))) }

func queue(_ disk: [String: Record] = [:], epoch: String = "e1", settings: OutboxSettings = OutboxSettings(), boot: Int64 = 7) -> FactQueue
{
    FactQueue(
        settings: settings, notBefore: noon.adding(milliseconds: -86_400_000), epoch: epoch, boot: boot,
        generator: SeededGenerator(seed: 1), records: disk)
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
    var envelopes: [Envelope]? { if case .carry(let envelopes) = self { envelopes } else { nil } }
    var question: ReceiptQuestion? { if case .ask(let question) = self { question } else { nil } }
    var end: Instant? { if case .wait(let until) = self { until } else { nil } }
    var isIdle: Bool { if case .wait(nil) = self { true } else { false } }
}

extension Batch {
    var facts: [Fact] { entries.compactMap { if case .fact(let fact) = $0 { fact } else { nil } } }

    /// A receipt that says the same of every fact.
    func receipt(_ outcome: Verdict.Outcome, epoch: String = "e1") -> Receipt {
        Receipt(batch: id, epoch: epoch, verdicts: facts.map { Verdict(id: $0.id, outcome) })
    }
}

extension [Envelope] {
    var facts: [Fact] { flatMap { (try? Batch(json: $0.body))?.facts ?? [] } }

    /// A receipt that says the same of every fact.
    func receipt(_ outcome: Verdict.Outcome) -> LoadReceipt { receipt { Verdict(id: $1.id, outcome) } }

    func receipt(_ verdict: (Envelope, Fact) -> Verdict?) -> LoadReceipt {
        LoadReceipt(
            epoch: "e1",
            envelopes: map { envelope in
                let batch = try? Batch(json: envelope.body)
                return carried(
                    Receipt(batch: batch?.id ?? "", epoch: "e1", verdicts: (batch?.facts ?? []).compactMap { verdict(envelope, $0) }),
                    for: envelope)
            }, at: noon)
    }
}

/// An answer as the centre would close it; a relay does not look at the signature.
func carried(_ receipt: Receipt, for envelope: Envelope) -> CarriedReceipt {
    let body = (try? JSONEncoder().encode(receipt)) ?? Data()
    return CarriedReceipt(
        ClosedAnswer(digest: SHA256Hex(of: envelope.body).hex, body: String(decoding: body, as: UTF8.self), signature: "signed"))
}

extension FactQueue {
    /// A receipt of the parent: what is held is its own promise, the rest the centre's word.
    mutating func received(_ receipt: Receipt, at now: Instant) -> [Change] {
        let final = receipt.verdicts.filter(\.isFinal)
        let held = receipt.verdicts.filter { !$0.isFinal }.map(\.id)
        let word = Receipt(batch: receipt.batch, epoch: receipt.epoch, verdicts: final, at: receipt.at)
        return received(Heard(held: held, words: held.isEmpty || !final.isEmpty ? [word] : []), at: now)
    }

    mutating func learn(epoch: String) -> [Change] { learn(epoch: epoch, at: nil) ?? [] }
}

extension RelayBook {
    /// Takes a batch as that node would have signed it.
    mutating func accept(_ batch: Batch, from node: String) throws -> (changes: [Change], receipt: Receipt) {
        try accept(Envelope(node: node, signature: "signed-by-\(node)", body: try batch.json), batch)
    }
}

/// What the report actions carry.
func reports(_ actions: [Action]) -> [Fact.Body] { actions.compactMap { if case .report(let body) = $0 { body } else { nil } } }
func changes(_ actions: [Action]) -> [Change] { actions.compactMap { if case .change(let change) = $0 { change } else { nil } } }
