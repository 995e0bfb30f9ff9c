import Foundation
import Testing
import VitroCore
import VitroTestSupport

@testable import VitroTensor

@Suite struct GradientTests {
  @Test(arguments: GradientCase.all)
  func gradientsAgreeWithDifferences(_ line: GradientCase) throws {
    try checkGradient(
      at: line.points(), tolerance: line.tolerance, elements: line.elements, of: { try line.function($0) })
  }

  /// float32 runs other kernels: its gradients agree with those of float64.
  @Test(arguments: GradientCase.all)
  func gradientsInSinglePrecisionAgreeWithDouble(_ line: GradientCase) throws {
    func gradients(_ points: [Tensor], _ dtype: DType) throws -> [[Double]] {
      try Tape.record { tape in
        let watched = try points.map { tape.watch(try $0.cast(to: dtype)) }
        let outputs = try line.function(watched).filter(\.dtype.isComputing)
        let total = try outputs.map { try $0.cast(to: .float64).sin().sum() }.reduce(.zeros([], dtype: .float64), +)
        return try tape.gradients(of: total, at: watched).map { try $0.doubles }
      }
    }
    guard !line.name.contains("cast"), !line.name.contains("constant"), !line.name.contains("alone") else { return }
    // Points that both types hold exactly, so that ties and kinks fall alike.
    let points = try line.points().map { try $0.cast(to: .float32) }
    for (single, double) in try zip(gradients(points, .float32), gradients(points, .float64)) {
      let scale = max(double.map(abs).max() ?? 0, 1e-3)
      let error = zip(single, double).map { abs($0 - $1) / scale }.max() ?? 0
      #expect(error < 2e-4, "\(line.name)")
    }
  }

  @Test func everyOperationTypeIsRecordedByALineOfTheTable() throws {
    let declared = try declarations(#"struct (\w+): (?:SingleOutput)?Operation\b"#, in: try sources())
    #expect(declared.count > 25)
    var recorded: Set<String> = []
    for line in GradientCase.all {
      let points = try line.points()
      if points.contains(where: { $0.count > 1000 }) { continue }
      try Tape.record { tape in
        _ = try line.function(points.map { tape.watch($0) })
        recorded.formUnion(operations(on: tape))
      }
    }
    #expect(declared.subtracting(recorded).isEmpty)
  }

  /// Methods that give no real numbers, make values of nothing, or say that gradients stop there.
  private static let withoutGradient: Set<String> = [
    "isEqual", "isNotEqual", "isLess", "isAtMost", "isGreater", "isAtLeast", "isNaN", "not", "any", "argmax", "argmin",
    "sortedPositions", "puttingAlong", "oneHot", "full", "zeros", "ones", "zerosLike", "range", "linspace", "eye",
    "array", "item", "isIdentical", "outputSize", "attention",
  ]

  @Test func everyPublicMethodIsInTheTable() throws {
    let declared = try declarations(#"public (?:static |prefix )*func (\w+|[-+*/])"#, in: try sources())
    #expect(declared.count > 100)
    let tried = Set(GradientCase.all.map { String($0.name.prefix { $0 != " " && $0 != "," }) })
    #expect(declared.subtracting(Self.withoutGradient).subtracting(tried).isEmpty)
    #expect(Self.withoutGradient.subtracting(declared).isEmpty)
    #expect(Self.withoutGradient.intersection(tried).isEmpty)
  }

  /// The sources of the module but for linear algebra, which has a table of its own.
  private func sources() throws -> [String] {
    let tests = URL(filePath: #filePath).deletingLastPathComponent()
    let folder = tests.appending(path: "../../../Sources/VitroTensor").standardizedFileURL
    return try FileManager.default.contentsOfDirectory(at: folder, includingPropertiesForKeys: nil)
      .filter { $0.lastPathComponent.hasPrefix("Tensor+") || $0.lastPathComponent == "RandomStream.swift" }
      .map { try String(contentsOf: $0, encoding: .utf8) }
  }

  private func declarations(_ pattern: String, in sources: [String]) throws -> Set<String> {
    let expression = try Regex(pattern, as: (Substring, Substring).self)
    return Set(sources.flatMap { $0.matches(of: expression).map { String($0.output.1) } })
  }

  private func operations(on tape: Tape) -> [String] {
    let nodes = Mirror(reflecting: tape).children.first { $0.label == "nodes" }?.value as? [Any] ?? []
    return nodes.compactMap { node in
      Mirror(reflecting: node).children.first { $0.label == "operation" }.map {
        String(describing: type(of: Mirror(reflecting: $0.value).children.first?.value ?? $0.value))
      }
    }
  }
}
