/// Why a page or a picture cannot be printed. A cancelled run throws `CancellationError` instead.
package enum PrintProblem: Error, Hashable, Sendable {
    /// The program is not on this machine; the Debian package `package` has it.
    case missing(program: String, package: String)
    /// The program ended with `status` (a signal is written as its negative number); `said` is the end of its standard error.
    case failed(program: String, status: Int, said: String)
    /// The worker that runs the program is away, or went away.
    case workerAway(String)
    /// The program did not end within its time and was stopped.
    case tookTooLong(program: String)
    /// The page does not stand on its own: `reason` names what would make the program read files or the network.
    case unsafePage(reason: String)
}

extension PrintProblem: CustomStringConvertible {
    package var description: String {
        switch self {
        case .missing(let program, let package): "The program \(program) was not found. Install the Debian package \(package)."
        case .failed(let program, let status, let said): "\(program) stopped with status \(status): \(said)"
        case .workerAway(let why): why
        case .tookTooLong(let program): "\(program) did not end within its time. Try again when the machine is less busy."
        case .unsafePage(let reason):
            "The page does not stand on its own: \(reason). Print only pages without references to anything outside."
        }
    }
}
