import Accounts
import Basics
package import Jobs
import Lists
package import Offices
import Records
import Registry
package import Storage
package import Web
import Workplaces

/// Where people at posts are kept.
enum PostingAddress {
    static let people = RecordAddresses("/people")
    static let phone = Address<String>("/people/:id/phone")
}

/// The form of somebody at a post, and the columns of a file of them.
enum PostingFields {
    static let name = Field.text("name", "posting.name", most: 60)
    static let post = Field.choice("post", "posting.post", among: Post.allCases, words: "posting.post")
    static let site = Field.picked("site", "posting.site", from: SiteAddress.pick).optional
    static let organisation = Field.picked("organisation", "posting.organisation", from: OrganisationAddress.pick).optional
    static let area = Field.picked("area", "posting.area", from: AreaAddress.pick).optional
    static let phone = Field.phone("phone", "posting.phone", isHelped: true)
    static let from = Field.date("from", "posting.from")
    static let through = Field.date("through", "posting.through").optional
    static let trained = Field.date("trained", "posting.trained", isHelped: true).optional
    static let form = Form(name, post, site, organisation, area, phone, from, through, trained)
    static let reason = Field.text("reason", "posting.reason", most: 200, isHelped: true)

    static func texts(_ one: Posting) -> [String: String] {
        [
            name.name: one.name, post.name: one.post.rawValue, site.name: one.place.site == nil ? "" : one.place.siteText,
            organisation.name: one.place.organisationName,
            area.name: one.place.site == nil && one.place.organisationID.isEmpty ? one.place.areaText : "", phone.name: one.shownPhone,
            from.name: one.days.lowerBound.description, through.name: one.through?.description ?? "",
            trained.name: one.trainedThrough?.description ?? "",
        ]
    }

    /// The same as the log of acts keeps it.
    static func logged(_ one: Posting) -> [String: String] {
        texts(one).merging([phone.name: Posting.masked(one.phone)]) { $1 }
    }
}

extension PostPlace {
    fileprivate init(_ site: Site, areaName: String) {
        self.init(
            areaID: site.areaID, areaCode: site.areaCode, areaName: areaName, site: site.num, siteCode: site.code, siteName: site.name)
    }

    fileprivate init(_ area: Area) {
        self.init(areaID: area.areaID, areaCode: area.code, areaName: area.name, site: nil, siteCode: "", siteName: "")
    }

    fileprivate init(_ one: Organisation) {
        self.init(
            areaID: one.areaID, areaCode: one.areaCode, areaName: one.areaName, site: nil, siteCode: "", siteName: "",
            organisationID: one.id, organisationName: one.name)
    }

    var siteText: String { "\(siteName) \(siteCode)" }
    var areaText: String { "\(areaName) \(areaCode)" }
}

extension Posting {
    /// The last day; nil for no end.
    fileprivate var through: Day? { days.upperBound < .forever ? days.upperBound : nil }

    /// What some values make of somebody at a post. Who does not see a telephone number leaves it as it is by leaving its stars.
    fileprivate init(_ statements: Statements, _ old: Posting?, _ values: FormValues, _ at: RecordVisit) throws {
        var problems: FieldProblems = [:]
        let place = try problems.gather { try statements.place(values, at) }
        let (name, post) = (values.understood(PostingFields.name), values.understood(PostingFields.post))
        let (from, phone) = (values.understood(PostingFields.from), values.understood(PostingFields.phone))
        let through = (values.understood(PostingFields.through) ?? nil) ?? .forever
        if let from, through < from { problems[PostingFields.through.name] = "posting.days_order" }
        if let phone, phone.contains("*"), phone != old.map({ Posting.masked($0.phone) }) {
            problems[PostingFields.phone.name] = "form.phone"
        }
        guard problems.isEmpty, let place, let name, let post, let from, let phone else { throw Refusal.invalid(problems) }
        let isKept = old.map { phone == Posting.masked($0.phone) || phone == $0.phone } ?? false
        let days = from...through
        // A row of a file that says once more what stands there is that posting.
        if old == nil, try statements.posting(name: name, post: post, place: place, from: from, on: at.today) != nil {
            throw Refusal.invalid([PostingFields.name.name: "posting.known"])
        }
        self.init(
            id: old?.id ?? at.act.ids.next(), post: post, name: name, phone: isKept ? old?.phone ?? phone : phone, place: place, days: days,
            trainedThrough: values.understood(PostingFields.trained) ?? nil, showsPhone: isKept ? old?.showsPhone ?? true : true)
    }
}

