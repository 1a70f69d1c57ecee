package import Accounts
import Basics
package import HTTPTypes
package import Hummingbird
import Storage

/// What the house itself sends with a form.
private enum FormField {
    static let (csrf, once, again, version, opened) = ("csrf", "form_once", "form_again", "form_version", "form_opened")
    static let (seen, step, way, open) = ("form_seen", "form_step", "form_way", "form_open")
    static let all = [csrf, once, again, version, opened, seen, step, open, AskAgain.field]
    /// Before the name of a field that two people changed: `theirs` or `mine`.
    static let take = "form_take."
}

extension Routes {
    /// A form: its page, and what is done when it is sent. One that `asksAgain` wants the password besides, when it was not given a short
    /// while ago; where there is a preview, after it. With `hasOwnPage` a page that has its own route shows it, by
    /// ``House/opened(_:_:_:action:)``; where that stands at another address, `on` says at which.
    package mutating func form<Subject, each Part>(
        _ address: Address<repeat each Part>, _ right: Right, asksAgain: Bool = false, hasOwnPage: Bool = false,
        on place: (@Sendable (FormVisit) throws -> Location)? = nil, _ page: FormPage<Subject>
    ) {
        let house = house
        forms.append(address.pattern)
        if let place {
            get(address, right) { request, context, visit in
                let at = FormVisit(house, visit, request, context)
                _ = try await house.database.read(page.subject(at))
                return seeOther(try place(at))
            }
        } else if !hasOwnPage {
            get(address, right) { request, context, visit in
                let at = FormVisit(house, visit, request, context)
                let reading = try await page.subject(at)
                let (subject, first) = try await house.database.read { statements in
                    let subject = try reading(statements)
                    return (subject, try statements.firstLook(page, subject, at))
                }
                let view = house.opened(page.look(subject, at), page.form(subject), page.texts(subject, at), at) { state in
                    (state.preview, state.refusal) = (first.preview, first.refusal)
                }
                return try await house.answer(page, subject, view, at, .ok)
            }
        }
        let asks: @Sendable (Typed) -> Bool = { asksAgain && (page.preview == nil || $0.isMeant) }
        post(address, right, keeps: true, upTo: page.mostBytes, asksAgain: asks) { typed, context, visit in
            try await house.taken(typed, page, FormVisit(house, visit, typed.request, context))
        }
    }
}

/// What came of a form that was sent.
private enum FormOutcome: Sendable {
    case done(Location)
    /// It was done when it was sent before.
    case doneBefore(Location)
    /// Nothing yet: the person looks at it once more.
    case shown(FormState)
}

/// A form as it is to be drawn.
struct FormState: Sendable {
    var texts: [String: String]
    var version = ""
    /// When it was first shown, in milliseconds.
    var opened = ""
    var once = ""
    /// The token of an equal form that was sent before, once the person knows of it.
    var again = ""
    var problems: FieldProblems = [:]
    /// Why it was not done, where that is no matter of a field.
    var refusal: Refusal?
    /// With a way on: its address and the key of its words.
    var notices: [(key: String, values: [String: String], url: (look: Location, key: String)?)] = []
    /// What is stored in fields that somebody else changed meanwhile.
    var clashes: [String: String] = [:]
    var preview: FormPreview?

    /// Whether the person is to say whose text stays.
    func isUndecided(_ name: String) -> Bool { clashes[name].map { !Form.isSame($0, texts[name]) } ?? false }

    var status: HTTPResponse.Status {
        switch refusal {
        case .conflict: .conflict
        case .busy: .serviceUnavailable
        case .diskFull: HTTPResponse.Status(code: 507)
        default: problems.isEmpty ? clashes.isEmpty && again.isEmpty ? .ok : .conflict : .unprocessableContent
        }
    }
}

extension House {
    /// A form as its page first shows it, or as it stood when the session ended that it was typed in. `action` is where it is sent to, when
    /// that is not the page's own address.
    package func opened<Subject>(_ page: FormPage<Subject>, _ subject: Subject, _ at: FormVisit, action: Location? = nil) -> FormView {
        opened(page.look(subject, at), page.form(subject), page.texts(subject, at), at, action: action)
    }

