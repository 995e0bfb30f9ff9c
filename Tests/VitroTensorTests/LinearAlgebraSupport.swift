import Testing
import VitroCore
import VitroTensor

/// The two types, and how exactly identities hold in them, relative to the size of what is compared.
enum Precision: String, CaseIterable, Sendable {
  case float32, float64

  var dtype: DType { self == .float64 ? .float64 : .float32 }
  var tolerance: Double { self == .float64 ? 1e-12 : 1e-5 }
}

/// Numbers that are the same in every run.
func randomMatrix(_ shape: [Int], _ dtype: DType = .float64, seed: UInt64 = 1) throws -> Tensor {
  var random = RandomStream(seed: seed, "linear algebra", shape.reduce(0, +))
  return try random.normal(shape, dtype: dtype)
}

/// A + Aᵀ.
func randomSymmetric(_ shape: [Int], _ dtype: DType = .float64, seed: UInt64 = 1) throws -> Tensor {
  let a = try randomMatrix(shape, dtype, seed: seed)
  return try a + a.transposed()
}

/// A·Aᵀ + I.
func randomPositive(_ shape: [Int], _ dtype: DType = .float64, seed: UInt64 = 1) throws -> Tensor {
  let a = try randomMatrix(shape, dtype, seed: seed)
  return try a.matmul(a, transposeB: true) + .eye(shape.last!, dtype: dtype)
}

/// Orthonormal columns.
func randomOrthonormal(_ shape: [Int], _ dtype: DType = .float64, seed: UInt64 = 1) throws -> Tensor {
  try randomMatrix(shape, dtype, seed: seed).qr().q
}

func hilbertMatrix(_ size: Int) throws -> Tensor {
  try Tensor((0..<size * size).map { 1 / Double($0 / size + $0 % size + 1) }, shape: [size, size])
}

/// The largest difference, relative to the largest element (at least 1).
func relativeDistance(_ a: Tensor, _ b: Tensor) throws -> Double {
  try #require(a.shape == b.shape && a.dtype == b.dtype)
  let (left, right) = (try a.doubles, try b.doubles)
  let scale = left.map { abs($0) }.max().map { max($0, 1) } ?? 1
  let differences = zip(left, right).map { abs($0 - $1) }
  return differences.contains { $0.isNaN } ? .nan : (differences.max() ?? 0) / scale
}

func expectClose(
  _ a: Tensor, _ b: Tensor, _ tolerance: Double, _ what: Comment? = nil,
  sourceLocation: SourceLocation = #_sourceLocation
) throws {
  #expect(try relativeDistance(a, b) <= tolerance, what, sourceLocation: sourceLocation)
}

func expectOrthonormalColumns(
  _ q: Tensor, _ tolerance: Double, sourceLocation: SourceLocation = #_sourceLocation
) throws {
  let identity = try Tensor.eye(q.shape.last!, dtype: q.dtype)
  let product = try q.matmul(q, transposeA: true)
  try expectClose(product, identity.expanded(to: product.shape), tolerance, "QᵀQ = I", sourceLocation: sourceLocation)
}

/// What is thrown must be a `VitroError` with this code, whose message has these words.
func expectFailure<R>(
  _ code: VitroError.Code, _ words: String..., sourceLocation: SourceLocation = #_sourceLocation,
  _ body: () throws -> R
) {
  do {
    _ = try body()
    Issue.record("nothing is thrown", sourceLocation: sourceLocation)
  } catch let error as VitroError {
    #expect(error.code == code, "\(error)", sourceLocation: sourceLocation)
    for word in words { #expect("\(error)".contains(word), sourceLocation: sourceLocation) }
  } catch {
    Issue.record("\(error) is not a VitroError", sourceLocation: sourceLocation)
  }
}
