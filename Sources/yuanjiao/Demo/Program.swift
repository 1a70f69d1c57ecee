import Foundation
import Logging
import ServiceLifecycle
import Subprocess
import SystemPackage

/// One of the demo's processes: started, watched, started again when it dies, ended with the demo.
struct Program: Service {
    private let name: String
    private let arguments: [String]
    private let log: URL

    init(_ name: String, _ arguments: [String], _ folder: DemoFolder) {
        self.name = name
        self.arguments = arguments
        log = folder.log(name)
    }

    func run() async throws {
        await cancelWhenGracefulShutdown {
            while !Task.isCancelled {
                do { try await self.once() } catch is CancellationError { return } catch {
                    say("\(self.name) could not be started: \(error)")
                }
                if Task.isCancelled { return }
                say("\(self.name) ended and is started again (\(self.log.path))")
                try? await Task.sleep(for: .milliseconds(500))
            }
        }
    }

    private func once() async throws {
        let output = try FileDescriptor.open(FilePath(log.path), .writeOnly, options: [.create, .append], permissions: [.ownerReadWrite])
        var options = PlatformOptions()
        options.teardownSequence = [.gracefulShutDown(allowedDurationToNextStep: .seconds(8))]
        // A process group of its own: Ctrl-C reaches the demo alone, which then ends its programs in order.
        options.processGroupID = 0
        _ = try await Subprocess.run(
            .path(FilePath(DemoFolder.executable.appendingPathComponent("yuanjiao").path)), arguments: Arguments(arguments),
            platformOptions: options,
            output: .fileDescriptor(output, closeAfterSpawningProcess: false),
            error: .fileDescriptor(output, closeAfterSpawningProcess: true))
    }
}

/// Says where everything is as soon as all of it answers.
struct Welcome: Service {
    let folder: DemoFolder
    let addresses: [String]

    func run() async throws {
        await cancelWhenGracefulShutdown {
            do { try await self.greet() } catch { if !Task.isCancelled { say("\(error)") } }
            try? await Task.sleep(for: .seconds(1_000_000_000))
        }
    }

    private func greet() async throws {
        for address in addresses {
            do { try await FactClient(address: address).waitUntilUp() } catch let problem as BadSetting { say("\(problem)") }
        }
        say("")
        say("Centre      \(addresses[0])")
        say("Edge        \(addresses[1])/health")
        say("Television  \(addresses[2])/tv  and  \(addresses[3])/tv")
        say("")
        say("Logins (made for this demo, kept in \(folder.root.path)/logins.json):")
        for (login, password) in try folder.logins().sorted(by: { $0.key < $1.key }) {
            say("  \(login.padding(toLength: 10, withPad: " ", startingAt: 0))\(password)")
        }
        say("")
        say("Ctrl-C ends everything.")
    }
}
