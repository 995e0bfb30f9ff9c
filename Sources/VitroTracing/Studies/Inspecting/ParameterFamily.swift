internal import VitroNetworks

/// The parameters of one name, over all blocks: `blocks.*.attn.q.weight`.
struct ParameterFamily {
  /// The name, with a star in place of the block's number.
  var pattern: String
  /// The shape of each.
  var shape: [Int]
  /// How many there are.
  var repeats: Int
  /// The numbers of all.
  var count: Int
  /// The bytes of all, where they lie.
  var byteCount: Int

  /// The name without the blocks.
  var short: String { pattern.hasPrefix("blocks.*.") ? String(pattern.dropFirst("blocks.*.".count)) : pattern }

  /// What one number takes where it lies, scales of quantized blocks included.
  var bits: Double { count > 0 ? Double(byteCount) * 8 / Double(count) : .nan }

  /// All families, in the order of the network.
  static func all(of parameters: Parameters) throws -> [ParameterFamily] {
    var places: [String: Int] = [:]
    var families: [ParameterFamily] = []
    for entry in parameters.entries {
      let bytes = try parameters.source(named: entry.name).byteCount
      // Parameters of one name may differ in shape from block to block.
      let key = "\(entry.name.withoutBlockNumber) \(entry.shape)"
      if let place = places[key] {
        families[place].repeats += 1
        families[place].count += entry.count
        families[place].byteCount += bytes
      } else {
        places[key] = families.count
        families.append(
          ParameterFamily(
            pattern: entry.name.withoutBlockNumber, shape: entry.shape, repeats: 1, count: entry.count, byteCount: bytes
          ))
      }
    }
    return families
  }
}

extension String {
  /// `blocks.*.ln1` in place of `blocks.12.ln1`.
  var withoutBlockNumber: String {
    guard hasPrefix("blocks.") else { return self }
    let rest = dropFirst("blocks.".count)
    let number = rest.prefix { $0.isASCII && $0.isNumber }
    return number.isEmpty ? self : "blocks.*" + rest.dropFirst(number.count)
  }
}
