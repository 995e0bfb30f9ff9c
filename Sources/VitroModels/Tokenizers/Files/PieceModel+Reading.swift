import VitroCore

/// The longest piece that a vocabulary may hold, in bytes.
private let maximumPieceLength = 8192

extension PieceTable {
  /// Reads a vocabulary: pieces and their ids.
  init(_ json: JSONText) throws {
    self.init()
    try json.forEachMember { piece, id in try add(piece, id: try id.count(atMost: PieceTable.maximumID - 1), from: id) }
  }

  /// Adds a piece of a file that must be new.
  mutating func add(_ piece: String, id: Int, from json: JSONText) throws {
    guard piece.utf8.count <= maximumPieceLength else {
      throw json.fault("pieces of at most \(maximumPieceLength) bytes", found: "one of \(piece.utf8.count)")
    }
    switch add(Array(piece.utf8), id: id) {
    case .added: return
    case .knownPiece: throw json.fault("each piece once", found: "'\(shortened(piece))' twice")
    case .knownID: throw json.fault("each id once", found: "\(id) again")
    case .tooMany: throw json.fault("at most \(PieceTable.maximumBytes) bytes of pieces", found: "more")
    case .badID: throw json.fault("an id below \(PieceTable.maximumID)", found: "\(id)")
    }
  }
}

extension PieceModel {
  /// Reads a `model`.
  init(_ json: JSONText) throws {
    let members = try json.members()
    let type = try members.string("type") ?? PieceModel.guessedType(members)
    switch type {
    case "BPE": self = .bytePairs(try BytePairModel(members))
    case "WordPiece": self = .wordPiece(try WordPieceModel(members))
    case "WordLevel": self = .wordLevel(try WordLevelModel(members))
    case "Unigram": self = .unigram(try UnigramModel(members))
    default:
      throw json.unsupported("the model '\(shortened(type))'", supported: "BPE, WordPiece, Unigram and WordLevel")
    }
  }

  /// Old files do not name the model.
  private static func guessedType(_ members: JSONMembers) -> String {
    if members["merges"] != nil { return "BPE" }
    if members["vocab"]?.kind == .array { return "Unigram" }
    return members["max_input_chars_per_word"] != nil ? "WordPiece" : "WordLevel"
  }
}

/// The id of a model's unknown token, which must be in the vocabulary.
private func unknown(_ members: JSONMembers, _ pieces: PieceTable) throws -> Int32? {
  guard let name = members["unk_token"] else { return nil }
  let piece = try name.string()
  // A file that names a token without having it can do without, as long as nothing is unknown.
  return pieces.id(of: piece)
}

extension BytePairModel {
  fileprivate init(_ members: JSONMembers) throws {
    if let dropout = members["dropout"], try dropout.number() != 0 {
      throw dropout.unsupported("dropout, which makes tokens random,", supported: "no dropout")
    }
    let pieces = try PieceTable(members.required("vocab"))
    let prefix = try Array((members.string("continuing_subword_prefix") ?? "").utf8)
    let merges = try BytePairModel.merges(members.required("merges"), pieces, prefixLength: prefix.count)
    self.init(
      pieces: pieces, merges: merges, fallsBackToBytes: try members.boolean("byte_fallback", default: false))
    unknown = try VitroModels.unknown(members, pieces)
    if unknown == nil { missingUnknown = try members.string("unk_token") }
    fusesUnknown = try members.boolean("fuse_unk", default: false)
    ignoresMerges = try members.boolean("ignore_merges", default: false)
    continuingPrefix = prefix
    wordSuffix = try Array((members.string("end_of_word_suffix") ?? "").utf8)
  }

  private static func merges(_ json: JSONText, _ pieces: PieceTable, prefixLength: Int) throws -> PairTable {
    var table = PairTable()
    var rank = 0
    try json.forEachElement { element in
      let parts: [String]
      if element.kind == .array {
        parts = try element.elements(atMost: 2).map { try $0.string() }
      } else {
        parts = try element.string().split(separator: " ", omittingEmptySubsequences: false).map(String.init)
        if parts[0] == "#version:" { return }
      }
      guard parts.count == 2 else { throw element.fault("two pieces") }
      try add(parts[0], parts[1], rank, pieces, prefixLength, to: &table) { missing in
        element.fault("pieces of the vocabulary", found: "'\(shortened(missing))'")
      }
      rank += 1
    }
    return table
  }

  /// Adds a merge of two pieces, or throws for what the vocabulary lacks.
  static func add(
    _ left: String, _ right: String, _ rank: Int, _ pieces: PieceTable, _ prefixLength: Int, to table: inout PairTable,
    _ fault: (String) -> VitroError
  ) throws {
    guard let first = pieces.id(of: left) else { throw fault(left) }
    guard let second = pieces.id(of: right) else { throw fault(right) }
    let whole = Array(left.utf8) + right.utf8.dropFirst(prefixLength)
    guard let merged = pieces.id(of: whole) else { throw fault(String(decoding: whole, as: UTF8.self)) }
    table.add(first, second, PairTable.Merge(rank: Int32(clamping: rank), id: merged))
  }
}

extension WordPieceModel {
  fileprivate init(_ members: JSONMembers) throws {
    let pieces = try PieceTable(members.required("vocab"))
    let name = try members.string("unk_token") ?? "[UNK]"
    guard let unknown = pieces.id(of: name) else {
      throw members.owner.fault("a vocabulary with the unknown token", found: "no '\(shortened(name))'")
    }
    self.init(pieces: pieces, unknown: unknown)
    continuingPrefix = try Array((members.string("continuing_subword_prefix") ?? "##").utf8)
    maximumLength = try members["max_input_chars_per_word"]?.count(atMost: 1000) ?? 100
  }
}

extension WordLevelModel {
  fileprivate init(_ members: JSONMembers) throws {
    let pieces = try PieceTable(members.required("vocab"))
    self.init(pieces: pieces, unknown: try VitroModels.unknown(members, pieces))
  }
}

extension UnigramModel {
  fileprivate init(_ members: JSONMembers) throws {
    var pieces = PieceTable()
    var spans: [(UInt32, UInt32)] = []
    var bytes: [UInt8] = []
    var scores: [Double] = []
    try members.required("vocab").forEachElement { element in
      let parts = try element.elements(atMost: 2)
      guard parts.count == 2 else { throw element.fault("a piece and its score") }
      let piece = try parts[0].string()
      guard piece.utf8.count <= maximumPieceLength else {
        throw element.fault("pieces of at most \(maximumPieceLength) bytes", found: "one of \(piece.utf8.count)")
      }
      let addition = pieces.add(Array(piece.utf8), id: scores.count)
      guard addition != .badID else { throw element.fault("at most \(PieceTable.maximumID) pieces", found: "more") }
      guard addition != .tooMany, bytes.count <= PieceTable.maximumBytes else {
        throw element.fault("at most \(PieceTable.maximumBytes) bytes of pieces", found: "more")
      }
      spans.append((UInt32(bytes.count), UInt32(bytes.count + piece.utf8.count)))
      bytes += Array(piece.utf8)
      scores.append(try parts[1].number())
    }
    let id = members["unk_id"]
    let unknown = try id?.count(atMost: PieceTable.maximumID)
    if let unknown, unknown >= scores.count, let id {
      throw id.fault("an id below \(scores.count)", found: "\(unknown)")
    }
    self.init(
      pieces: pieces, set: PieceSet(bytes: bytes, spans: spans), scores: scores, unknown: unknown.map { Int32($0) },
      fallsBackToBytes: try members.boolean("byte_fallback", default: false))
  }
}
