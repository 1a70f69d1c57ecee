import Accounts
import Basics
import Figures
import Hummingbird
import Lists
package import Operations
import Registry
import Storage
package import Web

extension Feature {
    /// Who received an edition, and what an office received.
    package static func distribution(_ rules: FactRules) -> Feature {
        let today = TodayLook(.keepRegister) { statements, question in
            let open = try statements.received(in: question.scope, isOpen: true, limit: 200)
            return [
                TodayEntry(
                    .mine, "today.received", count: open.count, since: open.map(\.sentAt).min().map(question.zone.day),
                    at: EditionAddress.received().with("state", "open"),
                    most: 200)
            ]
        }
        return Feature(
            "distribution", menu: [MenuEntry(.supervision, "nav.received", EditionAddress.received, .seeFigures)], today: [today]
        ) {
            $0.addDistribution(rules)
        }
    }
}

extension Routes {
    /// To whom an edition went, who has confirmed it, and what has come to the account's own areas.
    fileprivate mutating func addDistribution(_ rules: FactRules) {
        let house = house
        get(EditionAddress.recipients, .seeFigures) { request, context, visit in
            let edition = try await house.edition(try EditionAddress.recipients.parts(context), visit, rules)
            let reminded = request.uri.queryParameters["reminded"].flatMap { Int($0) }
            let (recipients, accounts) = try await house.database.read { statements in
                let recipients = try statements.recipients(of: edition.id)
                return (recipients, try statements.namedAccounts(Set(recipients.map(\.receivedBy)).sorted()))
            }
            let speech = Speech(house, visit)
            return try house.page(
                "recipients",
                RecipientPage(
                    edition, recipients, accounts, reminded: reminded, today: house.today, mayRemind: visit.may(.keepRegister),
                    csrf: visit.csrf, zone: house.zone, speech),
                title: speech("distribution.title", ["month": edition.month, "number": String(edition.number)]), for: visit, request)
        }
        post(EditionAddress.remind, .keepRegister) { _, context, visit in
            let (edition, act, today) = (
                try await house.edition(try EditionAddress.recipients.parts(context), visit, rules), house.act(visit), house.today
            )
            let count = try await house.database.write { try $0.remindRecipients(of: edition, today: today, by: act) }
            return seeOther(EditionAddress.recipients(edition.id).with("reminded", count))
        }
        list(.received)
    }
}
