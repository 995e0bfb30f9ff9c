internal import COpenBLAS
internal import CVitroKernels
internal import VitroCore

/// The matrices on the last two axes of a tensor, checked and ready for LAPACK.
///
/// LAPACK is column-major: it sees each matrix transposed. The callers choose routines for which that is no matter.
struct MatrixBatch {
  let operation: String
  let dtype: DType
  let batchShape: [Int]
  let rows, columns: Int
  /// The number of matrices.
  let count: Int

  /// Checks a tensor's type, axes and values.
  ///
  /// - Throws: ``/VitroCore/VitroError`` when it is not a batch of finite float32 or float64 matrices, or they are not square as asked.
  init(_ x: Tensor, _ operation: String, square: Bool = false) throws {
    try x.requireComputing(operation)
    guard x.rank >= 2 else {
      throw VitroError(
        .shape, operation, "the shape is \(x.shape), expected \(square ? "[… , n, n]" : "[… , m, n]")",
        hint: "A matrix has two axes; leading axes hold further matrices.")
    }
    rows = x.shape[x.rank - 2]
    columns = x.shape[x.rank - 1]
    guard !square || rows == columns else {
      throw VitroError(
        .shape, operation, "the shape is \(x.shape), expected square matrices: \(rows) rows, \(columns) columns",
        details: ["found": "\(x.shape)"])
    }
    guard Swift.max(rows, columns) < 1 << 30, Swift.min(rows, columns) <= 30_000 else {
      throw VitroError(
        .unsupported, operation, "the matrices are \(rows) × \(columns): LAPACK counts with 32 bits",
        hint: "The shorter axis may have 30000, the longer 2³⁰ − 1.")
    }
    guard x.isFinite else {
      throw VitroError(.numerical, operation, "the matrices \(x.shape) have elements that are NaN or infinite")
    }
    self.operation = operation
    dtype = x.dtype
    batchShape = Array(x.shape.dropLast(2))
    count = batchShape.product
  }

  /// Whether elements are float64, as the routines ask it.
  var isWide: Bool { dtype == .float64 }

  /// The bytes of one matrix.
  var byteStride: Int { rows * columns * dtype.byteWidth }

  /// A matrix's name in messages: `the matrix`, or `matrix [1, 2]` by its place on the leading axes.
  func name(of index: Int) -> String {
    if batchShape.isEmpty { return "the matrix" }
    let place = zip(batchShape, Shapes.strides(batchShape)).map { index / $1 % $0 }
    return "matrix \(place)"
  }

  /// A computation that has no answer for one of the matrices.
  func failure(at index: Int, _ message: String, hint: String? = nil) -> VitroError {
    VitroError(.numerical, operation, "\(name(of: index)) \(message)", hint: hint, details: ["matrix": "\(index)"])
  }
}

/// Memory that a routine of LAPACK works in.
///
/// A count of −1 asks the routine how much it wants.
struct Workspace {
  let reals: UnsafeMutableRawPointer
  let realCount: Int32
  let integers: UnsafeMutablePointer<Int32>
  let integerCount: Int32

  /// What to provide.
  enum Need {
    /// Nothing.
    case none
    /// What the routine says; the integers, too, unless their number is given.
    case queried(integers: Int? = nil)
  }
}

extension MatrixBatch {
  /// Calls a routine for every matrix, on several threads when it is worth it, and gives each one's `info`.
  ///
  /// - Parameters:
  ///   - need: The routine's workspace. When it is queried, `body` is first called for the first matrix with counts of −1.
  ///   - work: Multiply-adds for one matrix, roughly.
  func run(_ need: Workspace.Need = .none, work: Double, _ body: (Int, Workspace) -> Int32) throws -> [Int32] {
    if count == 0 { return [] }
    _ = oneBlasThread
    let (reals, integers) = query(need, body)
    let threads = Int(vitro_thread_count())
    let tasks = Double(count) * work < 400_000 ? 1 : Swift.min(count, threads)
    let realMemory = try Buffer(byteCount: Swift.max(1, tasks * reals * dtype.byteWidth))
    let integerMemory = try Buffer(byteCount: Swift.max(1, tasks * integers * 4))
    return [Int32](unsafeUninitializedCapacity: count) { infos, initialized in
      let target = SendablePointer(infos.baseAddress!)
      withExtendedLifetime((realMemory, integerMemory)) {
        inParallel(tasks) { task in
          let space = Workspace(
            reals: realMemory.address + task * reals * dtype.byteWidth, realCount: Int32(reals),
            integers: (integerMemory.address + task * integers * 4).assumingMemoryBound(to: Int32.self),
            integerCount: Int32(integers))
          for index in count * task / tasks..<count * (task + 1) / tasks {
            target.address[index] = body(index, space)
          }
        }
      }
      initialized = count
    }
  }

  private func query(_ need: Workspace.Need, _ body: (Int, Workspace) -> Int32) -> (reals: Int, integers: Int) {
    guard case .queried(let known) = need else { return (0, 0) }
    var real = 0.0
    var integer = Int32(0)
    withUnsafeMutablePointer(to: &real) { answer in
      withUnsafeMutablePointer(to: &integer) {
        _ = body(0, Workspace(reals: answer, realCount: -1, integers: $0, integerCount: -1))
      }
      guard !isWide else { return }
      // A count told in float32 may have been rounded down.
      answer.pointee =
        Double(UnsafeRawPointer(answer).load(as: Float.self)) * (1 + 2 * dtype.epsilon) + 1
    }
    return (Int(real.clamped(to: 1...Double(Int32.max))), known ?? Int(Swift.max(1, integer)))
  }
}

/// How a library cuts one product among its own threads changes the bits of the result; so BLAS gets one.
private let oneBlasThread: Void = openblas_set_num_threads(1)

/// Runs `body` for 0 ..< tasks on the pool's threads.
private func inParallel(_ tasks: Int, _ body: (Int) -> Void) {
  if tasks == 1 { return body(0) }
  withoutActuallyEscaping(body) { body in
    withUnsafePointer(to: body) { context in
      vitro_parallel(
        Int64(tasks), { $0!.assumingMemoryBound(to: ((Int) -> Void).self).pointee(Int($1)) },
        UnsafeMutableRawPointer(mutating: context))
    }
  }
}

private struct SendablePointer: @unchecked Sendable {
  let address: UnsafeMutablePointer<Int32>
  init(_ address: UnsafeMutablePointer<Int32>) { self.address = address }
}

extension Double {
  fileprivate func clamped(to range: ClosedRange<Double>) -> Double {
    Swift.min(Swift.max(self, range.lowerBound), range.upperBound)
  }
}

extension DType {
  /// The distance from 1 to the next number of a computing type.
  var epsilon: Double { self == .float64 ? .ulpOfOne : Double(Float.ulpOfOne) }
}

extension Tensor {
  /// A copy that may be written until it is shared.
  func writableCopy() throws -> Tensor { try copied(shape: shape, strides: Shapes.strides(shape)) }

  /// 1/x where |x| > floor, else 0.
  func reciprocal(above floor: Tensor) throws -> Tensor {
    let isLarge = try abs().isGreater(than: floor)
    let one = try Tensor.ones([], dtype: dtype)
    return try isLarge.select(isLarge.select(self, one).reciprocal(), .zeros([], dtype: dtype))
  }
}
