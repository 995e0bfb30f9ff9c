/// How deep sequences may nest.
private let maximumNesting = 8

extension Pattern {
  /// Reads `{"String": …}` or `{"Regex": …}`.
  init(_ json: JSONText) throws {
    if json.kind == .string {
      try self.init(text: json.string())
      return
    }
    let members = try json.members()
    if let text = try members.string("String") {
      try self.init(text: text)
      return
    }
    let expression = try members.required("Regex")
    do {
      self = try Pattern(expression: try expression.string())
    } catch let fault as RegexFault {
      throw expression.unsupported(
        "\(fault.message) (at character \(fault.position) of the pattern)",
        supported: "classes, groups, repetitions, lookaround and anchors")
    }
  }
}

extension Pattern {
  /// A string; the empty one is found between all characters.
  fileprivate init(text: String) throws {
    self = text.isEmpty ? try Pattern(expression: "") : .literal(Array(text.utf8))
  }
}

extension SplitBehavior {
  fileprivate init(_ json: JSONText) throws {
    let name = try json.string()
    guard let behavior = SplitBehavior(rawValue: name) else {
      throw json.fault("Removed, Isolated, MergedWithPrevious, MergedWithNext or Contiguous")
    }
    self = behavior
  }
}

extension Normalizer {
  /// Reads a `normalizer`.
  init(_ json: JSONText, depth: Int = 0) throws {
    let members = try json.members()
    let type = try members.type()
    switch type {
    case "Sequence":
      guard depth < maximumNesting else { throw json.fault("at most \(maximumNesting) levels of sequences") }
      self = .sequence(try members.required("normalizers").elements().map { try Normalizer($0, depth: depth + 1) })
    case "BertNormalizer":
      let lowercases = try members.boolean("lowercase", default: true)
      self = .bert(
        BertCleaning(
          cleansText: try members.boolean("clean_text", default: true),
          spacesChineseCharacters: try members.boolean("handle_chinese_chars", default: true),
          stripsAccents: try members.boolean("strip_accents", default: lowercases), lowercases: lowercases))
    case "NFC", "NFD", "NFKC", "NFKD": self = .form(NormalForm(rawValue: type) ?? .nfc)
    case "Lowercase": self = .lowercase
    case "StripAccents": self = .stripAccents
    case "Strip", "StripNormalizer":
      self = .strip(
        left: try members.boolean("strip_left", default: true), right: try members.boolean("strip_right", default: true)
      )
    case "Prepend": self = .prepend(Array(try members.required("prepend").string().unicodeScalars))
    case "Replace":
      self = .replace(
        try Pattern(members.required("pattern")), Array(try members.required("content").string().unicodeScalars))
    case "Nmt": self = .translationCleaning
    case "Precompiled":
      let text = try members.required("precompiled_charsmap")
      let base64 = try text.string()
      if base64.isEmpty {
        self = .sequence([])
      } else {
        guard let map = CharacterMap(base64: base64) else { throw text.fault("a map of characters in base64") }
        self = .characterMap(map)
      }
    case "ByteLevel": self = .byteLevel
    default:
      throw json.unsupported(
        "the normalizer '\(shortened(type))'",
        supported: "Sequence, BertNormalizer, NFC, NFD, NFKC, NFKD, Lowercase, StripAccents, Strip, Prepend, Replace, "
          + "Nmt, Precompiled and ByteLevel")
    }
  }
}

