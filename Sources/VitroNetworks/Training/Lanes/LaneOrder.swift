internal import CVitroKernels
internal import VitroCore
internal import VitroTensor

/// How numbers of many instances lie in lanes: for each group of instances the parameters, then what the optimizer has of its own.
struct LaneOrder: Sendable {
  let dtype: DType
  let instances: Int
  /// Where each parameter begins among plain numbers, and its rows in lanes.
  let parameters: [(start: Int, rows: Range<Int>)]
  /// How many sets of numbers there are.
  let bufferCount: Int

  private var rowCount: Int64 { Int64(parameters.last?.rows.upperBound ?? 0) }

  /// Memory for all sets, with zeros for instances that a group lacks.
  func memory() throws -> Tensor {
    let bytes = vitro_lane_bytes(dtype.kernelType, Int64(instances), rowCount, Int64(bufferCount))
    return try .zeros([Int(bytes) / dtype.byteWidth], dtype: dtype)
  }

  /// Brings a set of numbers into lanes.
  func pack(_ number: Int, _ plain: Tensor, into lanes: inout Tensor) throws {
    try lanes.withUniqueElements { lanes in
      plain.withElements { plain in
        for (start, rows) in parameters {
          vitro_lane_pack(
            dtype.kernelType, Int64(instances), rowCount, Int64(bufferCount), Int64(number), rows.laneRows,
            plain + start * dtype.byteWidth, lanes)
        }
      }
    }
  }

  /// Brings a set of numbers out of lanes.
  func unpack(_ number: Int, from lanes: Tensor, into plain: inout Tensor) throws {
    try plain.withUniqueElements { plain in
      lanes.withElements { lanes in
        for (start, rows) in parameters {
          vitro_lane_unpack(
            dtype.kernelType, Int64(instances), rowCount, Int64(bufferCount), Int64(number), rows.laneRows, lanes,
            plain + start * dtype.byteWidth)
        }
      }
    }
  }
}
