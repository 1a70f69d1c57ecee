import Accounts
package import Basics
import Foundation
package import Jobs
package import Logging
package import Media
package import Storage
import Trust

/// The durable job that makes courseware of an upload: probe, every step of the plan, storing, manifest. What an earlier attempt has
/// finished is not done again.
package struct EncodeJob: Sendable {
    /// The kind of the job; its subject is the courseware.
    package static let kind = "encode"
    /// So often a film is tried whose worker goes away in the middle; turns that were given to others count too.
    static let mostAttempts = 20
    /// How many lessons may wait for it.
    static let bound = JobBound(inAll: 2000, ofAccount: 200)

    private let database: Database
    private let blobs: BlobStore
    private let media: URL
    private let hasRoom: @Sendable (Int64) -> Bool
    private let tools: Tools
    private let ladder: Ladder
    private let transportStreams: Bool
    private let clock: Clock
    private let ids: IDs
    private let log: Logger

    /// - Parameter transportStreams: whether each rendition is made as MPEG-TS, too, for boxes that know nothing newer.
    /// - Parameter content: the folder `media` of its data takes the work. No step begins while less than its reserve is free.
    package init(
        database: Database, content: ContentHouse, tools: Tools, ladder: Ladder = .weakLines, transportStreams: Bool = false, clock: Clock,
        ids: IDs,
        log: Logger = Logger(label: "encode")
    ) {
        self.database = database
        blobs = content.blobs
        media = content.data.appendingPathComponent("media")
        hasRoom = { [data = content.data, reserve = content.reserve, freeBytes = content.freeBytes] in freeBytes(data) - $0 >= reserve }
        self.tools = tools
        self.ladder = ladder
        self.transportStreams = transportStreams
        self.clock = clock
        self.ids = ids
        self.log = log
    }

    /// For `JobRunner`.
    package var handler: JobRunner.Handler { { try await perform($0) } }

    private func perform(_ run: JobRun) async throws -> String {
        guard let task = try await database.read({ try $0.encodingTask(id: run.job.subject) }) else { return "" }
        let work = media.appendingPathComponent(task.id).appendingPathComponent(String(task.version))
        do {
            return try await encode(task, in: work, run)
        } catch let problem as MediaProblem {
            switch problem {
            case .diskFull: throw JobFailure.postponed(code: "disk.full", seconds: 15)
            // It comes back by itself, unless the film is what ends it.
            case .workerAway(_, let inTheMiddle) where !inTheMiddle || run.job.attempts < Self.mostAttempts:
                log.warning("the worker is away", metadata: ["courseware": "\(task.id)", "why": "\(problem)"])
                throw JobFailure.postponed(code: "worker.away", seconds: 20)
            // These lie in the file: no rendition was made, and none will be.
            case .empty, .notMedia, .truncated, .noVideo, .tooLong, .badDimensions: try await remove(task)
            case .timedOut, .toolMissing, .failed, .workerAway: break
            }
            try await fail(task, problem.code, problem.values)
            throw JobFailure.failed(code: problem.code, account: problem.description)
        } catch let error as CocoaError where error.code == .fileWriteOutOfSpace {
            throw JobFailure.postponed(code: "disk.full", seconds: 15)
        } catch let error where !(error is JobFailure || error is StorageError || error is CancellationError || Task.isCancelled) {
            log.error("encoding met a defect", metadata: ["courseware": "\(task.id)", "error": "\(error)"])
            try await fail(task, "job.defect", [:])
            throw JobFailure.failed(code: "job.defect", account: "\(error)")
        }
    }

    private func encode(_ task: EncodingTask, in work: URL, _ run: JobRun) async throws -> String {
        let (blobs, hash, hasRoom) = (blobs, task.sourceHash, hasRoom)
        guard let source = blobs.url(hash), blobs.length(hash) == Int64(task.sourceBytes) else {
            try await fail(task, "media.source_missing", [:])
            throw JobFailure.failed(
                code: "media.source_missing", account: "The uploaded file is not in the store any more. Upload it again.")
        }
        // What an earlier turn has done is done.
        try await run.report(Double(run.job.progress) / 1000, step: "probe")
        try await offPool { try FileManager.default.createDirectory(at: work, withIntermediateDirectories: true) }
        let encoder = Encoder(tools: tools, work: work, log: log)
        let probe = try await encoder.probe(source)
        let steps = plan(probe: probe, ladder: ladder, transportStreams: transportStreams)
        let course = StepCourse(steps)
        var hasWorked = false
        for (index, step) in steps.enumerated() {
            if try await offPool({ encoder.isDone(step) }) { continue }
            // A film of hours stands in nobody's way for longer than one rendition of it takes. What is half done takes room, so where that
            // is scarce one is done after the other.
            if hasWorked, try await offPool({ hasRoom(2 * Int64(task.sourceBytes)) }) { try await run.giveWay() }
            hasWorked = true
            guard try await offPool({ hasRoom(0) }) else { throw MediaProblem.diskFull }
            try await run.report(course.fraction(step: index, done: 0), step: step.name)
            try await encoder.run(step, source: source) { done in
                // Whoever wants the end of the job cancels this task; a full disk of the database must not end it.
                try? await run.report(course.fraction(step: index, done: done), step: step.name)
            }
        }
        try await run.report(course.storing, step: "store")
        let parcel = EncodedParcel(steps: steps, folder: { encoder.folder(of: $0) }, scratch: work.appendingPathComponent("store.part"))
        let manifest = try await parcel.store(in: blobs, courseware: task.id, version: Int64(task.version), title: task.title)
        let bytes = manifest.bytes
        let manifestHash = try await offPool { try blobs.store(Data(bytes)) }
        let result = EncodingResult(
            durationMs: Int(manifest.duration), manifestHash: manifestHash, manifestBytes: bytes.count,
            posterHash: manifest.poster.sha256.hex,
            // The film that is looked at is the best rendition, which the manifest tells piece by piece.
            previewHash: manifestHash, notes: probe.notes)
        let act = Act(by: .system, at: clock.now, ids: ids)
        _ = try await database.write { try $0.finishEncoding(id: task.id, result, by: act) }
        try await remove(task)
        return steps.map(\.name).joined(separator: " ")
    }

    private func fail(_ task: EncodingTask, _ code: String, _ values: [String: String]) async throws {
        let act = Act(by: .system, at: clock.now, ids: ids)
        try await database.write { try $0.failEncoding(id: task.id, problem: code, values: values, by: act) }
    }

    private func remove(_ task: EncodingTask) async throws {
        let folder = media.appendingPathComponent(task.id)
        try await offPool { do { try FileManager.default.removeItem(at: folder) } catch CocoaError.fileNoSuchFile {} }
    }
}

/// How far along the whole way a step is: renditions count by their pixels, the rest next to nothing.
struct StepCourse: Sendable {
    private let starts: [Double]
    private let shares: [Double]
    /// Where storing begins; probing takes the first hundredth.
    let storing = 0.97

    init(_ steps: [Step]) {
        let weights = steps.map { step in
            if case .file(let rendition, _) = step.product { Double(rendition.width * rendition.height) } else { 10_000.0 }
        }
        let sum = max(1, weights.reduce(0, +))
        let shares = weights.map { $0 / sum * 0.96 }
        self.shares = shares
        starts = shares.indices.map { index in 0.01 + shares[..<index].reduce(0, +) }
    }

    func fraction(step: Int, done: Double) -> Double { starts[step] + shares[step] * done }
}
