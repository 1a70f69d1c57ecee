import Basics
import Foundation
import Node
import Trust
import Wire

extension TreeSimulation {
    /// Lets all ways of a machine look for work.
    mutating func pump(_ index: Int) { for way in TreeWay.allCases { look(index, way) } }

    mutating func look(_ index: Int, _ way: TreeWay) {
        if let down = way.down { lookDown(index, way, down) } else { lookUp(index) }
    }

    private mutating func lookUp(_ index: Int) {
        guard hosts[index].isRunning, hosts[index][.up].call == nil else { return }
        let instant = clock(index)
        switch index == 0 ? hosts[0].edge?.nextUp(at: instant) : hosts[index].terminal?.nextUp(at: instant) {
        case .send(let batch): send(.facts(batch), index, .up)
        case .carry(let envelopes): send(.envelopes(envelopes), index, .up)
        case .ask(let question): send(.question(question), index, .up)
        case .wait(let until?): wake(index, .up, in: until.milliseconds(since: instant))
        case .wait(nil), nil: break
        }
    }

    private mutating func lookDown(_ index: Int, _ way: TreeWay, _ down: DownWay) {
        while hosts[index].isRunning, hosts[index][way].call == nil {
            let instant = clock(index)
            switch index == 0 ? hosts[0].edge?.nextDown(down, at: instant) : hosts[index].terminal?.nextDown(down, at: instant) {
            case .wait(let until): return wake(index, way, in: until.milliseconds(since: instant))
            case nil: return
            case .errand(let errand):
                if let outcome = atHome(errand, index, way) {
                    finish(errand, outcome, index, way)
                } else {
                    hosts[index][way].errand = errand
                }
            }
        }
    }

    private mutating func wake(_ index: Int, _ way: TreeWay, in milliseconds: Int64) {
        let at = time + max(milliseconds, 1)
        if let wake = hosts[index][way].wake, wake > time, wake <= at { return }
        hosts[index][way].wake = at
        events.add(.look(index, life: hosts[index].life, way), at: at)
    }

    /// What can be done without the line; nil when a request is on its way.
    private mutating func atHome(_ errand: Errand, _ index: Int, _ way: TreeWay) -> Outcome? {
        switch errand {
        case .metadata(let name, _, _): send(.file(name), index, way)
        case .fetch(let blob, let chunk, _):
            if hosts[index].disk.isWhole(blob) { return .present }
            let offset = hosts[index].disk.reached(blob)
            if offset >= blob.length { return .reached(offset) }
            send(.range(blob, offset: offset, length: min(chunk, blob.length - offset)), index, way)
        case .seal(let blob): return .sealed(hosts[index].disk.seal(blob))
        case .look(let blobs): return .lacking(blobs.filter { !hosts[index].disk.isWhole($0) }.map(\.sha256))
        case .check(let blob, _): return hosts[index].disk.isSound(blob) ? .present : .missing
        case .read(let blob):
            return hosts[index].disk.isSound(blob) ? hosts[index].disk.blobs[blob.sha256].map { .content($0) } ?? .missing : .missing
        case .sweep(let manifests):
            hosts[index].disk.sweep(keeping: manifests)
            return .done
        }
        return nil
    }

    private mutating func finish(_ errand: Errand, _ outcome: Outcome, _ index: Int, _ way: TreeWay) {
        let instant = clock(index)
        let changes =
            index == 0
            ? hosts[0].edge?.downFinished(errand, outcome, at: instant) : hosts[index].terminal?.downFinished(errand, outcome, at: instant)
        guard let changes, !changes.isEmpty else { return }
        guard carryOut(changes, index) == changes.count else { return }
        lookUp(index)
        // What one way brought may be work for the other.
        wake(index, way == .catalogue ? .courseware : .catalogue, in: 1)
    }

    // MARK: The line

    private var hop: Int64 { mutating get { Int64(20 + generator.below(380)) } }

    private mutating func isLost(_ index: Int) -> Bool {
        if hosts[index].isCut(at: time) { return true }
        guard !isQuiet, generator.chance(perMille: settings.faults.lost) else { return false }
        count("lost")
        return true
    }

    private mutating func send(_ request: TreeRequest, _ index: Int, _ way: TreeWay) {
        calls += 1
        let (call, life) = (calls, hosts[index].life)
        hosts[index][way].call = call
        trace.note(time, 20, Int64(index), Int64(way.rawValue))
        events.add(.reply(index, life: life, way, call: call, .failed), at: time + 10 * Self.second)
        guard !isLost(index) else { return }
        events.add(.serve(index, life: life, way, call: call, request), at: time + hop)
        if !isQuiet, generator.chance(perMille: settings.faults.doubled) {
            count("doubled")
            events.add(.serve(index, life: life, way, call: nil, request), at: time + 500 + Int64(generator.below(600_000)))
        }
    }

