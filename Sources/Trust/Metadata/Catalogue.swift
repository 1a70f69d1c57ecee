/// What may be shown: the top list and the lists of delegated roles that belong to it.
package struct Catalogue: Hashable, Sendable {
    let targets: Targets
    let lists: [String: Targets]

    init(targets: Targets, lists: [String: Targets]) {
        self.targets = targets
        self.lists = lists
    }

    init(_ targets: SignedMetadata<Targets>, _ lists: [String: SignedMetadata<Targets>]) {
        self.init(targets: targets.content, lists: lists.mapValues(\.content))
    }

    /// The version of the top list.
    package var version: Int64 { targets.version }

    /// Everything that is listed, by path. Who is delegated to first says it first; what a role names outside its paths is nobody's word.
    package var files: [RelativePath: TargetFile] {
        var files = targets.files
        for role in targets.delegations?.roles ?? [] {
            for (path, file) in lists[role.name]?.files ?? [:] where files[path] == nil && role.paths.hold(path.rawValue) {
                files[path] = file
            }
        }
        return files
    }

    /// The files of one role's list; of the top list under `targets`.
    package func files(of role: String) -> [RelativePath: TargetFile] {
        role == MetadataRole.targets.rawValue ? targets.files : lists[role]?.files ?? [:]
    }

    /// Those to whom the top list delegates, the widest first.
    package var publishers: [Publisher] { (targets.delegations?.roles ?? []).compactMap { Publisher(role: $0.name) }.sorted() }

    /// The public keys of our own type that may sign for a publisher.
    package func signers(of publisher: Publisher) -> [VerifyingKey] {
        guard let delegations = targets.delegations, let role = delegations.roles.first(where: { $0.name == publisher.role }) else {
            return []
        }
        return role.keyIDs.sorted().compactMap { delegations.keys[$0]?.ed25519 }
    }
}
