internal import VitroNetworks

/// How many rows (words of all texts together) run at once, so that what is held of them stays bounded whatever the width of a value or the vocabulary.
enum PassRows {
  /// The numbers of one value that are held at once: 128 MiB of single precision.
  static let mostNumbers = 1 << 25

  /// The rows of a pass.
  ///
  /// - Parameters:
  ///   - numbers: What is held of each row.
  ///   - limit: What may be held of all rows.
  ///   - most: The most rows, where they are narrow.
  static func holding(_ numbers: Int, within limit: Int = mostNumbers, atMost most: Int = 4096) -> Int {
    min(most, max(64, limit / max(numbers, 1)))
  }
}

extension WordNetwork {
  /// The rows of a pass that records values, each by itself within ``PassRows/mostNumbers``.
  func rows(recording taps: [String], atMost most: Int = 4096) throws -> Int {
    let widths = try taps.compactMap { try network.shape(at: $0)?.last }
    return PassRows.holding(max(width, widths.max() ?? 0), atMost: most)
  }
}
