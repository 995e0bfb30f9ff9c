internal import VitroCore

/// Walks over the weights of a llama2.c checkpoint in the order of its version, naming each.
struct Llama2CLayout {
  private(set) var names: [String] = []
  private(set) var tensors: [String: StoredArray] = [:]

  private let header: Llama2CHeader
  private let file: FileBytes
  private var position: Int

  private enum Part: String {
    case attentionNorm = "attention_norm"
    case query = "attention.wq"
    case key = "attention.wk"
    case value = "attention.wv"
    case output = "attention.wo"
    case hiddenNorm = "ffn_norm"
    case gate = "feed_forward.w1"
    case down = "feed_forward.w2"
    case up = "feed_forward.w3"
  }

  init(_ header: Llama2CHeader, _ file: FileBytes) {
    (self.header, self.file, position) = (header, file, header.dataStart)
  }

  /// Places every tensor, and checks that they fill the file.
  mutating func arrange() throws {
    let embedding = [header.configuration.vocabulary, header.configuration.width]
    let matrices: [Part] = [.query, .key, .value, .output, .gate, .down, .up]
    switch header.version {
    case 0:
      try place("tok_embeddings.weight", embedding)
      for part in [.attentionNorm, .query, .key, .value, .output, .hiddenNorm, .gate, .down, .up] as [Part] {
        try placeLayers(part)
      }
      try place("norm.weight", [header.configuration.width])
      try skipRotations()
    default:
      try placeLayers(.attentionNorm)
      try placeLayers(.hiddenNorm)
      try place("norm.weight", [header.configuration.width])
      try place("tok_embeddings.weight", embedding)
      for part in matrices { try placeLayers(part) }
    }
    if !header.configuration.sharesClassifier { try place("output.weight", embedding) }
    guard position == file.count else {
      throw file.malformed(
        field: "size", found: "\(file.count) bytes", expected: "the \(position) bytes that the sizes in the header need"
      )
    }
  }

  private mutating func placeLayers(_ part: Part) throws {
    let sizes = header.configuration
    let keyWidth = sizes.width / sizes.heads * sizes.keyValueHeads
    let shape =
      switch part {
      case .attentionNorm, .hiddenNorm: [sizes.width]
      case .query, .output: [sizes.width, sizes.width]
      case .key, .value: [keyWidth, sizes.width]
      case .gate, .up: [sizes.hiddenWidth, sizes.width]
      case .down: [sizes.width, sizes.hiddenWidth]
      }
    for layer in 0..<sizes.layers { try place("layers.\(layer).\(part.rawValue).weight", shape) }
  }

  /// The next tensor: float32, or in version 2, where it is a matrix, integers and then their scales.
  private mutating func place(_ name: String, _ shape: [Int]) throws {
    let count = try file.checkedCount(of: shape, field: name)
    if let group = header.group, shape.count == 2 {
      guard count % group == 0 else {
        throw file.malformed(
          field: "group_size", found: "\(group)", expected: "a divisor of the \(count) elements of \(name)")
      }
      let integers = try take(count, for: name)
      let scales = try take(count / group * 4, for: name)
      tensors[name] = StoredArray(group: group, shape: shape, integers: integers, scales: scales)
    } else {
      tensors[name] = StoredArray(try take(count * 4, for: name).array(of: .float32, shape: shape, field: name))
    }
    names.append(name)
  }

  private mutating func skipRotations() throws {
    let sizes = header.configuration
    let count = try file.checkedCount(of: [sizes.contextLength, sizes.width / sizes.heads], field: "freq_cis")
    _ = try take(count * 4, for: "freq_cis")
  }

  private mutating func take(_ length: Int, for name: String) throws -> FileBytes {
    guard length <= file.count - position else {
      throw file.malformed(
        field: name, found: "\(file.count - position) bytes at \(position)", expected: "\(length) bytes",
        hint: "The file may be truncated, or no llama2.c checkpoint.")
    }
    defer { position += length }
    return file.slice(position..<(position + length))
  }
}
