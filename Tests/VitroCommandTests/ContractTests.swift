import Foundation
import Testing
import Vitro

/// What docs/cli.md promises to scripts.
@Suite struct ContractTests {
  @Test func xorPrintsTheKeysThatScriptsRelyOn() throws {
    let run = try CommandProcess("probe", "xor", "--seeds", "200", "--json", "--quiet")
    #expect(run.status == 0)
    #expect(run.errors.isEmpty)
    let json = try run.json()
    let outputs = try #require((json["linear"] as? [String: Any])?["outputs"] as? [Double])
    #expect(outputs.count == 4 && outputs.allSatisfy { abs($0 - 0.5) < 0.01 })
    #expect(json["seeds"] as? Int == 200)
    let solved = try #require(json["solved"] as? Int)
    let stuck = try #require(json["stuck"] as? [[String: Any]])
    #expect(solved + stuck.compactMap { $0["count"] as? Int }.reduce(0, +) == 200)
    #expect(stuck.allSatisfy { $0["loss"] is Double })
    let example = try #require(json["example"] as? [String: Any])
    #expect((example["hidden"] as? [[Double]])?.map(\.count) == [2, 2, 2, 2])
    #expect((example["line"] as? [Double])?.count == 3)
    #expect(example["loss"] is Double || example["loss"] is Int)
    #expect(run.output.hasSuffix("}\n") && run.output.split(separator: "\n").count == 1)
  }

