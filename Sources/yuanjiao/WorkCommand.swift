import ArgumentParser
import Centre
import Foundation
import Logging
import Programs

/// `yuanjiao work`
struct WorkCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "work",
        abstract: "Runs one of ffmpeg, ffprobe, weasyprint, rsvg-convert for a centre, which is connected to standard input and output.",
        discussion:
            "For a socket unit of systemd with Accept=yes, under a user of its own: docs/operations.md, The worker. Ends with the run.")

    @OptionGroup var common: CommonOptions
    @Option(name: .long, help: "Folder that takes the files of a run for as long as it lasts (YUANJIAO_WORK_FOLDER).")
    var folder: String?

    func run() async throws {
        let settings = try await Settings(common, flags: ["work_folder": folder])
        let logger = try settings.logger("work")
        guard let folder = settings["work_folder"], FileManager.default.fileExists(atPath: folder) else {
            throw BadSetting(description: "`work` needs a folder that is there: name it with --folder")
        }
        guard Workbench.isSocket(0) else {
            throw BadSetting(
                description: "`work` serves the socket that is its standard input; systemd starts it, see docs/operations.md, The worker")
        }
        let centre = try settings.centre()
        let programs: [Tool: String] = [
            .ffmpeg: centre.ffmpeg, .ffprobe: centre.ffprobe, .weasyprint: centre.weasyprint, .rsvgConvert: centre.rsvgConvert,
            .fontList: Tool.fontList.rawValue, .fontSubset: Tool.fontSubset.rawValue,
        ]
        let bench = Workbench(
            folder: URL(fileURLWithPath: folder).resolvingSymlinksInPath().path, programs: programs,
            confinement: try await centre.confined())
        do {
            guard let done = try await bench.serve(0) else { return }
            logger.debug("done", metadata: ["run": "\(done)"])
        } catch WorkerProblem.gone {
            logger.info("the centre went away; the program was ended")
        } catch {
            // The centre was told, too.
            logger.warning("not done", metadata: ["error": "\(error)"])
        }
    }
}
