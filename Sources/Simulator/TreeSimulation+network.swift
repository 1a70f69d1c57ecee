import Basics
import Node
import Trust
import Wire

extension TreeSimulation {
    /// Lets both lines of a machine look for work.
    mutating func pump(_ index: Int) {
        look(index, isUp: true)
        look(index, isUp: false)
    }

    mutating func look(_ index: Int, isUp: Bool) {
        if isUp { lookUp(index) } else { lookDown(index) }
    }

    private mutating func lookUp(_ index: Int) {
        guard hosts[index].isRunning, hosts[index].up.call == nil else { return }
        let instant = clock(index)
        switch index == 0 ? hosts[0].edge?.nextUp(at: instant) : hosts[index].terminal?.nextUp(at: instant) {
        case .send(let batch): send(.facts(batch), index, isUp: true)
        case .carry(let envelopes): send(.envelopes(envelopes), index, isUp: true)
        case .ask(let question): send(.question(question), index, isUp: true)
        case .wait(let until?): wake(index, isUp: true, in: until.milliseconds(since: instant))
        case .wait(nil), nil: break
        }
    }

    private mutating func lookDown(_ index: Int) {
        while hosts[index].isRunning, hosts[index].down.call == nil {
            let instant = clock(index)
            switch index == 0 ? hosts[0].edge?.nextDown(at: instant) : hosts[index].terminal?.nextDown(at: instant) {
            case .wait(let until): return wake(index, isUp: false, in: until.milliseconds(since: instant))
            case nil: return
            case .errand(let errand):
                if let outcome = atHome(errand, index) { finish(errand, outcome, index) } else { hosts[index].down.errand = errand }
            }
        }
    }

    private mutating func wake(_ index: Int, isUp: Bool, in milliseconds: Int64) {
        let at = time + max(milliseconds, 1)
        let lane = isUp ? hosts[index].up : hosts[index].down
        if let wake = lane.wake, wake > time, wake <= at { return }
        if isUp { hosts[index].up.wake = at } else { hosts[index].down.wake = at }
        events.add(.look(index, life: hosts[index].life, isUp: isUp), at: at)
    }

    /// What can be done without the line; nil when a request is on its way.
    private mutating func atHome(_ errand: Errand, _ index: Int) -> Outcome? {
        switch errand {
        case .metadata(let name, _, _): send(.file(name), index, isUp: false)
        case .fetch(let blob, let chunk, _):
            if hosts[index].disk.isWhole(blob) { return .present }
            let offset = hosts[index].disk.reached(blob)
            if offset >= blob.length { return .reached(offset) }
            send(.range(blob, offset: offset, length: min(chunk, blob.length - offset)), index, isUp: false)
        case .seal(let blob): return .sealed(hosts[index].disk.seal(blob))
        case .look(let blobs): return .lacking(blobs.filter { !hosts[index].disk.isWhole($0) }.map(\.sha256))
        case .check(let blob, _): return hosts[index].disk.isSound(blob) ? .present : .missing
        case .read(let blob): return hosts[index].disk.isSound(blob) ? hosts[index].disk.blobs[blob.sha256].map { .content($0) } ?? .missing : .missing
        case .sweep(let manifests):
            hosts[index].disk.sweep(keeping: manifests)
            return .done
        }
        return nil
    }

    private mutating func finish(_ errand: Errand, _ outcome: Outcome, _ index: Int) {
        let instant = clock(index)
        let changes = index == 0 ? hosts[0].edge?.downFinished(errand, outcome, at: instant) : hosts[index].terminal?.downFinished(errand, outcome, at: instant)
        guard let changes, !changes.isEmpty else { return }
        guard carryOut(changes, index) == changes.count else { return }
        lookUp(index)
    }

    // MARK: The line

    private var hop: Int64 { mutating get { Int64(20 + generator.below(380)) } }

    private mutating func isLost(_ index: Int) -> Bool {
        if hosts[index].isCut(at: time) { return true }
        guard !isQuiet, generator.chance(perMille: settings.faults.lost) else { return false }
        count("lost")
        return true
    }

