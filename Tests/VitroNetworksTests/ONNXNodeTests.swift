import Foundation
import Testing
import VitroCore
import VitroFormats
import VitroTensor

@testable import VitroNetworks

/// The standard's own tests of single operators, as Debian's package `libonnx-testdata` installs them (or VITRO_ONNX_NODE_TESTS names them).
@Suite struct ONNXNodeTests {
  static let folder =
    ProcessInfo.processInfo.environment["VITRO_ONNX_NODE_TESTS"] ?? "/usr/share/libonnx-testdata/data/node"
  static let cases = ((try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []).sorted()

  /// Tests of what no comparison can hold for: results that are random.
  static let random = [
    "test_training_dropout", "test_training_dropout_default", "test_training_dropout_default_mask",
    "test_training_dropout_mask",
  ]

  @Test(.enabled(if: !cases.isEmpty, "the package libonnx-testdata is not installed"))
  func everyTestOfAListedOperatorPasses() throws {
    var (passed, failed) = (0, [String]())
    var left: [String: [String]] = [:]
    for name in Self.cases {
      if let reason = Self.reasonToLeave(name) {
        left[reason, default: []].append(name)
        continue
      }
      do {
        if let difference = try Self.difference(name) { failed.append("\(name): \(difference)") } else { passed += 1 }
      } catch {
        failed.append("\(name): \(error)")
      }
    }
    print(
      "ONNX node tests: \(passed) of \(passed + failed.count) pass; \(Self.cases.count - passed - failed.count) are left out:"
    )
    for (reason, names) in left.sorted(by: { $0.key < $1.key }) { print("  \(reason): \(names.count)") }
    #expect(failed.isEmpty, "\(failed.joined(separator: "\n"))")
    // The package of Debian 12 (onnx 1.12).
    if Self.cases.count == 932 { #expect(passed >= 690) }
  }

  /// Why a test says nothing of Vitro: another operator, another version, values that are no arrays.
  static func reasonToLeave(_ name: String) -> String? {
    if random.contains(name) { return "random results" }
    let model: ONNXModel
    do {
      model = try ONNXModel("\(folder)/\(name)/model.onnx")
    } catch {
      return (error as? VitroError)?.code == .unsupported ? "a file with parts that are not read" : nil
    }
    let unknown = model.nodes.first {
      !$0.domain.isEmpty || ONNXReader.operators[$0.operation] == nil && ONNXOperator.all[$0.operation] == nil
    }
    if let unknown { return "operator \(unknown.operation)" }
    guard (7...21).contains(model.opset) else { return "version \(model.opset) of the operators" }
    if model.inputs.isEmpty { return "no input" }
    let odd = (model.inputs + model.outputs).first { ["string", "no tensor"].contains($0.elementType) }
    if let odd { return "values of type \(odd.elementType)" }
    for (index, input) in model.inputs.enumerated() {
      guard let shape = try? array("\(folder)/\(name)/test_data_set_0/input_\(index).pb").shape,
        let declared = input.shape
      else { continue }
      let fits = zip(shape, declared).allSatisfy { length, said in
        if case .fixed(let known) = said { known == length } else { true }
      }
      guard shape.count == declared.count, fits else { return "inputs of another shape than the file declares" }
    }
    return nil
  }

  /// How far the network is from what the test expects, in words; nothing when it is right.
  static func difference(_ name: String) throws -> String? {
    let path = "\(folder)/\(name)"
    let network = try Network("\(path)/model.onnx")
    let model = try ONNXModel("\(path)/model.onnx")
    let inputs = try model.inputs.enumerated().map {
      try array("\(path)/test_data_set_0/input_\($0).pb", as: $1.elementType)
    }
    let run = try network.run(inputs)
    for (index, found) in run.outputs.enumerated() {
      let expected = try array("\(path)/test_data_set_0/output_\(index).pb", as: model.outputs[index].elementType)
      guard found.shape == expected.shape else {
        return "output \(index) is \(found.shape), expected \(expected.shape)"
      }
      guard found.dtype.isFloatingPoint == expected.dtype.isFloatingPoint else {
        return "output \(index) is \(found.dtype), expected \(expected.dtype)"
      }
      var (relative, absolute) = expected.dtype.isFloatingPoint ? (1e-3, 1e-5) : (0, 0)
      // The files cut bfloat16 off where the standard says to round it.
      if model.outputs[index].elementType == "bfloat16" { relative = 1 / 128 }
      for (a, b) in zip(try found.doubles, try expected.doubles) {
        let isSame = a == b || a.isNaN && b.isNaN || abs(a - b) <= absolute + relative * abs(b)
        if !isSame { return "output \(index) has \(a), expected \(b)" }
      }
      // What is said of a value beforehand must hold.
      let said = try network.shape(at: network.graph.outputs[index]) ?? Graph.unknownShape
      guard said != Graph.unknownShape else { continue }
      if said == Graph.scalarShape {
        if found.rank > 0 { return "output \(index) is \(found.shape), foretold as one number" }
        continue
      }
      let fits = said.count + 1 == found.rank && zip(said, found.shape.dropFirst()).allSatisfy { $0 == -1 || $0 == $1 }
      if !fits { return "output \(index) is \(found.shape), foretold as [batch] + \(said)" }
    }
    return nil
  }

  /// The tensor of a file, read as the one array of a model around it.
  static func array(_ path: String, as type: String = "") throws -> Tensor {
    func field(_ number: UInt8, _ bytes: [UInt8]) -> [UInt8] {
      var (length, size) = (bytes.count, [UInt8]())
      repeat {
        size.append(UInt8(length & 127) | (length > 127 ? 128 : 0))
        length >>= 7
      } while length > 0
      return [number << 3 | 2] + size + bytes
    }
    let content = [UInt8](try Data(contentsOf: URL(fileURLWithPath: path))) + field(8, Array("value".utf8))
    let bytes = [8, 8] + field(7, field(5, content))
    let tensor = try Tensor(ONNXModel(FileBytes(name: path, bytes)).array(named: "value"))
    // These files hold bfloat16 as whole numbers of 16 bits.
    guard type == "bfloat16", !tensor.dtype.isFloatingPoint else { return tensor }
    return try Tensor(tensor.ints.map { Float(bitPattern: UInt32($0) << 16) }, shape: tensor.shape)
  }
}
