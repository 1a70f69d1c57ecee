package import Web

extension [SettledMonth] {
    /// The closed months that a decision reaches back into, in a sentence; nil for none.
    package func sentence(_ at: FormVisit) -> String? {
        guard !isEmpty else { return nil }
        let months = map {
            at.text(
                $0.editions > 0 ? "area.plan.published" : "area.plan.closed",
                ["area": $0.area, "month": $0.month, "number": String($0.editions)])
        }
        return at.text("area.plan.settled", ["months": months.joined(separator: at.text("list.separator"))])
    }
}
