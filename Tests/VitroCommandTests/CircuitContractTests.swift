import Foundation
import Testing
import Vitro

/// What docs/circuits.md promises to scripts.
@Suite struct CircuitContractTests {
  @Test func writtenNetworksAreEvaluated() throws {
    let place = try Workplace()
    let network = place.path + "/network"
    let written = try CommandProcess(
      "circuits", "write", "min(a, max(b, 3)) + |a - b|", "--inputs", "a,b", "--out", network, "--json", "--quiet")
    #expect(written.status == 0, "\(written.output)")
    let json = try written.json()
    #expect(json["network"] as? String == network)
    #expect(json["depth"] as? Int == 2)
    #expect(json["exact"] as? Bool == true)
    #expect((json["widths"] as? [Int])?.reduce(0, +) == json["units"] as? Int)
    #expect((json["difference"] as? NSNumber)?.doubleValue ?? 1 < 1e-4)
    let stored = try Network(network)
    #expect(stored.graph.metadata["inputs"] == "a,b")
    #expect(stored.parameters.entries.map(\.count).reduce(0, +) == json["parameters"] as? Int)
    for path in [network, network + "/network.json", network + "/weights.safetensors"] {
      let asked = try CommandProcess(
        "circuits", "eval", path, "--input=1,7", "--input", "-3,4.5", "--input", "-1,-2", "--json", "--quiet")
      #expect(asked.status == 0, "\(asked.output)")
      #expect(try asked.json()["outputs"] as? [[Double]] == [[7], [4.5], [0]])
    }
  }

  @Test func withoutADirectoryTheNetworkIsKeptWithTheRun() throws {
    let place = try Workplace()
    for style in ["chain", "skips"] {
      let written = try CommandProcess(
        "circuits", "write", "odd(x, 5)", "--style", style, "--box", "-1:40", "--json", "--quiet", home: place.path)
      #expect(written.status == 0, "\(written.output)")
      let path = try #require(try written.json()["network"] as? String)
      let asked = try CommandProcess("circuits", "eval", path, "--input=31", "--input=30", "--json", home: place.path)
      #expect(try asked.json()["outputs"] as? [[Double]] == [[1], [0]])
      let again = try CommandProcess("runs", "reproduce", "latest", "--json", "--quiet", home: place.path)
      #expect(again.status == 0, "\(again.output)")
    }
  }

  @Test func sigmoidsAreWritten() throws {
    let place = try Workplace()
    let written = try CommandProcess(
      "circuits", "write", "x < 9.5", "--activation", "sigmoid", "--steepness", "8", "--out", place.path + "/n",
      "--json")
    #expect(written.status == 0, "\(written.output)")
    #expect(try written.json()["units"] as? Int == 1)
    #expect(try Network(place.path + "/n").parameters.value(named: "0.bias").doubles == [76])
    let refused = try CommandProcess("circuits", "write", "min(a, b)", "--activation", "sigmoid", "--json", "--quiet")
    #expect(refused.status == 2)
    #expect(refused.output.contains("no sigmoid network"))
  }

  @Test func errorsInFormulasHaveAPosition() throws {
    let run = try CommandProcess("circuits", "write", "min(a, b) * c", "--json", "--quiet")
    #expect(run.status == 2)
    let error = try #require(try run.json()["error"] as? [String: Any])
    #expect(error["position"] as? Int == 10)
    #expect((error["message"] as? String)?.contains("vary") == true)
    let spoken = try CommandProcess("circuits", "write", "mim(a, b)")
    #expect(spoken.status == 2 && spoken.output.isEmpty)
    #expect(spoken.errors.contains("Did you mean 'min'?") && spoken.errors.contains("\n  mim(a, b)\n  ^\n"))
    for arguments in [
      ["a + b", "--inputs", "a"], ["a", "--box", "b=0:1"], ["a", "--inputs", "a,a"], ["a", "--box", "1"],
    ] {
      #expect(try CommandProcess(list: ["circuits", "write"] + arguments).status == 2, "\(arguments)")
    }
    #expect(try CommandProcess("circuits", "write").status == 2)
  }

  @Test func wrongNumbersAreRefused() throws {
    let place = try Workplace()
    try Formula("a + b").program().network(named: "sum").save(to: place.path + "/n")
    let cases = [
      ["--input", "1"], ["--input", "1,2,3"], ["--input", "nan,1"], ["--input", "1,x"], ["--input", ""], [],
      ["--input", "1,inf"], ["--inputs", "1,2"],
    ]
    for arguments in cases {
      let run = try CommandProcess(list: ["circuits", "eval", place.path + "/n"] + arguments + ["--json", "--quiet"])
      #expect(run.status == 2, "\(arguments): \(run.output)")
      #expect(try run.json()["error"] != nil)
    }
    let missing = try CommandProcess("circuits", "eval", place.path + "/nn", "--input", "1,2", "--json", "--quiet")
    #expect(missing.status == 1)
  }
}
