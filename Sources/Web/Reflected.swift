import Mustache

/// A value of a page as templates read it: its stored properties by name. Mustache reflects a value anew for each name that it looks for
/// in it, which was a third of what a page costs; here each value is reflected once, when the first of its names is asked for.
final class Reflected: MustacheParent, CustomStringConvertible {
    private let value: Any
    private lazy var fields: [String: Any] = {
        var fields: [String: Any] = [:]
        // Of two of one name Mustache takes the first.
        for case (let name?, let field) in Mirror(reflecting: value).children where fields[name] == nil {
            fields[name] = Reflected.shown(field)
        }
        return fields
    }()

    private init(_ value: Any) { self.value = value }

    func child(named name: String) -> Any? { fields[name] }

    var description: String { String(describing: value) }

    /// What a template is given in place of a value: a struct by its names, a list of such, and everything else as it is; nil for nothing.
    static func shown(_ value: Any) -> Any? {
        switch value {
        case is String, is Bool, is Int, is any MustacheParent: return value
        case let list as [Any]: return list.map { shown($0) ?? $0 }
        default: break
        }
        let mirror = Mirror(reflecting: value)
        switch mirror.displayStyle {
        case .optional: return mirror.children.first.flatMap { shown($0.value) }
        case .struct, .class, .tuple: return Reflected(value)
        default: return value
        }
    }
}