extension Statements {
    /// Where the post is that some values name: a site, an organisation, or else the office of an area.
    fileprivate func place(_ values: FormValues, _ at: RecordVisit) throws -> PostPlace {
        if let text = try values[PostingFields.site] {
            let site = try site(typed: text, in: PostingFields.site.name, on: at.today, scope: at.scope)
            return PostPlace(site, areaName: try area(id: site.areaID, on: at.today)?.name ?? "")
        }
        if let text = try values[PostingFields.organisation] {
            let one = try organisation(typed: text, in: PostingFields.organisation.name, scope: at.scope)
            // An office names its own people, and nobody another one's.
            if let refusal = one.obstacle(in: at.scope) {
                throw Refusal.invalid([PostingFields.organisation.name: FieldProblem(refusal.code)])
            }
            return PostPlace(one)
        }
        guard let text = try values[PostingFields.area] else {
            throw Refusal.invalid([PostingFields.site.name: "posting.place_needed"])
        }
        return PostPlace(try area(typed: text, in: PostingFields.area.name, on: at.today, scope: at.scope))
    }
}

extension RecordPage where Record == Posting {
    static var people: RecordPage {
        var page = RecordPage(
            PostingAddress.people, topic: "posting", see: .seeFigures, keep: .keepRegister, form: PostingFields.form,
            key: [PostingFields.name.name, PostingFields.post.name, PostingFields.from.name], id: \.id, name: \.name,
            texts: PostingFields.texts, find: { try $0.posting(id: $1, in: $2.scope, on: $2.today) },
            match: { statements, values, at in
                guard let name = values.understood(PostingFields.name), let post = values.understood(PostingFields.post),
                    let from = values.understood(PostingFields.from), let place = try? statements.place(values, at),
                    let known = try statements.posting(name: name, post: post, place: place, from: from, on: at.today)
                else { return nil }
                return try statements.posting(id: known.id, in: at.scope, on: at.today) ?? known
            }, reading: { try Posting($0, $1, $2, $3) }, save: { try $0.savePosting($2, was: $1, by: $3.act) },
            state: { $0.standing(on: $1).rawValue },
            ways: { one, at in
                let site = one.place.site.map { _ in
                    Frame.Link(label: at.text("posting.to_site"), url: SiteAddress.page(one.place.siteCode))
                }
                let organisation =
                    one.place.organisationID.isEmpty
                    ? nil
                    : Frame.Link(
                        label: at.text("posting.to_organisation"), url: OrganisationAddress.organisations.one(one.place.organisationID))
                let phone = one.showsPhone ? nil : Frame.Link(label: at.text("posting.show_phone"), url: PostingAddress.phone(one.id))
                return [site, organisation, phone].compactMap { $0 }
            })
        page.undoing = RecordUndoing(kept: { PostingFields.texts($0).merging([PostingFields.phone.name: $0.phone]) { $1 } }) {
            try $0.removePosting($1, by: $2.act)
        }
        return page
    }
}

extension FormPage where Subject == Posting {
    /// `/people/:id/phone`: a telephone number that is not for every day, shown once, for a reason that stays in the log.
    fileprivate static var phone: FormPage {
        var page = FormPage(
            submit: "posting.show_phone", cancel: { one, _ in PostingAddress.people.one(one.id) },
            subject: { statements, at in
                let found = try statements.posting(id: try at.parts(PostingAddress.phone), in: at.visit.scope, on: at.today)
                guard let found else { throw Refusal.notFound("record") }
                return found
            }, form: { _ in Form(PostingFields.reason) }, texts: { _, _ in [:] },
            act: { statements, one, values, at in
                try statements.notePhoneShown(one, reason: try values[PostingFields.reason], by: at.act)
                return PostingAddress.people.one(one.id)
            },
            page: { view, one, at in
                FormFrame(title: at.text("posting.show_phone"), crumbs: at.crumbs(one), note: at.text("posting.phone_note"), view)
            })
        page.isOnlyLooking = true
        page.answering = { one, at in
            FormFrame(
                title: one.name, crumbs: at.crumbs(one), template: "shown_phone",
                content: ShownPhone(phone: one.phone, post: at.text("posting.post.\(one.post.rawValue)"), place: one.place.text))
        }
        return page
    }
}

/// The page `shown_phone`.
struct ShownPhone: Sendable {
    let phone: String
    let post: String
    let place: String
}

extension PostPlace {
    /// The site, the organisation, or the area whose office it is.
    fileprivate var text: String { site == nil ? organisationName.isEmpty ? areaText : organisationName : siteText }
}

