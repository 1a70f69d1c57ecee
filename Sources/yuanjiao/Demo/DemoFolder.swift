import Foundation

/// What a demo keeps, below one folder.
struct DemoFolder: Sendable {
    let root: URL

    init(_ root: URL) { self.root = root }

    var centre: URL { root.appendingPathComponent("centre") }
    var edge: URL { root.appendingPathComponent("edge") }
    func terminal(_ number: Int) -> URL { root.appendingPathComponent("terminal-\(number)") }
    func log(_ name: String) -> URL { root.appendingPathComponent("logs/\(name).log") }
    private var mark: URL { root.appendingPathComponent("yuanjiao-demo") }

    /// True when an earlier start finished the first preparations.
    var isSeeded: Bool { FileManager.default.fileExists(atPath: root.appendingPathComponent("seeded").path) }

    /// Makes the folder. One that holds something else is left alone.
    func prepare() throws {
        let files = (try? FileManager.default.contentsOfDirectory(atPath: root.path)) ?? []
        guard files.isEmpty || FileManager.default.fileExists(atPath: mark.path) else {
            throw BadSetting(description: "\(root.path) holds other things; choose an empty folder with --data")
        }
        try FileManager.default.createDirectory(at: root.appendingPathComponent("logs"), withIntermediateDirectories: true)
        try Data().write(to: mark)
    }

    /// Removes a demo's folder; refuses one that no demo made.
    func reset() throws {
        guard FileManager.default.fileExists(atPath: root.path) else { return }
        try prepare()
        try FileManager.default.removeItem(at: root)
    }

    /// Says that the preparations are whole.
    func finish() throws { try Data().write(to: root.appendingPathComponent("seeded")) }

    /// Keeps a small file that only this user may read.
    func keep(_ name: String, _ values: [String: String]) throws {
        let file = root.appendingPathComponent(name)
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .prettyPrinted, .withoutEscapingSlashes]
        try encoder.encode(values).write(to: file, options: .atomic)
        try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: file.path)
    }

    private func kept(_ name: String) throws -> [String: String] {
        try JSONDecoder().decode([String: String].self, from: Data(contentsOf: root.appendingPathComponent(name)))
    }

    /// Claims by program.
    func claims() throws -> [String: String] { try kept("claims.json") }
    /// Login to password.
    func logins() throws -> [String: String] { try kept("logins.json") }
    /// Seeds of the keys of the made-up county edges, hexadecimal, by county code.
    func edgeSeeds() throws -> [String: String] { try kept("edges.json") }

    /// The plan of the made-up city.
    static func plan() throws -> Data {
        let candidates = [
            URL(fileURLWithPath: "demo/reference-2011.json"),
            executable.appendingPathComponent("../../../demo/reference-2011.json").standardizedFileURL,
        ]
        for file in candidates { if let data = try? Data(contentsOf: file) { return data } }
        throw BadSetting(description: "demo/reference-2011.json is missing; run bin/demo from a clone of the project")
    }

    /// The folder of this program.
    static var executable: URL { URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath().deletingLastPathComponent() }
}
