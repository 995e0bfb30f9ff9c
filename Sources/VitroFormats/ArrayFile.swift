public import VitroCore

/// The arrays of a file in any format that Vitro reads, recognized by its contents.
///
/// ```swift
/// let file = try ArrayFile.read("cities.csv")
/// let format = file.format  // .csv
/// let names = file.arrays.map(\.name)  // ["label"]
/// let others = file.textColumns  // ["statement"]
/// ```
public struct ArrayFile: Sendable {
  /// A format that can be read.
  public enum Format: String, Sendable, Hashable, CaseIterable {
    case safetensors, npy, npz, idx, csv, png, onnx
  }

  /// The format that the file turned out to have.
  public let format: Format
  /// The arrays, in the file's order; the single array of an `.npy`, IDX or PNG file bears the file's name without its
  /// extensions, and a table gives a float64 array of shape `[rows]` for each column of numbers.
  public let arrays: [(name: String, array: RawArray)]
  /// The columns of a table that hold something other than numbers, and are not among ``arrays``.
  public let textColumns: [String]

  /// The formats that ``read(_:limits:)-(String,_)`` recognizes, as errors list them.
  public static let supportedFormats =
    "safetensors, NumPy .npy and .npz, IDX (.gz), CSV and TSV (.gz), PNG, ONNX"

  /// The format of bytes, by their contents.
  package static func format(of file: FileBytes, limits: FormatLimits = .standard) throws -> Format {
    try FileRecognition.format(of: file, limits: limits)
  }

  /// Reads every array of a file.
  ///
  /// - Throws: ``/VitroCore/VitroError``: `file` when it cannot be read; `unsupported` for another format, with what to do about
  ///   it; else as the format's own reader.
  public static func read(_ path: String, limits: FormatLimits = .standard) throws -> ArrayFile {
    try read(FileBytes(path: path, limits: limits), limits: limits)
  }

  /// Reads every array of bytes that are already in memory.
  ///
  /// - Throws: as ``read(_:limits:)-(String,_)``.
  public static func read(_ file: FileBytes, limits: FormatLimits = .standard) throws -> ArrayFile {
    let format = try FileRecognition.format(of: file, limits: limits)
    let stem = FileRecognition.stem(of: file.name)
    var textColumns: [String] = []
    var arrays: [(name: String, array: RawArray)] = []
    switch format {
    case .npy: arrays = [(stem, try NPY.read(file, limits: limits))]
    case .idx: arrays = [(stem, try IDX.read(file, limits: limits))]
    case .png: arrays = [(stem, try PNG.read(file, limits: limits))]
    case .onnx: arrays = try ONNXModel(file, limits: limits).initializers
    case .safetensors:
      let tensors = try SafetensorsFile(file, limits: limits)
      arrays = try tensors.names.map { ($0, try tensors.array(named: $0)) }
    case .npz:
      let archive = try NPZFile(file, limits: limits)
      arrays = try archive.names.map { ($0, try archive.array(named: $0)) }
    case .csv:
      let table = try CSVTable(file, limits: limits)
      let numeric = try table.numericColumns()
      arrays = try table.arrays(of: numeric)
      let isNumeric = Set(numeric)
      textColumns = table.columns.filter { !isNumeric.contains($0) }
    }
    return ArrayFile(format: format, arrays: arrays, textColumns: textColumns)
  }

  /// The array of that name.
  ///
  /// - Throws: ``/VitroCore/VitroError`` (`argument`) for an unknown name, with the nearest known one.
  public func array(named name: String) throws -> RawArray {
    guard let found = arrays.first(where: { $0.name == name }) else {
      throw VitroError.unknownName(name, kind: "array", known: arrays.map(\.name), operation: "reading an array")
    }
    return found.array
  }
}

extension CSVTable {
  /// Columns of numbers as float64 arrays of shape `[rows]`, in one pass.
  func arrays(of names: [String]) throws -> [(name: String, array: RawArray)] {
    let chosen = try names.map(index(of:))
    let buffers = try chosen.map { _ in try Buffer(byteCount: rowCount * 8) }
    try forEachField(in: chosen) { row, place, scanner in
      buffers[place].address.storeBytes(
        of: CSVNumber.value(scanner.rawField) ?? .nan, toByteOffset: row * 8, as: Double.self)
    }
    return zip(names, buffers).map { ($0, RawArray(dtype: .float64, shape: [rowCount], buffer: $1)) }
  }
}
