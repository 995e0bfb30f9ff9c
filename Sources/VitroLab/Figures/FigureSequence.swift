internal import VitroCore

/// The same figure at several moments, with a slider: a probe at each epoch, a geometry as sparsity grows.
///
/// ```swift
/// let sequence = FigureSequence(
///   "epoch", frames: zip(epochs, figures).map { FigureSequence.Frame("\($0)", .heatMap($1)) })
/// ```
public struct FigureSequence: Codable, Sendable, Hashable {
  /// What the slider moves along.
  public var label: String
  /// The moments, all of one kind of figure.
  public var frames: [Frame]
  /// The frame that is shown at first; without it the last.
  public var start: Int?

  /// One moment.
  public struct Frame: Codable, Sendable, Hashable {
    /// Its name beside the slider.
    public var name: String
    /// The figure at that moment.
    public var content: FigureContent

    /// Creates a moment.
    public init(_ name: String, _ content: FigureContent) {
      self.name = name
      self.content = content
    }
  }

  /// Creates a sequence.
  public init(_ label: String, frames: [Frame], start: Int? = nil) {
    self.label = label
    self.frames = frames
    self.start = start
  }
}