    /// The same where only the form is known, and what it is about takes long to read.
    package func opened<Subject>(_ page: FormPage<Subject>, _ form: Form, _ texts: [String: String], _ at: FormVisit, action: Location)
        -> FormView
    {
        opened(FormLook(submit: page.submit, hasPreview: page.preview != nil), form, texts, at, action: action)
    }

    fileprivate func opened(
        _ look: FormLook, _ form: Form, _ texts: [String: String], _ at: FormVisit, action: Location? = nil,
        _ change: (inout FormState) -> Void = { _ in }
    )
        -> FormView
    {
        let texts = form.shown(texts)
        var state = FormState(
            texts: texts, version: look.isRecord ? form.version(texts) : "", opened: look.isRecord ? String(clock.now.milliseconds) : "",
            once: ids.next())
        let action = action?.path ?? at.request.uri.path
        if let kept = at.visit.kept, kept.action == action, at.query("fresh").isEmpty {
            state.texts = Typed.texts(of: form, in: kept.fields)
            state.version = kept.fields[FormField.version] ?? ""
            state.opened = kept.fields[FormField.opened] ?? ""
            state.once = kept.fields[FormField.once] ?? state.once
            let fresh = Location(asked: at.request.uri.path).with(Query(at.request).all.filter { $0.0 != "fresh" } + [("fresh", "1")])
            state.notices.append((key: "form.kept", values: [:], url: (look: fresh, key: "form.fresh")))
        }
        change(&state)
        return FormView(form, state, look, action: action, at)
    }

    fileprivate func answer<Subject>(
        _ page: FormPage<Subject>, _ subject: Subject, _ view: FormView, _ at: FormVisit, _ status: HTTPResponse.Status
    ) async throws -> Response {
        try self.page(try await page.page(view, subject, at), at, status: status)
    }

    /// A page with what stands around a form.
    package func page(_ frame: FormFrame, _ at: FormVisit, status: HTTPResponse.Status = .ok) throws -> Response {
        try page(frame.template, frame.content, title: frame.title, crumbs: frame.crumbs, for: at.visit, at.request, status: status)
    }

    fileprivate func taken<Subject>(_ typed: Typed, _ page: FormPage<Subject>, _ visit: FormVisit) async throws -> Response {
        var (state, at): (FormState, FormVisit)
        at = visit
        let reading = try await page.subject(at)
        do {
            // What is only looked at holds up nobody who writes.
            let isLook = page.preview != nil && !typed.isMeant
            if !isLook, let preparing = page.preparing { at.prepared = try await preparing(typed, at) }
            let visit = at
            let outcome =
                isLook
                ? try await database.read { try $0.take(typed, page, try reading($0), visit) }
                : try await database.write { try $0.take(typed, page, try reading($0), visit) }
            guard case .shown(let shown) = outcome else {
                var response: Response
                switch outcome {
                case .done(let place):
                    page.after()
                    if let answering = page.answering {
                        response = try self.page(try await answering(try await database.read(reading), at), at)
                    } else {
                        response = seeOther(place)
                    }
                case .doneBefore(let place): response = seeOther(place)
                case .shown: throw Refusal.busy
                }
                if let kept = at.visit.kept, kept.action == typed.request.uri.path { response.setCookie(keptCookie("")) }
                return response
            }
            state = shown
        } catch Refusal.invalid(let problems) {
            state = typed.state
            state.problems = problems
        } catch let refusal as Refusal where refusal.leavesForm {
            state = typed.state
            state.refusal = refusal
        } catch StorageError.busy {
            state = typed.state
            state.refusal = .busy
        } catch StorageError.diskFull {
            state = typed.state
            state.refusal = .diskFull
        }
        let refused = state
        let (subject, texts) = try await database.read { statements in
            let subject = try reading(statements)
            return (subject, refused.texts.isEmpty ? page.form(subject).shown(typed.texts(of: page.form(subject))) : refused.texts)
        }
        state.texts = texts
        let view = FormView(page.form(subject), state, page.look(subject, at), action: typed.request.uri.path, at)
        return try await answer(page, subject, view, at, state.status)
    }
}

/// What a form looks like besides its fields.
private struct FormLook: Sendable {
    let submit: String
    var hasPreview = false
    var isRecord = false
    var mark = ""
    var values: [String: String] = [:]
    var ways: [FormWay] = []
    var cancelURL: Location?
}

