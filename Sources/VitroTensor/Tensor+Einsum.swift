internal import VitroCore

extension Tensor {
  /// Einstein's summation: letters name axes, those missing on the right are summed over.
  ///
  /// ```swift
  /// let scores = try Tensor.einsum("bqhd,bkhd->bhqk", queries, keys)
  /// let trace = try Tensor.einsum("ii->", matrix)
  /// ```
  ///
  /// Pairs contract from the left, each as one batched matrix product. A letter repeated within an operand takes the diagonal. Without `->`
  /// the result has the letters that occur once, in alphabetic order. `...` stands for leading axes, which broadcast.
  ///
  /// - Throws: ``/VitroCore/VitroError`` when the expression does not parse or lengths differ.
  public static func einsum(_ expression: String, _ operands: Tensor...) throws -> Tensor {
    try einsum(expression, operands)
  }

  /// Einstein's summation over an array of operands.
  public static func einsum(_ expression: String, _ operands: [Tensor]) throws -> Tensor {
    let plan = try Einsum(expression, operands)
    var terms = try zip(plan.inputs, operands).map { try Einsum.Term(letters: $0, value: $1).takingDiagonals() }
    while terms.count > 1 {
      let (a, b) = (terms.removeFirst(), terms.removeFirst())
      let later = Set(plan.output).union(terms.flatMap(\.letters))
      terms.insert(try Einsum.contract(a, b, keeping: later), at: 0)
    }
    return try terms[0].summed(keeping: Set(plan.output)).ordered(as: plan.output)
  }
}

/// A parsed expression.
///
/// Axes under an ellipsis get private letters, counted from the last.
private struct Einsum {
  var inputs: [[Character]]
  var output: [Character]

  init(_ expression: String, _ operands: [Tensor]) throws {
    func failure(_ message: String) -> VitroError {
      VitroError(.argument, "einsum", "\"\(expression)\": \(message)", hint: "An example: \"bij,bjk->bik\".")
    }
    let halves = expression.filter { $0 != " " }.components(separatedBy: "->")
    guard halves.count <= 2 else { throw failure("there is more than one ->") }
    let subscripts = halves[0].split(separator: ",", omittingEmptySubsequences: false).map(String.init)
    guard subscripts.count == operands.count, !operands.isEmpty else {
      throw failure("it names \(subscripts.count) operands, \(operands.count) are given")
    }
    func letters(_ text: String, ellipsis: [Character]) throws -> [Character] {
      let parts = text.components(separatedBy: "...")
      guard parts.count <= 2, parts.joined().allSatisfy({ $0.isASCII && $0.isLetter }) else {
        throw failure("'\(text)' is not made of letters")
      }
      return parts.count == 2 ? Array(parts[0]) + ellipsis + Array(parts[1]) : Array(parts[0])
    }
    var broadcast: [Character] = []
    inputs = []
    var lengths: [Character: Int] = [:]
    for (text, operand) in zip(subscripts, operands) {
      let named = text.filter(\.isLetter).count
      let hidden = text.contains("...") ? operand.rank - named : 0
      guard hidden >= 0, hidden < 10 else { throw failure("'\(text)' does not fit the shape \(operand.shape)") }
      let ellipsis = (0..<hidden).reversed().map { Character("\($0)") }
      if ellipsis.count > broadcast.count { broadcast = ellipsis }
      let axes = try letters(text, ellipsis: ellipsis)
      guard axes.count == operand.rank else {
        throw failure("'\(text)' names \(axes.count) axes, the operand is \(operand.shape)")
      }
      for (letter, length) in zip(axes, operand.shape) {
        let known = lengths[letter] ?? length
        guard known == length || letter.isNumber && (known == 1 || length == 1) else {
          throw VitroError(.shape, "einsum", "\"\(expression)\": axis '\(letter)' has length \(known) and \(length)")
        }
        lengths[letter] = known == 1 ? length : known
      }
      inputs.append(axes)
    }
    if halves.count == 2 {
      output = try letters(halves[1], ellipsis: broadcast)
    } else {
      let all = inputs.joined().filter(\.isLetter)
      output = broadcast + Set(all).filter { letter in all.count { $0 == letter } == 1 }.sorted()
    }
    guard Set(output).count == output.count else { throw failure("a letter is repeated on the right") }
    if let unknown = output.first(where: { letter in !inputs.contains { $0.contains(letter) } }) {
      throw failure("'\(unknown)' on the right is not on the left")
    }
  }

