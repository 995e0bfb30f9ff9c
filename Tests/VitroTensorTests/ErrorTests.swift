import Testing
import VitroCore

@testable import VitroTensor

/// What cannot be done is refused with words: the operation, the shapes, the way out.
@Suite struct ErrorTests {
  private let x: Tensor
  private let whole: Tensor

  init() throws {
    x = try wave([2, 3], 0.7, 0.3)
    whole = try Tensor([0, 1])
  }

  @Test func shapesThatDoNotFitAreNamed() throws {
    let y = try wave([4, 5], 0.7, 0.3)
    expectError(.shape, "+", saying: "[2, 3]", "[4, 5]", "axis -1", "3 against 5") { try x + y }
    expectError(.shape, "maximum", saying: "[2, 3]", "[2]") { try x.maximum(wave([2], 1, 1)) }
    expectError(.shape, "isLess", saying: "[2, 3]", "[4, 5]") { try x.isLess(than: y) }
    expectError(.shape, "select", saying: "[2, 3]", "[4, 5]") { try x.isNaN().select(x, y) }
    expectError(.shape, "matmul", saying: "[2, 3]", "[4, 5]", "3 against 4") { try x.matmul(y) }
    expectError(.shape, "matmul", saying: "[2, 3]ᵀ", "[4, 5]ᵀ") { try x.matmul(y, transposeA: true, transposeB: true) }
    expectError(.shape, "matmul", saying: "Scalars multiply with *") { try x.matmul(Tensor(1.0)) }
    expectError(.shape, "matmul", saying: "[7]", "[8]") {
      try wave([7, 2, 3], 1, 1).matmul(wave([8, 3, 2], 1, 1))
    }
    expectError(.shape, "linear", saying: "[2, 3]", "[4, 5]") { try x.linear(weight: y) }
    expectError(.shape, "linear", saying: "[3]", "[4, 3]") {
      try x.linear(weight: wave([4, 3], 1, 1), bias: wave([3], 1, 1))
    }
    expectError(.shape, "dot", saying: "[2, 3]", "[4, 5]") { try x.dot(y) }
    expectError(.shape, "expanded", saying: "[2, 3]", "[3, 2]") { try x.expanded(to: [3, 2]) }
    expectError(.shape, "expanded", saying: "[2, 3]", "[3]") { try x.expanded(to: [3]) }
    expectError(.shape, "reshaped", saying: "[2, 3]", "6", "[4, 2]", "8") { try x.reshaped([4, 2]) }
    expectError(.shape, "reshaped", saying: "[2, 3]", "[4, -1]") { try x.reshaped([4, -1]) }
    expectError(.shape, "reshaped", saying: "[2, 3]", "[-1, -1]") { try x.reshaped([-1, -1]) }
    expectError(.shape, "droppingAxis", saying: "[2, 3]", "length 3") { try x.droppingAxis(1) }
    expectError(.shape, "concatenate", saying: "[2, 3]", "[4, 5]", "part 1") { try Tensor.concatenate([x, y]) }
    expectError(.shape, "split", saying: "[1, 2]", "axis 0", "2") { try x.split(lengths: [1, 2]) }
    expectError(.shape, "conv2d", saying: "[2, 3]", "[4, 5]", "groups 1") { try x.conv2d(filters: y) }
    expectError(.shape, "maxPool2d", saying: "[2, 3]") { try x.maxPool2d(Window(2)) }
    expectError(.shape, "scatterAdd", saying: "[4, 5]", "[2, 3]") { try x.scatterAdd(y, at: whole) }
    expectError(.shape, "takeAlong", saying: "[2]", "[2, 3]") { try x.takeAlong(whole) }
    expectError(.shape, "puttingAlong", saying: "[4, 5]", "[2]") { try x.puttingAlong(y, at: whole) }
    expectError(.shape, "crossEntropy", saying: "[3]", "[2, 3]") { try x.crossEntropy(labels: Tensor([0, 1, 2])) }
    expectError(.shape, "lstmCell", saying: "[2, 3]", "[4, 5]") { try x.lstmCell(cell: y) }
    expectError(.shape, "gruCell", saying: "[2, 3]", "[4, 5]") { try x.gruCell(recurrent: x, hidden: y) }
    expectError(.shape, "batchNormalized", saying: "[3]") { try wave([3], 1, 1).batchNormalized() }
    expectError(.shape, "layerNormalized", saying: "scalar") { try Tensor(1.0).layerNormalized() }
    expectError(.shape, "item", saying: "[2, 3]", "6", "sum()") { try x.item() }
    expectError(.shape, "Tensor", saying: "3 values", "[2, 2]") { try Tensor([1, 2, 3], shape: [2, 2]) }
    expectError(.shape, "Tensor", saying: "row 1") { try Tensor(rows: [[1.0, 2], [3]]) }
    expectError(.shape, "max", saying: "axis 0", "[0, 3]") { try Tensor.zeros([0, 3]).max() }
    expectError(.shape, "argmax", saying: "axis 0", "[0, 3]") { try Tensor.zeros([0, 3]).argmax(axis: 0) }
  }