extension FormPage {
    fileprivate func look(_ subject: Subject, _ at: FormVisit) -> FormLook {
        FormLook(
            submit: submit, hasPreview: preview != nil, isRecord: record != nil, mark: mark(subject), values: values(subject),
            ways: ways(subject), cancelURL: cancel.flatMap { $0(subject, at) })
    }
}

extension Refusal {
    /// Whether the form is shown once more with the sentence above it, so that nobody types twice.
    fileprivate var leavesForm: Bool {
        switch self {
        case .conflict, .busy, .diskFull: true
        default: false
        }
    }
}

extension Typed {
    /// Whether it was looked at and is to be done.
    fileprivate var isMeant: Bool { raw(FormField.step) == "act" }

    /// The form as it was sent.
    fileprivate var state: FormState {
        FormState(
            texts: [:], version: raw(FormField.version), opened: raw(FormField.opened), once: raw(FormField.once),
            again: raw(FormField.again))
    }

    /// Stands for what was sent, whenever it was: not for what the house adds.
    fileprivate var digest: String {
        Form.digest(
            of: [request.uri.path] + fileDigests
                + plain.filter { !FormField.all.contains($0.key) }.sorted { $0.key < $1.key }.flatMap { [$0.key, $0.value] })
    }
}

extension Statements {
    /// What a form without fields would do is shown at once; or why nothing can be done.
    fileprivate func firstLook<Subject>(_ page: FormPage<Subject>, _ subject: Subject, _ at: FormVisit) throws -> (
        preview: FormPreview?, refusal: Refusal?
    ) {
        let form = page.form(subject)
        guard form.fields.isEmpty, let preview = page.preview else { return (nil, nil) }
        do { return (try preview(self, subject, try form.read([:]), at), nil) } catch let refusal as Refusal where refusal.leavesForm {
            return (nil, refusal)
        }
    }

    /// Looks at all that must hold and does it, in one transaction; what was sent twice is done once.
    fileprivate func take<Subject>(_ typed: Typed, _ page: FormPage<Subject>, _ subject: Subject, _ at: FormVisit) throws -> FormOutcome {
        let account = at.visit.account.id
        var once = typed.raw(FormField.once)
        if let before = try sentForm(once, accountID: account) {
            guard before.digest != typed.digest else { return .doneBefore(Location(asked: before.path)) }
            // Somebody went back in his browser and wrote something else: another form.
            once = at.act.ids.next()
        }
        let form = page.form(subject)
        var state = typed.state
        state.texts = form.shown(typed.texts(of: form))
        let stored = form.shown(page.texts(subject, at))
        if let record = page.record, try isChanged(form, record(subject), stored, typed, &state, at) { return .shown(state) }
        let way = page.ways(subject).map(\.name).first { $0 == typed.raw(FormField.way) } ?? ""
        let values = try form.read(state.texts, way: way, files: typed.files) { try page.check?(self, subject, $0, at) ?? [:] }
        if let preview = try page.preview?(self, subject, values, at) {
            guard typed.isMeant, typed.raw(FormField.seen) == preview.digest(form, state.texts) else {
                state.preview = preview
                if typed.isMeant { state.notices.append((key: "form.preview_changed", values: [:], url: nil)) }
                return .shown(state)
            }
        }
        // What changes nothing of a record, and what has no contents, may be sent again.
        let isNew = page.record == nil || form.fields.contains { $0.look != .seen && !Form.isSame(state.texts[$0.name], stored[$0.name]) }
        if !form.fields.isEmpty, isNew, !page.isOnlyLooking,
            let before = try sentForm(digest: typed.digest, accountID: account, at: at.act.at),
            before.token != typed.raw(FormField.again)
        {
            state.again = before.token
            state.notices.append(
                (
                    key: "form.sent_before", values: ["time": at.house.zone.text(before.at)],
                    url: (look: Location(asked: before.path), key: "form.look")
                ))
            state.preview = try page.preview?(self, subject, values, at)
            return .shown(state)
        }
        let place = try page.act(self, subject, values, at)
        if (16...64).contains(once.utf8.count) { try noteSentForm(once, digest: typed.digest, path: place.description, by: at.act) }
        if let kept = at.visit.kept, kept.action == typed.request.uri.path { try forgetKeptForm(id: kept.id, accountID: account) }
        return .done(place)
    }