  /// A tensor whose axes have letters.
  struct Term {
    var letters: [Character]
    var value: Tensor

    func takingDiagonals() throws -> Term {
      var term = self
      while let second = term.letters.indices.first(where: { term.letters[..<$0].contains(term.letters[$0]) }) {
        let first = term.letters.firstIndex(of: term.letters[second])!
        let order = term.letters.indices.filter { $0 != first && $0 != second } + [first, second]
        let moved = try term.value.permuted(order)
        let length = moved.shape[moved.rank - 1]
        let flat = try moved.reshaped(moved.shape.dropLast(2) + [length * length])
        let diagonal = try flat.gather(Tensor((0..<length).map { $0 * (length + 1) }), axis: flat.rank - 1)
        term = Term(letters: order.dropLast().map { term.letters[$0] }, value: diagonal)
      }
      return term
    }

    func summed(keeping kept: Set<Character>) throws -> Term {
      let axes = letters.indices.filter { !kept.contains(letters[$0]) }
      if axes.isEmpty { return self }
      return Term(letters: letters.filter(kept.contains), value: try value.sum(axes: axes))
    }

    func ordered(as target: [Character]) throws -> Tensor {
      try value.permuted(target.map { letters.firstIndex(of: $0)! })
    }

    /// The axes in groups, each group merged into one axis.
    func grouped(_ groups: [[Character]], lengths: [Character: Int]) throws -> Tensor {
      let moved = try value.permuted(groups.joined().map { letters.firstIndex(of: $0)! })
      return try moved.reshaped(groups.map { $0.map { lengths[$0]! }.product })
    }
  }

  /// One batched matrix product: [batch, left, inner] · [batch, inner, right].
  static func contract(_ a: Term, _ b: Term, keeping kept: Set<Character>) throws -> Term {
    var a = try a.summed(keeping: kept.union(b.letters))
    var b = try b.summed(keeping: kept.union(a.letters))
    let shared = a.letters.filter(b.letters.contains)
    var lengths = Dictionary(uniqueKeysWithValues: zip(a.letters, a.value.shape))
    for (letter, length) in zip(b.letters, b.value.shape) where lengths[letter] ?? 1 == 1 { lengths[letter] = length }
    a.value = try a.value.expanded(
      to: a.letters.map { $0.isNumber ? lengths[$0]! : a.value.shape[a.letters.firstIndex(of: $0)!] })
    b.value = try b.value.expanded(
      to: b.letters.map { $0.isNumber ? lengths[$0]! : b.value.shape[b.letters.firstIndex(of: $0)!] })
    let batch = shared.filter(kept.contains)
    let inner = shared.filter { !kept.contains($0) }
    let left = a.letters.filter { !shared.contains($0) }
    let right = b.letters.filter { !shared.contains($0) }
    let product = try a.grouped([batch, left, inner], lengths: lengths)
      .matmul(b.grouped([batch, inner, right], lengths: lengths))
    let letters = batch + left + right
    return Term(letters: letters, value: try product.reshaped(letters.map { lengths[$0]! }))
  }
}

extension String {
  /// The parts between occurrences of a separator, without Foundation.
  fileprivate func components(separatedBy separator: String) -> [String] {
    var parts = [""]
    var rest = Substring(self)
    while !rest.isEmpty {
      if rest.hasPrefix(separator) {
        parts.append("")
        rest = rest.dropFirst(separator.count)
      } else {
        parts[parts.count - 1].append(rest.removeFirst())
      }
    }
    return parts
  }
}
