import Accounts
import Basics
import Foundation
import HTTPTypes
import Hummingbird
import Records
import Registry
import Storage
import Web

/// The page `paper_numbered`: what a typed number may mean.
struct NumberedPaper: Sendable {
    let isNone: Bool
    let candidates: Table?
    let newURL: Location?
    let uses: String?
}

extension Routes {
    /// The file of a paper: brought in while it is a draft, and given to whoever sees the paper.
    mutating func paperFiles(_ blobs: BlobStore) {
        let house = house
        form(PaperAddress.keepFile, .keepRegister, .keepingFile(blobs))
        get(PaperAddress.file, .seeFigures) { request, context, visit in
            let (id, scope) = (try PaperAddress.file.parts(context), visit.scope)
            guard let paper = try await house.database.read({ try $0.paper(id: id, in: scope) }), let url = blobs.url(paper.fileHash),
                let length = try await offPool({ blobs.length(paper.fileHash) })
            else { throw Refusal.notFound("page") }
            var response = try await fileResponse(url, length: length, type: "application/octet-stream", cache: "no-store", request)
            let ending = paper.fileName.split(separator: ".").last.map { $0.lowercased() } ?? ""
            let isKnown = PaperFile.endings.contains(".\(ending)")
            response.headers[.contentDisposition] = "attachment; filename=\"paper-\(paper.signedOn)\(isKnown ? ".\(ending)" : "")\""
            return response
        }
    }

    /// `/papers/numbered?number=…`: the paper that a typed number means; where none or several do, what can be done about it.
    mutating func numberedPapers(_ mentions: @escaping PaperMentions) {
        let house = house
        get(PaperAddress.numbered, .seeFigures) { request, context, visit in
            let at = FormVisit(house, visit, request, context)
            let number = String(at.query("number").prefix(200))
            let (found, mention) = try await house.database.read { statements in
                let found = try statements.papers(numbered: number, in: visit.scope)
                let typed = found.isEmpty ? try mentions(statements, visit.scope, at.today) : []
                return (found, typed.first { $0.document == number })
            }
            if let only = found.first, found.count == 1 { return seeOther(PaperAddress.papers.one(only.id)) }
            let content = NumberedPaper(
                isNone: found.isEmpty,
                candidates: found.isEmpty
                    ? nil
                    : Table(
                        caption: at.text("paper.candidates"),
                        columns: ["number", "name", "issuer"].map { Table.Column(at.text("paper.\($0)")) },
                        rows: found.map {
                            [
                                Table.Cell($0.number, url: PaperAddress.papers.one($0.id)), Table.Cell($0.title),
                                Table.Cell($0.issuer.name),
                            ]
                        }),
                newURL: visit.may(.keepRegister) && found.isEmpty
                    ? PaperAddress.papers.new().with("number", String(number.prefix(100))) : nil,
                uses: mention.map { at.text("paper.used", ["count": String($0.count)]) })
            return try house.page(
                FormFrame(
                    title: number.isEmpty ? at.text("paper.title") : number,
                    crumbs: [Frame.Link(label: at.text("paper.title"), url: PaperAddress.papers.list())], template: "paper_numbered",
                    content: content), at)
        }
    }
}

/// What a file of a paper may be.
enum PaperFile {
    static let mostBytes = 20 << 20
    static let endings = [".pdf", ".ofd", ".docx", ".doc", ".jpg", ".png"]
}

extension FormPage where Subject == Paper {
    /// `/papers/:id/keep-file`: the paper as it was scanned or signed.
    fileprivate static func keepingFile(_ blobs: BlobStore) -> FormPage {
        var page = FormPage(
            submit: "paper.keep_file", cancel: { paper, _ in PaperAddress.papers.one(paper.id) },
            subject: { statements, at in
                let found = try statements.paper(id: try at.parts(PaperAddress.keepFile), in: at.visit.scope)
                guard let paper = found else { throw Refusal.notFound("record") }
                if let refusal = paper.obstacle(in: at.visit.scope) { throw refusal }
                guard paper.state == .draft else { throw Refusal.conflict("paper.issued_stays") }
                return paper
            }, form: { _ in Form(PaperFields.file) }, texts: { _, _ in [:] },
            act: { statements, paper, values, at in
                let name = try values[PaperFields.file].name
                try statements.saveFile(of: paper, name: name, hash: at.prepared["sha256"] ?? "", by: at.act)
                return PaperAddress.papers.one(paper.id).with("saved", 1)
            },
            page: { view, paper, at in
                FormFrame(
                    title: at.text("paper.keep_file"),
                    crumbs: [
                        Frame.Link(label: at.text("paper.title"), url: PaperAddress.papers.list()),
                        Frame.Link(label: "\(paper.number) \(paper.title)", url: PaperAddress.papers.one(paper.id)),
                    ], note: at.text("paper.keep_file_note"), view)
            })
        page.mostBytes = PaperFile.mostBytes + 65_536
        page.preparing = { typed, _ in
            guard let file = typed.files[PaperFields.file.name] else { return [:] }
            guard file.bytes.count <= PaperFile.mostBytes else { throw Refusal.invalid([PaperFields.file.name: "form.file_too_large"]) }
            guard PaperFile.endings.contains(where: { file.name.lowercased().hasSuffix($0) }), !file.bytes.isEmpty else {
                throw Refusal.invalid([PaperFields.file.name: "paper.file_kind"])
            }
            return ["sha256": try await offPool { try blobs.store(file.bytes) }]
        }
        return page
    }
}
