package import Basics
import Foundation
import Hummingbird
import Mustache

/// The address of a page, a form or a file: it registers the route and makes the links to it, so that a link to nowhere does not compile.
/// `Address<String, Day>("/sites/:code/days/:day")` leads by `address("A-17", day)` to `/sites/A-17/days/2026-11-30`.
package struct Address<each Part: AddressPart>: Sendable {
    /// As the router writes it: `:name` or `{name}` for each part.
    package let pattern: String
    /// What stands between the parts.
    private let pieces: [String]
    private let names: [String]

    /// The pattern names as many parts as there are types.
    package init(_ pattern: String) {
        var (pieces, names, isName) = ([""], [String](), false)
        for character in pattern {
            switch character {
            case ":", "{": (pieces, names, isName) = (pieces + [""], names + [""], true)
            case "}": isName = false
            default:
                isName = isName && character != "/"
                if isName { names[names.count - 1].append(character) } else { pieces[pieces.count - 1].append(character) }
            }
        }
        var count = 0
        for _ in repeat (each Part).self { count += 1 }
        precondition(names.count == count, "The address \(pattern) has \(names.count) parts and is declared with \(count)")
        (self.pattern, self.pieces, self.names) = (pattern, pieces, names)
    }

    /// The link to it.
    package func callAsFunction(_ part: repeat each Part) -> Location {
        var (path, place) = (pieces[0], 0)
        for one in repeat each part {
            place += 1
            path += Query.segment(one.addressText) + pieces[place]
        }
        return Location(path)
    }

    /// The parts of a request's address; `Refusal.notFound` for one that is none of its kind.
    package func parts(_ context: AppContext) throws -> (repeat each Part) {
        var rest = names[...]
        func next<Next: AddressPart>(_: Next.Type) throws -> Next {
            guard let text = rest.popFirst().flatMap({ context.parameters.get($0) })?.removingPercentEncoding,
                let part = Next(addressText: text)
            else { throw Refusal.notFound("page") }
            return part
        }
        return (repeat try next((each Part).self))
    }

    /// The same with an ending, such as `.csv`, or a further segment, such as `/new`.
    package func adding(_ ending: String) -> Address<repeat each Part> { Address(pattern + ending) }
}

/// An address without parts.
package typealias FixedAddress = Address<>

/// What stands in an address as text.
package protocol AddressPart: Sendable {
    /// Nil for a text that means none.
    init?(addressText: String)
    var addressText: String { get }
}

extension AddressPart where Self: RawRepresentable, RawValue == String {
    package init?(addressText: String) { self.init(rawValue: addressText) }
    package var addressText: String { rawValue }
}

extension String: AddressPart {
    package init?(addressText: String) { self = addressText }
    package var addressText: String { self }
}

extension Month: AddressPart {
    package init?(addressText: String) { self.init(addressText) }
    package var addressText: String { description }
}

extension Day: AddressPart {
    package init?(addressText: String) { self.init(addressText) }
    package var addressText: String { description }
}

/// Where a link leads. Only an ``Address`` makes one, or what a request named, once it is looked at.
package struct Location: Sendable, Hashable, CustomStringConvertible {
    package let path: String
    private var query = ""
    private var anchor = ""

    fileprivate init(_ path: String) { self.path = path }

    /// What a request, or one of its records, named as a place of this centre; the home page for anything else.
    package init(asked text: String) {
        let parts = safePath(text).split(separator: "?", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
        self.init(parts[0])
        query = parts.count == 2 ? parts[1] : ""
    }

    /// The same with further fields behind the `?`; those that are empty are left out.
    package func with(_ fields: [(String, String)]) -> Location {
        var result = self
        result.query = [query, Query.text(fields)].filter { !$0.isEmpty }.joined(separator: "&")
        return result
    }

    package func with(_ name: String, _ value: some CustomStringConvertible) -> Location { with([(name, value.description)]) }

    /// The part of the page with an id.
    package func at(_ id: String) -> Location {
        var result = self
        result.anchor = "#" + id
        return result
    }

    package var description: String { path + (query.isEmpty ? "" : "?" + query) + anchor }
}

extension Location: MustacheParent {
    /// A template shows it, and finds nothing in it.
    package func child(named name: String) -> Any? { nil }
}
