package import Basics
package import Registry
package import Web

/// Where figures are seen: of areas and sites, month by month.
package enum FigureAddress {
    package static let list = FixedAddress("/figures")
    static let formulas = FixedAddress("/formulas")
    static let overview = FixedAddress("/overview")
    static let months = Address<String>("/areas/:code/months")
    static let denominator = Address<String>("/areas/:code/denominator")
    static let denominatorFile = denominator.adding(".csv")
    package static let prospect = Address<String>("/areas/:code/prospect")
    static let day = Address<String, Day>("/sites/:code/days/:day")

    /// The overview of an area.
    package static func area(_ code: String, _ month: Month, _ network: NetworkView = .then) -> Location {
        AreaAddress.page(code).with([("month", month.description), field(network)])
    }

    /// The view as a field of an address; as it was then needs no word.
    package static func field(_ network: NetworkView) -> (String, String) { ("network", network == .then ? "" : network.rawValue) }

    /// The account of an area's denominator, or the sites of one of its lines.
    package static func denominator(_ code: String, _ month: Month, part: Denominator.Step? = nil, page: Int = 0) -> Location {
        let place = denominator(code).with([
            ("month", month.description), ("part", part?.rawValue ?? ""), ("page", page > 0 ? String(page) : ""),
        ])
        return part == nil ? place : place.at("part")
    }

    package static func site(_ code: String, _ month: Month) -> Location { SiteAddress.page(code).with("month", month) }

    /// The sites behind a figure. `part` is `rest` for those that lie in none of the areas directly below.
    package static func sites(
        area: String, month: Month, show: SiteFilter, part: String = "", sort: SiteOrder = .code, _ network: NetworkView = .then
    ) -> Location {
        SiteAddress.list().with([
            ("area", area), ("month", month.description), ("show", show.rawValue), ("part", part),
            ("sort", sort == .code ? "" : sort.rawValue), field(network),
        ])
    }
}

/// Where a month's bulletin of an area is read, printed and worked on.
package enum BulletinAddress {
    package static let list = FixedAddress("/bulletins")
    package static let page = Address<Month, String>("/bulletins/:month/:code")
    package static let print = page.adding("/print")
    package static let csv = Address<Month, String>("/bulletins/:month/{code}.csv")
    package static let xlsx = Address<Month, String>("/bulletins/:month/{code}.xlsx")
    package static let json = Address<Month, String>("/bulletins/:month/{code}.json")
    package static let editions = page.adding("/editions")
    package static let composition = page.adding("/compose")

    /// The bulletin on the network of a view.
    package static func bulletin(_ code: String, _ month: Month, _ network: NetworkView = .then) -> Location {
        page(month, code).with([FigureAddress.field(network)])
    }
}
