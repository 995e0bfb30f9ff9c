public import VitroCore
public import VitroData
internal import VitroFitting
public import VitroNetworks
internal import VitroTensor

/// Every layer of a network seen along the axes on which its activations vary most, and on which classes lie farthest apart.
///
/// The axes are found on training examples and the points that are shown are test examples, for axes between classes flatter whatever they are found on.
///
/// ```swift
/// let views = try LayerViews(taps: ["input", "relu1", "logits"]).look(
///   at: network, data, parts: parts, observer: SilentObserver())
/// print(views[0].varianceShares, views[0].principal.count)
/// ```
public struct LayerViews: Sendable {
  /// The values that are looked at.
  public var taps: [String]
  /// How many training examples the axes are found on.
  public var fitted = 1000
  /// How many test examples are shown.
  public var shown = 500

  /// Looks at values of a network.
  public init(taps: [String]) { self.taps = taps }

  /// One layer.
  public struct View: Sendable, Hashable, Codable {
    /// The value's tap.
    public var tap: String
    /// The shown examples on the first principal components, `[example][axis]`, in units of the deviation along the first.
    public var principal: [[Float]]
    /// The part of the variance along each component.
    public var varianceShares: [Double]
    /// The shown examples on the axes between classes, `[example][axis]`, in deviations within classes.
    public var discriminant: [[Float]]
    /// The class of each shown example.
    public var labels: [Int]
  }

  /// At once in memory are so many numbers.
  private static let mostValues = 64 << 20

  /// Finds the axes and places the examples.
  ///
  /// A value that does not vary, is not finite, or takes too much memory for all examples at once, has no view.
  ///
  /// - Throws: ``/VitroCore/VitroError`` when a tap does not exist, the examples do not fit the network, or the observer asks to stop.
  /// - Complexity: A forward pass of the examples for each stretch of taps that fits into memory, and O(width · fitted²) for each.
  public func look(
    at network: Network, _ data: some LabeledSource, parts: DataParts, stage: String = "viewing layers",
    observer: any Observer
  ) throws -> [View] {
    let parts = parts.limited(train: fitted, validation: 0, test: shown)
    let rows = parts.train + parts.test
    let labels = rows.map { data.labels[$0] }
    var views: [View] = []
    for group in try groups(network, rows: rows.count) {
      let values = try network.activations(data.subset(rows), at: .names(group))
      for tap in group {
        try observer.checkpoint(stage)
        observer.update(ProgressUpdate(stage, completed: views.count, of: taps.count, detail: tap))
        guard let value = values[tap], value.dtype.isFloatingPoint else { continue }
        let rows = try TapFeatures.rows(value)
        if let view = try Self.view(tap, rows, labels, fitted: parts.train.count, data.classNames.count) {
          views.append(view)
        }
      }
    }
    return views
  }

  /// One value's view, or none.
  static func view(
    _ tap: String, _ features: Tensor, _ labels: [Int], fitted: Int, _ classCount: Int
  ) throws -> View? {
    guard features.isFinite else { return nil }
    let (training, test) = (try features.slice(0..<fitted), try features.slice(fitted..<labels.count))
    guard let components = try ifThereIs({ try PrincipalComponents(fitting: training, count: 3) }) else {
      return nil
    }
    let unit = components.variances[0].squareRoot()
    let axes = try ifThereIs {
      try DiscriminantAxes(fitting: training, labels: Array(labels.prefix(fitted)), classCount: classCount)
    }
    return View(
      tap: tap, principal: try points(components.project(test) / unit),
      varianceShares: components.varianceShares,
      discriminant: try axes.map { try points($0.project(test)) } ?? [], labels: Array(labels.dropFirst(fitted)))
  }

  /// Nothing where rows have no axes, because they do not vary or are too few.
  private static func ifThereIs<Value>(_ body: () throws -> Value) throws -> Value? {
    do { return try body() } catch let error as VitroError where [.numerical, .argument].contains(error.code) {
      return nil
    }
  }

  private static func points(_ places: Tensor) throws -> [[Float]] {
    let width = places.shape[1]
    let values = try places.cast(to: .float32).floats
    return (0..<places.shape[0]).map { Array(values[$0 * width..<$0 * width + min(width, 3)]) }
  }

  /// Stretches of taps whose values fit into memory together.
  private func groups(_ network: Network, rows: Int) throws -> [[String]] {
    var groups: [[String]] = []
    var held = Int.max / 2
    for tap in taps {
      let shape = try network.shape(at: tap) ?? []
      let size = shape.contains(-1) ? Self.mostValues : shape.reduce(rows, *)
      if size > Self.mostValues { continue }
      if held + size > Self.mostValues {
        groups.append([])
        held = 0
      }
      groups[groups.count - 1].append(tap)
      held += size
    }
    return groups
  }
}
