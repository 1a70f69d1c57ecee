import AsyncHTTPClient
import Basics
import Content
import Foundation
import Logging
import NIOCore
import NIOHTTP1
import ServiceLifecycle
import Subprocess
import Web

/// At the first start, makes a picture and a tone into a lesson and publishes it the way an editor does: sign in, upload, fill in the form,
/// publish.
struct SampleLesson: Service {
    let folder: DemoFolder
    let address: String
    let logger: Logger

    private var mark: URL { folder.root.appendingPathComponent("lesson") }

    func run() async throws {
        await cancelWhenGracefulShutdown {
            if !FileManager.default.fileExists(atPath: self.mark.path) {
                do { try await self.publish() } catch is CancellationError {} catch { say("The sample lesson was not published: \(error)") }
            }
            try? await Task.sleep(for: .seconds(1_000_000_000))
        }
    }

    private func publish() async throws {
        let clip = folder.root.appendingPathComponent("lesson.mp4")
        let made = try await Subprocess.run(
            .name("ffmpeg"),
            arguments: [
                "-nostdin", "-v", "error", "-y", "-f", "lavfi", "-i", "testsrc2=size=640x360:rate=15", "-f", "lavfi", "-i",
                "sine=frequency=330:beep_factor=3", "-t", "60",
                "-c:v", "libx264", "-preset", "ultrafast", "-pix_fmt", "yuv420p", "-c:a", "aac", clip.path,
            ], output: .discarded, error: .string(limit: 4096))
        guard made.terminationStatus.isSuccess else { throw BadSetting(description: "ffmpeg: \(made.standardError)") }
        defer { try? FileManager.default.removeItem(at: clip) }
        try await FactClient(address: address).waitUntilUp()
        // A redirection carries the session's cookie, so it must be seen, not followed.
        let client = HTTPClient(configuration: HTTPClient.Configuration(redirectConfiguration: .disallow))
        do {
            try await publish(clip, client)
            try await client.shutdown()
        } catch {
            try? await client.shutdown()
            throw error
        }
    }

    private func publish(_ clip: URL, _ client: HTTPClient) async throws {
        var editor = try await signIn("editor", client)
        let upload = try await editor.upload(clip, name: "示例课件.mp4")
        guard let id = try JSONDecoder().decode([String: String].self, from: Data(upload.utf8))["id"] else {
            throw BadSetting(description: "The upload was not taken")
        }
        for _ in 0..<600 {
            let page = try await editor.get(CoursewareAddress.one(id))
            if page.contains(CoursewareAddress.publish(id).path) { break }
            try await Task.sleep(for: .seconds(1))
        }
        _ = try await editor.submit(
            CoursewareAddress.one(id), ["title": "示例课件", "category": "practical_skills", "speaker": "远教", "unit": "远教", "areas": "9901"])
        _ = try await editor.post(CoursewareAddress.publish(id), [:])
        var reviewer = try await signIn("reviewer", client)
        let asked = try await reviewer.get(CoursewareAddress.one(id))
        let digest = asked.firstMatch(of: /name="digest" value="([0-9a-f]{64})"/).map { String($0.1) } ?? ""
        _ = try await reviewer.post(CoursewareAddress.approve(id), ["digest": digest])
        try Data().write(to: mark)
        say("A sample lesson is published: \(address)\(CoursewareAddress.one(id))")
    }

    private func signIn(_ login: String, _ client: HTTPClient) async throws -> Editor {
        var editor = Editor(address: address, client: client)
        _ = try await editor.post(HouseAddress.signIn(), ["login": login, "password": try folder.logins()[login] ?? ""])
        _ = try await editor.get(CoursewareAddress.list())
        return editor
    }
}

/// A browser without a screen: one cookie, the token of the last page.
private struct Editor {
    let address: String
    let client: HTTPClient
    private var cookie = ""
    private var token = ""
    private var page = ""

    init(address: String, client: HTTPClient) {
        self.address = address
        self.client = client
    }

    mutating func get(_ place: Location) async throws -> String { try await send(HTTPClientRequest(url: address + place.path)) }

    mutating func post(_ place: Location, _ fields: [String: String]) async throws -> String {
        var request = HTTPClientRequest(url: address + place.path)
        request.method = .POST
        request.headers.add(name: "Content-Type", value: "application/x-www-form-urlencoded")
        let body = fields.merging(["csrf": token]) { first, _ in first }
            .map { "\($0.key)=\($0.value.addingPercentEncoding(withAllowedCharacters: .alphanumerics) ?? "")" }.joined(separator: "&")
        request.body = .bytes(ByteBuffer(string: body))
        return try await send(request)
    }

    /// Sends the form of the last page that leads to a path, filled in.
    mutating func submit(_ place: Location, _ fields: [String: String]) async throws -> String {
        guard let start = page.range(of: "action=\"\(place.path)\""), let end = page[start.upperBound...].range(of: "</form>") else {
            throw BadSetting(description: "\(place.path): the page before has no such form")
        }
        let hidden = page[start.upperBound..<end.lowerBound].matches(of: /<input type="hidden" name="([^"]*)" value="([^"]*)">/)
        let kept = Dictionary(hidden.map { (String($0.1), String($0.2)) }) { first, _ in first }
        return try await post(place, fields.merging(kept) { filled, _ in filled })
    }

    mutating func upload(_ file: URL, name: String) async throws -> String {
        var request = HTTPClientRequest(url: address + CoursewareAddress.uploads().path)
        request.method = .POST
        request.headers.add(name: "X-CSRF", value: token)
        request.headers.add(name: "X-Upload-Name", value: name.addingPercentEncoding(withAllowedCharacters: .alphanumerics) ?? "lesson.mp4")
        request.body = .bytes(ByteBuffer(bytes: try Data(contentsOf: file)))
        return try await send(request)
    }

    private mutating func send(_ request: HTTPClientRequest) async throws -> String {
        var request = request
        if !cookie.isEmpty { request.headers.add(name: "Cookie", value: cookie) }
        let answer = try await client.execute(request, timeout: .seconds(60))
        if let set = answer.headers.first(name: "Set-Cookie") { cookie = String(set.split(separator: ";").first ?? "") }
        let text = String(buffer: try await answer.body.collect(upTo: 8 << 20))
        guard answer.status.code < 400 else {
            throw BadSetting(description: "\(request.method.rawValue) \(request.url): \(answer.status.code)")
        }
        if let field = text.range(of: "name=\"csrf\" value=\""), let end = text[field.upperBound...].firstIndex(of: "\"") {
            token = String(text[field.upperBound..<end])
        }
        page = text
        return text
    }
}
