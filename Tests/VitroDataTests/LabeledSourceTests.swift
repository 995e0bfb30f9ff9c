import Testing
import VitroCore
import VitroData
import VitroFormats
import VitroNetworks
import VitroTensor

/// Data is opened where it fits: in memory or in its files.
@Suite struct LabeledSourceTests {
  @Test func imagesAreLoadedWhenTheyFit() throws {
    let folder = try Folder()
    try MNISTFiles.write(to: folder, train: 8, test: 3, ending: "")
    let path = "mnist:\(folder.path("."))"
    // A pixel takes a byte as it is read and four as a number.
    let whole = 11 * 784 * 5
    let loaded = try LabeledSources.open(path, memoryBudget: whole)
    let streamed = try LabeledSources.open(path, memoryBudget: whole - 1)
    #expect(loaded is LabeledData)
    #expect(streamed is StreamedData)
    #expect(try loaded.batch([9, 0, 4]).inputs[0].isIdentical(to: streamed.batch([9, 0, 4]).inputs[0]))
    #expect(loaded.labels == streamed.labels && loaded.officialTest == streamed.officialTest)
    #expect(loaded.exampleShape == streamed.exampleShape && loaded.files == streamed.files)
    #expect(loaded.classCounts == streamed.classCounts && loaded.source == streamed.source)
    #expect(streamed.groups == nil)
    let part = try streamed.subset([10, 0])
    #expect(part.count == 2 && part.officialTest == [0])
  }

  @Test func directoriesOfImagesAreLoadedWhenTheyFit() throws {
    let folder = try Folder()
    try folder.writeImages(20, channels: 3)
    let path = folder.path("images")
    #expect(try LabeledSources.open(path) is LabeledData)
    let streamed = try LabeledSources.open(path, memoryBudget: 20 * 60 * 5)
    #expect(streamed is StreamedData)
    #expect(try streamed.batch([19, 3]).inputs[0].isIdentical(to: LabeledData.load(path).batch([19, 3]).inputs[0]))
  }

  @Test func tablesAndArraysAreAlwaysLoaded() throws {
    let folder = try Folder()
    let table = folder.path("table.csv")
    try AtomicFile.write(Array("a,label\n1,0\n2,1\n".utf8), to: table)
    for path in ["digits", table] {
      let data = try LabeledSources.open(path, memoryBudget: 1)
      #expect(data is LabeledData && data.count > 1)
    }
    #expect(throws: VitroError.self) { try LabeledSources.open(folder.path("nowhere.npz")) }
    #expect(throws: VitroError.self) { try LabeledSources.open("mnist:/nowhere") }
  }

  @Test func positionsThatDoNotExistAreRefused() throws {
    let digits = try LabeledData.digits()
    for wrong in [-1, 1797, .max, .min] {
      #expect(throws: VitroError.self) { try digits.subset([0, wrong]) }
      #expect(throws: VitroError.self) { try digits.batch([wrong]) }
    }
  }
}
