import Web

/// The page `site_state`: the form of a change, over the states that were recorded.
struct SiteStatePage: Sendable {
    let form: FormView
    let states: Table
}
