import ArgumentParser
import Basics
import Centre
import Content
import Foundation
import Storage
import Trust
import Web

extension KeysCommand {
    /// `yuanjiao keys publishers`
    struct Publishers: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract:
                """
                Says who may publish, for another ten years: a key for every county that has none; one publisher's key onto a stick, or \
                back.
                """,
            discussion:
                """
                With a publisher's key on a stick nothing that it has not signed can be shown, whoever has the centre's machine: what is \
                approved waits for `keys publish`.
                """
        )
        @OptionGroup var common: CommonOptions
        @OptionGroup var sticks: StickKeys
        @Option(name: .long, help: "`network`, or the code of a county, whose key is to lie on a stick from now on.") var take: String?
        @Option(name: .long, help: "With --take: where the sealed key goes.") var out: String?
        @Option(
            name: .long, help: "`network`, or the code of a county, whose key is to lie at the centre again; for one that was lost, too.")
        var bring: String?

        func run() async throws {
            let desk = try await KeyDesk(common)
            guard (take == nil) == (out == nil), take == nil || bring == nil else {
                throw BadSetting(description: "`keys publishers` takes --take with --out, or --bring, or neither")
            }
            let known = Set(try await desk.named().catalogue?.publishers ?? [])
            func publisher(_ text: String) throws -> Publisher {
                guard let publisher = text == "network" ? .network : Publisher(area: text), known.contains(publisher) else {
                    throw BadSetting(description: "\(text) publishes nothing; `keys status` names who does")
                }
                return publisher
            }
            var changed: [Publisher: SigningKey?] = [:]
            if let take, let out {
                let (publisher, key) = (try publisher(take), try SigningKey(seed: Entropy.system.bytes(32)))
                let signers = try await sticks.signers(desk.folder)
                try await write(key, try sticks.passphrase(twice: true), to: out)
                try await desk.change(publishers: [publisher: key], signers: signers)
            } else {
                if let bring { changed.updateValue(nil, forKey: try publisher(bring)) } else { changed = try await desk.newCounties() }
                if changed.isEmpty { print("Every county has a key to publish with.") }
                if !changed.isEmpty || !sticks.sealed.isEmpty {
                    try await desk.change(publishers: changed, renews: true, signers: try await sticks.signers(desk.folder))
                }
            }
            await desk.centre.close()
        }
    }

    /// `yuanjiao keys publish`
    struct Publish: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Signs with publishers' keys from sticks: publishes what was approved and waits for them, or withdraws.")
        @OptionGroup var common: CommonOptions
        @OptionGroup var sticks: StickKeys
        @Option(name: .long, help: "Instead: the id of a courseware to withdraw; several times for several.") var withdraw: [String] = []

        func run() async throws {
            let settings = try await Settings(common)
            let desk = try await KeyDesk(common)
            let (folder, centre, data) = (desk.folder, desk.centre, settings.dataFolder)
            guard let catalogue = try await desk.named().catalogue else {
                throw BadSetting(description: "There is no catalogue yet. Start the centre once.")
            }
            var others: [Publisher: SigningKey] = [:]
            for key in try await sticks.opened() {
                let owned = catalogue.publishers.filter { catalogue.signers(of: $0).contains(key.verifyingKey) }
                guard !owned.isEmpty else {
                    throw BadSetting(description: "The key \(key.verifyingKey.keyID.prefix(10))… is no publisher's now")
                }
                for publisher in owned { others[publisher] = key }
            }
            let given = others
            let (keys, blobs, words) = try await offPool {
                (
                    try CatalogueKeys(Dictionary(uniqueKeysWithValues: folder.present.map { ($0, try folder.load($0)) }), others: given),
                    try BlobStore(folder: data.appendingPathComponent("blobs")), try Words(CentreApplication.resources)
                )
            }
            let (today, act, removed) = (centre.today, centre.act, withdraw)
            try await explained {
                guard removed.isEmpty else {
                    return try await centre.database.write { statements in
                        for id in removed { try statements.withdrawCourseware(id: id, keys: keys, by: act) }
                    }
                }
                let content = ContentHouse(data: data, blobs: blobs, keys: keys)
                let account = try await content.publishWaiting(
                    in: centre.database, on: today, categories: { words.text("library.category.\($0.rawValue)", .chinese) }, with: keys,
                    by: act)
                for (courseware, refusal) in account {
                    print(courseware.id, courseware.title, refusal.map { sentences(for: $0, words) } ?? "published", separator: "\t")
                }
                let rest = try await centre.database.read { try $0.waitingPublications(on: today) }.filter { one in
                    !account.contains { $0.courseware.id == one.courseware.id }
                }
                for one in rest {
                    print(
                        one.courseware.id, one.courseware.title, "waits for a key that is not here: name its stick with --with",
                        separator: "\t")
                }
                // A list that nobody changed is signed anew in the second half of its year.
                _ = try await centre.database.write { try $0.refreshCatalogue(keys, by: act) }
                print("\(account.count { $0.refusal == nil }) published, \(account.count { $0.refusal != nil }) refused.")
            }
            await centre.close()
        }
    }
}
