internal import VitroCore
internal import VitroFormats
internal import VitroTensor

extension LabeledData {
  /// The optical digits that ship with Vitro: 1797 handwritten digits of 43 people, 8 × 8 pixels, scaled to 0 … 1.
  ///
  /// E. Alpaydin, C. Kaynak: *Optical Recognition of Handwritten Digits* (the test part), UCI Machine Learning Repository, 1998,
  /// doi:10.24432/C50P49, CC BY 4.0; in the form in which scikit-learn ships it.
  ///
  /// - Returns: Inputs `[1797, 1, 8, 8]` float32 and the ten classes.
  public static func digits() throws -> LabeledData {
    let file = try FileBytes(name: "digits.csv.gz", PackageResources.digits_csv_gz)
    let table = try CSVTable(file, options: CSVOptions(header: .none))
    let values = try Tensor(table.matrix())
    let width = values.shape[1] - 1
    let pixels = try values.slice(axis: 1, 0..<width).cast(to: .float32) * (1.0 / 16)
    return try LabeledData(
      "UCI optical digits", inputs: pixels.reshaped([values.shape[0], 1, 8, 8]),
      labels: values.slice(axis: 1, width..<width + 1).flattened().ints, classNames: (0..<10).map(String.init),
      source: "E. Alpaydin, C. Kaynak, UCI Machine Learning Repository (1998), doi:10.24432/C50P49, CC BY 4.0")
  }
}