  @Test func examineReadsANetworkAndDataAndWritesTheReport() throws {
    let place = try Workplace()
    let network = try Network(DigitsConvnet.graph, seed: 3)
    try network.save(to: place.path + "/network")
    let run = try CommandProcess(
      "examine", place.path + "/network", "--data", "digits", "--report", place.path + "/out", "--json", "--seed", "4")
    #expect(run.status == 0, "\(run.errors)")
    let json = try run.json()
    #expect(json["sections"] as? [String] == ["network", "probing", "weights"])
    let report = try #require(json["report"] as? String)
    #expect(FileManager.default.fileExists(atPath: report))
    let layers = try #require(json["layers"] as? [[String: Any]])
    // What only has another shape is not read twice.
    #expect(layers.compactMap { $0["tap"] as? String } == network.outputTaps.filter { $0 != "flatten" })
    for layer in layers {
      let (error, control) = try (#require(layer["error"] as? Double), #require(layer["control"] as? Double))
      #expect(error < control)
    }
    #expect(try Data(contentsOf: URL(filePath: report)).count < 2_000_000)
    let written = try Report(directory: URL(filePath: place.path + "/out"))
    #expect(written.provenance?.seed == 4)
    #expect(written.provenance?.files.map(\.name) == ["network.json", "weights.safetensors"])
    #expect(written.provenance?.files.allSatisfy { $0.sha256.count == 64 } == true)
    #expect(run.errors.contains("probing layers"), "progress goes to standard error")
  }

  @Test func examineReadsAChainFromSafetensors() throws {
    let place = try Workplace()
    let chain = try Network(
      Graph.chain("mlp", input: [64], [("0", Linear(64, 20)), ("1", Activation(.relu)), ("2", Linear(20, 10))]), seed: 1
    )
    let file = place.path + "/mlp.safetensors"
    try Safetensors.write(
      chain.parameters.names.map { ($0, try chain.parameters.value(named: $0).raw) }, to: file)
    let run = try CommandProcess("examine", file, "--data", "digits", "--report", place.path, "--json", "--quiet")
    #expect(run.status == 0, "\(run.output)")
    #expect((try run.json()["layers"] as? [Any])?.count == 4)
  }

  @Test func imagesInFoldersMayHaveTheSameNames() throws {
    let place = try Workplace()
    let digits = try LabeledData.digits()
    for name in 0..<2 {
      try FileManager.default.createDirectory(atPath: place.path + "/png/\(name)", withIntermediateDirectories: true)
      for (number, index) in digits.labels.indices.filter({ digits.labels[$0] == name }).prefix(40).enumerated() {
        let image = try digits.inputs.select(axis: 0, at: index).reshaped([8, 8, 1]) * Tensor([255 as Float])
        try PNG.write(image.cast(to: .uint8).raw, to: place.path + "/png/\(name)/\(number).png")
      }
    }
    let network = try Network(
      Graph.chain("two", input: [1, 8, 8], [("flatten", Flatten()), ("out", Linear(64, 2))]), seed: 3)
    try network.save(to: place.path + "/network")
    let run = try CommandProcess("examine", place.path + "/network", "--data", place.path + "/png", "--json", "--quiet")
    #expect(run.status == 0, "\(run.output)")
  }

  @Test func theSameSeedGivesTheSameNumbersOnAnyNumberOfThreads() throws {
    let one = try CommandProcess(
      "probe", "xor", "--seeds", "300", "--steps", "300", "--threads", "1", "--json", "--quiet")
    let two = try CommandProcess(
      "probe", "xor", "--seeds", "300", "--steps", "300", "--threads", "2", "--json", "--quiet")
    let other = try CommandProcess(
      "probe", "xor", "--seeds", "300", "--steps", "300", "--seed", "9", "--json", "--quiet")
    let numbers = try [one, two, other].map { run in
      try JSONSerialization.data(
        withJSONObject: run.json().filter { !["run", "report"].contains($0.key) }, options: .sortedKeys)
    }
    #expect(numbers[0] == numbers[1])
    #expect(numbers[0] != numbers[2])
  }

  @Test(arguments: [
    (["probe", "xor", "--stpes", "3"], "--steps"), (["exmine"], "examine"), (["probe", "xro"], "xor"),
    (["probe", "xor", "--seeds", "many"], "many"), (["probe", "xor", "--seeds", "0"], "from 1 to 1000000"),
    (["examine", "somewhere"], "--data"), (["examine", "--data", "x.npz"], "NETWORK"),
    (["probe", "xor", "--threads", "0"], "--threads"),
  ])
  func wrongUseIsExitCodeTwoAndSaysWhatWasMeant(arguments: [String], words: String) throws {
    let plain = try CommandProcess(list: arguments)
    #expect(plain.status == 2)
    #expect(plain.output.isEmpty)
    #expect(plain.errors.contains(words), "\(plain.errors)")
    let json = try CommandProcess(list: arguments + ["--json"])
    #expect(json.status == 2)
    let error = try #require(try json.json()["error"] as? [String: Any])
    #expect(error["code"] as? String == "usage")
    let text = [error["message"], error["hint"]].compactMap { $0 as? String }.joined(separator: " ")
    #expect(text.contains(words), "\(text)")
  }

  @Test func aMissingOrBrokenFileIsExitCodeOneAndNamed() throws {
    let place = try Workplace()
    let missing = try CommandProcess("examine", place.path + "/no.safetensors", "--data", "digits", "--json")
    #expect(missing.status == 1)
    let error = try #require(try missing.json()["error"] as? [String: Any])
    #expect((error["message"] as? String)?.contains("no.safetensors") == true)
    try Data("{}".utf8).write(to: URL(filePath: place.path + "/network.json"))
    try Data([1, 2, 3]).write(to: URL(filePath: place.path + "/weights.safetensors"))
    let broken = try CommandProcess("examine", place.path, "--data", "digits", "--json")
    #expect(broken.status == 1)
    #expect((try broken.json()["error"] as? [String: Any])?["code"] is String)
    let misfit = try CommandProcess(
      "examine", place.path, "--data", place.path + "/nothing.csv")
    #expect(misfit.status == 1)
    #expect(misfit.errors.hasPrefix("Error: "))
  }

  @Test func anInterruptIsExitCode130AndTheTrainingGoesOnFromThere() throws {
    let (stopped, whole) = (try Workplace(), try Workplace())
    let run = try CommandProcess("examine", "--json", home: stopped.path, interruptAfter: 0.6)
    if run.status == 130 {
      let error = try #require(try run.json()["error"] as? [String: Any])
      #expect(error["code"] as? String == "interrupted")
      #expect((error["hint"] as? String)?.contains("vitro runs resume") == true)
      #expect(try CommandProcess("runs", "resume", "latest", "--quiet", home: stopped.path).status == 0)
    }
    #expect(run.status == 130 || run.status == 0)
    #expect(try CommandProcess("examine", "--quiet", home: whole.path).status == 0)
    let files = try [stopped, whole].map { place in
      try #require(
        try CommandProcess("runs", "show", "latest", "--json", home: place.path).json()["artifacts"] as? [[String: Any]]
      ).compactMap { $0["sha256"] as? String }
    }
    #expect(files[0].count >= 4 && files[0] == files[1])
  }

