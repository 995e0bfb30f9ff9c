internal import VitroCore

/// Small images side by side: digits that a network mistakes, filters of a layer, weights as pictures.
///
/// ```swift
/// let images = ImageGridFigure(images: [.init(width: 2, height: 2, values: [0, 1, 1, 0], label: "7 read as 1")])
/// ```
public struct ImageGridFigure: Codable, Sendable, Hashable {
  /// The images, in reading order.
  public var images: [GridImage]
  /// How many stand side by side; without it as many as there is room for.
  public var columns: Int?
  /// How the values of images with one channel become colours; without it black to white from ``range``.
  public var color: ColorScale?
  /// The values of black and white; without it each image's own extremes.
  public var range: Interval?

  /// Creates a grid.
  public init(images: [GridImage], columns: Int? = nil, color: ColorScale? = nil, range: Interval? = nil) {
    self.images = images
    self.columns = columns
    self.color = color
    self.range = range
  }
}

/// An image of a grid.
public struct GridImage: Codable, Sendable, Hashable {
  /// The number of columns of pixels.
  public var width: Int
  /// The number of rows of pixels.
  public var height: Int
  /// 1 for shades or a colour scale, 3 for red, green and blue.
  public var channels: Int
  /// The values [height, width, channels], the first row on top.
  @JSONNumber public var values: [Double]
  /// What is written below it.
  public var label: String?
  /// Its class; images of a class have a frame of its colour.
  public var group: String?

  /// Creates an image.
  public init(
    width: Int, height: Int, channels: Int = 1, values: [Double], label: String? = nil, group: String? = nil
  ) {
    self.width = width
    self.height = height
    self.channels = channels
    self.values = values
    self.label = label
    self.group = group
  }
}
