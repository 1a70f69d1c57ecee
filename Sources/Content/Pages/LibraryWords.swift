import Accounts
import Basics
import Foundation
import Jobs
import Media
import Registry
import Web
import Wire

/// What the library's pages say, in the language of a visit.
struct LibraryWords: Sendable {
    let house: House
    let visit: Visit

    func text(_ key: String, _ values: [String: String] = [:]) -> String { house.text("library.\(key)", visit, values) }

    func state(_ state: CoursewareState) -> String { text("state.\(state.rawValue)") }

    func category(_ raw: String) -> String {
        CoursewareCategory(rawValue: raw).map { text("category.\($0.rawValue)") } ?? text("category.none")
    }

    func holding(_ state: Holding.State?) -> String { text("holding.\(state?.rawValue ?? "unheard")") }

    func time(_ instant: Instant?) -> String { instant.map { house.zone.text($0) } ?? "" }

    /// `1:02:03`, or nothing while the length is not known.
    func length(_ milliseconds: Int) -> String {
        guard milliseconds > 0 else { return "" }
        let seconds = (milliseconds + 500) / 1000
        let two = { (number: Int) in number < 10 ? "0\(number)" : "\(number)" }
        return "\(seconds / 3600):\(two(seconds / 60 % 60)):\(two(seconds % 60))"
    }

    /// In units that people read: kB, MB, GB of thousands.
    func size(_ bytes: Int) -> String {
        switch bytes {
        case ..<1000: "\(bytes) B"
        case ..<1_000_000: "\((bytes + 500) / 1000) kB"
        case ..<1_000_000_000: "\((bytes + 500_000) / 1_000_000) MB"
        default: "\(bytes / 1_000_000_000).\(bytes / 100_000_000 % 10) GB"
        }
    }

    /// What is being done now.
    func step(_ code: String) -> String {
        if code.isEmpty { return text("step.waiting") }
        return house.pages.words.has("library.step.\(code)") ? text("step.\(code)") : text("step.rendition", ["name": code])
    }

    /// Why the encoding failed.
    func problem(_ courseware: Courseware) -> String? {
        guard !courseware.problem.isEmpty else { return nil }
        let values = (try? JSONDecoder().decode([String: String].self, from: Data(courseware.problemValues.utf8))) ?? [:]
        let known = "problem.\(courseware.problem)_known"
        if !values.isEmpty, house.pages.words.has("library.\(known)") { return text(known, values) }
        return text("problem.\(courseware.problem)", values)
    }

    /// What encoding did, in words.
    func note(_ note: MediaNote) -> String {
        let names = note.values["names"] ?? ""
        return text(
            "note.\(note.code.rawValue)", note.values.merging(["names": names.isEmpty ? "" : text("note.names", ["names": names])]) { $1 })
    }

    /// Why a job waits although it is its turn.
    func delay(_ job: Job?) -> String? {
        guard let job, job.state == .ready, !job.problem.isEmpty else { return nil }
        return text("delay.\(job.problem)")
    }

    /// About how long a job will take from here; nothing while nobody can know, also when it waited in between.
    func timeLeft(_ job: Job, at now: Instant) -> String? {
        guard job.state == .running, job.progress >= 30, job.attempts == 1, let start = job.startedAt else { return nil }
        let seconds = now.milliseconds(since: start) * Int64(1000 - job.progress) / Int64(job.progress) / 1000
        return seconds < 90
            ? text("left.seconds", ["count": String(max(1, seconds))]) : text("left.minutes", ["count": String((seconds + 30) / 60)])
    }
}
