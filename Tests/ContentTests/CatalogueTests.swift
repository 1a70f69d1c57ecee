import Accounts
import Basics
import Content
import Foundation
import Registry
import Storage
import TestKit
import Testing
import Trust
import Web

@Suite struct CatalogueTests {
    /// What a node would believe that fetches everything now.
    private func believed(_ library: LibraryWorld, _ fingerprint: String) async throws -> TrustedSet {
        let root = try #require(try await library.database.read { try $0.metadata(role: "root", version: 1) })
        var set = try TrustedSet(root: root, fingerprint: try found(SHA256Hex(rawValue: fingerprint)), following: [""])
        try await library.offer(to: &set)
        return set
    }

    @Test(arguments: Database.Engine.required)
    func publishedCoursewareStandsInTheCatalogueAndLeavesItWhenWithdrawn(_ engine: Database.Engine) async throws {
        try await LibraryWorld.with(engine) { library in
            let (keys, act) = (library.content.keys, library.act)
            let fingerprint = try await library.database.write { try $0.ensureCatalogue(keys, by: act) }
            #expect(try await library.database.read { try $0.rootFingerprint() } == fingerprint)
            #expect(try await believed(library, fingerprint).catalogue?.files.isEmpty == true)
            let ids = [try await library.encoded("one"), try await library.encoded("two")]
            for id in ids { try await library.publish(id) }
            let row = try #require(try await library.courseware(ids[0]))
            #expect(row.state == .published && row.version == 1 && row.publishedAt == library.time.value)

            let catalogue = try #require(try await believed(library, fingerprint).catalogue)
            #expect(catalogue.files.count == 2)
            let path = try #require(RelativePath(rawValue: "courseware/990101/\(ids[0])/1.json"))
            let target = try #require(catalogue.files[path])
            #expect(target.sha256.hex == row.manifestHash && target.length == Int64(row.manifestBytes))
            let custom: [String: JSONValue] = [
                "kind": "courseware", "courseware": .string(ids[0]), "version": 1,
                "published_at": .integer(library.time.value.milliseconds),
                "audience": ["areas": ["990101"], "kinds": []],
            ]
            #expect(target.custom == custom)
            let file = try #require(library.content.blobs.url(row.manifestHash))
            let manifest = try Manifest(parsing: [UInt8](Data(contentsOf: file)))
            #expect(manifest.courseware == ids[0] && manifest.version == 1 && manifest.title == "lesson")
            for hash in [row.manifestHash] + manifest.blobs.map(\.sha256.hex) {
                #expect(try await library.database.read { try $0.publishedLength(of: hash) } != nil)
            }
            #expect(try await library.database.read { try $0.publishedLength(of: row.manifestHash) } == Int64(row.manifestBytes))
            // The upload itself is nobody's to fetch.
            #expect(try await library.database.read { try $0.publishedLength(of: row.sourceHash) } == nil)

            try await library.database.write { try $0.withdrawCourseware(id: ids[0], keys: keys, by: act) }
            #expect(
                try await believed(library, fingerprint).catalogue?.files.keys.map(\.rawValue) == ["courseware/990101/\(ids[1])/1.json"])
            #expect(try await library.database.read { try $0.publishedLength(of: row.manifestHash) } == nil)
            #expect(try await library.courseware(ids[0])?.state == .withdrawn)
            await #expect(throws: Refusal.conflict("courseware.not_published")) {
                try await library.database.write { try $0.withdrawCourseware(id: ids[0], keys: keys, by: act) }
            }

