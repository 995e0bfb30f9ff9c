import Foundation
import Testing
import VitroCore
import VitroData
import VitroFormats
import VitroNetworks
import VitroTensor

/// Batches from files are the batches from memory; what is broken or changed is said.
@Suite struct StreamedDataTests {
  private let orders = [[0], [3, 1, 2], [7, 8, 9, 10, 2, 2, 0], Array(0..<11), Array((0..<11).reversed()), []]

  private func sameBatches(_ streamed: StreamedData, _ data: LabeledData) throws {
    #expect(streamed.count == data.count)
    #expect(streamed.exampleShape == data.exampleShape)
    #expect(streamed.classNames == data.classNames)
    for order in orders {
      let (ours, theirs) = (try streamed.batch(order), try data.batch(order))
      #expect(ours.inputs[0].isIdentical(to: theirs.inputs[0]), "\(order)")
      #expect(try ours.target.ints == theirs.target.ints)
    }
    let shuffled = streamed.shuffled(seed: 4)
    #expect(shuffled.labels.sorted() == data.labels.sorted())
    #expect(try shuffled.batch([2, 0]).inputs[0].isIdentical(to: streamed.shuffled(seed: 4).batch([2, 0]).inputs[0]))
    #expect(try streamed.subset([5, 1]).loaded().inputs.isIdentical(to: data.subset([5, 1]).inputs))
  }

  @Test(arguments: ["", ".gz"]) func idxFilesGiveTheBatchesOfMemory(ending: String) throws {
    let folder = try Folder()
    try MNISTFiles.write(to: folder, train: 8, test: 3, ending: ending)
    let path = "mnist:\(folder.path("."))"
    let data = try LabeledData.load(path)
    #expect(data.inputs.shape == [11, 1, 28, 28])
    #expect(try data.inputs.floats == MNISTFiles.pixels(0..<11).map { Float($0) * (1.0 / 255) })
    try sameBatches(StreamedData.open(path), data)
  }

  @Test func foldersGiveTheBatchesOfMemory() throws {
    let folder = try Folder()
    try folder.writeImages(150, channels: 3)
    let path = folder.path("images")
    let data = try LabeledData.load(path)
    // An image takes 60 bytes: all are kept, or 55 of them.
    for budget in [1 << 20, 6600] {
      let streamed = try StreamedData.open(path, memoryBudget: budget)
      try sameBatches(streamed, data)
      for start in Array(stride(from: 140, through: 0, by: -10)) + [0, 70, 140] {
        let order = Array(start..<start + 10)
        #expect(try streamed.batch(order).inputs[0].isIdentical(to: data.batch(order).inputs[0]))
      }
    }
  }

  @Test func otherElementsAreReadToo() throws {
    let folder = try Folder()
    let values = try Tensor((0..<44).map { Float($0) / 3 - 7 }, shape: [11, 2, 2])
    try IDX.write(values.raw, to: folder.path("images-idx3"))
    try IDX.write(Tensor((0..<11).map { Int32($0 % 3) }).raw, to: folder.path("labels-idx1"))
    let data = try LabeledData.load(folder.path("."))
    #expect(try data.inputs.floats == values.floats)
    try sameBatches(StreamedData.open(folder.path(".")), data)
  }

  @Test func theBudgetHolds() throws {
    let folder = try Folder()
    try MNISTFiles.write(to: folder, train: 8, test: 3, ending: "")
    let path = "mnist:\(folder.path("."))"
    // A pixel takes a byte as it is read and four as a number.
    let streamed = try StreamedData.open(path, memoryBudget: 3 * 784 * 5)
    #expect(try streamed.batch([0, 1, 2]).inputs[0].shape[0] == 3)
    let error = #expect(throws: VitroError.self) { try streamed.batch([0, 1, 2, 3]) }
    #expect(error?.code == .memory)
    #expect(error?.hint?.contains("smaller batches") == true)
    #expect(throws: VitroError.self) { try StreamedData.open(path, memoryBudget: 0) }
    try MNISTFiles.write(to: folder, train: 8, test: 3, ending: ".gz")
    for part in ["train-images-idx3-ubyte", "t10k-images-idx3-ubyte"] {
      try FileManager.default.removeItem(atPath: folder.path(part))
    }
    let compressed = #expect(throws: VitroError.self) { try StreamedData.open(path, memoryBudget: 5000) }
    #expect(compressed?.code == .memory)
    #expect(compressed?.hint?.contains("gunzip") == true)
    #expect(compressed?.details["file"]?.hasSuffix(".gz") == true)
  }

