import Vitro

private let operations = 1000

/// What an operation costs besides its arithmetic: additions of single numbers, in a chain.
let overheadCases: [Case] = [
  Case("add, 1 element", "overhead", Double(operations), "operation") {
    let one = try Tensor([1], shape: [1]).cast(to: .float32)
    return {
      var sum = one
      for _ in 0..<operations { sum = try sum + one }
    }
  },
  Case("add, 1 element, recorded", "overhead", Double(operations), "operation") {
    let one = try Tensor([1], shape: [1]).cast(to: .float32)
    return {
      try Tape.record { tape in
        let watched = tape.watch(one)
        var sum = watched
        for _ in 0..<operations { sum = try sum + watched }
      }
    }
  },
  Case("sgemm 8, one by one", "overhead", Double(operations), "operation") {
    var stream = RandomStream(seed: 0, "overhead")
    let matrix = try stream.normal([8, 8])
    return { for _ in 0..<operations { _ = try matrix.matmul(matrix) } }
  },
]
