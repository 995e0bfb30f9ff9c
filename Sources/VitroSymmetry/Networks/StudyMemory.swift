internal import VitroCore

/// What a study takes in memory, told before it trains.
enum StudyMemory {
  /// The most bytes of a study's networks, or of its values.
  private static let mostBytes = 6e9

  /// Refuses fields that need more than a study may take.
  ///
  /// - Throws: ``/VitroCore/VitroError`` (`argument`) that names the field.
  static func check(_ bytes: Double, _ what: String, field: String, operation: String) throws {
    guard bytes <= mostBytes else {
      let gigabytes = (bytes / 1e8).rounded() / 10
      throw VitroError(
        .argument, operation, "\(what) would take \(gigabytes) GB, expected at most \(mostBytes / 1e9)",
        hint: "Give a smaller --\(field)\(field == "examples" ? "" : ", or fewer seeds").", details: ["field": field])
    }
  }
}
