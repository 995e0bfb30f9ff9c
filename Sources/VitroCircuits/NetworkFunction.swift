internal import VitroCore
internal import VitroLab
public import VitroNetworks
public import VitroPiecewise

/// A network as the exact piecewise-linear function that its weights spell, and the box in which it is looked at.
public struct NetworkFunction: Sendable {
  /// The network.
  public var network: Network
  /// Its function, exactly.
  public var program: ReLUProgram<Rational>
  /// Where it is looked at; its names are the inputs'.
  public var box: InputBox

  /// Reads a network: a directory, an ONNX file, or a safetensors file of `N.weight` and `N.bias`.
  ///
  /// - Parameters:
  ///   - path: The network.
  ///   - text: The box as text, `a=-50:50,b=-50:50`; its names become the inputs' names. Without it the box that the network was written for, else [−1, 1].
  ///   - start: A value whose numbers become the inputs, so that what comes before it is left out; the network's input by itself.
  ///   - output: The value to read, the network's output by itself.
  ///   - instance: Which of several networks in one file.
  /// - Throws: ``/VitroCore/VitroError`` when the network cannot be read, is not piecewise linear, or the box does not fit it.
  public init(
    path: String, box text: String?, from start: String? = nil, output: String? = nil, instance: Int? = nil
  ) throws {
    let stored = try Network(path)
    if let count = stored.instances, instance == nil {
      throw VitroError(
        .argument, "reading \(path)", "it holds \(count) networks", hint: "Pick one: --instance 0 to \(count - 1).",
        details: ["file": path])
    }
    let whole = try stored.instance(instance ?? 0)
    network = try start.map { try whole.tail(from: $0) } ?? whole
    let read = try ReLUProgram<Rational>(network, output: output)
    let chosen = try InputBox(text ?? network.graph.metadata["box"] ?? "-1:1")
    program = network.graph.metadata["inputs"] == nil ? read.renamed(after: chosen) : read
    box = try chosen.named(program.inputs)
    // The names must be words of the language, or a formula could not be read back.
    _ = try Formula("0", inputs: box.names)
  }
}

extension ReLUProgram {
  /// The program with the names of a box that has as many intervals, in the network's order: a file of matrices has no names of its own.
  func renamed(after box: InputBox) -> ReLUProgram {
    guard box.names != [""], box.names.count == inputs.count, Set(box.names) != Set(inputs) else { return self }
    var result = self
    result.inputs = box.names
    return result
  }
}
