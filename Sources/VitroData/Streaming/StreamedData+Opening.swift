internal import Foundation
internal import VitroCore
internal import VitroFormats
internal import VitroTensor

extension StreamedData {
  /// Opens images without reading them all: a directory of IDX files or of one directory of PNG images for each class, `fashion-mnist`,
  /// or `mnist:DIR`.
  ///
  /// IDX files that are compressed are held decompressed; decoded PNG images are kept while half of the budget lasts.
  ///
  /// - Parameters:
  ///   - path: As in ``LabeledData/load(_:)``.
  ///   - memoryBudget: The most bytes that held contents and one batch may take together.
  /// - Throws: ``/VitroCore/VitroError`` when the path is none of these, a file is not what it claims to be, or the budget is too small.
  public static func open(_ path: String, memoryBudget: Int = 256 << 20) throws -> StreamedData {
    guard memoryBudget > 0 else {
      throw VitroError(.argument, "reading data '\(path)'", "a memory budget of \(memoryBudget) bytes holds nothing")
    }
    if path == "fashion-mnist" { return try open(.fashionMNIST(), memoryBudget: memoryBudget) }
    if path.hasPrefix("mnist:") {
      let directory = String(path.dropFirst("mnist:".count))
      guard let collection = try ImageCollection.mnist(in: directory) else {
        throw VitroError(
          .unsupported, "reading data '\(path)'", "a table is read whole, not batch by batch",
          hint: "Use LabeledData.load.", details: ["file": directory])
      }
      return try open(collection, memoryBudget: memoryBudget)
    }
    guard isDirectory(path) else {
      throw VitroError(
        .file, "reading data '\(path)'", "there is no such directory",
        hint: "Name a directory of images, 'fashion-mnist' or 'mnist:DIR'.",
        details: ["file": path, "found": "no directory", "expected": "a directory"])
    }
    return try open(directory: path, memoryBudget: memoryBudget, cacheBytes: memoryBudget / 2)
  }

  static func isDirectory(_ path: String) -> Bool {
    var isDirectory: ObjCBool = false
    return FileManager.default.fileExists(atPath: path, isDirectory: &isDirectory) && isDirectory.boolValue
  }

  static func open(directory path: String, memoryBudget: Int, cacheBytes: Int) throws -> StreamedData {
    let entries = try FileManager.default.contentsOfDirectory(atPath: path).filter { !$0.hasPrefix(".") }.sorted()
    let images = entries.filter { $0.contains("images") && ($0.contains("idx") || $0.contains("ubyte")) }
    guard let chosen = images.first(where: { $0.hasPrefix("t10k") || $0.contains("test") }) ?? images.first else {
      return try open(classesIn: path, entries, memoryBudget: memoryBudget, cacheBytes: cacheBytes)
    }
    let partner = chosen.replacingOccurrences(of: "images", with: "labels").replacingOccurrences(
      of: "idx3", with: "idx1")
    guard entries.contains(partner) else {
      throw unlabelled("\(path)/\(chosen)", "its partner '\(partner)' is not there")
    }
    let pair = ImageCollection.Pair(images: "\(path)/\(chosen)", labels: "\(path)/\(partner)")
    return try open(ImageCollection(name: title(path), pairs: [pair]), memoryBudget: memoryBudget)
  }

  static func open(_ collection: ImageCollection, memoryBudget: Int) throws -> StreamedData {
    let reader = try IDXExamples(collection.pairs.map(\.images), memoryBudget: memoryBudget)
    let perFile = try collection.pairs.map { try readLabels($0.labels, classNames: collection.classNames) }
    for (pair, (labels, count)) in zip(collection.pairs, zip(perFile, reader.counts)) where labels.count != count {
      throw VitroError.malformed(
        file: pair.labels, field: "labels", found: "\(labels.count) labels",
        expected: "\(count), one for each image of \(pair.images)")
    }
    let labels = perFile.flatMap(\.self)
    return StreamedData(
      collection.name, reader, labels: labels, classNames: collection.classNames ?? LabeledData.numbered(labels),
      officialTest: perFile.count == 2 ? Array(perFile[0].count..<labels.count) : nil,
      files: collection.pairs.flatMap { [$0.images, $0.labels] }, source: collection.source, memoryBudget: memoryBudget)
  }

  private static func readLabels(_ file: String, classNames: [String]?) throws -> [Int] {
    let limit = classNames?.count ?? LabeledData.classLimit
    let array = Tensor(try IDX.read(file))
    guard array.rank == 1 else {
      throw VitroError.malformed(file: file, field: "shape", found: "\(array.shape)", expected: "one axis of labels")
    }
    return try LabeledData.wholeNumbers(array.cast(to: .float64).doubles, file, below: limit)
  }

  static func title(_ path: String) -> String { URL(filePath: path).lastPathComponent }
}
