import Testing
import VitroCore
import VitroTensor

/// The examples of the documentation, as they stand there, give what they say.
@Suite struct DocumentationTests {
  @Test func theExampleOfTensor() throws {
    let x = try Tensor([1.0, 2, 3, 4, 5, 6], shape: [2, 3])
    let y = try x.matmul(x, transposeB: true)
    let norm = try x.square().sum().item()
    #expect(y.shape == [2, 2])
    #expect(try y.doubles == [14, 32, 32, 77])
    #expect(norm == 91)
  }

  @Test func theExampleOfTape() throws {
    let slope = try Tape.record { tape in
      let x = tape.watch(try Tensor([3.0]))
      let y = try (x * x).sum()
      return try tape.gradients(of: y, at: [x])[0].item()
    }
    #expect(slope == 6)
  }

  @Test func theExampleOfValueWithGradients() throws {
    let x = try Tensor([1.0, 2, 3, 4], shape: [2, 2])
    let y = try Tensor([1.0, 2], shape: [2, 1])
    let (w, b) = (try Tensor([0.5, -0.5], shape: [2, 1]), try Tensor([1.0]))
    let (loss, gradients) = try valueWithGradients(at: [w, b]) { p in
      try (x.matmul(p[0]) + p[1] - y).square().mean()
    }
    // The residuals are −1/2 and −3/2.
    #expect(try loss.item() == 1.25)
    #expect(try gradients[0].doubles == [-5, -7])
    #expect(try gradients[1].doubles == [-2])
  }

  @Test func theExampleOfRandomStream() throws {
    var noise = RandomStream(seed: 7, "dropout", 3)
    let a = try noise.normal([2, 2])
    let b = try noise.normal([2, 2])
    #expect(!a.isIdentical(to: b))
    var again = RandomStream(seed: 7, "dropout", 3)
    #expect(try again.normal([4, 2]).isIdentical(to: .concatenate([a, b])))
  }

  @Test func theExamplesOfEinsum() throws {
    let queries = try wave([2, 3, 2, 4], 0.7, 0.3)
    let keys = try wave([2, 5, 2, 4], 0.4, 1)
    let scores = try Tensor.einsum("bqhd,bkhd->bhqk", queries, keys)
    #expect(scores.shape == [2, 2, 3, 5])
    let byHand = try queries.permuted([0, 2, 1, 3]).matmul(keys.permuted([0, 2, 1, 3]), transposeB: true)
    try expectClose(scores, byHand.doubles)
    let matrix = try Tensor([1.0, 2, 3, 4], shape: [2, 2])
    let trace = try Tensor.einsum("ii->", matrix)
    #expect(try trace.item() == 5)
  }

  @Test func theExampleOfVitroError() throws {
    let (a, b) = (try Tensor.zeros([2, 3]), try Tensor.zeros([4, 5]))
    do {
      _ = try a.matmul(b)
      Issue.record("the shapes fit")
    } catch let error as VitroError where error.code == .shape {
      #expect("\(error)" == "matmul: the inner axes differ: [2, 3] · [4, 5] (3 against 4)")
    }
  }
}