  @Test func changesAreNoticed() throws {
    let folder = try Folder()
    try MNISTFiles.write(to: folder, train: 8, test: 3, ending: "")
    let streamed = try StreamedData.open("mnist:\(folder.path("."))")
    _ = try streamed.batch([0, 9])
    let file = folder.path("train-images-idx3-ubyte")
    let handle = try FileHandle(forWritingTo: URL(filePath: file))
    try handle.truncate(atOffset: 3000)
    try handle.close()
    let error = #expect(throws: VitroError.self) { try streamed.batch([0]) }
    #expect(error?.code == .file)
    #expect(error?.description.contains("train-images-idx3-ubyte") == true)
    #expect(error?.details["found"] == "3000 bytes")
    // The other file is as it was.
    #expect(try streamed.batch([9]).inputs[0].shape == [1, 1, 28, 28])

    try folder.writeImages(4, channels: 1)
    let images = try StreamedData.open(folder.path("images"))
    try AtomicFile.write([1, 2, 3], to: folder.path("images/b/3.png"))
    #expect(try images.batch([0]).target.ints == [0])
    let changed = #expect(throws: VitroError.self) { try images.batch([3]) }
    #expect(changed?.details["file"]?.hasSuffix("b/3.png") == true)
    #expect(changed?.details["found"] == "3 bytes")
    try FileManager.default.removeItem(atPath: folder.path("images/b/3.png"))
    #expect(throws: VitroError.self) { try images.batch([3]) }
  }

  @Test func brokenFilesAreNamed() throws {
    let folder = try Folder()
    try folder.writeImages(4, channels: 1)
    let bad = folder.path("images/b/3.png")
    try AtomicFile.write([1, 2, 3], to: bad)
    let images = try StreamedData.open(folder.path("images"))
    let noImage = #expect(throws: VitroError.self) { try images.batch([3]) }
    #expect(noImage?.code == .malformed)
    #expect(noImage?.details["file"]?.hasSuffix("b/3.png") == true)
    try PNG.write(Tensor([UInt8](repeating: 0, count: 9), shape: [3, 3, 1]).raw, to: bad)
    let other = #expect(throws: VitroError.self) { try StreamedData.open(folder.path("images")).batch([3]) }
    #expect(other?.code == .shape)
    #expect(throws: VitroError.self) { try LabeledData.load(folder.path("images")) }
    #expect(throws: VitroError.self) { try images.batch([4]) }
    #expect(throws: VitroError.self) { try images.subset([-1]) }
    #expect(throws: VitroError.self) { try StreamedData.open(folder.path("nowhere")) }

    try MNISTFiles.write(to: folder, train: 8, test: 3, ending: "")
    let labels = folder.path("train-labels-idx1-ubyte")
    try IDX.write(Tensor([UInt8](repeating: 1, count: 7)).raw, to: labels)
    let path = "mnist:\(folder.path("."))"
    let fewer = #expect(throws: VitroError.self) { try StreamedData.open(path) }
    #expect(fewer?.details["file"]?.hasSuffix("train-labels-idx1-ubyte") == true)
    for wrong in [10, -1] as [Int32] {
      try IDX.write(Tensor([wrong] + [Int32](repeating: 0, count: 7)).raw, to: labels)
      #expect(throws: VitroError.self) { try LabeledData.load(path) }
    }
  }
}

/// MNIST in small: the names of its files, with pixels made up.
enum MNISTFiles {
  static func pixels(_ rows: Range<Int>) -> [UInt8] {
    rows.flatMap { row in (0..<784).map { UInt8((row * 31 + $0) % 256) } }
  }

  static func write(to folder: Folder, train: Int, test: Int, ending: String, directory: String = ".") throws {
    for (part, rows) in [("train", 0..<train), ("t10k", train..<train + test)] where !rows.isEmpty {
      let base = folder.path("\(directory)/\(part)")
      try IDX.write(Tensor(pixels(rows), shape: [rows.count, 28, 28]).raw, to: "\(base)-images-idx3-ubyte\(ending)")
      try IDX.write(Tensor(rows.map { UInt8($0 % 10) }).raw, to: "\(base)-labels-idx1-ubyte\(ending)")
    }
  }
}

extension Folder {
  /// Images of 5 × 4 pixels in the directories `a` and `b` of `images`.
  func writeImages(_ count: Int, channels: Int) throws {
    for index in 0..<count {
      let directory = path("images/\(index < count / 2 ? "a" : "b")")
      try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
      let pixels = (0..<20 * channels).map { UInt8(($0 * 7 + index * 13) % 256) }
      try PNG.write(Tensor(pixels, shape: [5, 4, channels]).raw, to: "\(directory)/\(index).png")
    }
  }
}
