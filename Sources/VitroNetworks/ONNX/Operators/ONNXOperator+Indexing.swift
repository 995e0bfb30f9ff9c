internal import VitroCore
internal import VitroTensor

/// Reading and writing by positions.
extension ONNXOperator {
  static let indexing: [String: ONNXOperator] = [
    "Gather": ONNXOperator(
      2...2,
      shape: { outline in
        guard let shape = try outline.shape(0), let indices = try outline.shape(1) else { return nil }
        let axis = try outline.operation.axis(outline.operation.integer("axis"), rank: shape.count)
        return shape[..<axis] + indices + shape[(axis + 1)...]
      }
    ) { call in
      try call.operand(0).computable().gather(call.indices(1), axis: call.operation.integer("axis"))
    },
    "GatherElements": ONNXOperator(2...2, shape: { try $0.shape(1) }) { call in
      let (x, indices) = (try call.operand(0).computable(), try call.indices(1))
      let places = try elementPlaces(x.shape, indices, call.operation)
      return try x.flattened().gather(Tensor(places, shape: indices.shape))
    },
    "GatherND": ONNXOperator(
      2...2,
      shape: { outline in
        guard let shape = try outline.shape(0), let indices = try outline.shape(1), let depth = indices.last,
          depth >= 0
        else { return nil }
        let batch = try outline.operation.integer("batch_dims")
        guard batch >= 0, batch < indices.count, batch + depth <= shape.count else {
          throw outline.operation.refusal("\(indices) does not index \(shape)", code: .shape)
        }
        return indices.dropLast() + shape[(batch + depth)...]
      }
    ) { call in
      let (x, indices) = (try call.operand(0).computable(), try call.indices(1))
      let batch = try call.operation.integer("batch_dims")
      let (places, depth) = try slicePlaces(x.shape, indices, batch: batch, call.operation)
      let inner = Array(x.shape[(batch + depth)...])
      let rows = try x.reshaped([x.shape[..<(batch + depth)].reduce(1, *)] + inner)
      return try rows.gather(Tensor(places, shape: Array(indices.shape.dropLast())))
    },
  ]

  static let scattering: [String: ONNXOperator] = {
    let elements = ONNXOperator(3...3, shape: same) { call in
      let (x, indices) = (try call.operand(0).computable(), try call.indices(1))
      let updates = try call.operand(2).cast(to: x.dtype)
      guard updates.shape == indices.shape else {
        throw call.operation.refusal("\(updates.shape) does not fit the indices \(indices.shape)", code: .shape)
      }
      let places = try elementPlaces(x.shape, indices, call.operation)
      return try x.flattened().putting(updates.flattened(), at: places, call.operation).reshaped(x.shape)
    }
    let slices = ONNXOperator(3...3, shape: same) { call in
      let (x, indices) = (try call.operand(0).computable(), try call.indices(1))
      let (places, depth) = try slicePlaces(x.shape, indices, batch: 0, call.operation)
      let inner = x.shape[depth...].reduce(1, *)
      let updates = try call.operand(2).cast(to: x.dtype)
      guard updates.shape == indices.shape.dropLast() + x.shape[depth...] else {
        throw call.operation.refusal("\(updates.shape) does not fit \(x.shape) at \(indices.shape)", code: .shape)
      }
      let rows = try x.reshaped([x.shape[..<depth].reduce(1, *), inner])
      return try rows.putting(updates.reshaped([places.count, inner]), at: places, call.operation).reshaped(x.shape)
    }
    return ["Scatter": elements, "ScatterElements": elements, "ScatterND": slices]
  }()

  /// Where the elements that `indices` name along an axis stand in the flat array.
  private static func elementPlaces(_ shape: [Int], _ indices: Tensor, _ operation: ONNXOperation) throws -> [Int] {
    let axis = try operation.axis(operation.integer("axis"), rank: shape.count)
    guard indices.rank == shape.count,
      shape.indices.allSatisfy({ $0 == axis || indices.shape[$0] <= shape[$0] })
    else { throw operation.refusal("the indices \(indices.shape) do not fit \(shape)", code: .shape) }
    let strides = shape.indices.map { shape[($0 + 1)...].reduce(1, *) }
    var position = [Int](repeating: 0, count: shape.count)
    return try indices.ints.map { index in
      let place = try counted(index, shape[axis], operation)
      var flat = 0
      for i in shape.indices { flat += (i == axis ? place : position[i]) * strides[i] }
      for i in shape.indices.reversed() {
        position[i] += 1
        if position[i] < indices.shape[i] { break }
        position[i] = 0
      }
      return flat
    }
  }