  @Test func typesThatDoNotFitAreNamed() throws {
    let single = try x.cast(to: .float32)
    expectError(.dtype, "*", saying: "float64 [2, 3]", "float32 [2, 3]", "cast") { try x * single }
    expectError(.dtype, "exp", saying: "int64", "float32") { try whole.exp() }
    expectError(.dtype, "power", saying: "int64") { try whole.power(whole) }
    expectError(.dtype, "matmul", saying: "int64") { try whole.matmul(whole) }
    expectError(.dtype, "matmul", saying: "float32", "float64") { try x.matmul(single) }
    expectError(.dtype, "conv2d", saying: "float32", "float64") {
      try wave([1, 1, 2, 2], 1, 1).conv2d(filters: wave([1, 1, 1, 1], 1, 1), bias: Tensor([Float(1)]))
    }
    expectError(.dtype, "linear", saying: "float32") { try x.linear(weight: x, bias: Tensor([1, 2] as [Float])) }
    expectError(.dtype, "sum", saying: "float16") { try x.cast(to: .float16).sum() }
    expectError(.dtype, "product", saying: "int64") { try whole.product() }
    expectError(.dtype, "sorted", saying: "uint8") { try whole.cast(to: .uint8).sorted() }
    expectError(.dtype, "isLess", saying: "bfloat16") {
      try x.cast(to: .bfloat16).isLess(than: x.cast(to: .bfloat16))
    }
    expectError(.dtype, "gather", saying: "float64", "int64") { try x.gather(Tensor([0.0])) }
    expectError(.dtype, "crossEntropy", saying: "float64", "int64") { try x.crossEntropy(labels: Tensor([0.0, 1])) }
    expectError(.dtype, "select", saying: "int64", "bool") { try whole.select(x, x) }
    expectError(.dtype, "softmax", saying: "int64") { try whole.softmax() }
    expectError(.dtype, "scatterAdd", saying: "bool") {
      try whole.cast(to: .bool).scatterAdd(whole.cast(to: .bool), at: whole)
    }
    var random = RandomStream(seed: 1, "types")
    expectError(.dtype, "normal", saying: "int64") { try random.normal([2], dtype: .int64) }
  }

  @Test func axesThatDoNotExistAreNamed() throws {
    expectError(.argument, "sum", saying: "axis 2", "2 axes: -2 to 1") { try x.sum(axes: [2]) }
    expectError(.argument, "sum", saying: "axis 1 is named twice", "[1, -1]") { try x.sum(axes: [1, -1]) }
    expectError(.argument, "softmax", saying: "axis -3") { try x.softmax(axis: -3) }
    expectError(.argument, "softmax", saying: "scalar") { try Tensor(1.0).softmax() }
    expectError(.argument, "sorted", saying: "axis \(Int.min)") { try x.sorted(axis: .min) }
    expectError(.argument, "gather", saying: "axis \(Int.max)") { try x.gather(whole, axis: .max) }
    expectError(.argument, "permuted", saying: "[0, 0]", "2 axes") { try x.permuted([0, 0]) }
    expectError(.argument, "permuted", saying: "[0]") { try x.permuted([0]) }
    expectError(.argument, "transposed", saying: "axis -2") { try Tensor([1.0]).transposed() }
    expectError(.argument, "stack", saying: "axis 4") { try Tensor.stack([x], axis: 4) }
    expectError(.argument, "flipped", saying: "axis 5") { try x.flipped(axes: [5]) }
    expectError(.argument, "argmax", saying: "scalar") { try Tensor(1.0).argmax() }
  }

