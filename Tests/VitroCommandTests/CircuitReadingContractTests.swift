import Foundation
import Testing
import Vitro

/// What docs/circuits.md promises to scripts of read, certify, regions and train.
@Suite struct CircuitReadingContractTests {
  private func written(_ formula: String, inputs: [String], at path: String) throws {
    try Formula(formula, inputs: inputs).program().network(named: "written").save(to: path)
  }

  @Test func formulasAreReadAndCertified() throws {
    let place = try Workplace()
    try written("min(a, b)", inputs: ["a", "b"], at: place.path + "/min")
    let read = try CommandProcess(
      "circuits", "read", place.path + "/min/weights.safetensors", "--box", "a=-50:50,b=-50:50", "--tolerance", "1e-3",
      "--json", "--quiet", home: place.path)
    #expect(read.status == 0, "\(read.errors)")
    let json = try read.json()
    #expect(json["formula"] as? String == "min(a, b)")
    #expect(json["certified"] as? Bool == true)
    #expect((json["bound"] as? NSNumber)?.doubleValue == 0)
    #expect(json["method"] as? String == "exact enumeration of linear regions")
    #expect(json["counterexample"] is NSNull)
    let refuted = try CommandProcess(
      "circuits", "certify", place.path + "/min", "--formula", "min(a, b) + 1/1000", "--box", "a=-50:50,b=-50:50",
      "--tolerance", "9.9e-4", "--json", "--quiet", home: place.path)
    #expect(refuted.status == 0, "\(refuted.errors)")
    let claim = try refuted.json()
    #expect(claim["certified"] as? Bool == false)
    #expect((claim["counterexample"] as? [Any])?.count == 2)
    let allowed = try CommandProcess(
      "circuits", "certify", place.path + "/min", "--formula", "min(a, b) + 1/1000", "--box", "a=-50:50,b=-50:50",
      "--tolerance", "1/1000", "--json", "--quiet", home: place.path)
    #expect(try allowed.json()["certified"] as? Bool == true)
  }

  @Test func regionsAreCountedInTheNamesOfTheBox() throws {
    let place = try Workplace()
    try written("|a - b|", inputs: ["a", "b"], at: place.path + "/distance")
    let run = try CommandProcess(
      "circuits", "regions", place.path + "/distance/weights.safetensors", "--box", "p=-1:1,q=-1:1", "--json",
      "--quiet", home: place.path)
    #expect(run.status == 0, "\(run.errors)")
    let json = try run.json()
    #expect(json["vertices"] as? Int == 4 && json["edges"] as? Int == 5 && json["cells"] as? Int == 2)
  }

  @Test func everyKindOfFileIsReadAndManyInputsAreRefused() throws {
    let place = try Workplace()
    let written = try CommandProcess(
      "circuits", "write", "max(a, b) - 1/2", "--inputs", "a,b", "--out", place.path + "/max", "--json", "--quiet",
      home: place.path)
    #expect(written.status == 0, "\(written.errors)")
    for path in ["/max", "/max/network.onnx", "/max/weights.safetensors"] {
      let run = try CommandProcess(
        "circuits", "certify", place.path + path, "--formula", "max(a, b) - 1/2", "--box", "a=-1:1,b=-1:1",
        "--tolerance", "0", "--json", "--quiet", home: place.path)
      #expect(try run.json()["certified"] as? Bool == true, "\(path): \(run.errors)")
    }
    let typo = try CommandProcess(
      "circuits", "read", place.path + "/max", "--box", "b=0:1,c=0:1", "--json", "--quiet", home: place.path)
    #expect(typo.status == 2, "names that the network does not have are no box of it")
    let graph = Graph.chain(
      "images", input: [784], [("1", Linear(784, 32)), ("relu", Activation(.relu)), ("2", Linear(32, 10))])
    try Network(graph, seed: 1).save(to: place.path + "/images")
    let refused = try CommandProcess(
      "circuits", "regions", place.path + "/images", "--json", "--quiet", home: place.path)
    #expect(refused.status != 0 && refused.output.contains("784") && refused.output.contains("slice"))
    let slice = try CommandProcess(
      "circuits", "regions", place.path + "/images", "--slice", "x1,x2", "--json", "--quiet", home: place.path)
    #expect(slice.status == 0, "\(slice.errors)")
    let read = try CommandProcess("circuits", "read", place.path + "/images", "--json", "--quiet", home: place.path)
    #expect(read.status != 0 && read.output.contains("slice"))
  }

  @Test func wrongRequestsAreRefused() throws {
    let place = try Workplace()
    try written("min(a, b)", inputs: ["a", "b"], at: place.path + "/min")
    for arguments in [
      ["read"], ["read", place.path + "/none"], ["read", place.path + "/min", "--box", "a=1:0,b=0:1"],
      ["read", place.path + "/min", "--box", "a=0:1"], ["read", place.path + "/min", "--tolerance", "-1"],
      ["read", place.path + "/min", "--tolerance", "small"], ["certify", place.path + "/min"],
      ["certify", place.path + "/min", "--formula", "min(a, c)"], ["train", "mim"],
    ] {
      let run = try CommandProcess(list: ["circuits"] + arguments + ["--json", "--quiet"], home: place.path)
      #expect(run.status != 0, "\(arguments)")
      #expect(try run.json()["error"] != nil, "\(arguments)")
    }
  }

  @Test func sigmoidsAreRefusedByTheCertificate() throws {
    let place = try Workplace()
    let graph = Graph.chain("neuron", input: [1], [("neuron", Linear(1, 1)), ("sigmoid", Activation(.sigmoid))])
    try Network(graph, seed: 1).save(to: place.path + "/neuron")
    let run = try CommandProcess(
      "circuits", "certify", place.path + "/neuron", "--formula", "x < 10", "--box", "x=-20:39", "--json", "--quiet",
      home: place.path)
    #expect(run.status != 0)
    #expect(run.output.contains("sigmoid"))
  }

  @Test func trainedSeedsAreRead() throws {
    let place = try Workplace()
    let run = try CommandProcess(
      "circuits", "train", "xor", "--seeds", "60", "--json", "--quiet", home: place.path)
    #expect(run.status == 0, "\(run.errors)")
    let json = try run.json()
    #expect(json["seeds"] as? Int == 60)
    let solved = try #require(json["solved"] as? Int)
    #expect(solved > 3)
    #expect(json["certified"] as? Int == solved)
    #expect((json["formulas"] as? [String: Int])?["|a - b|"] ?? 0 > solved / 2)
    let neuron = try CommandProcess(
      "circuits", "train", "less-than", "--threshold", "10", "--seeds", "3", "--steps", "6000", "--json", "--quiet",
      home: place.path)
    #expect(neuron.status == 0, "\(neuron.errors)")
    let trained = try neuron.json()
    #expect(trained["slopeGrows"] as? Bool == true)
    for ratio in trained["ratio"] as? [Double] ?? [0] { #expect(abs(ratio - 9.5) < 0.05) }
  }
}
