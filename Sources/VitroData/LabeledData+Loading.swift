internal import Foundation
internal import VitroCore
internal import VitroFormats
internal import VitroTensor

extension LabeledData {
  /// The data sets that ship with Vitro, by name.
  public static let builtIn = ["digits"]

  /// Reads labelled data of any form that Vitro knows.
  ///
  /// - `digits`: the data that ships with Vitro;
  /// - an `.npz` or `.safetensors` file with inputs (`x`, `X`, `inputs`, `images`, `features` or `data`) and labels (`y`, `labels`,
  ///   `targets` or `target`);
  /// - a table (`.csv`, `.tsv`, also `.gz`) with a column `label`, `class`, `target` or `y`, or else with the label last; all other
  ///   columns of numbers are the features;
  /// - a directory with one IDX file of images and one of labels (as MNIST comes; a test pair is preferred to a training pair);
  /// - a directory with one directory of PNG images for each class.
  ///
  /// Images of whole numbers 0 … 255 are scaled to 0 … 1.
  ///
  /// - Throws: ``/VitroCore/VitroError`` when the path is none of these, or a file is not what it claims to be.
  public static func load(_ path: String) throws -> LabeledData {
    if path == "digits" { return try digits() }
    var isDirectory: ObjCBool = false
    guard FileManager.default.fileExists(atPath: path, isDirectory: &isDirectory) else {
      if !path.contains("/"), !path.contains("."), let nearest = nearestName(to: path, in: builtIn) {
        throw VitroError(
          .file, "reading data", "there is no file or built-in data set '\(path)'", hint: "Did you mean '\(nearest)'?")
      }
      throw VitroError(
        .file, "reading data", "there is no file '\(path)'", hint: "Name a file, a directory, or 'digits'.",
        details: ["file": path])
    }
    if isDirectory.boolValue { return try loadDirectory(path) }
    let file = try ArrayFile.read(path)
    switch file.format {
    case .npz, .safetensors: return try fromArrays(file, path)
    case .csv: return try fromTable(path)
    default:
      throw VitroError(
        .unsupported, "reading data '\(path)'", "a single \(file.format.rawValue) file has no labels beside its values",
        hint: "Use an .npz with x and y, a table with a label column, or a directory of IDX files.")
    }
  }

  private static func fromArrays(_ file: ArrayFile, _ path: String) throws -> LabeledData {
    func find(_ names: [String], _ what: String) throws -> RawArray {
      for name in names {
        if let found = file.arrays.first(where: { $0.name == name }) { return found.array }
      }
      throw VitroError(
        .malformed, "reading data '\(path)'",
        "\(what): found \(file.arrays.map(\.name).joined(separator: ", ")), expected one of \(names.joined(separator: ", "))",
        details: ["file": path, "field": what])
    }
    let inputs = try find(["x", "X", "inputs", "images", "features", "data"], "inputs")
    let labels = Tensor(try find(["y", "labels", "targets", "target", "label"], "labels"))
    let whole = try wholeNumbers(labels.cast(to: .float64).flattened().doubles, path)
    return try LabeledData(
      title(path), inputs: scaled(Tensor(inputs)), labels: whole, classNames: numbered(whole), files: [path])
  }

  private static func fromTable(_ path: String) throws -> LabeledData {
    let table = try CSVTable(path)
    guard table.columns.count >= 2, table.rowCount > 0 else {
      throw VitroError.malformed(
        file: path, field: "columns", found: "\(table.columns.count) columns and \(table.rowCount) rows",
        expected: "features and a label")
    }
    let known = ["label", "labels", "class", "target", "y"]
    let labelColumn = table.columns.first { known.contains($0.lowercased()) } ?? table.columns[table.columns.count - 1]
    let features = try table.numericColumns().filter { $0 != labelColumn }
    guard !features.isEmpty else {
      throw VitroError(
        .malformed, "reading data '\(path)'", "no column but '\(labelColumn)' holds numbers",
        hint: "Vitro reads feature vectors here; sentences need a language model.", details: ["file": path])
    }
    let texts = try table.strings(labelColumn)
    let numbers = texts.compactMap(Double.init)
    let inputs = try Tensor(table.matrix(features)).cast(to: .float32)
    if numbers.count == texts.count, numbers.allSatisfy({ $0 >= 0 && $0 == $0.rounded() && $0 < 100_000 }) {
      let labels = numbers.map { Int($0) }
      return try LabeledData(title(path), inputs: inputs, labels: labels, classNames: numbered(labels), files: [path])
    }
    let names = Array(Set(texts)).sorted()
    let positions = Dictionary(uniqueKeysWithValues: names.enumerated().map { ($1, $0) })
    return try LabeledData(
      title(path), inputs: inputs, labels: texts.map { positions[$0] ?? 0 }, classNames: names, files: [path])
  }

