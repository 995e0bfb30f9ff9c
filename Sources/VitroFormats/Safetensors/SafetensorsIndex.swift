internal import VitroCore

/// The index of a model that is kept in several safetensors files: which file holds which tensor.
struct SafetensorsIndex {
  /// The tensors' names, in the index's order, and the number of each one's file in ``shards``.
  private(set) var tensors: [(name: String, shard: Int)] = []
  /// The names of the files, in the order in which they are met.
  private(set) var shards: [String] = []

  private static let maximumShards = 1 << 12

  init(_ file: FileBytes, limits: FormatLimits) throws {
    var numbers: [String: Int] = [:]
    var names: Set<String> = []
    var hasMap = false
    try file.withBytes { bytes in
      var scanner = JSONScanner(bytes, of: file, field: "index")
      try scanner.object { scanner, key in
        switch key {
        case "weight_map" where !hasMap:
          hasMap = true
          try scanner.object { scanner, name in
            let shard = try scanner.string()
            guard names.insert(name).inserted else { throw SafetensorsIndex.twice(name, "weight_map", file) }
            guard names.count <= limits.maximumEntries else {
              throw file.tooLarge(field: "weight_map", found: "more", limit: "\(limits.maximumEntries) tensors")
            }
            tensors.append((name, try number(of: shard, holding: name, in: &numbers, file)))
          }
        case "weight_map": throw SafetensorsIndex.twice(key, "index", file)
        default: try scanner.skipValue()
        }
      }
      try scanner.expectEnd()
    }
    guard hasMap else {
      throw file.malformed(field: "index", found: "no 'weight_map'", expected: "a 'weight_map' of names to files")
    }
  }

  private mutating func number(
    of shard: String, holding name: String, in numbers: inout [String: Int], _ file: FileBytes
  ) throws -> Int {
    if let known = numbers[shard] { return known }
    try SafetensorsIndex.check(shard, holding: name, file)
    guard shards.count < SafetensorsIndex.maximumShards else {
      throw file.tooLarge(
        field: "weight_map", found: "more", limit: "\(SafetensorsIndex.maximumShards) files")
    }
    numbers[shard] = shards.count
    shards.append(shard)
    return shards.count - 1
  }

  /// A file's name must name a file beside the index, and nothing else.
  private static func check(_ shard: String, holding name: String, _ file: FileBytes) throws {
    if PyTorchPickle.isNamedLikeOne(shard) {
      throw PyTorchPickle.refusal(of: FileBytes.path(of: shard, beside: file.name))
    }
    let isPlain = !shard.utf8.contains { $0 == 0x2f || $0 == 0x5c || $0 < 0x20 || $0 == 0x3a }
    guard isPlain, shard.hasSuffix(".safetensors"), shard.first != ".", shard.utf8.count < 256 else {
      throw file.malformed(
        field: "weight_map, \(quoted(name))", found: quoted(shard),
        expected: "the name of a .safetensors file in the same folder")
    }
  }

  private static func twice(_ name: String, _ field: String, _ file: FileBytes) -> VitroError {
    file.malformed(field: field, found: "\(quoted(name)) twice", expected: "each name once")
  }
}

extension FileBytes {
  /// The path of a file in the same folder as another.
  static func path(of name: String, beside other: String) -> String {
    guard let slash = other.lastIndex(of: "/") else { return name }
    return other[...slash] + name
  }
}
