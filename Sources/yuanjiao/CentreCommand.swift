import ArgumentParser
import Centre

/// `yuanjiao centre`
struct CentreCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "centre", abstract: "Serves the centre: pages for people, catalogue and facts for nodes.",
        discussion: "SIGTERM lets requests under way finish, then stops.")

    @OptionGroup var common: CommonOptions
    @Option(name: .long, help: "Address to listen on (YUANJIAO_HOST). Default: 127.0.0.1.")
    var host: String?
    @Option(name: .long, help: "Port to listen on (YUANJIAO_PORT). Default: 8080.")
    var port: String?
    @Option(
        name: .long,
        help: "A replica of the database, from which pages of figures read: `postgres:` and a libpq connection string (YUANJIAO_REPORTS).")
    var reports: String?
    @Flag(name: .long, help: "Serve beside a centre on the same database and folder that does the jobs (YUANJIAO_FRONT=true).")
    var front = false
    @Flag(name: .long, help: "Mark every page as sample data (YUANJIAO_SAMPLE=true).")
    var sample = false
    @Option(
        name: .long, help: "The folder Sources, whose templates and words are shown as they stand, without a build (YUANJIAO_SOURCES).")
    var sources: String?
    @Flag(name: .long, help: "Browsers reach the centre over TLS only, so cookies may say so (YUANJIAO_TLS=true).")
    var tls = false

    func run() async throws {
        let settings = try await Settings(
            common,
            flags: [
                "host": host, "port": port, "reports": reports, "front": front ? "true" : nil, "sample": sample ? "true" : nil,
                "tls": tls ? "true" : nil, "sources": sources,
            ])
        try await CentreApplication.open(try settings.centre(), logger: try settings.logger("centre")).run()
    }
}