  @Test func argumentsOutOfRangeAreNamed() throws {
    expectError(.argument, "slice", saying: "0..<4", "[2, 3]") { try x.slice(axis: 1, 0..<4) }
    expectError(.argument, "slice", saying: "step is 0") { try x.slice(0..<1, step: 0) }
    expectError(.argument, "select", saying: "-3", "[2, 3]") { try x.select(at: -3) }
    expectError(.argument, "select", saying: "\(Int.max)") { try x.select(at: .max) }
    expectError(.argument, "gather", saying: "index 2", "length 2") { try x.gather(Tensor([0, 2])) }
    expectError(.argument, "gather", saying: "index -3", "length 2") { try x.gather(Tensor([0, -3])) }
    expectError(.argument, "gather", saying: "index 0", "length 0") { try Tensor.zeros([0, 3]).gather(Tensor([0])) }
    expectError(.argument, "takeAlong", saying: "index 3") { try x.takeAlong(Tensor([3, 0], shape: [2, 1])) }
    expectError(.argument, "oneHot", saying: "index 5", "length 3") { try Tensor([5]).oneHot(count: 3) }
    expectError(.argument, "top", saying: "4", "3") { try x.top(4) }
    expectError(.argument, "top", saying: "-1") { try x.top(-1) }
    expectError(.argument, "clip", saying: "2.0", "1.0") { try x.clip(2, 1) }
    expectError(.argument, "clip", saying: "nan") { try x.clip(.nan, 1) }
    expectError(.argument, "padded", saying: "[1]", "[2, 3]") { try x.padded(before: [1], after: [1, 1]) }
    expectError(.argument, "padded", saying: "[-1, 0]") { try x.padded(before: [-1, 0], after: [1, 1]) }
    expectError(.argument, "tiled", saying: "[2]", "[2, 3]") { try x.tiled([2]) }
    expectError(.argument, "linspace", saying: "-1") { try Tensor.linspace(0, 1, count: -1) }
    expectError(.argument, "comparison", saying: "0.5", "int64") { try whole.isLess(than: 0.5) }
    expectError(.argument, "comparison", saying: "300", "uint8") { try whole.cast(to: .uint8).isEqual(to: 300) }
    expectError(.argument, "concatenate", saying: "no tensors") { try Tensor.concatenate([]) }
    expectError(.argument, "stack", saying: "no tensors") { try Tensor.stack([]) }
  }

  /// A label of −1 with another one to be ignored would read outside its row.
  @Test func labelsMustBeClasses() throws {
    for ignoring in [nil, -100, 7, .max] {
      expectError(.argument, "crossEntropy", saying: "label 3", "3 classes") {
        try x.crossEntropy(labels: Tensor([0, 3]), ignoring: ignoring)
      }
      expectError(.argument, "crossEntropy", saying: "label -1", "3 classes") {
        try x.crossEntropy(labels: Tensor([-1, 1]), ignoring: ignoring)
      }
    }
    #expect(try x.crossEntropy(labels: Tensor([-1, 1]), ignoring: -1).doubles[0] == 0)
    #expect(try x.crossEntropy(labels: Tensor([Int.max, 1]), ignoring: .max).doubles[0] == 0)
  }

