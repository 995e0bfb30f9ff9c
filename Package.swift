// swift-tools-version: 6.2
import PackageDescription

// The floors of the house (docs/architecture.md). A target depends only on floors below its own.

let strict: [SwiftSetting] = [
  .enableUpcomingFeature("ExistentialAny"),
  .enableUpcomingFeature("MemberImportVisibility"),
  .enableUpcomingFeature("InternalImportsByDefault"),
  .treatAllWarnings(as: .error),
]

/// A Swift module of the house: `Sources/<name>`, and its tests in `Tests/<name>Tests`.
struct Module {
  var name: String
  var dependencies: [Target.Dependency]
  var exclude: [String] = []
  var resources: [Resource] = []
  var tested = false
  var testDependencies: [Target.Dependency] = []
  var testResources: [Resource] = []
}

let modules: [Module] = [
  // Floor 0
  Module(name: "VitroCore", dependencies: ["CVitroKernels"], tested: true),
  // Floor 1
  Module(
    name: "VitroTensor", dependencies: ["VitroCore", "CVitroKernels", "COpenBLAS"], tested: true,
    testDependencies: ["VitroTestSupport"]),
  Module(
    name: "VitroFormats",
    dependencies: [
      "VitroCore", "CVitroKernels", "CVitroPNG", "CZlib", .product(name: "SwiftProtobuf", package: "swift-protobuf"),
    ],
    exclude: ["ONNX/onnx.proto"], tested: true, testDependencies: ["VitroFuzzing"], testResources: [.copy("Fixtures")]),
  // Floor 2
  Module(
    name: "VitroNetworks", dependencies: ["VitroCore", "VitroTensor", "VitroFormats", "CVitroKernels"], tested: true,
    testDependencies: ["vitro-train-fixture"], testResources: [.copy("Fixtures")]),
  // Floor 3
  Module(
    name: "VitroData", dependencies: ["VitroCore", "VitroTensor", "VitroFormats", "VitroNetworks"],
    resources: [.embedInCode("Resources/digits.csv.gz")], tested: true, testDependencies: ["VitroFuzzing"]),
  Module(
    name: "VitroModels", dependencies: ["VitroCore", "VitroTensor", "VitroFormats", "VitroNetworks"], tested: true,
    testDependencies: ["VitroFuzzing"], testResources: [.copy("Fixtures")]),
  Module(
    name: "VitroFitting", dependencies: ["VitroCore", "VitroTensor", "CVitroKernels", "COpenBLAS"], tested: true),
  Module(
    name: "VitroPiecewise",
    dependencies: [
      "VitroCore", "VitroTensor", "VitroNetworks", .product(name: "BigInt", package: "BigInt"),
    ], tested: true, testResources: [.copy("Fixtures")]),
  Module(
    name: "VitroGroups",
    dependencies: ["VitroCore", "VitroTensor", .product(name: "BigInt", package: "BigInt")], tested: true,
    testResources: [.copy("Fixtures")]),
  // Floor 4
  Module(
    name: "VitroLab",
    dependencies: [
      "VitroCore", "VitroTensor", "VitroFormats", "VitroNetworks", "VitroData", "VitroFitting",
      .product(name: "GRDB", package: "GRDB.swift"),
    ],
    resources: [
      "shared", "theme", "numbers", "payload", "marks", "view", "lines", "scatter", "heatmap", "readings", "series",
      "graph", "space", "sequence", "export",
    ].map { .embedInCode("Resources/\($0).js") },
    tested: true, testResources: [.copy("Golden")]),
  // Floor 5
  Module(
    name: "VitroProbing",
    dependencies: [
      "VitroCore", "VitroTensor", "VitroFormats", "VitroNetworks", "VitroData", "VitroFitting", "VitroPiecewise",
      "VitroModels", "VitroLab",
    ], tested: true, testDependencies: ["VitroTracing"]),
  Module(
    name: "VitroCircuits",
    dependencies: [
      "VitroCore", "VitroTensor", "VitroFormats", "VitroNetworks", "VitroData", "VitroFitting", "VitroPiecewise",
      "VitroLab",
    ], tested: true),
  Module(
    name: "VitroSuperposition",
    dependencies: [
      "VitroCore", "VitroTensor", "VitroFormats", "VitroNetworks", "VitroData", "VitroFitting", "VitroLab",
      "CVitroKernels",
    ], tested: true),
  Module(
    name: "VitroSymmetry",
    dependencies: [
      "VitroCore", "VitroTensor", "VitroFormats", "VitroNetworks", "VitroData", "VitroFitting", "VitroGroups",
      "VitroLab",
      "CVitroKernels", .product(name: "BigInt", package: "BigInt"),
    ], tested: true, testResources: [.copy("Fixtures")]),
  Module(
    name: "VitroTracing",
    dependencies: [
      "VitroCore", "VitroTensor", "VitroFormats", "VitroNetworks", "VitroData", "VitroFitting", "VitroModels",
      "VitroLab",
    ], tested: true),
  Module(
    name: "VitroInformation",
    dependencies: [
      "VitroCore", "VitroTensor", "VitroFormats", "VitroNetworks", "VitroData", "VitroFitting", "VitroModels",
      "VitroLab",
    ], tested: true, testResources: [.copy("Fixtures")]),
  // Floor 6
  Module(
    name: "Vitro",
    dependencies: [
      "VitroCore", "VitroTensor", "VitroFormats", "VitroNetworks", "VitroData", "VitroFitting", "VitroPiecewise",
      "VitroGroups", "VitroLab",
      "VitroModels", "VitroProbing", "VitroSuperposition", "VitroCircuits", "VitroSymmetry", "VitroTracing",
      "VitroInformation",
    ], tested: true),
]

