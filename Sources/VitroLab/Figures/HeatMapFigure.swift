internal import VitroCore

/// A matrix of numbers as colours: attention from each word to each, a confusion matrix, the products WᵀW.
///
/// ```swift
/// let heatMap = HeatMapFigure(
///   rows: 2, columns: 3, values: [1, 0, 0.2, 0, 1, -0.2], rowLabels: ["a", "b"], rowTitle: "feature",
///   columnTitle: "feature", color: ColorScale("WᵀW", map: .diverging))
/// ```
public struct HeatMapFigure: Codable, Sendable, Hashable {
  /// The number of rows.
  public var rows: Int
  /// The number of columns.
  public var columns: Int
  /// The values [rows, columns], the first row on top; NaN leaves a hole.
  @JSONNumber public var values: [Double]
  /// The names of the rows, or none.
  public var rowLabels: [String]
  /// The names of the columns, or none.
  public var columnLabels: [String]
  /// What the rows are.
  public var rowTitle: String
  /// What the columns are.
  public var columnTitle: String
  /// How values become colours.
  public var color: ColorScale
  /// Whether each cell bears its number, where there is room.
  public var showsNumbers: Bool

  /// Creates a heat map.
  public init(
    rows: Int, columns: Int, values: [Double], rowLabels: [String] = [], columnLabels: [String] = [],
    rowTitle: String = "", columnTitle: String = "", color: ColorScale, showsNumbers: Bool = false
  ) {
    self.rows = rows
    self.columns = columns
    self.values = values
    self.rowLabels = rowLabels
    self.columnLabels = columnLabels
    self.rowTitle = rowTitle
    self.columnTitle = columnTitle
    self.color = color
    self.showsNumbers = showsNumbers
  }
}
