/// How a handler says that a job did not succeed. Any other error but `CancellationError` is a defect and ends the job as failed with
/// `job.defect`.
package enum JobFailure: Error, Hashable, Sendable {
    /// It cannot succeed. `code` is stable and has words in the catalogues, `account` is what was done and what was not.
    case failed(code: String, account: String)
    /// It may succeed later: the job waits that many seconds and is tried again.
    case postponed(code: String, seconds: Int64)
    /// A part is done, and others have their turn before the rest.
    case gaveWay
}