    /// A request arrives at the parent. A second copy (without a call) is served too, but nobody waits for the answer.
    mutating func serve(_ index: Int, life: Int, _ way: TreeWay, call: Int?, _ request: TreeRequest) throws {
        guard let answer = index == 0 ? try answerOfCentre(request) : try answerOfEdge(request, from: hosts[index].name) else { return }
        trace.note(time, 21, Int64(index), Int64(way.rawValue))
        guard let call, !isLost(index) else { return }
        events.add(.reply(index, life: life, way, call: call, try forged(flipped(answer), request)), at: time + hop)
    }

    /// What a man on the line makes of an upward answer.
    private mutating func forged(_ answer: TreeAnswer, _ request: TreeRequest) throws -> TreeAnswer {
        switch answer {
        case .receipt(let answer): .receipt(try forged(answer, request))
        case .load(let answer): .load(try forged(answer, request))
        case .bytes, .missing, .failed: answer
        }
    }

    private mutating func forged(_ answer: SignedAnswer, _ request: TreeRequest) throws -> SignedAnswer {
        if overheard.count < 500 { overheard.append(answer) } else { overheard[generator.below(500)] = answer }
        guard !isQuiet, generator.chance(perMille: settings.faults.forged) else { return answer }
        count("forged")
        let other = overheard[generator.below(overheard.count)]
        let ids: [String] =
            switch request {
            case .facts(let batch): batch.entries.map(\.id)
            case .question(let question): question.ids
            case .envelopes, .file, .range: []
            }
        let lie = Receipt(
            batch: "lie", epoch: generator.below(2) == 0 ? centre.epoch : "epoch-9", verdicts: ids.map { Verdict(id: $0, .stored) },
            at: now, answers: [])
        let body = try JSONEncoder().encode(lie)
        switch generator.below(4) {
        case 0: return SignedAnswer(to: answer.request, status: 200, body: body, signature: nil)
        case 1: return SignedAnswer(to: answer.request, status: 200, body: body, signature: answer.signature ?? other.signature)
        case 2: return SignedAnswer(to: answer.request, status: 200, body: other.body, signature: other.signature)
        default:
            let closed = ClosedAnswer(
                digest: other.request.body.hex, body: String(decoding: body, as: UTF8.self), signature: other.signature ?? "")
            let receipt = Receipt(batch: "lie", epoch: lie.epoch, verdicts: [], answers: [closed])
            return SignedAnswer(to: answer.request, status: 200, body: try JSONEncoder().encode(receipt), signature: nil)
        }
    }

    private mutating func flipped(_ answer: TreeAnswer) -> TreeAnswer {
        guard case .bytes(var bytes) = answer, !bytes.isEmpty, !isQuiet, generator.chance(perMille: settings.faults.flipped) else {
            return answer
        }
        count("flipped")
        bytes[generator.below(bytes.count)] ^= 1 << UInt8(generator.below(8))
        return .bytes(bytes)
    }

    private mutating func answerOfCentre(_ request: TreeRequest) throws -> TreeAnswer {
        let asked = try signedRequest(request, of: hosts[0].name)
        switch request {
        case .facts(let batch):
            return .receipt(try centre.answer(centre.take(batch, at: now).answered(at: now, to: centre.places[hosts[0].name]), to: asked))
        case .envelopes(let envelopes): return .load(try centre.answer(try centre.take(envelopes, at: now), to: asked))
        case .question: return .receipt(try centre.answer(Receipt(batch: "", epoch: centre.epoch, verdicts: [], at: now), to: asked))
        case .file(let name): return centre.files[name].map { .bytes($0) } ?? .missing
        case .range(let blob, let offset, let length): return slice(centre.blobs[blob.sha256], offset, length)
        }
    }

    private func signedRequest(_ request: TreeRequest, of node: String) throws -> SignedRequest {
        switch request {
        case .facts(let batch): SignedRequest("POST", Endpoint.facts, node: node, body: SHA256Hex(of: try batch.json))
        case .envelopes(let envelopes): SignedRequest("POST", Endpoint.envelopes, node: node, body: SHA256Hex(of: Envelope.load(envelopes)))
        case .question(let question):
            SignedRequest("POST", Endpoint.receipts, node: node, body: SHA256Hex(of: try JSONEncoder().encode(question)))
        case .file(let name): SignedRequest("GET", Endpoint.metadata + name, node: node, body: SHA256Hex(of: Data()))
        case .range(let blob, _, _): SignedRequest("GET", Endpoint.blobs + blob.sha256.hex, node: node, body: SHA256Hex(of: Data()))
        }
    }

