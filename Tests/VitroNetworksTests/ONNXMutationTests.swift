import Foundation
import Testing
import VitroCore
import VitroFormats
import VitroTensor

@testable import VitroNetworks

/// Models that are sound as files and senseless as networks: settings, operands, shapes and operators exchanged for others.
///
/// They end in values or in errors; nothing traps, and nothing takes memory without bounds.
@Suite struct ONNXMutationTests {
  /// Numbers from a seed (Steele et al., 2014).
  struct Dice {
    var state: UInt64

    mutating func next() -> UInt64 {
      state &+= 0x9E37_79B9_7F4A_7C15
      var z = state
      z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
      z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
      return z ^ (z >> 31)
    }

    mutating func below(_ count: Int) -> Int { Int(next() % UInt64(max(count, 1))) }

    mutating func pick<Element>(_ elements: [Element]) -> Element { elements[below(elements.count)] }
  }

  static let extremes = [-1, 0, 1, 2, 3, 5, -2, -7, 1 << 20, 1 << 31, -(1 << 40), .max, .min]
  static let operators = ONNXOperator.all.keys.sorted()

  /// Exported networks and, where they are installed, the standard's own tests.
  static let sources: [String] = {
    let own = ["onnx", "onnx-torch"].flatMap { folder in
      ((try? FileManager.default.contentsOfDirectory(atPath: Reference.path(folder))) ?? [])
        .filter { $0.hasSuffix(".onnx") }.map { Reference.path("\(folder)/\($0)") }
    }
    let nodes = ONNXNodeTests.cases.filter { ONNXNodeTests.reasonToLeave($0) == nil }
      .map { "\(ONNXNodeTests.folder)/\($0)/model.onnx" }
    return (own + nodes).sorted()
  }()

  @Test func senselessModelsGiveValuesOrErrors() throws {
    let rounds = ProcessInfo.processInfo.environment["VITRO_ONNX_ROUNDS"].flatMap { Int($0) } ?? 3
    var (ran, refused, failed) = (0, 0, 0)
    for (number, path) in Self.sources.enumerated() {
      let sound = try ONNXModel(path)
      guard sound.nodes.count < 60 else { continue }
      for round in 0..<rounds {
        var dice = Dice(state: UInt64(number) << 20 | UInt64(round))
        var model = sound
        for _ in 0...dice.below(3) { Self.mutate(&model, &dice) }
        if ProcessInfo.processInfo.environment["VITRO_ONNX_TRACE"] != nil { print(path, round) }
        do {
          let network = try Network(model, file: "mutant.onnx")
          do {
            _ = try network.run(Self.inputs(of: network, model, &dice))
            ran += 1
          } catch is VitroError { failed += 1 }
        } catch let error as VitroError {
          refused += 1
          #expect(error.details["found"] != nil || error.code == .memory, "\(path) \(round): \(error)")
        }
      }
    }
    print("senseless models: \(ran) ran, \(failed) failed, \(refused) were refused")
    #expect(ran > 0 && refused > 0 && failed > 0)
  }

  private static func inputs(of network: Network, _ model: ONNXModel, _ dice: inout Dice) throws -> [Tensor] {
    try zip(network.graph.inputs, model.inputs).map { declared, source in
      var shape = [declared.batch ?? 2] + declared.shape.map { $0 < 0 ? 1 + dice.below(4) : min($0, 64) }
      if declared.shape == Graph.unknownShape { shape = (0..<dice.below(6)).map { _ in dice.below(5) } }
      guard shape.allSatisfy({ $0 <= 64 }), shape.reduce(1, *) <= 2000 else {
        throw VitroError(.shape, "test", "large")
      }
      let values = (0..<shape.reduce(1, *)).map { _ in Double(dice.below(9)) - 4 }
      let isWhole = source.elementType.contains("int") || source.elementType == "bool"
      return try Tensor(values, shape: shape).cast(to: isWhole ? .int64 : .float32)
    }
  }

  private static func mutate(_ model: inout ONNXModel, _ dice: inout Dice) {
    guard !model.nodes.isEmpty else { return }
    let place = dice.below(model.nodes.count)
    let names = model.nodes[place].attributes.keys.sorted()
    switch dice.below(9) {
    case 0 where !names.isEmpty:
      let name = dice.pick(names)
      switch model.nodes[place].attributes[name] {
      case .int: model.nodes[place].attributes[name] = .int(dice.pick(extremes))
      case .float: model.nodes[place].attributes[name] = .float(dice.pick([-1, 0, 1e-30, 1e30, .infinity, .nan]))
      case .string:
        model.nodes[place].attributes[name] = .string(dice.pick(["", "x", "SAME_UPPER", "VALID", "linear"]))
      case .ints(var values):
        if values.isEmpty || dice.below(4) == 0 {
          values.append(dice.pick(extremes))
        } else if dice.below(4) == 0 {
          values.removeLast()
        } else {
          values[dice.below(values.count)] = dice.pick(extremes)
        }
        model.nodes[place].attributes[name] = .ints(values)
      default: model.nodes[place].attributes[name] = nil
      }
    case 1 where !names.isEmpty: model.nodes[place].attributes[dice.pick(names)] = nil
    case 2: model.nodes[place].operation = dice.pick(operators)
    case 3 where model.nodes[place].inputs.count > 1: model.nodes[place].inputs.removeLast()
    case 4 where !model.nodes[place].inputs.isEmpty:
      model.nodes[place].inputs[dice.below(model.nodes[place].inputs.count)] = ""
    case 5 where model.nodes[place].inputs.count > 1:
      model.nodes[place].inputs.swapAt(0, 1 + dice.below(model.nodes[place].inputs.count - 1))
    case 6 where !model.initializers.isEmpty:
      let index = dice.below(model.initializers.count)
      let array = model.initializers[index].array
      let values = (0..<min(array.count, 64)).map { _ in Int64(dice.pick(extremes)) }
      let isWhole = array.dtype == .int64
      let shape = (0..<dice.below(5)).map { _ in 1 + dice.below(3) }
      if isWhole, let changed = try? Tensor(values) { model.initializers[index].array = changed.raw }
      if !isWhole, let changed = try? Tensor.ones(shape) { model.initializers[index].array = changed.raw }
    case 7 where !model.inputs.isEmpty:
      let index = dice.below(model.inputs.count)
      let choices: [ONNXModel.Dimension] = [.unknown, .fixed(1), .fixed(3), .fixed(1 << 40)]
      let lengths = (0..<dice.below(6)).map { _ in dice.pick(choices) }
      model.inputs[index].shape = dice.below(3) == 0 ? nil : lengths
    default: model.opset = dice.pick([7, 9, 10, 11, 13, 17, 18, 21])
    }
  }
}