extension FormVisit {
    fileprivate func crumbs(_ one: Posting) -> [Frame.Link] {
        [
            Frame.Link(label: text("posting.title"), url: PostingAddress.people.list()),
            Frame.Link(label: one.name, url: PostingAddress.people.one(one.id)),
        ]
    }
}

extension ListPage where Row == Posting {
    static var people: ListPage {
        let record = RecordPage.people
        return ListPage(
            record.addresses.list, .seeFigures, title: "posting.title",
            columns: [
                ListColumn("name", "posting.name") { one, _ in Table.Cell(one.name, url: PostingAddress.people.one(one.id)) },
                ListColumn("post", "posting.post") { Table.Cell($1.text("posting.post.\($0.post.rawValue)")) },
                ListColumn("site", "posting.site") { one, _ in
                    Table.Cell(
                        one.place.site == nil ? "" : one.place.siteText,
                        url: one.place.site == nil ? nil : SiteAddress.page(one.place.siteCode))
                },
                ListColumn("organisation", "posting.organisation") { one, _ in
                    let place = one.place
                    return Table.Cell(
                        place.organisationName,
                        url: place.organisationID.isEmpty ? nil : OrganisationAddress.organisations.one(place.organisationID))
                },
                ListColumn("area", "posting.area") { one, _ in Table.Cell(one.place.areaText) },
                ListColumn("phone", "posting.phone") { one, _ in Table.Cell(one.shownPhone) },
                ListColumn("from", "posting.from") { one, _ in Table.Cell(one.days.lowerBound.description) },
                ListColumn("through", "posting.through") { one, _ in Table.Cell(one.through?.description ?? "") },
                ListColumn("trained", "posting.trained") { one, _ in Table.Cell(one.trainedThrough?.description ?? "") },
                ListColumn("standing", "posting.standing") { one, question in
                    Table.Cell(question.text("posting.state.\(one.standing(on: question.today).rawValue)"), mark: "standing")
                },
            ],
            filters: [
                ListFilter("post", "posting.post", any: "posting.any", among: Post.self, words: "posting.post"),
                ListFilter("standing", "posting.standing", any: "posting.any", among: PostingStanding.self, words: "posting.state"),
                ListFilter(
                    "training", "posting.training", [FieldOption("", "posting.any"), FieldOption("over", "posting.training.over")]),
            ], search: "posting.search",
            rows: {
                try $0.postings(PostingFilter($1), after: $1.after, limit: $1.limit, in: $1.scope, on: $1.today)
            }, count: { try $0.postingCount(PostingFilter($1), in: $1.scope, on: $1.today) },
            place: { "\(searchKey($0.name))\u{1F}\($0.id)" }, ways: { record.ways($0) }, empty: "posting.empty")
    }
}

extension PostingFilter {
    /// So many days ahead the end of somebody's training is told.
    static let trainingDays = 30

    fileprivate init(_ question: ListQuestion) {
        self.init(
            words: question.words, post: Post(rawValue: question["post"]), standing: PostingStanding(rawValue: question["standing"]),
            trainedBefore: question["training"] == "over" ? question.today.advanced(by: Self.trainingDays) : nil)
    }
}

extension Table {
    /// Who holds which post at an organisation.
    package static func posts(_ statements: Statements, _ one: Organisation, _ at: FormVisit) throws -> Table {
        let held = try statements.postings(PostingFilter(organisation: one.id), limit: 200, in: at.visit.scope, on: at.today)
        return Table(
            caption: at.text("posting.title"),
            columns: ["name", "post", "phone", "from", "through"].map { Column(at.text("posting.\($0)")) },
            rows: held.map { one in
                [
                    Cell(one.name, url: PostingAddress.people.one(one.id)), Cell(at.text("posting.post.\(one.post.rawValue)")),
                    Cell(one.shownPhone), Cell(one.days.lowerBound.description), Cell(one.through?.description ?? ""),
                ]
            }, empty: at.text("posting.nobody_there"))
    }
}

extension SiteLook {
    /// Whom to ring about a site.
    fileprivate static let people = SiteLook(.seeFigures) { statements, question in
        let lines = try ring(statements, question) { PostingAddress.people.one($0.id) }
        let ways =
            question.visit.may(.keepRegister)
            ? [
                Frame.Link(
                    label: question.text("posting.new"), url: PostingAddress.people.new().with("site", question.code))
            ] : []
        return (lines, ways)
    }

