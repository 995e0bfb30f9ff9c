import Foundation
import Testing
import VitroCore
import VitroData
import VitroFormats
import VitroTensor

@Suite struct LabeledDataTests {
  @Test func theDigitsAreThoseOfTheRepository() throws {
    let digits = try LabeledData.digits()
    #expect(digits.inputs.shape == [1797, 1, 8, 8])
    #expect(digits.classCounts == [178, 182, 177, 183, 181, 182, 181, 179, 174, 180])
    // The sum of all pixels, 0 … 16, of the file as published.
    #expect(try (digits.inputs.cast(to: .float64).sum() * 16).item() == 561_718)
    #expect(try digits.inputs.select(at: 0).flattened().floats.prefix(4) == [0, 0, 5.0 / 16, 13.0 / 16])
    #expect(digits.source?.contains("CC BY 4.0") == true)
  }

  @Test func everyFormGivesTheSameExamples() throws {
    let folder = try Folder()
    let pixels = try Tensor((0..<24).map { UInt8($0 * 10) }, shape: [6, 2, 2])
    let labels = [0, 1, 2, 0, 1, 2]
    let expected = try (pixels.cast(to: .float32) * (1.0 / 255)).floats

    let npz = folder.path("data.npz")
    try NPZ.write([("x", pixels.raw), ("y", Tensor(labels).raw)], to: npz)
    let safetensors = folder.path("data.safetensors")
    try Safetensors.write([("images", pixels.raw), ("labels", Tensor(labels).raw)], to: safetensors)
    let idx = folder.path("idx")
    try FileManager.default.createDirectory(atPath: idx, withIntermediateDirectories: true)
    try IDX.write(pixels.raw, to: idx + "/t10k-images-idx3-ubyte")
    try IDX.write(Tensor(labels.map { UInt8($0) }).raw, to: idx + "/t10k-labels-idx1-ubyte")

    for path in [npz, safetensors, idx] {
      let data = try LabeledData.load(path)
      #expect(data.labels == labels, "\(path)")
      #expect(data.classNames == ["0", "1", "2"], "\(path)")
      #expect(try data.inputs.floats == expected, "\(path)")
      #expect(!data.files.isEmpty)
    }
    let images = folder.path("images")
    for (index, label) in labels.enumerated() {
      let directory = "\(images)/class\(label)"
      try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
      try PNG.write(pixels.select(at: index).expandingAxis(-1).raw, to: "\(directory)/\(index).png")
    }
    let folders = try LabeledData.load(images)
    #expect(folders.classNames == ["class0", "class1", "class2"])
    #expect(folders.labels == [0, 0, 1, 1, 2, 2])
    #expect(folders.exampleShape == [1, 2, 2])
    #expect(try folders.inputs.select(at: 1).flattened().floats == Array(expected[12..<16]))
  }

  @Test func aTableTakesItsLabelByNameOrLast() throws {
    let folder = try Folder()
    let named = folder.path("named.csv")
    try AtomicFile.write(Array("label,a,b\n1,0.5,2\n0,1.5,3\n".utf8), to: named)
    let first = try LabeledData.load(named)
    #expect(first.labels == [1, 0])
    #expect(try first.inputs.floats == [0.5, 2, 1.5, 3])
    let words = folder.path("words.tsv")
    try AtomicFile.write(Array("a\tb\tkind\n1\t2\tcat\n3\t4\tant\n5\t6\tcat\n".utf8), to: words)
    let second = try LabeledData.load(words)
    #expect(second.classNames == ["ant", "cat"])
    #expect(second.labels == [1, 0, 1])
  }

  @Test func examplesTakeTheShapeOfTheNetwork() throws {
    let rows = try LabeledData(
      "rows", inputs: Tensor((0..<8).map { Float($0) }, shape: [2, 4]), labels: [0, 1], classNames: ["a", "b"])
    #expect(try rows.shaped([1, 2, 2]).inputs.shape == [2, 1, 2, 2])
    let error = #expect(throws: VitroError.self) { try rows.shaped([1, 3, 3]) }
    #expect(error?.code == .shape)
    #expect(error?.description.contains("[4]") == true)
    #expect(error?.description.contains("[1, 3, 3]") == true)
  }

  @Test(arguments: [
    ("digts", "file", "Did you mean 'digits'?"), ("/nowhere/data.npz", "file", "/nowhere/data.npz"),
  ])
  func whatIsNotThereIsNamed(path: String, code: String, words: String) throws {
    let error = #expect(throws: VitroError.self) { try LabeledData.load(path) }
    #expect(error?.code.description == code)
    #expect(error?.description.contains(words) == true, "\(error?.description ?? "")")
  }

  @Test func whatHasNoLabelsIsRefused() throws {
    let folder = try Folder()
    let lonely = folder.path("lonely.npz")
    try NPZ.write([("x", Tensor([1 as Float]).raw)], to: lonely)
    let missing = #expect(throws: VitroError.self) { try LabeledData.load(lonely) }
    #expect(missing?.details["field"] == "labels")
    let fractional = folder.path("fractional.npz")
    try NPZ.write([("x", Tensor([1, 2] as [Float]).raw), ("y", Tensor([0, 0.5]).raw)], to: fractional)
    #expect(throws: VitroError.self) { try LabeledData.load(fractional) }
    let unequal = folder.path("unequal.npz")
    try NPZ.write([("x", Tensor([1, 2] as [Float]).raw), ("y", Tensor([0, 1, 1]).raw)], to: unequal)
    #expect(throws: VitroError.self) { try LabeledData.load(unequal) }
    #expect(throws: VitroError.self) { try LabeledData.load(folder.path(".")) }
  }
}

/// A directory of its own for one test, removed afterwards.
final class Folder {
  private let url: URL
  init() throws {
    url = FileManager.default.temporaryDirectory.appending(path: "vitro-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
  }
  deinit { try? FileManager.default.removeItem(at: url) }
  func path(_ name: String) -> String { url.appending(path: name).path }
}