  private static func loadDirectory(_ path: String) throws -> LabeledData {
    let entries = try FileManager.default.contentsOfDirectory(atPath: path).filter { !$0.hasPrefix(".") }.sorted()
    let images = entries.filter { $0.contains("images") && ($0.contains("idx") || $0.contains("ubyte")) }
    if let chosen = images.first(where: { $0.hasPrefix("t10k") || $0.contains("test") }) ?? images.first {
      let partner = chosen.replacingOccurrences(of: "images", with: "labels")
        .replacingOccurrences(of: "idx3", with: "idx1")
      guard entries.contains(partner) else {
        throw VitroError(
          .file, "reading data '\(path)'", "'\(chosen)' has no partner '\(partner)'", details: ["file": path])
      }
      let files = ["\(path)/\(chosen)", "\(path)/\(partner)"]
      let pixels = Tensor(try IDX.read(files[0]))
      let labels = try Tensor(IDX.read(files[1])).cast(to: .int64).ints
      return try LabeledData(
        title(path), inputs: scaled(pixels), labels: labels, classNames: numbered(labels), files: files)
    }
    return try loadImageFolders(path, entries)
  }

  private static func loadImageFolders(_ path: String, _ entries: [String]) throws -> LabeledData {
    var (parts, labels, files, names): ([Tensor], [Int], [String], [String]) = ([], [], [], [])
    for entry in entries {
      let images = ((try? FileManager.default.contentsOfDirectory(atPath: "\(path)/\(entry)")) ?? [])
        .filter { $0.lowercased().hasSuffix(".png") }.sorted()
      if images.isEmpty { continue }
      names.append(entry)
      for image in images {
        let file = "\(path)/\(entry)/\(image)"
        let pixels = Tensor(try PNG.read(file))
        if let first = parts.first, first.shape != pixels.shape {
          throw VitroError(
            .shape, "reading \(file)", "the image is \(pixels.shape), the first one \(first.shape)",
            hint: "All images must have one size.", details: ["file": file])
        }
        parts.append(pixels)
        labels.append(names.count - 1)
        files.append(file)
      }
    }
    guard !parts.isEmpty else {
      throw VitroError(
        .file, "reading data '\(path)'",
        "the directory holds neither IDX files nor one directory of PNG images a class",
        details: ["file": path])
    }
    let stacked = try Tensor.stack(parts).permuted([0, 3, 1, 2])
    return try LabeledData(title(path), inputs: scaled(stacked), labels: labels, classNames: names, files: files)
  }

  /// Bytes become 0 … 1; other numbers stay as they are, in float32.
  private static func scaled(_ values: Tensor) throws -> Tensor {
    values.dtype == .uint8 ? try values.cast(to: .float32) * (1.0 / 255) : try values.cast(to: .float32)
  }

  private static func numbered(_ labels: [Int]) -> [String] { (0...(labels.max() ?? 0)).map(String.init) }

  private static func wholeNumbers(_ values: [Double], _ path: String) throws -> [Int] {
    try values.map { value in
      guard value >= 0, value < 100_000, value == value.rounded() else {
        throw VitroError.malformed(
          file: path, field: "labels", found: "\(value)", expected: "whole numbers from 0 to 99999")
      }
      return Int(value)
    }
  }

  private static func title(_ path: String) -> String { URL(filePath: path).lastPathComponent }
}