  /// Which of the leading slices the tuples on the last axis of `indices` name.
  private static func slicePlaces(
    _ shape: [Int], _ indices: Tensor, batch: Int, _ operation: ONNXOperation
  ) throws -> (places: [Int], depth: Int) {
    guard let depth = indices.shape.last, batch >= 0, batch < indices.rank, batch + depth <= shape.count,
      indices.shape[..<batch] == shape[..<batch]
    else { throw operation.refusal("\(indices.shape) does not index \(shape)", code: .shape) }
    let tuples = indices.shape.dropLast().reduce(1, *)
    let batches = shape[..<batch].reduce(1, *)
    let each = batches > 0 ? tuples / batches : 0
    let numbers = try indices.ints
    let places = try (0..<tuples).map { tuple in
      var place = each > 0 ? tuple / each : 0
      for i in 0..<depth {
        place = place * shape[batch + i] + (try counted(numbers[tuple * depth + i], shape[batch + i], operation))
      }
      return place
    }
    return (places, depth)
  }

  private static func counted(_ index: Int, _ length: Int, _ operation: ONNXOperation) throws -> Int {
    guard index >= -length, index < length else {
      throw operation.refusal("index \(index) leaves an axis of length \(length)", code: .argument)
    }
    return index < 0 ? index + length : index
  }
}

extension ONNXCall {
  /// An operand of positions; real numbers are cut to whole ones, as tokens may be given so.
  func indices(_ index: Int) throws -> Tensor {
    let operand = try operand(index)
    return operand.dtype == .int64 || operand.dtype == .int32 ? operand : try operand.cast(to: .int64)
  }
}

extension Tensor {
  /// How often one place may be written to where that is done in turns.
  private static var mostTurns: Int { 64 }

  /// This tensor with rows written, added or otherwise joined at places of its first axis, in their order.
  fileprivate func putting(_ rows: Tensor, at places: [Int], _ operation: ONNXOperation) throws -> Tensor {
    let reduction = try operation.text("reduction", default: "none")
    let wide = dtype.isComputing ? self : try cast(to: .int64)
    let values = try rows.cast(to: wide.dtype)
    if reduction == "add" { return try wide.scatterAdd(values, at: Tensor(places)).cast(to: dtype) }
    // One turn for each time that a place comes; plain writing needs the last only.
    var turns: [[Int]] = []
    var seen: [Int: Int] = [:]
    for (number, place) in places.enumerated() {
      let turn = reduction == "none" ? 0 : seen[place, default: 0]
      if reduction == "none" {
        seen[place] = number
      } else {
        seen[place] = turn + 1
        if turn == turns.count { turns.append([]) }
        turns[turn].append(number)
      }
    }
    if reduction == "none" { turns = [seen.values.sorted()] }
    guard turns.count <= Self.mostTurns else {
      throw operation.refusal("it joins \(turns.count) numbers at one place, expected at most \(Self.mostTurns)")
    }
    var result = wide
    for turn in turns where !turn.isEmpty {
      let at = try Tensor(turn.map { places[$0] })
      let new = try values.gather(Tensor(turn))
      let old = try result.gather(at)
      let joined =
        switch reduction {
        case "none": new
        case "mul": try old * new
        case "max": try old.maximum(new)
        case "min": try old.minimum(new)
        default: throw operation.refusal("its reduction is '\(reduction)'")
        }
      let written = try Tensor.zeros([result.shape[0]], dtype: .int64)
        .scatterAdd(.ones([turn.count], dtype: .int64), at: at)
        .isGreater(than: 0).reshaped([result.shape[0]] + [Int](repeating: 1, count: rank - 1))
      result = try written.select(result.zerosLike().scatterAdd(joined, at: at), result)
    }
    return try result.cast(to: dtype)
  }
}
