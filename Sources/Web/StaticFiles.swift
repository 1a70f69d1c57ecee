import Crypto
import Foundation
import HTTPTypes
import Hummingbird

/// The files of the folder `Static`. Pages name each by its content, so that a browser keeps it for a year and has another one at once;
/// under its plain name it is there for pages that were kept, such as editions.
struct StaticFiles: Sendable {
    private struct File: Sendable {
        let name: String
        let marked: String
        let type: String
        let body: Data
    }

    private let files: [File]

    /// Reads them. Throws when one cannot be read.
    init() throws {
        var files: [File] = []
        for (ending, type) in [("css", "text/css; charset=utf-8"), ("js", "text/javascript; charset=utf-8")] {
            for file in (Bundle.module.urls(forResourcesWithExtension: ending, subdirectory: "Static") ?? []).map({ $0 as URL }) {
                let body = try Data(contentsOf: file)
                let mark = SHA256.hash(data: body).prefix(6).map { String($0 >> 4, radix: 16) + String($0 & 15, radix: 16) }.joined()
                let name = file.lastPathComponent
                files.append(File(name: name, marked: "\(name.dropLast(ending.count))\(mark).\(ending)", type: type, body: body))
            }
        }
        self.files = files
    }

    /// A template that names each by its content.
    func marked(_ template: String) -> String {
        files.reduce(template) { $0.replacing("\"/static/\($1.name)\"", with: "\"/static/\($1.marked)\"") }
    }

    func add(to routes: inout Routes) {
        for file in files {
            for (name, age) in [(file.name, "max-age=300"), (file.marked, "max-age=31536000, immutable")] {
                routes.open(.get, FixedAddress("/static/\(name)")) { _, _ in
                    Response(
                        status: .ok, headers: [.contentType: file.type, .cacheControl: age],
                        body: .init(byteBuffer: ByteBuffer(bytes: file.body)))
                }
            }
        }
    }
}
