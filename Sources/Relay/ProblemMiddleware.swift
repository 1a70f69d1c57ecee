import Basics
import HTTPTypes
package import Hummingbird
import Logging
import Storage
import Wire

/// Turns what a handler throws into `application/problem+json`; anything that nobody foresaw is a 500 with the request's id in the log.
package struct ProblemMiddleware<Context: RequestContext>: RouterMiddleware {
    package init() {}

    package func handle(_ request: Request, context: Context, next: (Request, Context) async throws -> Response) async throws -> Response {
        var answer = await answered(request, context, next)
        // Nothing is in it that a browser could show, and every byte counts on a line of a few kilobits.
        if answer.status == .notModified || answer.status == .noContent { return answer }
        // What a browser makes of it is what its type says, and it stands in no page of another.
        if let field = HTTPField.Name("X-Content-Type-Options") { answer.headers[field] = "nosniff" }
        if let field = HTTPField.Name("Referrer-Policy") { answer.headers[field] = "no-referrer" }
        return answer
    }

    private func answered(_ request: Request, _ context: Context, _ next: (Request, Context) async throws -> Response) async -> Response {
        do { return try await next(request, context) } catch let problem as Problem {
            return Answers.problem(problem)
        } catch Refusal.busy {
            var answer = Answers.problem(
                Problem(code: "busy", status: 503, title: "Too much at once", detail: "Nothing was taken; send it again later."))
            answer.headers[.retryAfter] = "10"
            return answer
        } catch let error as HTTPError {
            return Answers.problem(
                Problem(code: "http.\(error.status.code)", status: error.status.code, title: error.body ?? error.status.reasonPhrase))
        } catch let fault as MalformedFact {
            return Answers.problem(Problem(code: fault.code, status: fault.code == "batch.too_many" ? 413 : 400, title: fault.sentence))
        } catch StorageError.diskFull(let sentence) {
            context.logger.error("The disk is full: \(sentence)")
            return Answers.problem(
                Problem(
                    code: "disk.full", status: 503, title: "The disk is full", detail: "Nothing was lost; send it again when there is room."
                ))
        } catch let error as StorageError {
            context.logger.error("The database did not answer: \(error)")
            return Answers.problem(Problem(code: "storage", status: 503, title: "The database did not answer"))
        } catch let error where isBrokenOff(error) {
            context.logger.info("The other end broke off: \(error)")
            return Answers.problem(Problem(code: "broken_off", status: 400, title: "The request broke off"))
        } catch {
            context.logger.error("Not foreseen: \(error)")
            return Answers.problem(Problem(code: "internal", status: 500, title: "Something went wrong here"))
        }
    }
}
