/// One entry of a list to choose from in a form: `{{#choices}}<option value="{{choiceValue}}"…`.
package struct Choice: Sendable {
    package let choiceValue: String
    package let choiceLabel: String
    package let chosen: Bool

    package init(choiceValue: String, choiceLabel: String, chosen: Bool) {
        self.choiceValue = choiceValue
        self.choiceLabel = choiceLabel
        self.chosen = chosen
    }
}