/// Floor 7: the command, tested as a process of its own.
let command: [Target] = [
  .target(
    name: "VitroCommand",
    dependencies: ["VitroCore", "VitroLab", .product(name: "ArgumentParser", package: "swift-argument-parser")],
    swiftSettings: strict),
  .executableTarget(name: "VitroMain", dependencies: ["VitroCommand", "Vitro", "VitroLab"], swiftSettings: strict),
  .executableTarget(
    name: "vitro-coin", dependencies: ["VitroCommand", "VitroCore", "VitroLab", "VitroTensor"],
    path: "Tests/Support/vitro-coin", swiftSettings: strict),
  .testTarget(
    name: "VitroCommandTests", dependencies: ["VitroMain", "vitro-coin", "Vitro"], resources: [.copy("Golden")],
    swiftSettings: strict),
]

let package = Package(
  name: "vitro",
  platforms: [.macOS(.v15)],
  products: [
    .executable(name: "vitro", targets: ["VitroMain"]),
    .library(name: "Vitro", targets: modules.map(\.name) + ["VitroCommand"]),
  ],
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
    .package(url: "https://github.com/apple/swift-protobuf", from: "1.39.0"),
    .package(url: "https://github.com/groue/GRDB.swift", from: "7.10.0"),
    .package(url: "https://github.com/attaswift/BigInt", from: "6.0.1"),
  ],
  targets: [
    .systemLibrary(
      name: "COpenBLAS", pkgConfig: "openblas", providers: [.apt(["libopenblas-dev"]), .brew(["openblas"])]),
    .systemLibrary(name: "CPNG", pkgConfig: "libpng", providers: [.apt(["libpng-dev"]), .brew(["libpng"])]),
    .systemLibrary(name: "CZlib", pkgConfig: "zlib", providers: [.apt(["zlib1g-dev"]), .brew(["zlib"])]),
    // libpng reports errors by longjmp, which must not cross Swift frames.
    .target(name: "CVitroPNG", dependencies: ["CPNG"]),
    // Optimized in debug builds too: at -O0 the vector loops run fifty times slower.
    .target(name: "CVitroKernels", dependencies: ["COpenBLAS"], cSettings: [.unsafeFlags(["-O3"])]),
    .target(
      name: "VitroTestSupport", dependencies: ["VitroCore", "VitroTensor"], path: "Tests/Support/VitroTestSupport",
      swiftSettings: strict),
    .target(
      name: "VitroFuzzing", dependencies: ["VitroCore", "VitroFormats", "VitroTensor", "VitroNetworks", "VitroModels"],
      path: "Tests/Support/VitroFuzzing", swiftSettings: strict),
    .executableTarget(
      name: "vitro-fuzz", dependencies: ["VitroFuzzing"], path: "Tests/Support/vitro-fuzz", swiftSettings: strict),
    .executableTarget(
      name: "vitro-train-fixture", dependencies: ["VitroCore", "VitroTensor", "VitroNetworks"],
      path: "Tests/Support/vitro-train-fixture", swiftSettings: strict),
  ]
    + command
    + modules.map {
      .target(
        name: $0.name, dependencies: $0.dependencies, exclude: $0.exclude, resources: $0.resources,
        swiftSettings: strict)
    }
    + modules.filter(\.tested).map {
      .testTarget(
        name: "\($0.name)Tests", dependencies: [.init(stringLiteral: $0.name)] + $0.dependencies + $0.testDependencies,
        resources: $0.testResources, swiftSettings: strict)
    }
    + [.testTarget(name: "CVitroKernelsTests", dependencies: ["CVitroKernels"], swiftSettings: strict)],
  swiftLanguageModes: [.v6],
  cLanguageStandard: .gnu11
)