  @Test func windowsMustSeeTheImage() throws {
    let image = try wave([1, 1, 1, 1], 1, 1)
    expectError(.argument, "conv2d", saying: "stride [0, 1]") {
      try image.conv2d(filters: image, window: Window([1, 1], stride: [0, 1]))
    }
    expectError(.argument, "maxPool2d", saying: "kernel [2]") { try image.maxPool2d(Window([2])) }
    expectError(.argument, "maxPool2d", saying: "padding [1]") { try image.maxPool2d(Window([1, 1], padding: [1])) }
    expectError(.shape, "maxPool2d", saying: "2×2", "1×1") { try image.maxPool2d(Window(2)) }
    expectError(.shape, "conv2d", saying: "3×3", "1×1") { try image.conv2d(filters: wave([1, 1, 3, 3], 1, 1)) }
    expectError(.argument, "averagePool2d", saying: "[1, 1, 1, 1]", "without an element") {
      try image.averagePool2d(Window(1, padding: 1))
    }
    for padding in [[1, 0, 0, 0], [0, 1, 0, 0], [0, 0, 1, 0], [0, 0, 0, 1]] {
      expectError(.argument, "averagePool2d", saying: "without an element") {
        try image.averagePool2d(Window([1, 1], padding: padding))
      }
    }
    // The two elements of this window lie on both sides of the image's only one.
    expectError(.argument, "maxPool2d", saying: "without an element") {
      try image.maxPool2d(Window(2, padding: 1, dilation: 2))
    }
    expectError(.argument, "conv2d", saying: "kernel [0, 1]") {
      try image.conv2d(filters: .zeros([1, 1, 0, 1], dtype: .float64))
    }
    expectError(.shape, "conv2d", saying: "groups \(Int.max)") { try image.conv2d(filters: image, groups: .max) }
    expectError(.argument, "maxPool2d", saying: "\(Int.max)") { try image.maxPool2d(Window(.max)) }
  }

  @Test func expressionsOfEinsumAreExplained() throws {
    expectError(.argument, "einsum", saying: "\"ij,jk->ik\"", "2 operands", "1 are given") {
      try Tensor.einsum("ij,jk->ik", x)
    }
    expectError(.argument, "einsum", saying: "'ijk' names 3 axes", "[2, 3]") { try Tensor.einsum("ijk->i", x) }
    expectError(.argument, "einsum", saying: "'k' on the right is not on the left") { try Tensor.einsum("ij->k", x) }
    expectError(.argument, "einsum", saying: "repeated on the right") { try Tensor.einsum("ij->ii", x) }
    expectError(.argument, "einsum", saying: "more than one ->") { try Tensor.einsum("ij->i->j", x) }
    expectError(.argument, "einsum", saying: "not made of letters") { try Tensor.einsum("i1->i", x) }
    expectError(.argument, "einsum", saying: "not made of letters") { try Tensor.einsum("......->", x) }
    expectError(.argument, "einsum", saying: "does not fit") { try Tensor.einsum("ijk...->", x) }
    expectError(.argument, "einsum") { try Tensor.einsum("", []) }
    expectError(.argument, "einsum") { try Tensor.einsum("ıȷ->ı.", x) }
    expectError(.shape, "einsum", saying: "axis 'i'", "2 and 3") { try Tensor.einsum("ii->i", x) }
    expectError(.shape, "einsum", saying: "axis 'j'", "3 and 2") { try Tensor.einsum("ij,jk->ik", x, x) }
  }

  @Test func randomNumbersNeedSensibleParameters() throws {
    var random = RandomStream(seed: 1, "errors")
    expectError(.argument, "bernoulli", saying: "1.5") { try random.bernoulli([2], probability: 1.5) }
    expectError(.argument, "bernoulli", saying: "nan") { try random.bernoulli([2], probability: .nan) }
    expectError(.argument, "uniform", saying: "[2.0, 1.0)") { try random.uniform([2], low: 2, high: 1) }
    expectError(.argument, "uniform", saying: "inf") { try random.uniform([2], low: 0, high: .infinity) }
    expectError(.argument, "normal", saying: "-1.0") { try random.normal([2], deviation: -1) }
    expectError(.argument, "truncatedNormal", saying: "[1.0, 1.0]") { try random.truncatedNormal([2], low: 1, high: 1) }
    expectError(.argument, "dropout", saying: "1.0") { try x.dropout(probability: 1, stream: &random) }
    #expect(random.position == 0)
  }

