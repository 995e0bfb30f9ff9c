internal import VitroCore

/// Opens labelled data where it lies: in memory when it fits a budget, otherwise in its files.
public enum LabeledSources {
  /// Opens data of any form that Vitro knows.
  ///
  /// Images (IDX files, a directory of PNG images for each class, `fashion-mnist`, `mnist:DIR`) are loaded when all of them fit the
  /// budget, and are otherwise read batch by batch. Tables, arrays and the digits that ship with Vitro are always loaded.
  ///
  /// ```swift
  /// let images = try LabeledSources.open("images", memoryBudget: 64 << 20)
  /// let batch = try images.batch(Array(0..<4))
  /// ```
  ///
  /// - Parameters:
  ///   - path: As in ``LabeledData/load(_:)``.
  ///   - memoryBudget: The most bytes that images may take, held contents and one batch together.
  /// - Throws: ``/VitroCore/VitroError`` as ``LabeledData/load(_:)`` and ``StreamedData/open(_:memoryBudget:)`` do.
  public static func open(_ path: String, memoryBudget: Int = 1 << 30) throws -> any LabeledSource {
    guard try hasImages(path) else { return try LabeledData.load(path) }
    let streamed = try StreamedData.open(path, memoryBudget: memoryBudget)
    return streamed.fitsBudget ? try streamed.loaded() : streamed
  }

  private static func hasImages(_ path: String) throws -> Bool {
    if path == "fashion-mnist" { return true }
    if path.hasPrefix("mnist:") { return try ImageCollection.mnist(in: String(path.dropFirst("mnist:".count))) != nil }
    return StreamedData.isDirectory(path)
  }
}