    private mutating func send(_ request: TreeRequest, _ index: Int, isUp: Bool) {
        calls += 1
        let (call, life) = (calls, hosts[index].life)
        if isUp { hosts[index].up.call = call } else { hosts[index].down.call = call }
        trace.note(time, 20, Int64(index), isUp ? 1 : 0)
        events.add(.reply(index, life: life, isUp: isUp, call: call, .failed), at: time + 10 * Self.second)
        guard !isLost(index) else { return }
        events.add(.serve(index, life: life, isUp: isUp, call: call, request), at: time + hop)
        if !isQuiet, generator.chance(perMille: settings.faults.doubled) {
            count("doubled")
            events.add(.serve(index, life: life, isUp: isUp, call: nil, request), at: time + 500 + Int64(generator.below(600_000)))
        }
    }

    /// A request arrives at the parent. A second copy (without a call) is served too, but nobody waits for the answer.
    mutating func serve(_ index: Int, life: Int, isUp: Bool, call: Int?, _ request: TreeRequest) {
        guard let answer = index == 0 ? answerOfCentre(request) : answerOfEdge(request, from: hosts[index].name) else { return }
        trace.note(time, 21, Int64(index), isUp ? 1 : 0)
        guard let call, !isLost(index) else { return }
        events.add(.reply(index, life: life, isUp: isUp, call: call, flipped(answer)), at: time + hop)
    }

    private mutating func flipped(_ answer: TreeAnswer) -> TreeAnswer {
        guard case .bytes(var bytes) = answer, !bytes.isEmpty, !isQuiet, generator.chance(perMille: settings.faults.flipped) else { return answer }
        count("flipped")
        bytes[generator.below(bytes.count)] ^= 1 << UInt8(generator.below(8))
        return .bytes(bytes)
    }

    private mutating func answerOfCentre(_ request: TreeRequest) -> TreeAnswer {
        switch request {
        case .facts(let batch): .receipt(centre.take(batch, at: now))
        case .envelopes(let envelopes): .load(centre.take(envelopes, at: now))
        case .question: .receipt(Receipt(batch: "question", epoch: centre.epoch, verdicts: [], at: now))
        case .file(let name): centre.files[name].map { .bytes($0) } ?? .missing
        case .range(let blob, let offset, let length): slice(centre.blobs[blob.sha256], offset, length)
        }
    }

    /// Nil from a dead edge: the sender waits in vain.
    private mutating func answerOfEdge(_ request: TreeRequest, from name: String) -> TreeAnswer? {
        guard hosts[0].edge != nil else { return nil }
        let instant = clock(0)
        switch request {
        case .facts(let batch):
            guard let body = try? batch.json, let (changes, receipt) = try? hosts[0].edge?.accept(Envelope(node: name, signature: name, body: body), batch, at: instant) else {
                return .failed
            }
            guard carryOut(changes, 0) == changes.count else { return nil }
            lookUp(0)
            return .receipt(receipt)
        case .envelopes: return .failed
        case .question(let question): return (hosts[0].edge?.answer(question, from: name, at: instant)).map { .receipt($0) }
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

    mutating func reply(_ index: Int, isUp: Bool, call: Int, _ answer: TreeAnswer) {
        let lane = isUp ? hosts[index].up : hosts[index].down
        guard lane.call == call else { return }
        trace.note(time, 22, Int64(index), isUp ? 1 : 0)
        if isUp {
            hosts[index].up.call = nil
            replyUp(index, answer)
            lookUp(index)
        } else {
            hosts[index].down.call = nil
            hosts[index].down.errand = nil
            if let errand = lane.errand { finish(errand, outcomeOf(errand, answer, index), index) }
            lookDown(index)
        }
    }

    private mutating func replyUp(_ index: Int, _ answer: TreeAnswer) {
        let instant = clock(index)
        let changes: [Change]?
        switch answer {
        case .receipt(let receipt):
            for verdict in receipt.verdicts { count(verdict.outcome.rawValue) }
            changes = index == 0 ? hosts[0].edge?.upReceived(receipt, at: instant) : hosts[index].terminal?.upReceived(receipt, at: instant)
        case .load(let load):
            for verdict in load.envelopes.compactMap(\.receipt).flatMap(\.verdicts) { count(verdict.outcome.rawValue) }
            changes = hosts[0].edge?.upCarried(load, at: instant)
        case .bytes, .missing, .failed:
            if index == 0 { hosts[0].edge?.upFailed(at: instant) } else { hosts[index].terminal?.upFailed(at: instant) }
            return
        }
        _ = carryOut(changes ?? [], index)
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
