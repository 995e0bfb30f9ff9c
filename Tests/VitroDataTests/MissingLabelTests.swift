import Foundation
import Testing
import VitroCore
import VitroData
import VitroFormats
import VitroTensor

/// An example without a label is refused by name and number, never dropped and never a class of its own.
@Suite struct MissingLabelTests {
  private func refusal(_ path: String) throws -> VitroError {
    let error = #expect(throws: VitroError.self) { try LabeledData.load(path) }
    if !path.hasSuffix(".csv"), !path.hasSuffix(".npz") {
      #expect(throws: VitroError.self) { try StreamedData.open(path) }
    }
    return try #require(error)
  }

  @Test func imagesBesideTheClassesAreNamed() throws {
    let folder = try Folder()
    try folder.writeImages(6, channels: 1)
    let path = folder.path("images")
    try Data("notes".utf8).write(to: URL(filePath: "\(path)/README.txt"))
    try Data().write(to: URL(filePath: "\(path)/a/.hidden.png"))
    #expect(try LabeledData.load(path).count == 6)
    for name in ["x.png", "y.JPG", "z.png"] {
      try FileManager.default.copyItem(atPath: "\(path)/a/0.png", toPath: "\(path)/\(name)")
    }
    let error = try refusal(path)
    #expect(error.details["file"]?.hasSuffix("images/x.png") == true)
    #expect(error.description.contains("2 more"))
  }

  @Test func imagesOfOtherKindsAreNamed() throws {
    let folder = try Folder()
    try folder.writeImages(6, channels: 1)
    try Data([0xff, 0xd8]).write(to: URL(filePath: folder.path("images/b/photo.jpeg")))
    let error = try refusal(folder.path("images"))
    #expect(error.code == .unsupported)
    #expect(error.details["file"]?.hasSuffix("images/b/photo.jpeg") == true)
  }

  @Test func imagesFurtherDownAreNamed() throws {
    let folder = try Folder()
    try folder.writeImages(6, channels: 1)
    let deeper = folder.path("images/c/more")
    try FileManager.default.createDirectory(atPath: deeper, withIntermediateDirectories: true)
    #expect(try LabeledData.load(folder.path("images")).count == 6)
    try FileManager.default.copyItem(atPath: folder.path("images/a/0.png"), toPath: deeper + "/0.png")
    #expect(try refusal(folder.path("images")).details["file"]?.hasSuffix("images/c/more/0.png") == true)
  }

  @Test(arguments: ["train", "t10k"]) func idxImagesWithoutLabelsAreNamed(part: String) throws {
    let folder = try Folder()
    try MNISTFiles.write(to: folder, train: 8, test: 3, ending: "")
    let labels = folder.path("\(part)-labels-idx1-ubyte")
    let whole = try Data(contentsOf: URL(filePath: labels))
    try IDX.write(Tensor([1, 2] as [UInt8]).raw, to: labels)
    let fewer = try refusal("mnist:\(folder.path("."))")
    #expect(fewer.details["found"] == "2 labels")
    #expect(fewer.details["expected"]?.hasPrefix(part == "train" ? "8" : "3") == true)
    try whole.write(to: URL(filePath: labels))
    #expect(try LabeledData.load("mnist:\(folder.path("."))").count == 11)
    try FileManager.default.removeItem(atPath: labels)
    for path in ["mnist:\(folder.path("."))"] + (part == "t10k" ? [folder.path(".")] : []) {
      #expect(try refusal(path).details["file"]?.hasSuffix("\(part)-images-idx3-ubyte") == true)
    }
  }

  @Test(arguments: [
    ("a,label\n1,0\n2,\n3,1\n4, \n", "line 3, column 'label'", "2 rows"),
    ("a,kind\n1,cat\n2,\"\"\n3,dog\n", "line 3, column 'kind'", "''"),
    ("a,label\n\n1,0\n2,NA\n3,1\n", "line 4, column 'label'", "'NA'"),
    ("a,label,group\n1,0,x\n2,1,\n", "line 3, column 'group'", "a group"),
  ])
  func emptyCellsAreNamed(text: String, place: String, words: String) throws {
    let folder = try Folder()
    let path = folder.path("table.csv")
    try AtomicFile.write(Array(text.utf8), to: path)
    let error = try refusal(path)
    #expect(error.details["field"] == place)
    #expect(error.description.contains(words), "\(error)")
  }

  @Test func wordsThatStandForNothingMayBeClasses() throws {
    let folder = try Folder()
    let path = folder.path("table.csv")
    try AtomicFile.write(Array("a,label\n1,none\n2,cat\n3,-\n".utf8), to: path)
    #expect(try LabeledData.load(path).classNames == ["-", "cat", "none"])
  }

  @Test func arraysOfUnequalCountsAreNamed() throws {
    let folder = try Folder()
    let path = folder.path("data.npz")
    try NPZ.write([("x", Tensor([1, 2, 3] as [Float]).raw), ("y", Tensor([0, 1]).raw)], to: path)
    let error = try refusal(path)
    #expect(error.details["file"] == path)
    #expect(error.details["found"]?.hasPrefix("2 labels") == true)
    try NPZ.write([("x", Tensor([1, 2, 3] as [Float]).raw), ("y", Tensor([0, .nan, 1]).raw)], to: path)
    #expect(try refusal(path).details["found"] == "nan for example 1")
  }
}