    /// Nil from a dead edge: the sender waits in vain.
    private mutating func answerOfEdge(_ request: TreeRequest, from name: String) throws -> TreeAnswer? {
        guard hosts[0].edge != nil else { return nil }
        let instant = clock(0)
        switch request {
        case .facts(let batch):
            guard let body = try? batch.json,
                let (changes, receipt) = try? hosts[0].edge?.accept(Envelope(node: name, signature: name, body: body), batch)
            else {
                return .failed
            }
            guard carryOut(changes, 0) == changes.count else { return nil }
            lookUp(0)
            return .receipt(
                SignedAnswer(to: try signedRequest(request, of: name), status: 200, body: try JSONEncoder().encode(receipt), signature: nil)
            )
        case .envelopes: return .failed
        case .question(let question):
            guard let receipt = hosts[0].edge?.answer(question, from: name) else { return nil }
            return .receipt(
                SignedAnswer(to: try signedRequest(request, of: name), status: 200, body: try JSONEncoder().encode(receipt), signature: nil)
            )
        case .file(let name): return (hosts[0].edge?.files[name]).map { .bytes($0) } ?? .missing
        case .range(let blob, let offset, let length):
            if let bytes = hosts[0].disk.blobs[blob.sha256], offset >= bytes.count {
                hosts[0].edge?.doubt(at: instant)
            }
            return slice(hosts[0].disk.blobs[blob.sha256], offset, length)
        }
    }

    private func slice(_ bytes: [UInt8]?, _ offset: Int64, _ length: Int64) -> TreeAnswer {
        guard let bytes, offset < bytes.count else { return .missing }
        return .bytes(Array(bytes[Int(offset)..<min(bytes.count, Int(offset + length))]))
    }

    mutating func reply(_ index: Int, _ way: TreeWay, call: Int, _ answer: TreeAnswer) throws {
        let lane = hosts[index][way]
        guard lane.call == call else { return }
        trace.note(time, 22, Int64(index), Int64(way.rawValue))
        (hosts[index][way].call, hosts[index][way].errand) = (nil, nil)
        if way == .up {
            try replyUp(index, answer)
        } else if let errand = lane.errand {
            finish(errand, outcomeOf(errand, answer, index), index, way)
        }
        look(index, way)
    }

    private mutating func replyUp(_ index: Int, _ answer: TreeAnswer) throws {
        let instant = clock(index)
        var changes: [Change]?
        switch answer {
        case .receipt(let answer):
            for verdict in (try? JSONDecoder().decode(Receipt.self, from: answer.body))?.verdicts ?? [] { count(verdict.outcome.rawValue) }
            changes =
                index == 0
                ? try? hosts[0].edge?.upReceived(answer, at: instant) : try? hosts[index].terminal?.upReceived(answer, at: instant)
        case .load(let answer):
            for closed in (try? JSONDecoder().decode(LoadReceipt.self, from: answer.body))?.envelopes.compactMap(\.answer) ?? [] {
                for verdict in closed.receipt?.verdicts ?? [] { count(verdict.outcome.rawValue) }
            }
            changes = try? hosts[0].edge?.upCarried(answer, at: instant)
        case .bytes, .missing, .failed: break
        }
        if let changes {
            guard carryOut(changes, index) == changes.count else { return }
            let (terminal, edge) = (hosts[index].terminal, hosts[index].edge)
            guard terminal?.standing.isMoved ?? edge?.standing.isMoved == true else { return }
            guard try make(index) else { return }
            if let terminal { hosts[index].terminal?.takeOver(from: terminal) }
        } else if index == 0 {
            hosts[0].edge?.upFailed(at: instant)
        } else {
            hosts[index].terminal?.upFailed(at: instant)
        }
    }

    private mutating func outcomeOf(_ errand: Errand, _ answer: TreeAnswer, _ index: Int) -> Outcome {
        switch (errand, answer) {
        case (.metadata, .bytes(let bytes)): return .content(bytes)
        case (.fetch(let blob, _, _), .bytes(let bytes)):
            if index > 0 { outcome.terminalBytes += Int64(bytes.count) }
            hosts[index].disk.append(bytes, to: blob, at: hosts[index].disk.reached(blob))
            return .reached(hosts[index].disk.reached(blob))
        case (_, .missing): return .missing
        default: return .failed
        }
    }
}