  @Test func helpIsAsRecorded() throws {
    for (name, arguments) in [
      ("help", ["help"]), ("help-examine", ["help", "examine"]), ("help-probe-xor", ["help", "probe", "xor"]),
      ("help-probe-skip", ["help", "probe", "skip"]), ("help-probe-network", ["help", "probe", "network"]),
      ("help-probe-text", ["help", "probe", "text"]), ("help-model-ablate", ["help", "model", "ablate"]),
      ("help-model-attribute", ["help", "model", "attribute"]), ("help-model-heads", ["help", "model", "heads"]),
      ("help-model-inspect", ["help", "model", "inspect"]), ("help-model-patch", ["help", "model", "patch"]),
      ("help-model-run", ["help", "model", "run"]), ("help-model-steer", ["help", "model", "steer"]),
      ("help-information-measure", ["help", "information", "measure"]),
      ("help-information-methods", ["help", "information", "methods"]),
      ("help-information-faithfulness", ["help", "information", "faithfulness"]),
      ("help-information-study", ["help", "information", "study"]),
      ("help-information-compare", ["help", "information", "compare"]),
      ("help-model-tokens", ["help", "model", "tokens"]), ("help-model-train", ["help", "model", "train"]),
      ("help-superposition-abs", ["help", "superposition", "abs"]),
      ("help-superposition-adversarial", ["help", "superposition", "adversarial"]),
      ("help-superposition-correlated", ["help", "superposition", "correlated"]),
      ("help-superposition-custom", ["help", "superposition", "custom"]),
      ("help-superposition-demo", ["help", "superposition", "demo"]),
      ("help-superposition-dynamics", ["help", "superposition", "dynamics"]),
      ("help-superposition-geometry", ["help", "superposition", "geometry"]),
      ("help-superposition-measure", ["help", "superposition", "measure"]),
      ("help-superposition-norms", ["help", "superposition", "norms"]),
      ("help-superposition-phase", ["help", "superposition", "phase"]),
      ("help-superposition-tutorial", ["help", "superposition", "tutorial"]),
      ("help-circuits-eval", ["help", "circuits", "eval"]), ("help-circuits-write", ["help", "circuits", "write"]),
      ("help-circuits-read", ["help", "circuits", "read"]), ("help-circuits-certify", ["help", "circuits", "certify"]),
      ("help-circuits-train", ["help", "circuits", "train"]),
      ("help-circuits-regions", ["help", "circuits", "regions"]),
      ("help-circuits-gallery", ["help", "circuits", "gallery"]),
      ("help-symmetry-analyse", ["help", "symmetry", "analyse"]),
      ("help-symmetry-compatible", ["help", "symmetry", "compatible"]),
      ("help-symmetry-decompose", ["help", "symmetry", "decompose"]),
      ("help-symmetry-graph", ["help", "symmetry", "graph"]), ("help-symmetry-group", ["help", "symmetry", "group"]),
      ("help-symmetry-maps", ["help", "symmetry", "maps"]), ("help-symmetry-theorem", ["help", "symmetry", "theorem"]),
      ("help-symmetry-train", ["help", "symmetry", "train"]),
      ("help-run", ["help", "run"]), ("help-runs", ["help", "runs"]),
    ] {
      let run = try CommandProcess(list: arguments)
      #expect(run.status == 0)
      let golden = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "Golden/\(name).txt")
      if ProcessInfo.processInfo.environment["RECORD"] != nil {
        try Data(run.output.utf8).write(to: golden)
      } else {
        #expect(run.output == (try String(contentsOf: golden, encoding: .utf8)), "RECORD=1 rewrites \(name).txt")
      }
    }
    #expect(try CommandProcess("--version").output == VitroVersion.current + "\n")
  }
}
