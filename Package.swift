// swift-tools-version:6.2
import PackageDescription

/// Settings of every target of ours. `DeprecatedDeclaration` is an error of its own because the
/// deprecated overload of `withUnsafeMutableBytes` corrupts memory without a word (docs/sql-subset.md, traps).
let settings: [SwiftSetting] = [
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .treatAllWarnings(as: .error),
    .treatWarning("DeprecatedDeclaration", as: .error),
]

let hummingbird: Target.Dependency = .product(name: "Hummingbird", package: "hummingbird")
let hummingbirdCore: Target.Dependency = .product(name: "HummingbirdCore", package: "hummingbird")
let hummingbirdTesting: Target.Dependency = .product(name: "HummingbirdTesting", package: "hummingbird")
let mustache: Target.Dependency = .product(name: "Mustache", package: "swift-mustache")
let grdb: Target.Dependency = .product(name: "GRDB", package: "GRDB.swift")
let crypto: Target.Dependency = .product(name: "Crypto", package: "swift-crypto")
let cryptoExtras: Target.Dependency = .product(name: "CryptoExtras", package: "swift-crypto")
let log: Target.Dependency = .product(name: "Logging", package: "swift-log")
let nio: Target.Dependency = .product(name: "NIOCore", package: "swift-nio")
let nioHTTP: Target.Dependency = .product(name: "NIOHTTP1", package: "swift-nio")
let nioHTTPTypes: Target.Dependency = .product(name: "NIOHTTPTypes", package: "swift-nio-extras")
let nioFoundation: Target.Dependency = .product(name: "NIOFoundationCompat", package: "swift-nio")
let lifecycle: Target.Dependency = .product(name: "ServiceLifecycle", package: "swift-service-lifecycle")
let signals: Target.Dependency = .product(name: "UnixSignals", package: "swift-service-lifecycle")
let httpTypes: Target.Dependency = .product(name: "HTTPTypes", package: "swift-http-types")
let httpClient: Target.Dependency = .product(name: "AsyncHTTPClient", package: "async-http-client")
let subprocess: Target.Dependency = .product(name: "Subprocess", package: "swift-subprocess")
let arguments: Target.Dependency = .product(name: "ArgumentParser", package: "swift-argument-parser")
let systemPackage: Target.Dependency = .product(name: "SystemPackage", package: "swift-system")
let configuration: Target.Dependency = .product(name: "Configuration", package: "swift-configuration")

