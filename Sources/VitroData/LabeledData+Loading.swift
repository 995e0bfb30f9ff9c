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
  /// - `fashion-mnist`: the images of the Debian package `dataset-fashion-mnist` (``fashionMNIST()``);
  /// - `mnist:DIR`: MNIST, or data in its form, in a directory, with its own division (``mnist(in:)``);
  /// - an `.npz` or `.safetensors` file with inputs (`x`, `X`, `inputs`, `images`, `features` or `data`), labels (`y`, `labels`,
  ///   `targets` or `target`) and, if there are any, groups (`group` or `groups`);
  /// - a table (`.csv`, `.tsv`, also `.gz`) with a column `label`, `class`, `target` or `y`, or else with the label last; a column
  ///   `group` says what a row belongs to; all other columns of numbers are the features;
  /// - a directory with one IDX file of images and one of labels (as MNIST comes; a test pair is preferred to a training pair);
  /// - a directory with one directory of PNG images for each class.
  ///
  /// Images of bytes are scaled to 0 … 1; gray ones have the shape `[1, height, width]`.
  ///
  /// - Throws: ``/VitroCore/VitroError`` when the path is none of these, or a file is not what it claims to be.
  public static func load(_ path: String) throws -> LabeledData {
    if path == "digits" { return try digits() }
    if path == "fashion-mnist" { return try fashionMNIST() }
    if path.hasPrefix("mnist:") { return try mnist(in: String(path.dropFirst("mnist:".count))) }
    if StreamedData.isDirectory(path) {
      return try StreamedData.open(directory: path, memoryBudget: wholeBudget, cacheBytes: 0).loaded()
    }
    guard FileManager.default.fileExists(atPath: path) else { throw missing(path) }
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

  /// The error for a path at which nothing is, with the name that may have been meant.
  private static func missing(_ path: String) -> VitroError {
    let names = builtIn + ["fashion-mnist", "mnist:DIR"]
    if let colon = path.firstIndex(of: ":"), nearestName(to: String(path[..<colon]), in: ["mnist"]) != nil {
      return VitroError(
        .file, "reading data", "there is no file or data set '\(path)'", hint: "Did you mean 'mnist\(path[colon...])'?",
        details: ["file": path])
    }
    if !path.contains("/"), !path.contains("."), let nearest = nearestName(to: path, in: names) {
      return VitroError(
        .file, "reading data", "there is no file or data set '\(path)'", hint: "Did you mean '\(nearest)'?",
        details: ["file": path])
    }
    return VitroError(
      .file, "reading data", "there is no file '\(path)'",
      hint: "Name a file, a directory, or one of \(names.map { "'\($0)'" }.joined(separator: ", ")).",
      details: ["file": path])
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
    guard let count = inputs.shape.first, count == whole.count else {
      throw VitroError.malformed(
        file: path, field: "labels", found: "\(whole.count) labels for inputs of shape \(inputs.shape)",
        expected: "one label for each example, on the first axis")
    }
    let groups = try file.arrays.first { ["group", "groups"].contains($0.name) }.map { name, array in
      let values = try Tensor(array).cast(to: .float64).flattened().doubles
      guard values.count == whole.count, values.allSatisfy({ $0 == $0.rounded() }) else {
        throw VitroError.malformed(
          file: path, field: name, found: "\(values.count) numbers", expected: "\(whole.count) whole numbers")
      }
      return values
    }
    return try LabeledData(
      title(path), inputs: Scaling.scaled(Tensor(inputs)), labels: whole, classNames: numbered(whole),
      groups: groups.map { inOrderOfAppearance($0) }, files: [path])
  }

  /// Numbers for values: 0 for the first that appears, 1 for the next new one, and so on.
  static func inOrderOfAppearance<Value: Hashable>(_ values: [Value]) -> [Int] {
    var numbers: [Value: Int] = [:]
    return values.map { value in
      if let known = numbers[value] { return known }
      numbers[value] = numbers.count
      return numbers.count - 1
    }
  }

  static func numbered(_ labels: [Int]) -> [String] { (0...(labels.max() ?? 0)).map(String.init) }

  /// One more than the largest label that is believed.
  static let classLimit = 100_000

  static func wholeNumbers(_ values: [Double], _ path: String, below limit: Int = classLimit) throws -> [Int] {
    try values.enumerated().map { position, value in
      guard value >= 0, value < Double(limit), value == value.rounded() else {
        throw VitroError.malformed(
          file: path, field: "labels", found: "\(value) for example \(position)",
          expected: "whole numbers from 0 to \(limit - 1)")
      }
      return Int(value)
    }
  }

  static func title(_ path: String) -> String { URL(filePath: path).lastPathComponent }
}
