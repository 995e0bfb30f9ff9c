internal import CVitroKernels
internal import VitroTensor

/// Finds rows for the values of a network, and operations on them.
struct LaneCompiler {
  private let plan: Plan
  private let parameters: [Range<Int>]
  private let widths: [Int]
  private let isLive: [Bool]
  /// For each value the one it is the same as, or itself.
  private var origins: [Int]
  /// Values that are computed within another one, and where in it.
  private var places: [Int: (value: Int, offset: Int)] = [:]
  private var firstRows: [Int: Int] = [:]
  private(set) var operations: [vitro_lane_operation] = []
  private(set) var valueRows = 0
  private(set) var summed: [Range<Int>] = []

  /// Returns `nil` when a value is no vector.
  init?(_ plan: Plan, parameters: [Range<Int>]) {
    var isLive = [Bool](repeating: false, count: plan.shapes.count)
    isLive[plan.outputs[0]] = true
    for (number, step) in plan.steps.enumerated().reversed() where isLive[plan.inputCount + number] {
      for input in step.inputs { isLive[input] = true }
    }
    let isVector = plan.shapes.indices.allSatisfy { value in
      let shape = plan.shapes[value]
      return !isLive[value] || (shape.count == 1 && (1...Self.widest).contains(shape[0]))
    }
    guard isVector, isLive[0] else { return nil }
    self.plan = plan
    self.parameters = parameters
    self.isLive = isLive
    widths = plan.shapes.map { $0.first ?? 0 }
    origins = Array(plan.shapes.indices)
  }

  private static let widest = 1 << 14

  private var liveSteps: [(value: Int, step: Plan.Step)] {
    plan.steps.enumerated().compactMap { number, step in
      let value = plan.inputCount + number
      return isLive[value] ? (value, step) : nil
    }
  }

  func rows(of value: Int) -> Range<Int> {
    var (container, start) = (origins[value], 0)
    while let place = places[container] { (container, start) = (place.value, start + place.offset) }
    start += firstRows[container, default: 0]
    return start..<start + widths[value]
  }

  /// Returns whether the kernels can run the network.
  mutating func compile() -> Bool {
    for (value, step) in liveSteps {
      if let activation = step.layer as? Activation, activation.function == .identity {
        origins[value] = origins[step.inputs[0]]
      }
    }
    let output = origins[plan.outputs[0]]
    let isRead = liveSteps.contains { value, step in
      origins[value] == value && step.inputs.contains { origins[$0] == output }
    }
    guard !isRead, output >= plan.inputCount else { return false }
    placeJoinedValues()
    for value in plan.shapes.indices where isLive[value] && origins[value] == value && places[value] == nil {
      firstRows[value] = valueRows
      valueRows += widths[value]
    }
    for (value, step) in liveSteps where origins[value] == value {
      guard emit(step, into: value) else { return false }
    }
    askForSlopes()
    // An output that no parameter moves is nothing to train.
    return operations.contains { $0.kind == vitro_lane_linear }
  }

  private mutating func placeJoinedValues() {
    for (value, step) in liveSteps where step.layer is Concatenate {
      var offset = 0
      for input in step.inputs.map({ origins[$0] }) {
        if places[input] == nil { places[input] = (value, offset) }
        offset += widths[input]
      }
    }
  }

  private mutating func emit(_ step: Plan.Step, into value: Int) -> Bool {
    let inputs = step.inputs.map(rows(of:))
    let output = rows(of: value)
    switch step.layer {
    case let linear as Linear:
      var operation = vitro_lane_operation(vitro_lane_linear, from: inputs[0], to: output)
      operation.weight = Int32(parameters[step.parameters[0]].lowerBound)
      operation.bias = linear.bias ? Int32(parameters[step.parameters[1]].lowerBound) : -1
      operations.append(operation)
    case let activation as Activation:
      guard let (function, parameter) = activation.kernelFunction else { return false }
      var operation = vitro_lane_operation(vitro_lane_unary, from: inputs[0], to: output)
      (operation.function, operation.a) = (function, parameter)
      operations.append(operation)
    case let scale as Scale:
      var operation = vitro_lane_operation(vitro_lane_unary, from: inputs[0], to: output)
      (operation.function, operation.a, operation.b) = (vitro_affine, scale.factor, scale.offset)
      operations.append(operation)
    case is Concatenate:
      var start = output.lowerBound
      for input in inputs {
        let target = start..<start + input.count
        if input != target { operations.append(vitro_lane_operation(vitro_lane_copy, from: input, to: target)) }
        start += input.count
      }
    case is Add:
      for (number, input) in inputs.enumerated() {
        guard input.count == output.count else { return false }
        operations.append(
          vitro_lane_operation(number == 0 ? vitro_lane_copy : vitro_lane_sum, from: input, to: output))
      }
    default: return false
    }
    return true
  }

