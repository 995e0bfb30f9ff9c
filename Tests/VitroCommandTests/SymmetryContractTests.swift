import Foundation
import Testing
import Vitro

/// What docs/symmetry.md promises to scripts.
@Suite struct SymmetryContractTests {
  private func json(_ arguments: String...) throws -> [String: Any] {
    let run = try CommandProcess(list: ["symmetry"] + arguments + ["--json", "--quiet"])
    #expect(run.status == 0, "\(run.errors)")
    return try run.json()
  }

  /// The error of a command that must fail.
  private func refusal(_ arguments: [String]) throws -> (status: Int32, text: String) {
    let run = try CommandProcess(list: ["symmetry"] + arguments + ["--json", "--quiet"])
    let error = try #require(try run.json()["error"] as? [String: Any])
    return (run.status, "\(error["message"] ?? "") \(error["hint"] ?? "")")
  }

  @Test func groupsHaveTablesOfExactValues() throws {
    let group = try json("group", "--group", "A5")
    #expect(group["order"] as? Int == 60)
    let classes = try #require(group["classes"] as? [[String: Any]])
    #expect(classes.map { $0["size"] as? Int } == [1, 15, 20, 12, 12])
    #expect(classes.map { $0["order"] as? Int } == [1, 2, 3, 5, 5])
    let rows = try #require(group["characters"] as? [[Any]])
    #expect(rows.count == 5 && rows.allSatisfy { $0.count == 5 })
    #expect(rows.joined().contains { $0 as? String == "-E(5)-E(5)^4" })
    #expect((group["indicators"] as? [Int]) == [1, 1, 1, 1, 1])
    #expect((group["kernels"] as? [Int])?.sorted() == [1, 1, 1, 1, 60])
    #expect((group["normalSubgroups"] as? [Int]) == [1, 60])
  }

  @Test func groupsMayBeGivenByGenerators() throws {
    let place = try Workplace()
    let path = place.path + "/octahedron.json"
    try Data("[[2, 3, 4, 1, 5, 6], [5, 2, 6, 4, 3, 1]]".utf8).write(to: URL(filePath: path))
    let group = try json("group", "--generators", path)
    #expect(group["order"] as? Int == 24)
    let pieces = try json("decompose", "--generators", path, "--set", "natural")
    #expect(pieces["points"] as? Int == 6 && pieces["orbitals"] as? Int == 3)
    let simples = try #require(pieces["simples"] as? [[String: Any]])
    #expect(simples.compactMap { $0["dimension"] as? Int }.sorted() == [1, 2, 3])
    #expect((try #require(pieces["residual"] as? Double)) <= 1e-9)
  }

