internal import VitroCore
public import VitroData
internal import VitroFitting
public import VitroLab
internal import VitroNetworks

/// Probes of any kind at the values of any network, on any labelled data, never without their control.
///
/// ```swift
/// var study = NetworkProbing()
/// study.network = "my-network"
/// study.data = "digits"
/// study.probes = [.logistic, .lda]
/// study.taps = ["relu*", "logits"]
/// let run = try lab.run(RunConfiguration(study), observer: SilentObserver())
/// ```
public struct NetworkProbing: Experiment {
  /// `vitro probe …`.
  public static var group: (any ExperimentGroup.Type)? { Probing.self }
  /// `network`.
  public static let name = "network"
  /// What is asked.
  public static let abstract = "Any network: what its values make readable of any labels, by probes of six kinds."
  /// What it does, and with what.
  public static let discussion = """
    Records the values of a trained network for labelled data, once, and fits probes to each of them. Every probe stands \
    beside its control: one random label for each type where the data have groups, shuffled labels elsewhere.

    NETWORK is what 'vitro examine' takes: a directory with network.json and weights.safetensors, an ONNX file, \
    or a safetensors file of N.weight and N.bias pairs. DATA is 'digits', 'fashion-mnist', 'mnist:DIR', an .npz or .safetensors file with x and y \
    (and group), a table with a label column, or a directory of images. The labels need not be those that the network was \
    trained on.

    Example: vitro probe network my-network --data test.npz --probes logistic,lda,kSparse --taps 'relu*,logits'
    """
  /// What is probed, by what, and how much it may take.
  public static let fields: [Field<Self>] = [
    Field(
      "network", path: \.network, isPositional: true, help: "The network: a directory, an ONNX or a safetensors file."),
    Field(
      "data", path: \.data, names: ["digits", "fashion-mnist", "mnist:DIR"], valueName: "data",
      help: "The labelled data."),
    Field("probes", \.probes, valueName: "kind,…", help: "The kinds of probes: \(ProbeChoice.kindNames)."),
    Field(
      "taps", \.taps, valueName: "tap,…",
      help:
        "The values to probe, * for any characters; by itself the inputs and every operation that changes what it reads."
    ),
    Field("raw", \.raw, help: "Fit to activations as they are, not to standardized ones."),
    Field("balanced", \.balanced, help: "Let every class count alike while fitting, not every example."),
    Field("neurons", \.neurons, in: 1...65_536, help: "How many neurons a k-sparse probe may read."),
    Field("hidden", \.hidden, in: 1...65_536, help: "The hidden units of an MLP."),
    Field(
      "folds", \.folds, in: 0...100, help: "Cross-validate over so many folds; 0 for one division into three parts."),
    Field(
      "repeats", \.repeats, in: 1...100, help: "Divide the examples so many times anew, for intervals over divisions."),
    Field("code", \.code, help: "Measure the online code length of the labels too (Voita & Titov, 2020)."),
    Field("widest", \.widest, in: 1...1_048_576, help: "The most features of a value; wider ones are named."),
    Field("mostRows", \.mostRows, in: 10...1_000_000_000, help: "The most training examples of a probe."),
    Field("precision", \.precision, help: "How activations are kept on disk."),
    Field(
      "memory", \.memory, in: 1...1_048_576,
      help: "The most MiB that images, activations on their way to disk, and the activations at one value may take."),
    Field("disk", \.disk, in: 1...1_073_741_824, help: "The most MiB that activations may take on disk."),
  ]

  /// The network's path.
  public var network: String?
  /// The data's path, or the name of data that Vitro knows.
  public var data: String?
  /// The kinds of probes.
  public var probes: [ProbeKind] = [.logistic]
  /// The taps, or patterns of taps; without any the inputs and every operation that changes what it reads.
  public var taps: [String] = []
  /// Whether activations are left as they are, and not standardized.
  public var raw = false
  /// Whether every class counts alike while fitting.
  public var balanced = false
  /// How many neurons a k-sparse probe may read.
  public var neurons = 16
  /// The hidden units of an MLP.
  public var hidden = 64
  /// The number of folds, 0 for one division.
  public var folds = 0
  /// How many times the examples are divided anew.
  public var repeats = 1
  /// Whether the online code length is measured too.
  public var code = false
  /// The most features of a value that is probed.
  public var widest = 4096
  /// The most training examples.
  public var mostRows: Int?
  /// How activations are kept on disk.
  public var precision = ActivationStore.Precision.float32
  /// The most MiB of images, of activations on their way to disk, and of the activations at one value.
  public var memory = 1024
  /// The most MiB of activations on disk.
  public var disk: Int?

  /// A logistic probe at every value; network and data are missing.
  public init() {}

  /// A network and data are needed, and kinds and divisions that make sense.
  public func validate() throws {
    func refuse(_ field: String, _ message: String, hint: String? = nil) -> VitroError {
      VitroError(.argument, Self.fullName, message, hint: hint, details: ["field": field])
    }
    let example = "'vitro probe network my-network --data digits'"
    guard let network, !network.isEmpty else {
      throw refuse("network", "NETWORK is missing: the network to probe", hint: "Such as \(example).")
    }
    guard let data, !data.isEmpty else {
      throw refuse(
        "data", "--data is missing: name the labelled data to probe '\(network)' on", hint: "Such as \(example).")
    }
    try choice.check(for: Self.fullName, taps: taps, folds: folds, repeats: repeats)
  }

  /// Records, probes, and reports.
  public func run(_ run: Run) throws -> Outcome {
    let subject = try ProbedNetwork(self, run)
    let result = try run.stage("probing") { stage in try NetworkReader(self, subject, stage).read() }
    return Outcome(report: try result.report(), facts: result.facts)
  }

  /// Which probes are fitted, and how.
  var choice: ProbeChoice {
    ProbeChoice(
      kinds: probes, standardizing: !raw, balanced: balanced, neurons: neurons, hidden: hidden, code: code)
  }
}

extension ProbeKind: FieldValue {}
