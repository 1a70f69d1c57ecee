import Accounts
import Basics
import Centre
import Foundation
import Hummingbird
import HummingbirdTesting
import Registry
import Storage
import TestKit
import Testing
import Web

@Suite struct AddressTests {
    @Test(arguments: [
        ("S1", "/sites/S1/days/2011-03-01"), ("村 1/2?x=3#4", "/sites/%E6%9D%91%201%2F2%3Fx%3D3%234/days/2011-03-01"),
        ("a%2Fb", "/sites/a%252Fb/days/2011-03-01"), ("\"><b>", "/sites/%22%3E%3Cb%3E/days/2011-03-01"), ("", "/sites//days/2011-03-01"),
    ])
    func apartIsWrittenAsAnAddressHasIt(code: String, path: String) {
        let day = Address<String, Day>("/sites/:code/days/:day")
        #expect(day(code, Day(year: 2011, month: 3, day: 1)!).description == path)
    }

    @Test func fieldsAndAnchorsStandBehindThePath() {
        let file = Address<Month, String>("/returns/:month/{code}.csv")
        let place = file(Month("2011-03")!, "9901")
        #expect(place.description == "/returns/2011-03/9901.csv")
        #expect(place.with("a", "").description == place.description)
        #expect(place.with([("a", "1 2"), ("b", "")]).with("c", 3).at("d").description == "/returns/2011-03/9901.csv?a=1%202&c=3#d")
        #expect(file.adding(".gz").pattern == "/returns/:month/{code}.csv.gz")
    }

    @Test(arguments: [
        ("/a?b=c", "/a?b=c"), ("//evil.example/", "/"), ("http://evil.example/", "/"), ("/\\evil", "/"), ("", "/"), ("/村?q=村", nil),
        ("/a\r\nSet-Cookie: x", "/"),
    ])
    func whatARequestNamesIsAPlaceOfThisCentreOrHome(text: String, place: String?) {
        let expected = place ?? "/%E6%9D%91?q=%E6%9D%91"
        #expect(Location(asked: text).description == expected)
        #expect(Location(asked: expected).description == expected)
    }

    private static let routes = [
        Routes.Entry(method: "GET", path: "/sites/:code", right: nil), Routes.Entry(method: "GET", path: "/editions/{id}.pdf", right: nil),
        Routes.Entry(method: "POST", path: "/sites/:code/state", right: nil), Routes.Entry(method: "GET", path: "/", right: nil),
    ]

    @Test(arguments: [
        ("<a href=\"/sites/{{code}}\">", true), ("<a href=\"/sites/{{code}}?month={{month}}#days\">", true), ("<a href=\"/\">", true),
        ("<a\n class=\"x\"\n href=\"/editions/{{id}}.pdf\">", true), ("<form method=\"post\" action=\"/sites/{{code}}/state\">", true),
        ("<a href=\"/site/{{code}}\">", false), ("<a href=\"/sites/{{code}}/state\">", false), ("<a href=\"/editions/{{id}}.doc\">", false),
        ("<form action=\"/sites/{{code}}/state\">", false), ("<div data-job=\"/jobs/{{id}}/events\">", false),
    ])
    func aTemplateThatLeadsNowhereIsKnown(html: String, isGood: Bool) throws {
        let links = try TemplateLink.all(in: html, of: "page")
        #expect(links.count == 1 && links[0].leads(to: AddressTests.routes) == isGood)
    }

    @Test(arguments: ["<a href=\"{{url}}/more\">", "<a href=\"{{url}}.pdf\">"])
    func aTemplatePutsNoAddressTogether(html: String) {
        #expect(throws: DeadLink.self) { try TemplateLink.all(in: html, of: "page") }
    }

    @Test(arguments: ["<a href=\"{{url}}\">", "<a href=\"#top\">", "<a href=\"{{#a}}{{url}}{{/a}}\">"])
    func whatAPageSaysIsLeftToIt(html: String) throws {
        #expect(try TemplateLink.all(in: html, of: "page").isEmpty)
    }

    /// What an address cannot mean is no page, whoever asks.
    @Test(arguments: Database.Engine.required)
    func aPartOfAnotherKindIsNoPage(_ engine: Database.Engine) async throws {
        try await withCentre(engine) { world in
            let city = try await world.signIn("city", .officer, area: "9901")
            for path in ["/returns/2011-13/9901", "/sites/S1/days/2011-02-30", "/areas/9901/decisions/sell", "/bulletins/now/9901/print"] {
                #expect(try await world.get(path, cookie: city).status == .notFound, "\(path)")
            }
        }
    }
}
