import Accounts
import Basics
import Centre
import Foundation
import HTTPTypes
import Hummingbird
import HummingbirdTesting
import Storage
import TestKit
import Testing
import Web

/// What the house does around every page: static files, and the way back after signing in.
@Suite struct HousePagesTests {
    @Test func filesAreNamedByTheirContentAndKept() async throws {
        try await withCentre(.sqlite) { world in
            let page = String(buffer: try await world.get("/sign-in").body)
            let path = try #require(page.firstMatch(of: /href="(\/static\/console\.[0-9a-f]{12}\.css)"/)).1
            let kept = try await world.get(String(path))
            #expect(kept.status == .ok && kept.headers[.cacheControl]?.contains("immutable") == true)
            let plain = try await world.get("/static/console.css")
            #expect(plain.body == kept.body && plain.headers[.cacheControl] == "max-age=300")
        }
    }

    /// Whoever signs in comes to where he wanted to be, in whatever script its address is; to nowhere else.
    @Test(arguments: [
        ("/sites?q=柳河村", "/sites?q=%E6%9F%B3%E6%B2%B3%E6%9D%91"), ("/sites?q=%E6%9F%B3", "/sites?q=%E6%9F%B3"),
        ("/sites?q=a%20b", "/sites?q=a%20b"), ("/a b", "/"),
        ("/bulletins/2011-03/9901", "/bulletins/2011-03/9901"),
        ("//example.org/", "/"), ("/%2Fexample.org/", "/"), ("/\\example.org", "/"), ("/%5Cexample.org", "/"),
        ("https://example.org/", "/"), ("/a\r\nSet-Cookie: x=y", "/"),
        ("/a%0D%0Ab", "/"), ("", "/"),
    ])
    func theWayBackStaysWithinTheSite(_ next: String, _ expected: String) async throws {
        try await withCentre(.sqlite) { world in
            _ = try await world.signIn("city", .officer, area: "9901")
            let answer = try await world.post("/sign-in", ["login": "city", "password": "a long test password", "next": next])
            #expect(answer.status == .seeOther && answer.headers[.location] == expected)
        }
    }

    @Test func aFormWhoseSessionHasEndedLeadsBackToItsPage() async throws {
        try await withCentre(.sqlite) { world in
            let answer = try await world.client.execute(
                uri: "/exclusions/new", method: .post,
                headers: [.referer: "http://127.0.0.1:8080/exclusions/new?area=990101", .contentType: "application/x-www-form-urlencoded"],
                body: ByteBuffer(string: "area=990101"))
            #expect(answer.status == .seeOther)
            #expect(answer.headers[.location]?.removingPercentEncoding == "/sign-in?next=/exclusions/new?area=990101")
        }
    }
}