extension PreTokenizer {
  /// Reads a `pre_tokenizer`.
  init(_ json: JSONText, depth: Int = 0) throws {
    let members = try json.members()
    let type = try members.type()
    switch type {
    case "Sequence":
      guard depth < maximumNesting else { throw json.fault("at most \(maximumNesting) levels of sequences") }
      self = .sequence(try members.required("pretokenizers").elements().map { try PreTokenizer($0, depth: depth + 1) })
    case "BertPreTokenizer": self = .bert
    case "ByteLevel":
      self = .byteLevel(
        addsPrefixSpace: try members.boolean("add_prefix_space", default: true),
        splits: try members.boolean("use_regex", default: true))
    case "Metaspace":
      self = .metaspace(
        try members.scalar("replacement", default: "▁"), try PrependScheme(members),
        splits: try members.boolean("split", default: true))
    case "Split":
      self = .split(
        try Pattern(members.required("pattern")), try SplitBehavior(members.required("behavior")),
        isInverted: try members.boolean("invert", default: false))
    case "Whitespace": self = .words
    case "WhitespaceSplit": self = .split(.scalars(ScalarClass.isSpace), .removed, isInverted: false)
    case "Punctuation":
      self = .split(
        .scalars(ScalarClass.isPunctuation), try members["behavior"].map { try SplitBehavior($0) } ?? .isolated,
        isInverted: false)
    case "Digits":
      let stand = try members.boolean("individual_digits", default: false)
      self = .digits(individually: stand)
    case "CharDelimiterSplit":
      var bytes: [UInt8] = []
      appendUTF8(try members.scalar("delimiter", default: " "), to: &bytes)
      self = .split(.literal(bytes), .removed, isInverted: false)
    default:
      throw json.unsupported(
        "the pre-tokenizer '\(shortened(type))'",
        supported: "Sequence, BertPreTokenizer, ByteLevel, Metaspace, Split, Whitespace, WhitespaceSplit, Punctuation, "
          + "Digits and CharDelimiterSplit")
    }
  }

  /// A cut around digits, or around every digit.
  static func digits(individually: Bool) -> PreTokenizer {
    .split(.scalars { ScalarClass.isIn(.number, $0) }, individually ? .isolated : .contiguous, isInverted: false)
  }
}

extension PreTokenizer.PrependScheme {
  /// Reads the scheme of a Metaspace; old files only say whether a space is added.
  fileprivate init(_ members: JSONMembers) throws {
    if let scheme = members["prepend_scheme"] {
      guard let known = PreTokenizer.PrependScheme(rawValue: try scheme.string()) else {
        throw scheme.fault("always, first or never")
      }
      self = known
    } else {
      self = try members.boolean("add_prefix_space", default: true) ? .always : .never
    }
  }
}

extension TokenDecoder {
  /// Reads a `decoder`.
  init(_ json: JSONText, depth: Int = 0) throws {
    let members = try json.members()
    let type = try members.type()
    switch type {
    case "Sequence":
      guard depth < maximumNesting else { throw json.fault("at most \(maximumNesting) levels of sequences") }
      self = .sequence(try members.required("decoders").elements().map { try TokenDecoder($0, depth: depth + 1) })
    case "ByteLevel": self = .byteLevel
    case "WordPiece":
      self = .wordPiece(
        prefix: try members.string("prefix") ?? "##", cleansUp: try members.boolean("cleanup", default: true))
    case "Metaspace":
      self = .metaspace(
        try members.scalar("replacement", default: "▁"),
        isPrepended: try PreTokenizer.PrependScheme(members) != .never)
    case "BPEDecoder": self = .wordSuffix(try members.string("suffix") ?? "</w>")
    case "ByteFallback": self = .byteFallback
    case "Fuse": self = .fuse
    case "Replace":
      self = .replace(try Pattern(members.required("pattern")), try members.required("content").string())
    case "Strip":
      self = .strip(
        try members.scalar("content", default: " "), start: try members["start"]?.count(atMost: 1 << 16) ?? 0,
        end: try members["stop"]?.count(atMost: 1 << 16) ?? 0)
    default:
      throw json.unsupported(
        "the decoder '\(shortened(type))'",
        supported: "Sequence, ByteLevel, WordPiece, Metaspace, BPEDecoder, ByteFallback, Fuse, Replace and Strip")
    }
  }
}