/// The whole system, base first. A target imports only targets that stand above it.
let package = Package(
    name: "yuanjiao",
    products: [.executable(name: "yuanjiao", targets: ["yuanjiao"])],
    dependencies: [
        .package(url: "https://github.com/hummingbird-project/hummingbird", exact: "2.28.1"),
        .package(url: "https://github.com/hummingbird-project/swift-mustache", exact: "2.1.1"),
        .package(url: "https://github.com/groue/GRDB.swift", exact: "7.10.0"),
        .package(url: "https://github.com/apple/swift-argument-parser", exact: "1.8.2"),
        .package(url: "https://github.com/apple/swift-configuration", exact: "1.4.0"),
        .package(url: "https://github.com/apple/swift-crypto", exact: "4.5.2"),
        .package(url: "https://github.com/apple/swift-http-types", exact: "1.8.0"),
        .package(url: "https://github.com/apple/swift-log", exact: "1.16.2"),
        .package(url: "https://github.com/apple/swift-nio", exact: "2.101.2"),
        .package(url: "https://github.com/apple/swift-nio-extras", exact: "1.35.2"),
        .package(url: "https://github.com/apple/swift-system", exact: "1.8.1"),
        .package(url: "https://github.com/swift-server/async-http-client", exact: "1.37.0"),
        .package(url: "https://github.com/swift-server/swift-service-lifecycle", exact: "2.13.0"),
        .package(url: "https://github.com/swiftlang/swift-subprocess", exact: "1.0.2"),
        // What these stand on; named here so that their versions are fixed too.
        .package(url: "https://github.com/apple/swift-algorithms", exact: "1.2.1"),
        .package(url: "https://github.com/apple/swift-asn1", exact: "1.7.4"),
        .package(url: "https://github.com/apple/swift-async-algorithms", exact: "1.1.4"),
        .package(url: "https://github.com/apple/swift-atomics", exact: "1.3.0"),
        .package(url: "https://github.com/apple/swift-certificates", exact: "1.21.1"),
        .package(url: "https://github.com/apple/swift-collections", exact: "1.6.0"),
        .package(url: "https://github.com/apple/swift-distributed-tracing", exact: "1.7.3"),
        .package(url: "https://github.com/apple/swift-http-structured-headers", exact: "1.7.0"),
        .package(url: "https://github.com/apple/swift-metrics", exact: "2.13.0"),
        .package(url: "https://github.com/apple/swift-nio-http2", exact: "1.46.0"),
        .package(url: "https://github.com/apple/swift-nio-ssl", exact: "2.37.6"),
        .package(url: "https://github.com/apple/swift-nio-transport-services", exact: "1.28.0"),
        .package(url: "https://github.com/apple/swift-numerics", exact: "1.1.1"),
        .package(url: "https://github.com/apple/swift-service-context", exact: "1.5.1"),
    ],
    targets: [
        // MARK: Base
        /** The PostgreSQL client library. */
        .systemLibrary(name: "CLibpq", pkgConfig: "libpq", providers: [.apt(["libpq-dev"])]),
        /** Writes the zip archives of Office files. */
        .systemLibrary(name: "CZip", pkgConfig: "libzip", providers: [.apt(["libzip-dev"])]),
        /** Draws square codes that telephones read. */
        .systemLibrary(name: "CQrencode", pkgConfig: "libqrencode", providers: [.apt(["libqrencode-dev"])]),
        /** Reads the XML in Office files that come in. */
        .systemLibrary(name: "CExpat", pkgConfig: "expat", providers: [.apt(["libexpat1-dev"])]),
        /** Compresses what goes to browsers. */
        .systemLibrary(name: "CZlib", pkgConfig: "zlib", providers: [.apt(["zlib1g-dev"])]),
        /** Writes spreadsheets. */
        .systemLibrary(name: "CXLSXWriter", providers: [.apt(["libxlsxwriter-dev"])]),
        /** Ids, clock, days and months, area codes, minute and interval sets, rates, ranks: pure values; imports no target. */
        .target(name: "Basics", swiftSettings: settings),
        /** The `Database` seam: SQL text that binds, row decoding, migrations, the SQLite and PostgreSQL engines, the blob store. */
        .target(name: "Storage", dependencies: ["Basics", "CLibpq", grdb, crypto], swiftSettings: settings),
        /** Keys, TUF-shaped metadata and its verification, manifests. */
        .target(name: "Trust", dependencies: ["Basics", crypto, cryptoExtras], swiftSettings: settings),
        /** What nodes say to each other, versioned; the only types that centre, edge and terminal share. */
        .target(name: "Wire", dependencies: ["Basics"], swiftSettings: settings),
        /** The two flows without I/O: sync down, facts up, prefetch order, retry. */
        .target(name: "Node", dependencies: ["Basics", "Wire", "Trust"], swiftSettings: settings),
        /** How our servers listen: deadlines of heads and bodies, bounds on connections. */
        .target(
            name: "Listener", dependencies: ["CZlib", "Basics", hummingbird, hummingbirdCore, nio, nioHTTPTypes, httpTypes, log],
            swiftSettings: settings),
        /** Other people's programs, children of ours or at a worker under another user: confined, bounded, gone when we are gone. */
        .target(name: "Programs", dependencies: [subprocess, systemPackage], swiftSettings: settings),
        /** ffprobe and ffmpeg: what to encode, and the runner that encodes it. */
        .target(name: "Media", dependencies: ["Basics", "Programs", log], swiftSettings: settings),
        /** A bulletin as data, and its DOCX, XLSX, PDF: made by libzip, libxlsxwriter, weasyprint, rsvg-convert; square codes. */
        .target(
            name: "Documents", dependencies: ["Basics", "Programs", "CZip", "CXLSXWriter", "CQrencode", "CExpat"], swiftSettings: settings),

        // MARK: House
        /** People, roles, scopes, sessions, the audit log. */
        .target(
            name: "Accounts", dependencies: ["Basics", "Storage", crypto, cryptoExtras], resources: [.copy("Migrations")],
            swiftSettings: settings),
        /** Durable queue and timers on the same database. */
        .target(
            name: "Jobs", dependencies: ["Basics", "Storage", lifecycle, log], resources: [.copy("Migrations")], swiftSettings: settings),
        /** Request context, session, scope, refusals, pages, tables, charts, words in two languages. */
        .target(
            name: "Web",
            dependencies: [
                "Basics", "Storage", "Wire", "Listener", "Documents", "Accounts", "Jobs", hummingbird, mustache, crypto, httpTypes, nio,
                nioHTTP, log,
            ],
            resources: [.copy("Migrations"), .copy("Templates"), .copy("Words"), .copy("Static")], swiftSettings: settings),

        /** Lists that features declare: filters, search, pages, columns, kept views, files; long ones by a job. */
        .target(
            name: "Lists", dependencies: ["Basics", "Storage", "Documents", "Accounts", "Jobs", "Web", hummingbird, httpTypes, nio],
            resources: [.copy("Migrations")], swiftSettings: settings),
        /** Records that features declare: forms that make and change one, files that bring in many, steps of their lives, their pages. */
        .target(
            name: "Records", dependencies: ["Basics", "Storage", "Documents", "Accounts", "Jobs", "Web", "Lists", hummingbird],
            resources: [.copy("Migrations"), .copy("Templates"), .copy("Words")], swiftSettings: settings),

        // MARK: Business
        /** Areas, sites, terminals, nodes, dated states: the register that all stands on. `Network` is a framework of Apple's. */
        .target(
            name: "Registry", dependencies: ["Basics", "Storage", "Accounts", "Jobs", "Web", "Lists", "Records", hummingbird],
            resources: [.copy("Migrations"), .copy("Words")], swiftSettings: settings),
        /** What everything later names: organisations, agreements with them, the papers that they issue. */
        .target(
            name: "Offices",
            dependencies: [
                "Basics", "Storage", "Listener", "Accounts", "Jobs", "Web", "Lists", "Records", "Registry", hummingbird, httpTypes,
            ],
            resources: [.copy("Migrations"), .copy("Templates"), .copy("Words")], swiftSettings: settings),
        /** The register on pages: decisions on areas, changes of sites, boxes, exclusions. */
        .target(
            name: "RegisterPages",
            dependencies: ["Basics", "Storage", "Accounts", "Jobs", "Web", "Lists", "Records", "Registry", hummingbird],
            resources: [.copy("Templates"), .copy("Words")], swiftSettings: settings),
        /** 资源: courseware, its upload, encoding, publication and delivery. */
        .target(
            name: "Content",
            dependencies: [
                "Basics", "Storage", "Trust", "Wire", "Listener", "Media", "Accounts", "Jobs", "Web", "Lists", "Records", "Registry",
                hummingbird,
            ],

            resources: [.copy("Migrations"), .copy("Templates"), .copy("Words")], swiftSettings: settings),
        /** 管: presence, plays, watermarks, voids, the work list of quarantined facts. */
        .target(
            name: "Operations",
            dependencies: ["Basics", "Storage", "Wire", "Accounts", "Jobs", "Web", "Lists", "Records", "Registry", "Content", hummingbird],
            resources: [.copy("Migrations"), .copy("Templates"), .copy("Words")], swiftSettings: settings),
        /** 故障: what plays and what does not: layers of a site's connection, test plays. */
        .target(
            name: "Faults",
            dependencies: [
                "Basics", "Storage", "Wire", "Accounts", "Jobs", "Web", "Lists", "Records", "Registry", "Content", "Operations",
                hummingbird,
            ],
            resources: [.copy("Migrations"), .copy("Templates"), .copy("Words")], swiftSettings: settings),
        /** What those come for who are no officers: their own sites, what these tell the offices above, what an operator's staff mend. */
        .target(
            name: "Workplaces",
            dependencies: [
                "Basics", "Storage", "Accounts", "Jobs", "Web", "Lists", "Records", "Registry", "Operations", hummingbird,
            ],
            resources: [.copy("Migrations"), .copy("Templates"), .copy("Words")], swiftSettings: settings),
        /** People: accounts, their roles and passwords; who holds which post. */
        .target(
            name: "People",
            dependencies: [
                "Basics", "Storage", "Listener", "Documents", "Accounts", "Jobs", "Web", "Lists", "Records", "Registry", "Offices",
                "Workplaces",
                hummingbird, httpTypes,
            ],
            resources: [.copy("Migrations"), .copy("Templates"), .copy("Words")], swiftSettings: settings),
        /** 督, first part: what a month says of areas and sites: sums, overviews, site pages, denominators; reads every table. */
        .target(
            name: "Figures",
            dependencies: ["Basics", "Storage", "Accounts", "Jobs", "Web", "Lists", "Registry", "Operations", hummingbird, mustache],
            resources: [.copy("Templates"), .copy("Words")], swiftSettings: settings),
        /** 督: what townships type about sites without machine data, and what is in no rate of machines. */
        .target(
            name: "Returns",
            dependencies: ["Basics", "Storage", "Accounts", "Web", "Lists", "Registry", "Operations", "Figures", hummingbird],
            resources: [.copy("Migrations"), .copy("Templates"), .copy("Words")], swiftSettings: settings),
        /** 督: an area's month as a table, and as sections that write themselves in two languages. */
        .target(
            name: "Bulletins",
            dependencies: [
                "Basics", "Storage", "Documents", "Accounts", "Web", "Lists", "Registry", "Operations", "Figures", "Returns", hummingbird,
            ],
            resources: [.copy("Templates"), .copy("Words")], swiftSettings: settings),
        /** 督: what is printed and kept: compositions, closed months, editions, to whom they went. */
        .target(
            name: "Editions",
            dependencies: [
                "Basics", "Storage", "Listener", "Documents", "Accounts", "Jobs", "Web", "Lists", "Registry", "Operations", "Figures",
                "Returns",
                "Bulletins", hummingbird, crypto, httpTypes, nio,
            ],
            resources: [.copy("Migrations"), .copy("Templates"), .copy("Words")], swiftSettings: settings),

        // MARK: Programs
        /** The centre: wiring of modules, routes, services, configuration. */
        .target(
            name: "Centre",
            dependencies: [
                "Basics", "Storage", "Trust", "Wire", "Listener", "Programs", "Media", "Documents", "Accounts", "Web", "Jobs", "Lists",
                "Records",
                "Registry", "Offices", "RegisterPages",
                "Content", "Operations", "Faults", "Workplaces", "People", "Figures", "Returns", "Bulletins", "Editions",
                hummingbird,
                httpTypes, nio, lifecycle, signals, log,
            ],
            resources: [.copy("Templates"), .copy("Words")], swiftSettings: settings),
        /** What edge and terminal share: disk, HTTP to the parent, the loop around `Node`. */
        .target(
            name: "Relay",
            dependencies: [
                "Basics", "Storage", "Trust", "Wire", "Node", "Listener", hummingbird, httpClient, httpTypes, lifecycle, log, nio, nioHTTP,
                nioFoundation,
            ],
            resources: [.copy("Migrations")], swiftSettings: settings),
        /** The county node: cache, prefetch, relay. */
        .target(
            name: "Edge", dependencies: ["Basics", "Storage", "Trust", "Wire", "Node", "Listener", "Relay", hummingbird, lifecycle, log],
            swiftSettings: settings),
        /** The site node: cache, television page, beats, plays. */
        .target(
            name: "Terminal",
            dependencies: ["Basics", "Storage", "Trust", "Wire", "Node", "Listener", "Relay", hummingbird, lifecycle, log],
            resources: [.copy("Television")], swiftSettings: settings),
        /** Fleets from a seed: raw facts in process and over HTTP, a week of virtual time. */
        .target(name: "Simulator", dependencies: ["Basics", "Wire", "Trust", "Node", "Registry", "Operations"], swiftSettings: settings),
        /** The one executable. */
        .executableTarget(
            name: "yuanjiao",
            dependencies: [
                "Basics", "Storage", "Trust", "Wire", "Listener", "Programs", "Documents", "Accounts", "Jobs", "Records", "Registry",
                "Offices", "Content",
                "Operations", "Faults", "Workplaces", "People", "Figures", "Returns", "Bulletins", "Editions", "Web", "Centre",
                "Edge",
                "Terminal",
                "Simulator",
                "Relay",
                arguments, configuration, systemPackage, httpClient, hummingbird, nio, nioHTTP, lifecycle, signals, log, subprocess,
            ],
            swiftSettings: settings),

        // MARK: Tests
        /** Engines, sample world, template lint, fixed clock, counted ids; libpq for copies of databases. */
        .target(
            name: "TestKit",
            dependencies: [
                "Basics", "Storage", "Wire", "Accounts", "Jobs", "Web", "Lists", "Records", "Registry", "Offices", "Content", "Operations",
                "Faults", "Workplaces", "People", "Figures", "Returns", "Bulletins", "Editions", "CLibpq",
            ],
            swiftSettings: settings),
        .testTarget(name: "BasicsTests", dependencies: ["Basics", "TestKit"], swiftSettings: settings),
        .testTarget(name: "StorageTests", dependencies: ["Storage", "TestKit"], swiftSettings: settings),
        .testTarget(name: "TrustTests", dependencies: ["Trust"], swiftSettings: settings),
        .testTarget(name: "WireTests", dependencies: ["Wire", "TestKit"], swiftSettings: settings),
        .testTarget(name: "ListenerTests", dependencies: ["Listener", hummingbird, nio, log], swiftSettings: settings),
        .testTarget(name: "NodeTests", dependencies: ["Node", "Simulator"], swiftSettings: settings),
        .testTarget(name: "ProgramsTests", dependencies: ["Programs"], swiftSettings: settings),
        .testTarget(
            name: "FuzzTests", dependencies: ["Basics", "Listener", "Wire", "Trust", "Programs", "Media", "Documents", "Node"],
            swiftSettings: settings),
        .testTarget(name: "MediaTests", dependencies: ["Media", "Programs", log], swiftSettings: settings),
        .testTarget(name: "DocumentsTests", dependencies: ["Documents", "CZip"], swiftSettings: settings),
        .testTarget(name: "JobsTests", dependencies: ["Jobs", "TestKit", lifecycle, log], swiftSettings: settings),
        .testTarget(
            name: "ContentTests",
            dependencies: [
                "Content", "Jobs", "Media", "Trust", "Wire", "Registry", "RegisterPages", "Operations", "Accounts", "Storage", "Web",
                "TestKit",
                hummingbird, hummingbirdTesting, lifecycle, log,
            ], swiftSettings: settings),
        .testTarget(name: "AccountsTests", dependencies: ["Accounts", "TestKit"], swiftSettings: settings),
        .testTarget(
            name: "RelayTests", dependencies: ["Basics", "Storage", "Node", "Relay", "Trust", "Wire", "TestKit"], swiftSettings: settings),
        .testTarget(
            name: "RegistryTests", dependencies: ["Basics", "Storage", "Documents", "Accounts", "Registry", "RegisterPages", "TestKit"],
            swiftSettings: settings),
        .testTarget(name: "OperationsTests", dependencies: ["Operations", "Content", "TestKit", "Wire"], swiftSettings: settings),
        .testTarget(name: "FaultsTests", dependencies: ["Faults", "Operations", "Registry", "TestKit", "Wire"], swiftSettings: settings),
        .testTarget(
            name: "SupervisionTests",
            dependencies: [
                "Faults", "Figures", "Returns", "Bulletins", "Editions", "Offices", "Operations", "RegisterPages", "Documents", "Web",
                "TestKit",
                "Wire",
                "Simulator",
            ],
            swiftSettings: settings),
        .testTarget(
            name: "CentreTests",
            dependencies: [
                "Basics", "Storage", "Trust", "Wire", "Listener", "Programs", "Accounts", "Jobs", "Web", "Lists", "Records", "Registry",
                "Offices", "Content", "Operations", "Faults", "Workplaces", "People", "Figures", "Returns", "Bulletins", "Editions",
                "Centre",
                "Simulator",
                "TestKit",
                hummingbird,
                hummingbirdTesting, httpTypes, log,
            ], swiftSettings: settings),
    ]
)
