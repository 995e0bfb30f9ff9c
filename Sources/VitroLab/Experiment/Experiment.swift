public import VitroCore

/// An instrument's job: fields that say what it takes, and work that ends in a report.
///
/// One type and one line in an ``ExperimentRegistry`` give it a command with flags and help, configurations that are checked before
/// work starts, sweeps, runs that survive, and a report; see docs/experiments.md.
///
/// ```swift
/// struct CoinStudy: Experiment {
///   static let name = "coin"
///   static let abstract = "How often a coin falls on its head."
///   static let fields: [Field<Self>] = [
///     Field("throws", \.throwCount, in: 1...1_000_000, help: "How often to throw it."),
///     Field("hand", \.hand, help: "Which hand throws."),
///   ]
///
///   var throwCount = 100
///   var hand = Hand.right
///
///   func run(_ run: Run) throws -> Outcome {
///     let heads = try run.stage("throwing") { stage in
///       var stream = RandomStream(seed: stage.seed, "coin")
///       return try stream.uniform([throwCount]).doubles.count { $0 < 0.5 }
///     }
///     let share = Double(heads) / Double(throwCount)
///     return Outcome(
///       report: Report(
///         id: "coin", title: "A coin", metrics: [Metric("head", share, format: .percent(1))], sections: []),
///       facts: ["heads": .integer(heads)])
///   }
/// }
/// ```
public protocol Experiment: Sendable {
  /// The commands that it stands under, such as `vitro probe …`; `nil` for a command of its own.
  static var group: (any ExperimentGroup.Type)? { get }
  /// Its last word on the command line.
  static var name: String { get }
  /// What it does, in one sentence.
  static var abstract: String { get }
  /// What its help adds: paragraphs, an example.
  static var discussion: String { get }
  /// Its fields, in the order of its help.
  static var fields: [Field<Self>] { get }

  /// The experiment with every field at its default.
  init()
  /// Checks what one field alone cannot: fields that exclude or need each other.
  ///
  /// - Throws: ``/VitroCore/VitroError`` (`argument`) that names the fields.
  func validate() throws
  /// Does the work.
  ///
  /// Whatever takes long stands in stages of the run, each of which is done once only, however often the run is interrupted. The same
  /// fields and seed must give the same values, so that a resumed run ends as an undisturbed one.
  ///
  /// - Throws: ``/VitroCore/VitroError`` when something fails or the user asks to stop.
  func run(_ run: Run) throws -> Outcome
}

/// A word under which several experiments stand on the command line: `probe` in `vitro probe xor`.
public protocol ExperimentGroup: Sendable {
  /// The word.
  static var name: String { get }
  /// What its experiments have in common, in one sentence.
  static var abstract: String { get }
}

extension Experiment {
  /// A command of its own.
  public static var group: (any ExperimentGroup.Type)? { nil }
  /// Nothing to add.
  public static var discussion: String { "" }
  /// Nothing to check.
  public func validate() throws {}

  /// All its words, as configurations name it: `probe xor`.
  public static var fullName: String { (group.map { "\($0.name) " } ?? "") + name }

  /// The fields with their defaults.
  public static var fieldDescriptions: [FieldDescription] {
    let defaults = Self()
    return fields.map { field in
      var description = field.description
      description.defaultValue = field.get(defaults)
      return description
    }
  }

  /// The value of every field, by name.
  public var fieldValues: [String: JSONValue] {
    Dictionary(Self.fields.map { ($0.description.name, $0.get(self)) }) { $1 }
  }

  /// An experiment with these values, and defaults for the fields that are not among them.
  ///
  /// - Throws: ``/VitroCore/VitroError`` (`argument`) for a name that no field has, with the nearest one that exists, for a value that its
  ///   field does not take, and for what ``validate()`` refuses.
  public init(fieldValues: [String: JSONValue]) throws {
    self.init()
    let fields = Dictionary(Self.fields.map { ($0.description.name, $0) }) { $1 }
    for (name, value) in fieldValues.sorted(by: { $0.key < $1.key }) {
      guard let field = fields[name] else {
        throw VitroError.unknownName(
          name, kind: "field", known: Self.fields.map(\.description.name), operation: Self.fullName)
      }
      let checked = try field.description.kind.checked(value, field: name)
      guard field.set(&self, checked) else {
        preconditionFailure("Field '\(name)' does not take the value \(checked) that its kind allows.")
      }
    }
    try validate()
  }
}

/// What an experiment ends with: a report for people and the same facts for programs.
public struct Outcome: Sendable {
  /// The report.
  public var report: Report
  /// Keys and values for `--json`; measured times do not belong here, so that a reproduction can compare them.
  public var facts: [String: JSONValue]

  /// Creates an outcome.
  public init(report: Report, facts: [String: JSONValue]) {
    self.report = report
    self.facts = facts
  }
}
