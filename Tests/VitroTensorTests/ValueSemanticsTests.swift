import CVitroKernels
import Testing
import VitroCore

@testable import VitroTensor

@Suite struct ValueSemanticsTests {
  private func address(_ x: Tensor) -> UnsafeRawPointer { x.withElements { $0 } }

  private func setFirst(_ x: inout Tensor, to value: Double) throws {
    try x.withUniqueElements { $0.storeBytes(of: value, as: Double.self) }
  }

  @Test func uniqueValuesChangeInPlace() throws {
    var x = try Tensor([1.0, 2, 3])
    let before = address(x)
    try setFirst(&x, to: 9)
    #expect(address(x) == before)
    #expect(try x.doubles == [9, 2, 3])
  }

  @Test func sharedValuesAreCopiedBeforeTheyChange() throws {
    var x = try Tensor([1.0, 2, 3])
    let other = x
    let before = address(x)
    try setFirst(&x, to: 9)
    #expect(address(x) != before)
    #expect(try other.doubles == [1, 2, 3])
    #expect(try x.doubles == [9, 2, 3])
    // Now alone, it changes in place.
    let after = address(x)
    try setFirst(&x, to: 10)
    #expect(address(x) == after)
  }

  @Test func viewsKeepTheirValues() throws {
    var x = try Tensor([1.0, 2, 3, 4], shape: [2, 2])
    var row = try x.select(axis: 0, at: 1)
    let flat = try x.flattened()
    #expect(address(row) == address(x) + 16)
    #expect(address(flat) == address(x))
    try setFirst(&x, to: 9)
    try setFirst(&row, to: -1)
    #expect(try flat.doubles == [1, 2, 3, 4])
    #expect(try row.doubles == [-1, 4])
    #expect(try x.doubles == [9, 2, 3, 4])
  }

  @Test func slicesOfTheLeadingAxisShareMemoryAndOthersDoNot() throws {
    let x = try Tensor((0..<12).map { Double($0) }, shape: [1, 4, 3])
    #expect(address(try x.slice(axis: 1, 1..<3)) == address(x) + 24)
    #expect(try x.slice(axis: 1, 1..<3).doubles == [3, 4, 5, 6, 7, 8])
    #expect(address(try x.slice(axis: 2, 0..<2)) != address(x))
    #expect(address(try x.reshaped([12])) == address(x))
    #expect(x.part(start: 3, shape: [3]).shape == [3])
    #expect(try x.part(start: 3, shape: [3]).doubles == [3, 4, 5])
  }

  @Test func adoptedMemoryIsNeverWritten() throws {
    let memory = UnsafeMutableRawPointer.allocate(byteCount: 16, alignment: 8)
    memory.storeBytes(of: 1, as: Double.self)
    memory.storeBytes(of: 2, toByteOffset: 8, as: Double.self)
    defer { memory.deallocate() }
    // The tensor alone holds this memory, as it would a mapped file.
    var x = Tensor(
      RawArray(dtype: .float64, shape: [2], buffer: Buffer(adopting: memory, byteCount: 16) { _, _ in }))
    try setFirst(&x, to: 9)
    #expect(try x.doubles == [9, 2])
    #expect(memory.load(as: Double.self) == 1)
  }

  @Test func biasesAreAddedWithoutTouchingOperands() throws {
    let x = try Tensor([1.0, 2], shape: [1, 2])
    let weight = try Tensor.eye(2, dtype: .float64)
    let bias = try Tensor([10.0, 20])
    #expect(try x.linear(weight: weight, bias: bias).doubles == [11, 22])
    #expect(try x.doubles == [1, 2])
    #expect(try bias.doubles == [10, 20])
  }

  @Test func parametersOnATapeKeepTheirValuesWhenUpdated() throws {
    var weight = try Tensor([2.0, 3])
    try Tape.record { tape in
      let watched = tape.watch(weight)
      let y = try (watched * watched).sum()
      try setFirst(&weight, to: 100)
      #expect(try tape.gradients(of: y, at: [watched])[0].doubles == [4, 6])
      #expect(try watched.detached.doubles == [2, 3])
    }
    #expect(try weight.doubles == [100, 3])
  }

  @Test func arraysGoToFilesAndBackWithoutCopies() throws {
    let x = try Tensor([1.0, 2, 3, 4], shape: [2, 2]).slice(axis: 0, 1..<2)
    let back = Tensor(x.raw)
    #expect(address(back) == address(x))
    #expect(back.isIdentical(to: x))
  }
}
