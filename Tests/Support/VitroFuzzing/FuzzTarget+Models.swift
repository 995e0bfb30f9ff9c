import VitroCore
import VitroFormats

/// The formats that hold models.
extension FuzzTarget {
  static func gguf() throws -> FuzzTarget {
    FuzzTarget(name: "gguf", seeds: [Seed(model(version: 3)), Seed(model(version: 2))]) { file in
      let opened = try GGUFFile(file)
      for name in opened.names {
        guard let stored = try? opened.stored(name) else { continue }
        touch(try stored.values())
        touch(try stored.values(as: .float64))
        if stored.rowCount > 0, !stored.shape.isEmpty { touch(try stored.rows([stored.rowCount - 1, 0])) }
      }
      for (key, value) in opened.metadata {
        guard case .list(let list) = value else { continue }
        _ = try? (list.strings().count, opened.strings(key).count)
        _ = try? (list.integers().count, list.numbers().count)
      }
    }
  }

  static func llama2C() throws -> FuzzTarget {
    let seeds = (0...2).map { Seed(checkpoint(version: $0)) }
    return FuzzTarget(name: "llama2c", seeds: seeds) { file in
      let opened = try Llama2CCheckpoint(file)
      for name in opened.names {
        touch(try opened.array(named: name))
        touch(try opened.stored(name).rows([0], as: .float64))
      }
    }
  }

  static func llama2CTokenizer() throws -> FuzzTarget {
    var bytes = number(UInt32(5))
    for text in ["<unk>", "\n<s>", "<0x0A", "a", "é日"] {
      bytes += number(Float(-1.5).bitPattern) + number(UInt32(text.utf8.count)) + Array(text.utf8)
    }
    return FuzzTarget(name: "llama2c tokenizer", seeds: [Seed(bytes)]) { file in
      let tokenizer = try Llama2CTokenizer(file)
      precondition(tokenizer.pieces.count == tokenizer.scores.count, "pieces without scores")
    }
  }

  /// Damaged indices of sound files.
  static func safetensorsIndex() throws -> FuzzTarget {
    let arrays = try samples()
    let names = ["model-1.safetensors", "model-2.safetensors"]
    let shards = try [arrays.prefix(3), arrays.suffix(2)].map { part in
      try SafetensorsFile(FileBytes(name: "shard", Safetensors.encode(part.map { $0 })))
    }
    let entries = zip(names, shards).flatMap { name, shard in shard.names.map { "\"\($0)\": \"\(name)\"" } }
    let index = "{\"metadata\": {\"total_size\": 1}, \"weight_map\": {\(entries.joined(separator: ", "))}}"
    return FuzzTarget(name: "safetensors index", seeds: [Seed(Array(index.utf8))]) { file in
      let opened = try SafetensorsCollection(index: file) { name in
        guard let place = names.firstIndex(of: name) else {
          throw VitroError(.file, "reading \(name)", "no such file", details: ["file": name, "found": "nothing"])
        }
        return shards[place]
      }
      for name in opened.names { touch(try opened.array(named: name)) }
    }
  }

  /// A file with metadata and tensors of several types.
  private static func model(version: UInt32) -> [UInt8] {
    let settings: [(String, UInt32, [UInt8])] = [
      ("general.architecture", 8, text("llama")), ("general.alignment", 4, number(UInt32(32))),
      ("a.float", 6, number(Float(0.5).bitPattern)), ("a.double", 12, number(Double(0.5).bitPattern)),
      ("a.bool", 7, [1]), ("a.byte", 0, [9]), ("a.long", 11, number(Int64(-5))),
      ("tokens", 9, number(UInt32(8)) + number(UInt64(3)) + text("<s>") + text("the") + text("")),
      ("types", 9, number(UInt32(5)) + number(UInt64(3)) + number(Int32(1)) + number(Int32(2)) + number(Int32(-1))),
      ("scores", 9, number(UInt32(6)) + number(UInt64(1)) + number(Float(-3).bitPattern)),
      ("nested", 9, number(UInt32(9)) + number(UInt64(1)) + number(UInt32(0)) + number(UInt64(2)) + [7, 8]),
    ]
    let tensors: [(String, [UInt64], type: UInt32, bytes: Int)] = [
      ("plain", [3, 2], 0, 24), ("half", [4], 1, 8), ("q8", [32, 2], 8, 68), ("q4", [32], 3, 20), ("q5", [32], 6, 22),
      ("q6k", [256], 14, 210), ("q3k", [256], 11, 110), ("small", [3], 24, 3), ("other", [32], 20, 18),
    ]
    var bytes = Array("GGUF".utf8) + number(version) + number(UInt64(tensors.count)) + number(UInt64(settings.count))
    for (key, type, value) in settings { bytes += text(key) + number(type) + value }
    var offset = 0
    for (name, dimensions, type, length) in tensors {
      bytes += text(name) + number(UInt32(dimensions.count)) + dimensions.flatMap { number($0) }
      bytes += number(type) + number(UInt64(offset))
      offset += (length + 31) / 32 * 32
    }
    let start = (bytes.count + 31) / 32 * 32
    bytes += [UInt8](repeating: 0, count: start - bytes.count)
    return bytes + (0..<offset).map { UInt8(truncatingIfNeeded: $0 &* 29) & 0x3f }
  }

  /// A checkpoint of two layers of width 4.
  private static func checkpoint(version: Int) -> [UInt8] {
    let (width, hidden, layers, vocabulary, length, group) = (4, 6, 2, 5, 3, 4)
    let sizes = [width, hidden, layers, 2, 1, vocabulary, length].flatMap { number(Int32($0)) }
    let norms = (2 * layers + 1) * width
    let matrices = vocabulary * width + layers * (3 * width * width + 3 * width * hidden)
    var bytes = sizes
    if version > 0 { bytes = number(UInt32(0x616b_3432)) + number(Int32(version)) + sizes + [1] }
    if version == 2 { bytes += number(Int32(group)) }
    if version > 0 { bytes += [UInt8](repeating: 0, count: 256 - bytes.count) }
    let data =
      version == 2
      ? norms * 4 + matrices + matrices / group * 4 : (norms + matrices + (version == 0 ? length * 2 : 0)) * 4
    return bytes + (0..<data).map { UInt8(truncatingIfNeeded: $0 &* 31) & 0x3f }
  }

  private static func text(_ text: String) -> [UInt8] { number(UInt64(text.utf8.count)) + Array(text.utf8) }

  private static func number<Integer: FixedWidthInteger>(_ value: Integer) -> [UInt8] {
    withUnsafeBytes(of: value.littleEndian) { Array($0) }
  }
}
