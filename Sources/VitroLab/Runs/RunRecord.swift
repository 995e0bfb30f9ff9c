public import Foundation
internal import VitroCore

/// Where a run stands.
public enum RunState: String, Codable, Sendable, Hashable, CaseIterable {
  /// A process is at work on it.
  case running
  /// It is done.
  case finished
  /// It ended with an error.
  case failed
  /// It was stopped, or its process died; it can be resumed.
  case interrupted
}

/// What the store knows of a run.
public struct RunRecord: Sendable, Hashable, Identifiable {
  /// Eight letters and digits; unique prefixes name it too.
  public var id: String
  /// What it was asked to do.
  public var configuration: RunConfiguration
  /// Where it stands; a run whose process is gone counts as interrupted.
  public var state: RunState
  /// When it was begun.
  public var created: Date
  /// The seconds of work so far, over all resumptions.
  public var seconds: Double
  /// The version of Vitro that began it.
  public var version: String
  /// The command line, word by word.
  public var command: [String]
  /// The one sentence of its report.
  public var headline: RichText?
  /// The numbers to remember, from its report.
  public var metrics: [Metric]
  /// Why it failed.
  public var failure: String?
  /// The sweep that it belongs to.
  public var parent: String?
  /// Its place in the sweep's grid, from 0.
  public var position: Int?
  /// The run that it repeats.
  public var original: String?
}

/// A stage of a run.
public struct StageRecord: Sendable, Hashable {
  /// Its name, unique in the run.
  public var name: String
  /// Where it stands.
  public var state: RunState
  /// The seconds of work of its last attempt.
  public var seconds: Double
  /// How often it was begun.
  public var attempts: Int
}

/// A file that a finished stage has left in the run's directory.
public struct ArtifactRecord: Sendable, Hashable {
  /// The stage that wrote it.
  public var stage: String
  /// Its path within the stage's directory.
  public var path: String
  /// Its size in bytes.
  public var byteCount: Int
  /// Its SHA-256 as 64 hexadecimal digits.
  public var sha256: String
}

/// A series of numbers that a run has recorded as they came.
public struct MetricSeries: Sendable, Hashable {
  /// Its name, such as `training loss`.
  public var name: String
  /// The steps, ascending.
  public var steps: [Int]
  /// The value at each step.
  public var values: [Double]
}