  // MARK: Slopes

  /// Decides which rows slopes are asked for, and which are summed.
  private mutating func askForSlopes() {
    var isMoved = [Bool](repeating: false, count: valueRows)
    for index in operations.indices {
      let operation = operations[index]
      let moved = operation.inputRows.filter { isMoved[$0] }
      if let first = moved.first, let last = moved.last {
        let asked = operation.kind == vitro_lane_linear ? first..<last + 1 : operation.inputRows
        (operations[index].asked, operations[index].asks) = (Int32(asked.lowerBound), Int32(asked.count))
      }
      if operation.kind == vitro_lane_linear || !moved.isEmpty {
        for row in operation.outputRows { isMoved[row] = true }
      }
    }
    var contributions = [Int](repeating: 0, count: valueRows)
    for row in rows(of: plan.outputs[0]) { contributions[row] = 1 }  // the loss
    for operation in operations { for row in operation.askedRows { contributions[row] += 1 } }
    var isSummed = contributions.map { $0 > 1 }
    var grows = true
    while grows {
      grows = false
      for index in operations.indices where !operations[index].adds {
        let asked = operations[index].askedRows
        guard asked.contains(where: { isSummed[$0] }) else { continue }
        operations[index].adds = true
        for row in asked { isSummed[row] = true }
        grows = true
      }
    }
    var row = 0
    while row < valueRows {
      let end = isSummed[row...].firstIndex(of: !isSummed[row]) ?? valueRows
      if isSummed[row] { summed.append(row..<end) }
      row = end
    }
  }
}

extension vitro_lane_operation {
  fileprivate init(_ kind: vitro_lane_kind, from input: Range<Int>, to output: Range<Int>) {
    self.init()
    self.kind = kind
    (self.input, inputs) = (Int32(input.lowerBound), Int32(input.count))
    (self.output, outputs) = (Int32(output.lowerBound), Int32(output.count))
    (weight, bias) = (-1, -1)
  }

  fileprivate var inputRows: Range<Int> { Int(input)..<Int(input + inputs) }
  fileprivate var outputRows: Range<Int> { Int(output)..<Int(output + outputs) }
  fileprivate var askedRows: Range<Int> { Int(asked)..<Int(asked + asks) }
}

extension Activation {
  /// The kernel's function and its parameter; `nil` for the identity.
  fileprivate var kernelFunction: (vitro_unary, Double)? {
    switch function {
    case .identity: nil
    case .relu: (vitro_relu, 0)
    case .leakyRelu: (vitro_leaky_relu, parameter ?? 0.01)
    case .elu: (vitro_elu, parameter ?? 1)
    case .selu: (vitro_selu, 0)
    case .gelu: (vitro_gelu, 0)
    case .geluTanh: (vitro_gelu_tanh, 0)
    case .silu: (vitro_silu, 0)
    case .sigmoid: (vitro_sigmoid, 0)
    case .logSigmoid: (vitro_log_sigmoid, 0)
    case .tanh: (vitro_tanh, 0)
    case .softplus: (vitro_softplus, 0)
    case .softsign: (vitro_softsign, 0)
    case .hardSigmoid: (vitro_hard_sigmoid, 0)
    case .hardSwish: (vitro_hard_swish, 0)
    case .exp: (vitro_exp, 0)
    case .abs: (vitro_absolute, 0)
    case .square: (vitro_square, 0)
    case .sin: (vitro_sin, 0)
    case .cos: (vitro_cos, 0)
    }
  }
}
