internal import CVitroKernels
internal import VitroCore

extension Tensor {
  /// Copies the elements into a Swift array, converted to its type when needed.
  public func array<Element: TensorElement>(of type: Element.Type = Element.self) throws -> [Element] {
    let source = try detached.cast(to: Element.dtype)
    return withMemory(source) { pointer in
      [Element](unsafeUninitializedCapacity: source.count) { target, initialized in
        if source.count > 0 {
          UnsafeMutableRawPointer(target.baseAddress!).copyMemory(
            from: pointer, byteCount: source.count * dtypeWidth(Element.self))
        }
        initialized = source.count
      }
    }
  }

  /// The elements as `Float`.
  public var floats: [Float] { get throws { try array() } }

  /// The elements as `Double`.
  public var doubles: [Double] { get throws { try array() } }

  /// The elements as `Int`.
  public var ints: [Int] { get throws { try array() } }

  /// The one element of a tensor that has exactly one.
  ///
  /// - Throws: ``/VitroCore/VitroError`` when there are more or fewer.
  public func item() throws -> Double {
    guard count == 1 else {
      throw VitroError(
        .shape, "item", "a tensor of shape \(shape) has \(count) elements, expected 1",
        hint: "Reduce it first, as by sum().")
    }
    return try doubles[0]
  }

  /// Whether every element is finite; true for types that have no infinities.
  public var isFinite: Bool {
    guard dtype.isComputing else { return true }
    return withMemory(self) { vitro_count_nonfinite(dtype.kernel, $0, Int64(count)) } == 0
  }

  /// Whether two tensors have the same type, shape and bits.
  public func isIdentical(to other: Tensor) -> Bool {
    guard shape == other.shape, dtype == other.dtype else { return false }
    return raw.withBytes { left in other.raw.withBytes { right in left.elementsEqual(right) } }
  }

  private func dtypeWidth<Element: TensorElement>(_ type: Element.Type) -> Int { type.dtype.byteWidth }
}

extension Tensor: CustomStringConvertible {
  /// Type, shape and the first elements.
  public var description: String {
    let first = try? detached.flattened().slice(axis: 0, 0..<Swift.min(count, 8))
    let shown = dtype.isFloatingPoint ? try? first?.doubles.map { "\($0)" } : try? first?.ints.map { "\($0)" }
    let values = (shown ?? []).joined(separator: " ")
    return "\(dtype) \(shape): \(values)\(count > 8 ? " …" : "")"
  }
}
