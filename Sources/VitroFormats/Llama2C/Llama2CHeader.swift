internal import VitroCore

/// The parsed and checked header of a llama2.c checkpoint, and where the weights begin.
struct Llama2CHeader {
  let configuration: Llama2CCheckpoint.Configuration
  let version: Int
  /// The elements that share a scale, in version 2.
  let group: Int?
  let dataStart: Int

  private static let magic: UInt32 = 0x616b_3432
  private static let longLength = 256
  private static let names = [
    "dim", "hidden_dim", "n_layers", "n_heads", "n_kv_heads", "vocab_size", "seq_len",
  ]
  /// Far beyond any model; every layer's tensors are listed by name.
  private static let maximumLayers = 4096

  init(_ file: FileBytes) throws {
    let isLong = file.withBytes { $0.integer(UInt32.self, at: 0) } == Llama2CHeader.magic
    let needed = isLong ? Llama2CHeader.longLength : 28
    guard file.count >= needed else {
      throw file.malformed(field: "header", found: "\(file.count) bytes", expected: "at least \(needed) bytes")
    }
    func number(_ offset: Int) -> Int { file.withBytes { Int($0.integer(Int32.self, at: offset) ?? 0) } }
    version = isLong ? number(4) : 0
    guard (0...2).contains(version) else {
      throw file.unsupported(field: "version", found: "\(version)", expected: "version 0 (legacy), 1 or 2")
    }
    dataStart = needed
    var fields = (0..<7).map { number((isLong ? 8 : 0) + 4 * $0) }
    // Before the header had a flag, the sign of the vocabulary's size told whether the output has weights of its own.
    var sharesClassifier = fields[5] > 0
    if isLong {
      sharesClassifier = file.withBytes { $0[36] } != 0
    } else if fields[5] < 0 {
      fields[5] = -fields[5]
    }
    group = version == 2 ? number(37) : nil
    for (name, value) in zip(Llama2CHeader.names, fields) where value <= 0 {
      throw file.malformed(field: name, found: "\(value)", expected: "a positive number")
    }
    configuration = Llama2CCheckpoint.Configuration(
      width: fields[0], hiddenWidth: fields[1], layers: fields[2], heads: fields[3], keyValueHeads: fields[4],
      vocabulary: fields[5], contextLength: fields[6], sharesClassifier: sharesClassifier)
    try check(file)
  }

  private func check(_ file: FileBytes) throws {
    let sizes = configuration
    guard sizes.layers <= Llama2CHeader.maximumLayers else {
      throw file.malformed(
        field: "n_layers", found: "\(sizes.layers)", expected: "at most \(Llama2CHeader.maximumLayers)")
    }
    guard sizes.width % sizes.heads == 0, sizes.width / sizes.heads % 2 == 0 else {
      throw file.malformed(
        field: "n_heads", found: "\(sizes.heads) heads for a width of \(sizes.width)",
        expected: "heads of an even number of dimensions each")
    }
    guard sizes.heads % sizes.keyValueHeads == 0 else {
      throw file.malformed(
        field: "n_kv_heads", found: "\(sizes.keyValueHeads)", expected: "a divisor of the \(sizes.heads) heads")
    }
    if let group, !(group > 0 && sizes.width % group == 0) {
      throw file.malformed(field: "group_size", found: "\(group)", expected: "a divisor of the width \(sizes.width)")
    }
  }
}
