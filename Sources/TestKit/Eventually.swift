/// Looks again and again until something holds; false when it does not within five minutes. A test goes on as soon as it does.
package func eventually(_ holds: () async throws -> Bool) async throws -> Bool {
    let clock = ContinuousClock()
    let end = clock.now.advanced(by: .seconds(300))
    while clock.now < end {
        if try await holds() { return true }
        try await Task.sleep(for: .milliseconds(20))
    }
    return false
}
