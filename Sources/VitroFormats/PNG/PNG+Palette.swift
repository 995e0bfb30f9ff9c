internal import CVitroPNG
internal import VitroCore

extension PNG {
  /// A colour of a palette.
  public struct Color: Sendable, Hashable {
    /// The share of red.
    public var red: UInt8
    /// The share of green.
    public var green: UInt8
    /// The share of blue.
    public var blue: UInt8
    /// How much it covers what is behind it: 255 wholly, 0 not at all.
    public var alpha: UInt8

    /// Creates a colour.
    public init(red: UInt8, green: UInt8, blue: UInt8, alpha: UInt8 = 255) {
      self.red = red
      self.green = green
      self.blue = blue
      self.alpha = alpha
    }
  }

  /// The bytes of a PNG file whose pixels are numbers of colours in a palette.
  ///
  /// `indices` has the shape [height, width], row by row. Up to 16 colours take half a byte for each pixel before
  /// compression. The same image always gives the same bytes.
  ///
  /// - Throws: ``/VitroCore/VitroError``: `shape` when the count of indices is not that of the pixels, `argument` when a palette
  ///   has no or more than 256 colours, or when an index has no colour.
  public static func encode(indices: [UInt8], width: Int, height: Int, palette: [Color]) throws -> [UInt8] {
    let operation = "encoding PNG"
    guard (1...0x7fff_ffff).contains(width), (1...0x7fff_ffff).contains(height), indices.count == width * height else {
      throw VitroError(
        .shape, operation, "\(indices.count) indices are no image of \(height) × \(width) pixels",
        details: ["field": "shape", "found": "\(indices.count)", "expected": "\(height) × \(width)"])
    }
    guard (1...256).contains(palette.count) else {
      throw VitroError(.argument, operation, "a palette has 1 to 256 colours, not \(palette.count)")
    }
    if let largest = indices.max(), Int(largest) >= palette.count {
      throw VitroError(.argument, operation, "the index \(largest) has no colour in a palette of \(palette.count)")
    }
    let colors = palette.flatMap { [$0.red, $0.green, $0.blue, $0.alpha] }
    return try collecting(operation) { sink, target, message in
      vitro_png_write_indexed(
        indices, UInt32(width), UInt32(height), colors, Int32(palette.count), sink, target, message)
    }
  }
}
