package import Basics
package import Registry
import Web

/// The addresses of the pages of figures, made in one place.
package enum FigureURL {
    package static func area(_ code: String, _ month: Month, _ network: NetworkView = .then) -> String {
        Query.url("/areas/\(code)", [("month", month.description), field(network)])
    }

    package static func bulletin(_ code: String, _ month: Month, _ form: String = "", _ network: NetworkView = .then) -> String {
        Query.url("/bulletins/\(month)/\(code)\(form)", [field(network)])
    }

    /// The view as a field of an address; as it was then needs no word.
    package static func field(_ network: NetworkView) -> (String, String) { ("network", network == .then ? "" : network.rawValue) }

    /// The account of an area's denominator, or the sites of one of its lines.
    package static func denominator(_ code: String, _ month: Month, part: Denominator.Step? = nil, page: Int = 0, file: String = "")
        -> String
    {
        Query.url(
            "/areas/\(code)/denominator\(file)",
            [("month", month.description), ("part", part?.rawValue ?? ""), ("page", page > 0 ? String(page) : "")])
            + (part != nil && file.isEmpty ? "#part" : "")
    }

    package static func site(_ code: String, _ month: Month) -> String {
        Query.url("/sites/\(Query.segment(code))", [("month", month.description)])
    }

    package static func day(_ code: String, _ day: Day) -> String { "/sites/\(Query.segment(code))/days/\(day)" }

    /// The sites behind a figure. `part` is `rest` for those that lie in none of the areas directly below.
    package static func sites(
        area: String, month: Month, show: SiteFilter, part: String = "", sort: SiteOrder = .code, _ network: NetworkView = .then
    ) -> String {
        Query.url(
            "/sites",
            [
                ("area", area), ("month", month.description), ("show", show.rawValue), ("part", part),
                ("sort", sort == .code ? "" : sort.rawValue), field(network),
            ])
    }
}
