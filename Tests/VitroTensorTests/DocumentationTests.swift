import Testing
import VitroCore
import VitroTensor

/// The examples of the documentation, as they stand there, give what they say.
@Suite struct DocumentationTests {
  @Test func theExampleOfTensor() throws {
    // docs:Tensor
    let x = try Tensor([1.0, 2, 3, 4, 5, 6], shape: [2, 3])
    let y = try x.matmul(x, transposeB: true)  // [2, 2]: 14 32 / 32 77
    let norm = try x.square().sum().item()  // 91
    // docs:end
    #expect(y.shape == [2, 2])
    #expect(try y.doubles == [14, 32, 32, 77])
    #expect(norm == 91)
  }

  @Test func theExampleOfTape() throws {
    // docs:Tape
    let slope = try Tape.record { tape in
      let x = tape.watch(try Tensor([3.0]))
      let y = try (x * x).sum()
      return try tape.gradients(of: y, at: [x])[0].item()  // 6
    }
    // docs:end
    #expect(slope == 6)
  }

  @Test func theExampleOfValueWithGradients() throws {
    let x = try Tensor([1.0, 2, 3, 4], shape: [2, 2])
    let y = try Tensor([1.0, 2], shape: [2, 1])
    let (w, b) = (try Tensor([0.5, -0.5], shape: [2, 1]), try Tensor([1.0]))
    // docs:valueWithGradients
    let (loss, gradients) = try valueWithGradients(at: [w, b]) { p in
      try (x.matmul(p[0]) + p[1] - y).square().mean()
    }
    // docs:end
    // The residuals are −1/2 and −3/2.
    #expect(try loss.item() == 1.25)
    #expect(try gradients[0].doubles == [-5, -7])
    #expect(try gradients[1].doubles == [-2])
  }

  @Test func theExampleOfRandomStream() throws {
    // docs:RandomStream
    var noise = RandomStream(seed: 7, "dropout", 3)
    let a = try noise.normal([2, 2])
    let b = try noise.normal([2, 2])  // goes on
    // docs:end
    #expect(!a.isIdentical(to: b))
    var again = RandomStream(seed: 7, "dropout", 3)
    #expect(try again.normal([4, 2]).isIdentical(to: .concatenate([a, b])))
  }

  @Test func theExamplesOfEinsum() throws {
    let queries = try wave([2, 3, 2, 4], 0.7, 0.3)
    let keys = try wave([2, 5, 2, 4], 0.4, 1)
    let matrix = try Tensor([1.0, 2, 3, 4], shape: [2, 2])
    // docs:einsum
    let scores = try Tensor.einsum("bqhd,bkhd->bhqk", queries, keys)
    let trace = try Tensor.einsum("ii->", matrix)
    // docs:end
    #expect(scores.shape == [2, 2, 3, 5])
    let byHand = try queries.permuted([0, 2, 1, 3]).matmul(keys.permuted([0, 2, 1, 3]), transposeB: true)
    try expectClose(scores, byHand.doubles)
    #expect(try trace.item() == 5)
  }

  @Test func theExampleOfWindow() throws {
    let images = try Tensor.ones([8, 1, 28, 28])
    let filters = try Tensor.ones([16, 1, 3, 3])
    // docs:Window
    let window = Window(3, stride: 2, padding: 1)
    let maps = try images.conv2d(filters: filters, window: window)  // [8, 16, 14, 14]
    // docs:end
    #expect(maps.shape == [8, 16, 14, 14])
  }

  @Test func theExampleOfGeneralEigen() throws {
    // docs:GeneralEigen
    let quarterTurn = try Tensor([0.0, -1, 1, 0], shape: [2, 2])
    let eigen = try quarterTurn.eigen()  // 0 + i and 0 − i
    // docs:end
    try expectClose(eigen.realValues, [0, 0])
    #expect(try eigen.imaginaryValues.doubles.map(abs) == [1, 1])
  }

  @Test func theExampleOfLeastSquares() throws {
    // docs:LeastSquares
    let design = try Tensor(rows: [[0.0, 1], [1, 1], [2, 1]])
    let fit = try design.leastSquares(Tensor([1.0, 3, 5]))
    let line = try fit.solution.doubles  // slope 2, intercept 1
    // docs:end
    try expectClose(Tensor(line), [2, 1])
  }

  @Test func theExampleOfVitroError() throws {
    let (a, b) = (try Tensor.zeros([2, 3]), try Tensor.zeros([4, 5]))
    // docs:VitroError
    do {
      _ = try a.matmul(b)
    } catch let error as VitroError where error.code == .shape {
      print(error)  // matmul: the inner axes differ: [2, 3] · [4, 5] (3 against 4)
    }
    // docs:end
    let error = #expect(throws: VitroError.self) { _ = try a.matmul(b) }
    #expect(error?.description == "matmul: the inner axes differ: [2, 3] · [4, 5] (3 against 4)")
  }
}
