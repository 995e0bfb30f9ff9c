/// A formula: names bound to expressions, and one expression for each output.
///
/// ```swift
/// let formula = try Formula("let d = a - b; max(a, b), |d|")
/// let values: [Rational] = try formula.values(at: [3, 5])  // [5, 2]
/// ```
///
/// A bound name stands for its value wherever it appears, so that a value used often is computed once.
public struct Formula: Sendable, Hashable {
  /// A name bound by `let`.
  public struct Binding: Sendable, Hashable {
    /// The name.
    public var name: String
    /// What it stands for: of inputs and names bound before.
    public var expression: FormulaExpression

    /// Creates a binding.
    public init(_ name: String, _ expression: FormulaExpression) { (self.name, self.expression) = (name, expression) }
  }

  /// The inputs' names, in order.
  public var inputs: [String]
  /// The bound names, each of inputs and names before it.
  public var bindings: [Binding]
  /// The outputs.
  public var outputs: [FormulaExpression]

  /// Creates a formula; names are checked when it is compiled or evaluated.
  public init(inputs: [String], bindings: [Binding] = [], outputs: [FormulaExpression]) {
    (self.inputs, self.bindings, self.outputs) = (inputs, bindings, outputs)
  }

  /// The size: that of all expressions, and one for each bound name.
  public var complexity: Int {
    bindings.reduce(outputs.reduce(0) { $0 + $1.complexity }) { $0 + 1 + $1.expression.complexity }
  }

  /// The formula with every expression simplified.
  public var simplified: Formula {
    Formula(
      inputs: inputs, bindings: bindings.map { Binding($0.name, $0.expression.simplified) },
      outputs: outputs.map(\.simplified))
  }
}

extension Formula: CustomStringConvertible {
  /// The formula as text that reads back as the same formula.
  public var description: String {
    let names = bindings.map { "let \($0.name) = \($0.expression); " }.joined()
    return names + outputs.map { "\($0)" }.joined(separator: ", ")
  }

  /// The formula for LaTeX: one line, or one for each bound name and output.
  public var latex: String {
    if bindings.isEmpty, outputs.count == 1 { return outputs[0].latex }
    let names = bindings.map { "\(FormulaExpression.variable($0.name).latex) &= \($0.expression.latex)" }
    let results = outputs.enumerated().map { index, output in
      outputs.count == 1 ? "y &= \(output.latex)" : "y_{\(index + 1)} &= \(output.latex)"
    }
    return "\\begin{aligned} \((names + results).joined(separator: " \\\\ ")) \\end{aligned}"
  }
}
