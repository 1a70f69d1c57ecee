import HTTPTypes
package import Hummingbird

/// What every answer tells the browser: nothing runs or loads but what we serve, no page of ours inside another.
package struct SecurityHeaders: RouterMiddleware {
    package typealias Context = AppContext

    private let headers: [(String, String)]

    /// `overTLS` also tells the browser to come by TLS alone from now on (RFC 6797), for a year.
    package init(overTLS: Bool) { headers = securityHeaders + (overTLS ? [("Strict-Transport-Security", "max-age=31536000")] : []) }

    package func handle(_ request: Request, context: AppContext, next: (Request, AppContext) async throws -> Response) async throws
        -> Response
    {
        var response = try await next(request, context)
        // Nothing is in it that a browser could show, and nodes ask for it every minute over lines of a few kilobits.
        if response.status == .notModified || response.status == .noContent { return response }
        for (name, value) in headers {
            // A route may be stricter for what it serves.
            if let field = HTTPField.Name(name), response.headers[field] == nil { response.headers[field] = value }
        }
        return response
    }
}

private let securityHeaders = [
    (
        "Content-Security-Policy",
        """
        default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; media-src 'self'; connect-src 'self'; font-src \
        'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'
        """
    ),
    ("X-Content-Type-Options", "nosniff"), ("Referrer-Policy", "same-origin"), ("X-Frame-Options", "DENY"),
    ("Cross-Origin-Opener-Policy", "same-origin"),
]