    /// The same for whoever mends what stands there and sees no more of people.
    fileprivate static let crew = SiteLook(.seeUpkeep) { statements, question in
        question.visit.may(.seeFigures) ? ([], []) : (try ring(statements, question) { _ in nil }, [])
    }

    private static func ring(_ statements: Statements, _ question: SiteVisit, at place: (Posting) -> Location?) throws -> [Line] {
        let held = try statements.postings(
            PostingFilter(standing: .held, site: question.site), limit: 4, in: question.visit.scope, on: question.today)
        guard !held.isEmpty else { return [Line(question.text("posting.whom"), question.text("posting.nobody"))] }
        return held.map { one in
            Line(question.text("posting.post.\(one.post.rawValue)"), "\(one.name) \(one.shownPhone)", url: place(one))
        }
    }
}

extension Feature {
    /// People at posts: of sites and of offices.
    package static func postings(_ house: House, bell: JobBell) -> Feature {
        let people = RecordPage.people
        return Feature(
            "postings", menu: [MenuEntry(.run, "posting.title", people.addresses.list, .seeFigures)],
            jobs: [people.importJob(house, bell: bell)],
            today: [
                // Within the county numbers are there to be rung.
                TodayLook(.seeFigures) { statements, question in
                    guard let id = question.keptAreas.first, let area = try statements.area(id: id, on: question.today)?.areaCode else {
                        return []
                    }
                    return try statements.officeHolders(above: area, limit: 2, on: question.today).map { one in
                        TodayEntry(
                            .own, "today.posting.ring", count: 1, at: PostingAddress.people.list(),
                            values: ["name": one.name, "area": one.place.areaName, "phone": one.phone])
                    }
                },
                TodayLook(.keepRegister) { statements, question in
                    let day = question.today.advanced(by: PostingFilter.trainingDays)
                    let count = try statements.postingCount(
                        PostingFilter(trainedBefore: day), most: 500, in: question.scope, on: question.today)
                    return [
                        TodayEntry(
                            .mine, "today.posting.training", count: count, at: PostingAddress.people.list().with("training", "over"),
                            most: 500)
                    ]
                },
            ],
            searches: [
                SearchLook(.seeFigures, "posting.title") { statements, question in
                    try statements.postings(
                        PostingFilter(words: question.words), limit: question.limit, in: question.scope, on: question.today
                    ).map { SearchHit(title: $0.name, detail: $0.place.text, url: PostingAddress.people.one($0.id)) }
                }
            ], speech: [people.speech(["posting."])], sites: [.people, .crew],
            sample: FeatureSample { try $0.makeSamplePostings(on: $1, by: $2, house.pages.words) }
        ) {
            $0.list(.people)
            $0.records(people, bell: bell)
            $0.form(PostingAddress.phone, .seeFigures, .phone)
        }
    }
}

extension Statements {
    /// A head and a manager at each of the demo's first sites, the training of one of them over, and two people of the first county.
    fileprivate func makeSamplePostings(on today: Day, by act: Act, _ words: Words) throws {
        guard let city = try rootAreas(on: today).first, let county = try children(of: city, on: today, in: .everything).first,
            let code = county.areaCode
        else { return }
        func say(_ key: String, _ number: Int) -> String { words.text("posting.sample.\(key)", .chinese, ["number": String(number)]) }
        func keep(_ post: Post, _ name: String, _ number: Int, _ place: PostPlace, trained: Day?) throws {
            let phone = "0870-\(8_100_000 + number)"
            let new = Posting(
                id: act.ids.next(), post: post, name: name, phone: phone, place: place,
                days: today.advanced(by: -400 - number)...(.forever),
                trainedThrough: trained, showsPhone: true)
            try savePosting(new, was: nil, by: act)
        }
        for (number, site) in try sites(containing: "", on: today, in: Scope(areas: [code]), after: "", limit: 8).enumerated() {
            let place = PostPlace(site, areaName: try area(id: site.areaID, on: today)?.name ?? "")
            try keep(.head, say("head", number + 1), 2 * number, place, trained: nil)
            try keep(
                .manager, say("manager", number + 1), 2 * number + 1, place, trained: today.advanced(by: number == 0 ? -5 : 200 + number))
        }
        try keep(.officer, say("officer", 1), 90, PostPlace(county), trained: nil)
        for (number, one) in try organisations(limit: 3, in: .everything).enumerated() {
            try keep(.officer, say("officer", number + 2), 92 + number, PostPlace(one), trained: nil)
        }
        try keep(.technician, say("technician", 1), 91, PostPlace(county), trained: today.advanced(by: 300))
    }
}
