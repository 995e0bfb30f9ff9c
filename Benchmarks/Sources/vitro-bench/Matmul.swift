import COpenBLAS
import Vitro

/// Products of square matrices, and a batch of small ones as attention has them.
private let products = [
  Product(name: "sgemm 64", m: 64, n: 64, k: 64),
  Product(name: "sgemm 256", m: 256, n: 256, k: 256),
  Product(name: "sgemm 1024", m: 1024, n: 1024, k: 1024),
  Product(name: "sgemm 8 × 128·64·128", batch: 8, m: 128, n: 128, k: 64),
]

private struct Product: Sendable {
  let name: String
  var batch = 1
  let m, n, k: Int

  func timed(prepare: @escaping @Sendable () throws -> () throws -> Void) -> Case {
    Case(name, "matmul", Double(2 * batch * m * n * k), "flop", prepare: prepare)
  }
}

let matmulCases = products.map { size in
  size.timed {
    var stream = RandomStream(seed: 0, "matmul")
    let leading = size.batch == 1 ? [] : [size.batch]
    let a = try stream.normal(leading + [size.m, size.k])
    let b = try stream.normal(leading + [size.k, size.n])
    return { _ = try a.matmul(b) }
  }
}

func rawMatmulCases(threads: Int) -> [Case] {
  products.map { size in
    size.timed {
      let (ofA, ofB, ofC) = (size.m * size.k, size.k * size.n, size.m * size.n)
      let a = [Float](unsafeUninitializedCapacity: size.batch * ofA, initializingWith: fillWithNoise)
      let b = [Float](unsafeUninitializedCapacity: size.batch * ofB, initializingWith: fillWithNoise)
      var c = [Float](repeating: 0, count: size.batch * ofC)
      return {
        a.withUnsafeBufferPointer { a in
          b.withUnsafeBufferPointer { b in
            c.withUnsafeMutableBufferPointer { c in
              for index in 0..<size.batch {
                cblas_sgemm(
                  CblasRowMajor, CblasNoTrans, CblasNoTrans, blasint(size.m), blasint(size.n), blasint(size.k), 1,
                  a.baseAddress! + index * ofA, blasint(size.k), b.baseAddress! + index * ofB, blasint(size.n), 0,
                  c.baseAddress! + index * ofC, blasint(size.n))
              }
            }
          }
        }
      }
    }
  }
}

private func fillWithNoise(_ target: inout UnsafeMutableBufferPointer<Float>, _ count: inout Int) {
  var generator = SystemRandomNumberGenerator()
  count = target.count
  for index in 0..<count { target.initializeElement(at: index, to: Float.random(in: -1...1, using: &generator)) }
}
