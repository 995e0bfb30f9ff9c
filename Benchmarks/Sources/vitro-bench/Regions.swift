import Vitro

/// Linear regions of networks with PyTorch's initialization in [−1, 1]ᵈ: from the program to all counts, on one thread.
let regionCases: [Case] = [[2, 16, 16, 1], [2, 64, 64, 1], [2, 100, 100, 1], [3, 32, 32, 1]].map { widths in
  Case("regions \(widths.map(String.init).joined(separator: "-"))", "regions", 1, "complex") {
    let layers = zip(widths, widths.dropFirst()).enumerated().flatMap { index, sizes in
      [("linear\(index)", Linear(sizes.0, sizes.1) as any Layer), ("relu\(index)", Activation(.relu) as any Layer)]
    }
    let network = try Network(Graph.chain("regions", input: [widths[0]], Array(layers.dropLast())), seed: 0)
    let program = try ReLUProgram<Double>(network)
    let box = InputBox(program.inputs, -1, 1)
    return { _ = try PolyhedralComplex(program, box: box).counts }
  }
}
