// swift-tools-version: 6.2
import PackageDescription

let strict: [SwiftSetting] = [
  .enableUpcomingFeature("ExistentialAny"),
  .enableUpcomingFeature("MemberImportVisibility"),
  .enableUpcomingFeature("InternalImportsByDefault"),
  .treatAllWarnings(as: .error),
]

let package = Package(
  name: "vitro-benchmarks",
  platforms: [.macOS(.v15)],
  dependencies: [
    .package(name: "vitro", path: ".."),
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
  ],
  targets: [
    .executableTarget(
      name: "vitro-bench",
      dependencies: [
        .product(name: "Vitro", package: "vitro"),
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
      ], swiftSettings: strict),
    // The least program that uses Vitro; its start-up is timed.
    .executableTarget(
      name: "vitro-start", dependencies: [.product(name: "Vitro", package: "vitro")], swiftSettings: strict),
  ],
  swiftLanguageModes: [.v6]
)