    /// Whether somebody else changed the record since the form was shown, in a field about which the person has not said whose text stays.
    /// `state` becomes the form in which he says it: fields that he left alone say what is stored now.
    private func isChanged(
        _ form: Form, _ record: String, _ stored: [String: String], _ typed: Typed, _ state: inout FormState, _ at: FormVisit
    ) throws -> Bool {
        let version = typed.raw(FormField.version)
        let changed = form.changed(since: version, stored)
        state.version = form.version(stored)
        for name in changed where !Form.isSame(state.texts[name], stored[name]) {
            let isSeen = form.fields.first { $0.name == name }?.look == .seen
            if isSeen || form.isUntouched(name, state.texts[name] ?? "", since: version) { state.texts[name] = stored[name] }
            state.clashes[name] = stored[name] ?? ""
        }
        for name in form.fields.map(\.name) {
            switch typed.raw(FormField.take + name) {
            case "theirs": state.texts[name] = stored[name] ?? ""
            case "mine": break
            default:
                // What was asked and not answered is asked again.
                guard typed.raw(FormField.open).split(separator: ",").contains(name[...]) else { continue }
                (state.clashes[name], state.problems[name]) = (stored[name] ?? "", "form.undecided")
                continue
            }
            // Decided, unless it was changed once more since.
            if !changed.contains(name) { state.clashes[name] = nil }
        }
        guard !state.clashes.isEmpty else { return false }
        // Whoever did something to it before the form was opened did not change it meanwhile.
        let opened = Instant(milliseconds: Int64(typed.raw(FormField.opened)) ?? .max)
        let last = record.isEmpty ? nil : try events(about: record, limit: 1).first.flatMap { $0.happenedAt >= opened ? $0 : nil }
        guard let last else {
            state.notices.append((key: "form.changed_meanwhile", values: [:], url: nil))
            return true
        }
        let accounts = try namedAccounts([last.actor])
        let actor = at.house.pages.words.actor(last.actor, accounts, at.visit.language)
        state.notices.append((key: "form.changed", values: ["actor": actor, "time": at.house.zone.text(last.happenedAt)], url: nil))
        return true
    }
}

extension FormView {
    fileprivate init(_ form: Form, _ state: FormState, _ look: FormLook, action: String, _ at: FormVisit) {
        let (words, mark) = (at.house.pages.words, look.mark)
        func say(_ problem: FieldProblem) -> String { words.text(problem, at.visit.language) }
        let (version, seen) = (state.version, state.preview?.digest(form, state.texts) ?? "")
        formAction = action
        hasFile = form.fields.contains { if case .file = $0.look { true } else { false } }
        let undecided = form.fields.filter { $0.look != .seen && state.isUndecided($0.name) }.map(\.name).joined(separator: ",")
        hidden = [
            (FormField.csrf, at.visit.csrf), (FormField.once, state.once), (FormField.version, version), (FormField.opened, state.opened),
            (FormField.again, state.again),
            (FormField.seen, seen), (FormField.open, undecided),
        ].filter { !$0.1.isEmpty }.map { Hidden(hiddenName: $0.0, hiddenText: $0.1) }
        let names = form.fields.map(\.name)
        let inFields = form.fields.compactMap { field in
            state.problems[field.name].map {
                Wrong(
                    wrongText: "\(field.title ?? at.text(field.label, look.values))\(at.text("form.colon"))\(say($0))",
                    wrongURL: "#\(mark)\(field.name)")
            }
        }
        let elsewhere = state.problems.filter { !names.contains($0.key) }.sorted { $0.key < $1.key }.map {
            Wrong(wrongText: say($0.value), wrongURL: nil)
        }
        wrongs = (state.refusal.map { [Wrong(wrongText: at.text("refusal.\($0.code)"), wrongURL: nil)] } ?? []) + elsewhere + inFields
        isWrong = !wrongs.isEmpty
        wrongTitle = state.problems.isEmpty ? at.text("refusal.title") : at.text("form.wrong", ["count": String(wrongs.count)])
        canSend = !(form.fields.isEmpty && state.refusal != nil)
        notices = state.notices.enumerated().map { place, notice in
            Notice(
                noticeText: at.text(notice.key, notice.values), noticeURL: notice.url?.look, noticeLink: notice.url.map { at.text($0.key) },
                isFirst: place == 0 && state.problems.isEmpty)
        }
        let first = form.fields.first { state.problems[$0.name] != nil }?.name
        lines = form.fields.map { Line($0, state, mark: mark, isFirstWrong: $0.name == first, look.values, at) }
        preview = state.preview
        previewTitle = at.text("form.preview_title")
        submitLabel = at.text(look.hasPreview && state.preview == nil ? "form.preview" : look.submit)
        isSecond = look.ways.contains(where: \.isMain)
        ways = look.ways.map { Way(wayName: $0.name, wayLabel: at.text($0.label), isMainWay: $0.isMain) }
        changeLabel = state.preview == nil || form.fields.isEmpty ? nil : at.text("form.preview_again")
        cancelURL = look.cancelURL
        cancelLabel = at.text("form.cancel")
    }
}