  @Test func graphsNameTheSimplesOfDecompositions() throws {
    let pieces = try json("decompose", "--group", "S4", "--set", "subsets:2")
    let names = try #require(pieces["simples"] as? [[String: Any]]).compactMap { $0["name"] as? String }
    #expect(names == ["(4)", "(3,1)", "(2,2)"])
    let place = try Workplace()
    let graph = try json(
      "graph", "--group", "S4", "--set", "subsets:2", "--activation", "abs", "--level", "isotypic", "--out", place.path)
    let edges = try #require(graph["edges"] as? [[String: Any]])
    #expect(edges.filter { $0["from"] as? String == "(3,1)" }.map { $0["to"] as? String } == ["(4)", "(2,2)"])
    #expect(edges.allSatisfy { ($0["weight"] as? Double ?? 0) > 0 })
    let dot = try String(contentsOf: URL(filePath: place.path + "/graph.dot"), encoding: .utf8)
    #expect(dot.contains("\"(3,1)\" -> \"(2,2)\""))
    #expect(FileManager.default.fileExists(atPath: place.path + "/graph.json"))
    let cyclic = try json("graph", "--group", "C8", "--joint", "L1+L2")
    let joint = try #require(cyclic["edges"] as? [[String: Any]]).filter { $0["from"] as? String == "L1+L2" }
    #expect(joint.contains { $0["to"] as? String == "L3" })
    let pairs = try json("graph", "--group", "S4", "--joint", "(3,1)+(2,2),(4)+(1,1,1,1)")
    let sources = Set(try #require(pairs["edges"] as? [[String: Any]]).compactMap { $0["from"] as? String })
    #expect(sources.contains("(3,1)+(2,2)") && sources.contains("(4)+(1,1,1,1)"))
  }

  @Test func theTheoremListsAllowedPairs() throws {
    let table = try json("theorem", "--group", "C8")
    let allowed = try #require(table["allowed"] as? [[String]])
    #expect(allowed.contains(["L1", "L3"]) && !allowed.contains(["L2", "L1"]) && allowed.count == 16)
    #expect((table["relu"] as? [[String]])?.contains(["L1", "L3"]) == false)
    #expect((table["reluWithBias"] as? [[String]])?.count == 16)
  }

  @Test func mapsAreCountedAndMatricesCompared() throws {
    let maps = try json("maps", "--group", "S5", "--set", "natural", "--to", "subsets:2")
    #expect(maps["orbitals"] as? Int == 2 && maps["rows"] as? Int == 10 && maps["columns"] as? Int == 5)
  }

  @Test func compatibilityIsSaidWithItsReason() throws {
    let place = try Workplace()
    let path = place.path + "/signs.json"
    try Data("[[[0, -1], [1, 0]]]".utf8).write(to: URL(filePath: path))
    let relu = try json("compatible", "--activation", "relu", "--matrices", path)
    #expect(relu["compatible"] as? Bool == false && relu["kind"] as? String == "signed permutation")
    #expect(try json("compatible", "--activation", "tanh", "--matrices", path)["compatible"] as? Bool == true)
    let refused = try refusal(["graph", "--group", "C4", "--matrices", path, "--activation", "relu"])
    #expect(refused.text.contains("breaks equivariance") && refused.text.contains("tanh"))
  }

  @Test func badInputIsRefusedWithWhatWouldWork() throws {
    let place = try Workplace()
    func file(_ name: String, _ text: String) throws -> String {
      let path = place.path + "/" + name
      try Data(text.utf8).write(to: URL(filePath: path))
      return path
    }
    let notPermutation = try refusal(["group", "--generators", file("a.json", "[[2, 2, 1]]")])
    #expect(notPermutation.text.contains("two points go to 2"))
    #expect(try refusal(["group", "--generators", file("b.json", "{\"a\": 1}")]).text.contains("expected a JSON list"))
    #expect(try refusal(["group", "--generators", file("c.json", "[[1e30]]")]).text.contains("JSON list"))
    #expect(try refusal(["group", "--generators", place.path + "/none.json"]).status != 0)
    #expect(try refusal(["group", "--group", "M24"]).text.contains("244823040"))
    #expect(try refusal(["group", "--group", "S5", "--generators", "x"]).status == 2)
    #expect(try refusal(["group"]).text.contains("--group"))
    #expect(try refusal(["graph", "--group", "S4", "--activation", "rely"]).text.contains("relu"))
    #expect(try refusal(["graph", "--group", "S4", "--joint", "(3,1)+(9)"]).status != 0)
    #expect(try refusal(["decompose", "--group", "S4", "--set", "subsets:9"]).text.contains("from 1 to 4"))
    let subgroup = try file("h.json", "[[2, 1, 3]]")
    #expect(
      try refusal(["decompose", "--group", "A3", "--set", "cosets:\(subgroup)"]).text.contains("does not belong"))
    #expect(try refusal(["train", "images", "--group", "C8"]).text.contains("says nothing"))
    #expect(try refusal(["train", "composition", "--group", "S6"]).text.contains("720 elements"))
  }

  @Test func compositionNetworksSayWhatTheyUse() throws {
    let facts = try json("train", "composition", "--group", "C7", "--steps", "400", "--hidden", "32", "--embed", "32")
    let shares = try #require(facts["shares"] as? [String: Any])
    #expect(Set(shares.keys).isSuperset(of: ["xEmbed", "yEmbed", "unembed", "hiddenA", "hiddenB", "hiddenAB"]))
    #expect(facts["testAccuracy"] is NSNumber && facts.keys.contains("grokEpoch"))
    #expect(facts["restrictedLoss"] is NSNumber && facts["excludedLoss"] is NSNumber)
  }

  @Test func networksAreExaminedAndAnalysedUnderAGroup() throws {
    let place = try Workplace()
    let turns = GSet.natural(try Group("C8"))
    var graph = try Graph.equivariant([turns, turns], channels: [1, 4])
    graph.outputs = [graph.add("mean", Mean(axes: [0]), reading: graph.outputs[0])]
    try Network(graph, seed: 0).save(to: place.path + "/network")
    var stream = RandomStream(seed: 0, "signals")
    let signals = try stream.normal([80, 8, 1])
    try NPZ.write([("x", signals.raw), ("y", Tensor((0..<80).map { $0 % 4 }).raw)], to: place.path + "/data.npz")
    let (network, data) = (place.path + "/network", place.path + "/data.npz")
    let analysis = try json("analyse", network, "--data", data, "--group", "C8")
    let taps = try #require(analysis["taps"] as? [[String: Any]])
    #expect(taps.count >= 3 && taps.allSatisfy { ($0["error"] as? Double ?? 0) < 1e-12 })
    let broken = try refusal(["analyse", network, "--data", data, "--group", "C9"])
    #expect(broken.text.contains("9 points"))
    let examined = try CommandProcess(
      "examine", network, "--data", data, "--group", "C8", "--action", "natural", "--json", "--quiet")
    #expect(examined.status == 0, "\(examined.errors)")
    #expect((try examined.json()["sections"] as? [String])?.contains("symmetry") == true)
    #expect(try examined.json()["symmetry"] is [String: Any])
  }
}
