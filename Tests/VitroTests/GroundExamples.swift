import Testing
import Vitro

/// The samples of `VitroCore` and `VitroFormats`.
@Suite struct GroundExamples {
  // docs:Observer
  struct PrintingObserver: Observer {
    func update(_ progress: ProgressUpdate) {
      print(progress.stage, progress.completed, "of", progress.total ?? 0)
    }
    var shouldStop: Bool { Task.isCancelled }
  }
  // docs:end

  @Test func anObserverIsTwoMembers() throws {
    let observer = PrintingObserver()
    observer.update(ProgressUpdate("testing", completed: 1, of: 2))
    try observer.checkpoint("testing")
  }

  @Test func jsonValue() {
    // docs:JSONValue
    let facts: JSONValue = ["layers": 3, "error": 0.25, "names": ["conv1", "fc1"]]
    let text = facts.description  // {"error": 0.25, "layers": 3, "names": ["conv1", "fc1"]}
    // docs:end
    #expect(text == #"{"error": 0.25, "layers": 3, "names": ["conv1", "fc1"]}"#)
  }

  @Test func rawArray() throws {
    // docs:RawArray
    let array = try RawArray(dtype: .float32, shape: [2, 3]) { bytes in
      bytes.bindMemory(to: Float.self).update(repeating: 0.5)
    }
    let tensor = Tensor(array)  // shares the memory
    // docs:end
    #expect(try tensor.doubles == [Double](repeating: 0.5, count: 6))
    #expect(array.byteCount == 24)
  }

  @Test func nearestNames() {
    // docs:nearestName
    let meant = nearestName(to: "relu_1", in: ["input", "relu1", "relu2"])  // "relu1"
    // docs:end
    #expect(meant == "relu1")
  }

  @Test func sha256() {
    // docs:SHA256
    let digest = SHA256.hexDigest(of: Array("abc".utf8))  // "ba7816bf…f20015ad"
    // docs:end
    #expect(digest.hasPrefix("ba7816bf") && digest.hasSuffix("f20015ad"))
  }

  @Test func numPyFiles() throws {
    try withTemporaryFolder { folder in
      // docs:NPY
      let images = try Tensor.ones([100, 1, 28, 28])
      try NPY.write(images.raw, to: "\(folder)/images.npy")
      let again = Tensor(try NPY.read("\(folder)/images.npy"))
      // docs:end
      #expect(again.isIdentical(to: images))
      let (x, y) = (images.raw, try Tensor.range(0..<100).raw)
      // docs:NPZ
      try NPZ.write([("x", x), ("y", y)], compressed: true, to: "\(folder)/test.npz")
      // docs:end
      // docs:NPZFile
      let file = try NPZFile("\(folder)/test.npz")
      let names = file.names  // ["x", "y"]
      let labels = try Tensor(file.array(named: "y"))
      // docs:end
      #expect(names == ["x", "y"])
      #expect(try labels.ints == Array(0..<100))
    }
  }

  @Test func safetensorsFiles() throws {
    try withTemporaryFolder { folder in
      let embedding = try Tensor.ones([8, 4])
      // docs:Safetensors
      try Safetensors.write(
        [("embed.weight", embedding.raw)], metadata: ["format": "pt"], to: "\(folder)/model.safetensors")
      // docs:end
      // docs:SafetensorsFile
      let file = try SafetensorsFile("\(folder)/model.safetensors")
      let names = file.names  // ["embed.weight"]
      let weight = try file.array(named: "embed.weight")
      // docs:end
      #expect(names == ["embed.weight"])
      #expect(Tensor(weight).isIdentical(to: embedding))
    }
  }

  @Test func tables() throws {
    try withTemporaryFolder { folder in
      // docs:CSV
      try CSV.write(
        [("statement", .strings(["Paris is in France.", "Rome is in Spain."])), ("label", .integers([1, 0]))],
        to: "\(folder)/cities.csv")
      // docs:end
      // docs:CSVTable
      let table = try CSVTable("\(folder)/cities.csv")
      let columns = table.columns  // ["statement", "label"]
      let statements = try table.strings("statement")
      let labels = try table.numbers("label")
      // docs:end
      #expect(columns == ["statement", "label"])
      #expect(statements == ["Paris is in France.", "Rome is in Spain."])
      #expect(labels == [1, 0])
      // docs:ArrayFile
      let file = try ArrayFile.read("\(folder)/cities.csv")
      let format = file.format  // .csv
      let names = file.arrays.map(\.name)  // ["label"]
      let others = file.textColumns  // ["statement"]
      // docs:end
      #expect(format == .csv)
      #expect(names == ["label"])
      #expect(others == ["statement"])
    }
  }

  @Test func imagesAndDigits() throws {
    try withTemporaryFolder { folder in
      // docs:PNG
      let gray = try Tensor([UInt8]([0, 255, 128, 64]), shape: [2, 2, 1])
      try PNG.write(gray.raw, to: "\(folder)/digit.png")
      let pixels = Tensor(try PNG.read("\(folder)/digit.png"))  // uint8 [2, 2, 1]
      // docs:end
      #expect(pixels.isIdentical(to: gray))
      // docs:IDX
      let labels = try Tensor([UInt8]([7, 2, 1]))
      try IDX.write(labels.raw, to: "\(folder)/labels-idx1-ubyte.gz")
      let again = Tensor(try IDX.read("\(folder)/labels-idx1-ubyte.gz"))
      // docs:end
      #expect(again.isIdentical(to: labels))
    }
  }

  @Test func rowsOfFiles() throws {
    try withTemporaryFolder { folder in
      let pixels = try Tensor((0..<6 * 784).map { UInt8($0 % 251) }, shape: [6, 28, 28])
      try IDX.write(pixels.raw, to: "\(folder)/train-images-idx3-ubyte")
      // docs:IDXRows
      let images = try IDXRows("\(folder)/train-images-idx3-ubyte")
      let some = Tensor(try images.rows([5, 0, 1]))  // uint8 [3, 28, 28]
      // docs:end
      #expect(try some.isIdentical(to: pixels.gather(Tensor([5, 0, 1]))))
      try PNG.write(pixels.select(at: 0).raw, to: "\(folder)/digit.png")
      // docs:FileStamp
      let stamp = try FileStamp("\(folder)/digit.png")
      try stamp.check("\(folder)/digit.png")  // throws when the file is another one by now
      // docs:end
      try PNG.write(pixels.reshaped([168, 28]).raw, to: "\(folder)/digit.png")
      #expect(throws: VitroError.self) { try stamp.check("\(folder)/digit.png") }
    }
  }

  @Test func compressedBytes() throws {
    // docs:Gzip
    let bytes = [UInt8](repeating: 7, count: 10_000)
    let packed = try Gzip.compress(bytes)
    let unpacked = try Gzip.decompress(FileBytes(name: "bytes.gz", packed))  // 10 000 bytes again
    // docs:end
    #expect(packed.count < 200)
    #expect(unpacked.withBytes { $0.elementsEqual(bytes) })
  }
}