extension FormView.Line {
    fileprivate init(_ field: FieldEntry, _ state: FormState, mark: String, isFirstWrong: Bool, _ values: [String: String], _ at: FormVisit)
    {
        let text = state.texts[field.name] ?? ""
        let isUnderstood = text.isEmpty || (try? field.understood(text)) != nil
        (fieldName, fieldID, fieldLabel, fieldHelp) = (
            field.name, mark + field.name, field.title ?? at.text(field.label, values), field.help.map { at.text($0, values) }
        )
        fieldText = if case .secret = field.look { "" } else { text }
        fieldProblem = state.problems[field.name].map { at.house.pages.words.text($0, at.visit.language) }
        let ids = [fieldHelp == nil ? nil : "\(mark)\(field.name)-help", fieldProblem == nil ? nil : "\(mark)\(field.name)-problem"]
            .compactMap { $0 }
        described = ids.isEmpty ? nil : ids.joined(separator: " ")
        (isNeeded, self.isFirstWrong) = (field.isNeeded, isFirstWrong)
        var (type, mode, most, noteRows, pick) = ("text", nil as String?, nil as Int?, 0, nil as String?)
        var (accepts, fills): (String?, String?) = (nil, nil)
        var (options, chosen): ([FieldOption], Set<String>) = ([], [text])
        var (isInput, isNote, isChoice, isBoxes) = (false, false, false, false)
        switch field.look {
        case .line(let digits, let place):
            (isInput, most, pick) = (true, field.most, place)
            if digits { mode = "numeric" }
        // What no day or month is would not be shown in a field for them, and be lost.
        case .date: (isInput, type) = (true, isUnderstood ? "date" : "text")
        case .month: (isInput, type) = (true, isUnderstood ? "month" : "text")
        case .money: (isInput, mode) = (true, "decimal")
        case .file(let endings): (isInput, type, accepts) = (true, "file", endings.joined(separator: ","))
        case .note(let rows, let place): (isNote, most, noteRows, pick) = (true, field.most, rows, place)
        case .choice(let all): (isChoice, options) = (true, all)
        case .boxes(let all): (isBoxes, options, chosen) = (true, all, Set(text.split(separator: ",").map(String.init)))
        case .secret(.code): (isInput, most, fills) = (true, field.most, "one-time-code")
        case .secret(let secret):
            (isInput, type, most, fills) = (true, "password", field.most, secret == .new ? "new-password" : "current-password")
        case .seen: break
        }
        (inputType, inputMode, self.most, rows, self.pick, self.accepts) = (type, mode, most, noteRows, pick, accepts)
        self.fills = fills
        (self.isInput, self.isNote, self.isChoice, self.isBoxes) = (isInput, isNote, isChoice, isBoxes)
        choices = options.map { Choice(choiceValue: $0.value, choiceLabel: $0.said { at.text($0) }, chosen: chosen.contains($0.value)) }
        isUnchosen = isChoice && !choices.contains(where: \.chosen)
        clash = state.clashes[field.name].map { stored in
            let shown = stored.isEmpty ? at.text("form.nothing") : at.said(stored, in: field)
            return FormView.Clash(
                clashName: field.name, isOpen: !Form.isSame(stored, text),
                clashText: field.look == .seen ? "\(at.text(field.label, values)) \(shown)" : at.text("form.clash", ["text": shown]),
                clashTheirs: at.text("form.take_theirs"),
                clashMine: at.text("form.take_mine"))
        }
    }
}