  /// Nothing here may trap, hang or take memory.
  @Test func absurdShapesAreRefused() throws {
    let absurd: [[Int]] = [
      [-1], [0, -1], [.min], [.max], [.max, .max], [1 << 40, 1 << 40], [0, .max, .max], [.max, 2, 0], [1 << 62, 4],
      [Int](repeating: 1, count: 13), [Int](repeating: 0, count: 13),
    ]
    var random = RandomStream(seed: 1, "absurd")
    for shape in absurd {
      let operation = shape.count > 12 ? "tensor of shape \(shape)" : "array of shape \(shape)"
      #expect(throws: VitroError.self, "\(shape)") { try Tensor.zeros(shape) }
      #expect(throws: VitroError.self, "\(shape)") { try Tensor([1.0], shape: shape) }
      #expect(throws: VitroError.self, "\(shape)") { try random.normal(shape) }
      #expect(throws: VitroError.self, "\(shape)") { try random.bernoulli(shape, probability: 0.5) }
      #expect(throws: VitroError.self, "\(shape)") { try Tensor(1.0).expanded(to: shape) }
      if shape != [-1], shape.contains(where: { $0 != 1 }) {
        #expect(throws: VitroError.self, "\(shape)") { try Tensor([1.0]).reshaped(shape) }
      }
      if shape.count > 12 { expectError(.shape, operation, saying: "13 axes", "12") { try Tensor.zeros(shape) } }
    }
    expectError(.shape, "tensor of shape \([Int](repeating: 1, count: 13))", saying: "13 axes") {
      try Tensor([1.0]).reshaped([Int](repeating: 1, count: 13))
    }
    expectError(.shape, "tensor of shape \([Int](repeating: 1, count: 13))") {
      try Tensor.ones([Int](repeating: 1, count: 12)).expandingAxis(0)
    }
  }

  @Test func absurdArgumentsAreRefused() throws {
    let huge = 1 << 60
    #expect(throws: VitroError.self) { try x.tiled([huge, huge]) }
    #expect(throws: VitroError.self) { try x.tiled([.max, 1]) }
    #expect(throws: VitroError.self) { try x.padded(before: [.max, 0], after: [.max, 0]) }
    #expect(throws: VitroError.self) { try x.padded(before: [1 << 45, 0], after: [0, 0]) }
    #expect(throws: VitroError.self) { try x.split(lengths: [.max, .max, 4]) }
    #expect(throws: VitroError.self) { try x.split(lengths: [3, -1]) }
    #expect(throws: VitroError.self) { try Tensor.eye(huge) }
    #expect(throws: VitroError.self) { try Tensor.eye(-1) }
    #expect(throws: VitroError.self) { try Tensor.range(.min ..< .max) }
    #expect(throws: VitroError.self) { try Tensor.range(0..<huge) }
    #expect(throws: VitroError.self) { try Tensor.linspace(0, 1, count: huge) }
    #expect(throws: VitroError.self) { try whole.oneHot(count: huge) }
    #expect(throws: VitroError.self) { try Tensor.zeros([0], dtype: .int64).oneHot(count: -1) }
    #expect(throws: VitroError.self) { try x.select(axis: .min, at: 0) }
    #expect(try x.slice(axis: 1, 0..<3, step: .max).shape == [2, 1])
    #expect(try x.slice(axis: 1, 1..<3, step: .max).doubles == [x.doubles[1], x.doubles[4]])
    #expect(throws: VitroError.self) { try Tensor.zeros([1 << 23, 1]) * Tensor.zeros([1, 1 << 23]) }
    #expect(throws: VitroError.self) { try Tensor.zeros([1 << 23, 1]).matmul(.zeros([1, 1 << 23])) }
    #expect(throws: VitroError.self) {
      try Tensor.zeros([1, 1, 4, 4]).averagePool2d(Window([1, 1], padding: [.max, .max]))
    }
    #expect(try Tensor.zeros([1 << 20, 1, 0, 2]).matmul(.zeros([1, 2, 3])).shape == [1 << 20, 1, 0, 3])
  }

  /// An array read from a file may have more axes than the kernels take: it can be reshaped, but not computed with.
  @Test func filesWithTooManyAxesAreSafe() throws {
    let raw = try RawArray(dtype: .float64, shape: [Int](repeating: 1, count: 20)) {
      $0.storeBytes(of: 3, as: Double.self)
    }
    let tensor = Tensor(raw)
    #expect(try tensor.doubles == [3])
    #expect(try tensor.reshaped([1]).exp().shape == [1])
    #expect(throws: VitroError.self) { try tensor.exp() }
    #expect(throws: VitroError.self) { try tensor.flipped(axes: [0]) }
    #expect(throws: VitroError.self) { try tensor.permuted(Array((0..<20).reversed())) }
    #expect(throws: VitroError.self) { try tensor.sum(axes: [3, 7]) }
    #expect(throws: VitroError.self) { try tensor + Tensor(1.0) }
    #expect(throws: VitroError.self) { try tensor.cast(to: .float32) }
  }
}
