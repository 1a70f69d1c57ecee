import Accounts
import Basics
import Bulletins
import Figures
import Returns
import Web

/// The page `recipients`: to whom an edition was sent, who confirmed, and the reminder.
struct RecipientPage: Sendable {
    let csrf: String
    let editionURL: Location
    let remindURL: Location
    let summary: String
    let reminded: String?
    let recipients: Table
    let mayRemind: Bool

    init(
        _ edition: Edition, _ recipients: [Recipient], _ accounts: [String: NamedAccount], reminded: Int?, today: Day, mayRemind: Bool,
        csrf: String, zone: NetworkZone,
        _ speech: Speech
    ) {
        // An area that is no more cannot confirm and is not counted.
        let there = recipients.filter { $0.untilDay > today || $0.receivedAt != nil }
        let confirmed = there.count { $0.receivedAt != nil }
        self.csrf = csrf
        editionURL = EditionAddress.one(edition.id)
        remindURL = EditionAddress.remind(edition.id)
        summary = speech("distribution.summary", ["confirmed": String(confirmed), "all": String(there.count)])
        self.reminded = reminded.map { speech("distribution.reminded", ["count": String($0)]) }
        self.recipients = Table(
            caption: speech("distribution.recipients"),
            columns: ["area", "sent", "received", "by", "reminders"].map {
                Table.Column(speech("distribution.column.\($0)"), isNumber: $0 == "reminders")
            },
            rows: recipients.map { recipient in
                [
                    Table.Cell("\(recipient.areaName) \(recipient.areaCode)"), Table.Cell(zone.text(recipient.sentAt)),
                    Table.Cell(
                        recipient.receivedAt.map(zone.text)
                            ?? speech(recipient.untilDay > today ? "distribution.open" : "distribution.gone"),
                        mark: recipient.receivedAt == nil ? "standing" : nil),
                    Table.Cell(recipient.receivedBy.isEmpty ? "" : speech.words.actor(recipient.receivedBy, accounts, speech.language)),
                    Table.Cell(recipient.reminders),
                ]
            }, empty: speech("distribution.none"))
        self.mayRemind = mayRemind && confirmed < there.count
    }
}
