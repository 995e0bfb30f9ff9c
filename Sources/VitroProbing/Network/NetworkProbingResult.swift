internal import VitroFitting

/// What probes of any kind read in a network.
struct NetworkProbingResult: Codable, Sendable {
  var subject: Subject
  var settings: Settings
  /// One reading for each value and kind, in the order of the network and, at one value, in that of the kinds.
  var readings: [TapReading]
  /// What was left out, with the reason.
  var skipped: [LayerReadings.SkippedTap]
  /// What k-sparse probes of several sizes read, where they read most.
  var sparsity: Sparsity?

  /// The network and the data.
  struct Subject: Codable, Sendable {
    var network: String
    var instances: Int?
    var data: String
    var source: String?
    /// The classes that were told apart.
    var classNames: [String]
    /// The examples of the first division.
    var counts: [Int]
    /// The groups among all examples.
    var groups: Int?
    /// Whether the data's publisher chose the test part.
    var hasOfficialTest: Bool
    /// Classes without a training example, and how many other examples are left out for it.
    var unseen: [Unseen]
  }

  /// A class that no training example has.
  struct Unseen: Codable, Sendable {
    var className: String
    var examples: Int
  }

  /// What was asked for, as far as the report tells it.
  struct Settings: Codable, Sendable {
    var kinds: [ProbeKind]
    var taps: [String]
    var standardizing: Bool
    var balanced: Bool
    var neurons: Int
    var hidden: Int
    var repetition: RepeatedProbe.Repetition?
    var divisions: Int
    var precision: String
  }

  /// The score of k-sparse probes by k.
  struct Sparsity: Codable, Sendable {
    var tap: String
    var points: [Point]

    /// One size.
    struct Point: Codable, Sendable {
      var neurons: [Int]
      var accuracy, control, selectivity: Estimate
    }
  }

  /// The readings of one kind by tap.
  func readings(_ kind: ProbeKind) -> [String: TapReading] {
    Dictionary(readings.filter { $0.kind == kind }.map { ($0.tap, $0) }) { first, _ in first }
  }

  /// The kinds of which there is a reading.
  var kinds: [ProbeKind] { settings.kinds.filter { kind in readings.contains { $0.kind == kind } } }

  /// The values of which there is a reading.
  var taps: [String] { settings.taps.filter { tap in readings.contains { $0.tap == tap } } }

  /// The reading of the largest accuracy, the first of equals.
  var best: TapReading? {
    readings.reduce(nil) { best, reading in
      reading.accuracy.value > best?.accuracy.value ?? -1 ? reading : best
    }
  }
}
