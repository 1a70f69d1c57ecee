import Accounts
import Basics
import Foundation
import HTTPTypes
package import Hummingbird
import Logging
import NIOCore
import Storage
package import Wire

/// Turns refusals and defects into answers: a page for people, problem+json (RFC 9457) for programs.
package struct RefusalMiddleware: RouterMiddleware {
    private let house: House

    package init(house: House) { self.house = house }

    package func handle(_ request: Request, context: AppContext, next: (Request, AppContext) async throws -> Response) async throws
        -> Response
    {
        do {
            return try await next(request, context)
        } catch let refusal as Refusal {
            return try await answer(refusal, request, context)
        } catch let error as StorageError {
            switch error {
            case .busy: return try await answer(.busy, request, context)
            case .diskFull: return try await answer(.diskFull, request, context)
            default:
                context.logger.error("storage", metadata: ["error": "\(error)"])
                return try await failure(request, context)
            }
        } catch let error as HTTPError {
            if error.status == .notFound { return try await answer(.notFound("page"), request, context) }
            if error.status == .contentTooLarge { return try await answer(.tooLarge("form.too_large"), request, context) }
            throw error
        } catch let error as NIOTooManyBytesError {
            _ = error
            return try await answer(.tooLarge("form.too_large"), request, context)
        } catch is CancellationError {
            throw CancellationError()
        } catch let error where isBrokenOff(error) {
            context.logger.info("broken off", metadata: ["error": "\(error)"])
            return Response(status: .badRequest)
        } catch {
            context.logger.error("defect", metadata: ["error": "\(error)"])
            return try await failure(request, context)
        }
    }

    private func answer(_ refusal: Refusal, _ request: Request, _ context: AppContext) async throws -> Response {
        let status: HTTPResponse.Status =
            switch refusal {
            case .notFound: .notFound
            case .forbidden: .forbidden
            case .conflict: .conflict
            case .invalid: .unprocessableContent
            case .tooLarge: .contentTooLarge
            case .signInNeeded: .unauthorized
            case .stepDue: .forbidden
            case .diskFull: HTTPResponse.Status(code: 507)
            case .busy: .serviceUnavailable
            }
        context.logger.info("refused", metadata: ["code": "\(refusal.code)"])
        // Whoever is signed in keeps menu and language; a database that does not answer must not hide the sentence.
        let found = (try? await house.visit(request, context, for: .ownAccount)) ?? nil
        let visit = found.flatMap { $0.codeIsDue ? nil : $0 }
        await house.noteRefusal(refusal, request, context, visit)
        let isProgram = request.uri.path.hasPrefix("/api/")
        // A script would follow to the page for signing in, and take it for the answer.
        if refusal == .signInNeeded, let field = HTTPField.Name("X-CSRF"), request.headers[field] != nil {
            return try problemResponse(
                Problem(
                    code: refusal.code, status: status.code,
                    title: house.pages.words.text("refusal.\(refusal.code)", house.language(request)), detail: ""), status)
        }
        if refusal == .signInNeeded, !isProgram {
            return seeOther(HouseAddress.signIn().with("next", request.pageToReturnTo))
        }
        if case .stepDue(let step) = refusal, !isProgram {
            return seeOther(HouseAddress.page(of: step).with("next", request.pageToReturnTo))
        }
        var response = isProgram ? try problem(refusal, status) : try await page(refusal, status, request, visit)
        if refusal == .busy || refusal == .diskFull { response.headers[.retryAfter] = "10" }
        return response
    }

    private func problem(_ refusal: Refusal, _ status: HTTPResponse.Status) throws -> Response {
        var detail = ""
        if case .invalid(let fields) = refusal {
            detail = fields.sorted { $0.key < $1.key }.map { "\($0.key): \($0.value.code)" }.joined(separator: ", ")
        }
        let title = house.pages.words.text("refusal.\(refusal.code)", .english)
        return try problemResponse(Problem(code: refusal.code, status: status.code, title: title, detail: detail), status)
    }

    private func page(_ refusal: Refusal, _ status: HTTPResponse.Status, _ request: Request, _ visit: Visit?) async throws -> Response {
        struct RefusalPage {
            let sentence: String
            let fields: [String]
        }
        let (words, language) = (house.pages.words, visit?.language ?? house.language(request))
        var fields: [String] = []
        if case .invalid(let invalid) = refusal { fields = invalid.sorted { $0.key < $1.key }.map { words.text($0.value, language) } }
        let content = RefusalPage(sentence: words.text("refusal.\(refusal.code)", language), fields: fields)
        let title = words.text("refusal.title", language)
        if let visit { return try house.page("refusal", content, title: title, for: visit, request, status: status) }
        return try house.openPage("refusal", content, title: title, request, status: status)
    }

    private func failure(_ request: Request, _ context: AppContext) async throws -> Response {
        if request.uri.path.hasPrefix("/api/") {
            return try problemResponse(
                Problem(code: "defect", status: 500, title: "The program made a mistake", detail: "request \(context.requestID)"),
                .internalServerError)
        }
        struct DefectPage { let requestID: String }
        return try house.openPage(
            "defect", DefectPage(requestID: context.requestID), title: house.pages.words.text("refusal.title", house.language(request)),
            request,
            status: .internalServerError)
    }
}

/// An answer in problem+json.
package func problemResponse(_ problem: Problem, _ status: HTTPResponse.Status) throws -> Response {
    let encoder = JSONEncoder()
    encoder.outputFormatting = .sortedKeys
    return Response(
        status: status, headers: [.contentType: "application/problem+json"],
        body: .init(byteBuffer: ByteBuffer(bytes: try encoder.encode(problem))))
}