            // Old versions stay, for nodes that are on their way.
            #expect(try await library.database.read { try $0.metadata(role: "area-990101", version: 2) } != nil)
            #expect(try await library.database.read { try $0.metadata(role: "area-990101", version: 99) } == nil)
            let events = try await library.database.read { try $0.events(about: ids[0]) }
            #expect(events.map(\.kind) == ["courseware.withdrawn", "courseware.published", "courseware.encoded", "courseware.added"])
        }
    }

    @Test(arguments: Database.Engine.required)
    func changesAreAnotherVersionWithTheNewTitleAndAudience(_ engine: Database.Engine) async throws {
        func whoMayFetch(_ hash: String, _ library: LibraryWorld) async throws -> [Bool] {
            let places = [
                ("990101", nil), ("990102", nil), ("990103", nil), ("990101001001", "village"), ("990101002001", "village"),
                ("990102001001", "agency"),
            ]
            var answers: [Bool] = []
            for (code, kind) in places {
                let place = NodePlace(area: try #require(AreaCode(code)), siteKind: kind)
                answers.append(try await library.database.read { try $0.isPublishedBlob(hash, for: place) })
            }
            return answers
        }
        try await LibraryWorld.with(engine) { library in
            let (keys, act, day) = (library.content.keys, library.act, library.today)
            let fingerprint = try await library.database.write { try $0.ensureCatalogue(keys, by: act) }
            let id = try await library.encoded("one")
            try await library.publish(id)
            let first = try #require(try await library.courseware(id)).manifestHash
            let draft = CoursewareForm.texts(
                title: "苹果树修剪", category: "practical_skills", speaker: "王技术员", unit: "东岭县农业局", areas: "990101001，990102",
                kinds: ["village", "township"])
            try await library.database.write {
                try $0.changeCourseware(
                    id: id, try $0.coursewareFields(try CoursewareForm.form.read(draft), on: day, in: .everything), by: act)
            }
            // Nothing of it is public yet, and who sees the present version does.
            #expect(try await library.courseware(id)?.manifestHash == first)
            #expect(try await whoMayFetch(first, library) == [true, false, false, true, true, false])
            library.time.set(library.time.value.adding(seconds: 60))
            try await library.publish(id)
            let row = try #require(try await library.courseware(id))
            #expect(row.version == 2 && row.manifestHash != first)
            #expect(try await whoMayFetch(row.manifestHash, library) == [true, true, false, true, false, false])
            #expect(try await whoMayFetch(first, library) == [Bool](repeating: false, count: 6))
            // A library from before this stood beside it takes it from what is signed.
            try await library.database.write { try $0.run("UPDATE courseware SET shown_areas = '', shown_kinds = ''") }
            #expect(try await whoMayFetch(row.manifestHash, library) == [Bool](repeating: true, count: 6))
            try await library.database.write { _ = try $0.ensureCatalogue(keys, by: act) }
            #expect(try await whoMayFetch(row.manifestHash, library) == [true, true, false, true, false, false])
            let catalogue = try #require(try await believed(library, fingerprint).catalogue)
            #expect(catalogue.files.keys.map(\.rawValue) == ["courseware/network/\(id)/2.json"])
            let audience: JSONValue = ["areas": ["990101001", "990102"], "kinds": ["village", "township"]]
            #expect(catalogue.files.values.first?.custom["audience"] == audience)
            let manifest = try Manifest(parsing: [UInt8](Data(contentsOf: try #require(library.content.blobs.url(row.manifestHash)))))
            #expect(
                [manifest.title, manifest.category, manifest.speaker, manifest.unit] == ["苹果树修剪", "practical_skills", "王技术员", "东岭县农业局"])
            #expect(try await library.database.read { try $0.publishedLength(of: first) } == nil)
            // The button pressed twice changes nothing.
            try await library.publish(id)
            #expect(try await library.courseware(id) == row)
        }
    }

    /// What was addressed to a county that got another code is addressed to the same county.
    @Test(arguments: Database.Engine.required)
    func anAudienceIsReadInTheCodesOfNow(_ engine: Database.Engine) async throws {
        try await LibraryWorld.with(engine) { library in
            let (keys, act, day) = (library.content.keys, library.act, library.today)
            _ = try await library.database.write { try $0.ensureCatalogue(keys, by: act) }
            let id = try await library.encoded("one")
            let draft = CoursewareForm.texts(title: "果树冬剪", category: "practical_skills", speaker: "", unit: "", areas: "990101", kinds: [])
            try await library.database.write {
                try $0.changeCourseware(
                    id: id, try $0.coursewareFields(try CoursewareForm.form.read(draft), on: day, in: .everything), by: act)
            }
            let (old, new) = (try #require(AreaCode("990101")), try #require(AreaCode("990109")))
            try await library.database.write { statements in
                _ = try statements.decideArea(
                    .recode(old, to: new), on: day, today: day, reason: "调整", document: "", in: .everything, by: act)
            }
            let found = try #require(try await library.courseware(id))
            #expect(found.audienceAreas == "990109" && found.audience == [new])
            // Saved as its form shows it, and published, it is for whom it was.
            let again = CoursewareForm.texts(found)
            try await library.database.write {
                try $0.changeCourseware(
                    id: id, try $0.coursewareFields(try CoursewareForm.form.read(again), on: day, in: .everything), by: act)
            }
            try await library.publish(id)
            let hash = try #require(try await library.courseware(id)).manifestHash
            let place = NodePlace(area: new, siteKind: nil)
            #expect(try await library.database.read { try $0.isPublishedBlob(hash, for: place) })
        }
    }

    @Test func whatIsNotReadyOrHasChangedMeanwhileIsNotPublished() async throws {
        try await LibraryWorld.with(.sqlite) { library in
            let (keys, act, day) = (library.content.keys, library.act, library.today)
            _ = try await library.database.write { try $0.ensureCatalogue(keys, by: act) }
            let raw = try await library.upload([1, 2, 3])
            await #expect(throws: Refusal.conflict("courseware.not_ready")) { try await library.publish(raw) }
            await #expect(throws: Refusal.notFound("courseware")) { try await library.publish("nothing") }
            let id = try await library.encoded("one")
            let seen = try #require(try await library.courseware(id))
            let manifest = try Manifest(parsing: [UInt8](Data(contentsOf: try #require(library.content.blobs.url(seen.manifestHash)))))
            let draft = CoursewareForm.texts(title: "other", category: "", speaker: "", unit: "", areas: "", kinds: [])
            try await library.database.write {
                try $0.changeCourseware(
                    id: id, try $0.coursewareFields(try CoursewareForm.form.read(draft), on: day, in: .everything), by: act)
            }
            await #expect(throws: Refusal.conflict("courseware.changed_meanwhile")) {
                try await library.database.write { try $0.publishCourseware(seen, manifest: manifest, keys: keys, on: day, by: act) }
            }
            try library.content.blobs.remove(seen.manifestHash)
            await #expect(throws: Refusal.conflict("courseware.media_missing")) { try await library.publish(id) }
            #expect(try await library.courseware(id)?.state == .ready)
        }
    }

    @Test(arguments: Database.Engine.required)
    func theCatalogueIsSignedAnewBeforeItExpires(_ engine: Database.Engine) async throws {
        try await LibraryWorld.with(engine) { library in
            let fingerprint = try await ensured(library, library.content.keys)
            let id = try await library.encoded("one")
            try await library.publish(id)
            #expect(try await refreshed(library) == false)
            // Four times a day, so that a node notices within one that somebody keeps the newest from it.
            library.time.set(SampleWorld.moment("2011-03-20", 14))
            #expect(try await refreshed(library) == false)
            library.time.set(SampleWorld.moment("2011-03-20", 16))
            #expect(try await refreshed(library))
            for days in [20, 40, 200, 300] {
                library.time.set(SampleWorld.moment("2011-03-20", 9).adding(seconds: Int64(days) * 86_400))
                #expect(try await refreshed(library))
                #expect(try await library.database.read { try $0.newestTimestampInstant() } == library.time.value)
                #expect(try await believed(library, fingerprint).catalogue?.files.count == 1)
            }
            // A later start finds everything in order and keeps the fingerprint.
            #expect(try await ensured(library, library.content.keys) == fingerprint)
            let others = try CatalogueKeys(Dictionary(uniqueKeysWithValues: KeyName.allCases.map { ($0, SigningKey()) }))
            await #expect(throws: CatalogueKeys.Problem.self) { try await ensured(library, others) }
        }
    }

    private func ensured(_ library: LibraryWorld, _ keys: CatalogueKeys) async throws -> String {
        let act = library.act
        return try await library.database.write { try $0.ensureCatalogue(keys, by: act) }
    }

    private func refreshed(_ library: LibraryWorld) async throws -> Bool {
        let (keys, act) = (library.content.keys, library.act)
        return try await library.database.write { try $0.refreshCatalogue(keys, by: act) }
    }

    @Test func keysAreMadeOnceForTheirOwnerAlone() throws {
        let folder = try temporaryFolder()
        defer { try? FileManager.default.removeItem(at: folder) }
        let place = folder.appendingPathComponent("keys")
        let made = try CatalogueKeys.loadOrMake(in: place, entropy: .system)
        let again = try CatalogueKeys.loadOrMake(in: place, entropy: .system)
        #expect(try made.repository.firstRoot(at: 0) == again.repository.firstRoot(at: 0))
        #expect(
            try FileManager.default.contentsOfDirectory(atPath: place.path).sorted() == [
                "publishers.key", "root.key", "snapshot.key", "targets.key", "timestamp.key",
            ])
        let root = place.appendingPathComponent("root.key")
        #expect(try FileManager.default.attributesOfItem(atPath: root.path)[.posixPermissions] as? Int == 0o600)
        try FileManager.default.setAttributes([.posixPermissions: 0o644], ofItemAtPath: root.path)
        #expect(throws: CatalogueKeys.Problem.self) { try CatalogueKeys.loadOrMake(in: place, entropy: .system) }
        try FileManager.default.removeItem(at: root)
        let problem = #expect(throws: CatalogueKeys.Problem.self) { try CatalogueKeys.loadOrMake(in: place, entropy: .system) }
        #expect(problem?.description.contains("root.key") == true)
    }
}
