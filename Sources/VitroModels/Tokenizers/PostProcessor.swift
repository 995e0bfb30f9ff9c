/// What is done to the tokens of one text, or of two, at the end: special tokens around them, ranges without spaces.
struct PostProcessor: Sendable {
  /// One place of a template.
  enum Item: Sendable {
    /// A special token, or several.
    case special(ids: [Int], type: Int)
    /// All the tokens of the first text, or of the second.
    case text(isSecond: Bool, type: Int)
  }

  /// The places for one text.
  var single: [Item] = [.text(isSecond: false, type: 0)]
  /// The places for two.
  var pair: [Item] = [.text(isSecond: false, type: 0), .text(isSecond: true, type: 1)]
  /// Whether ranges leave out the spaces that byte-level tokens begin and end with.
  var trimsSpaces = false
  /// Whether a space before the first word was put there, and so is not in the text.
  var addsPrefixSpace = true

  /// Special tokens before and after one text.
  static func around(beginning: Int?, end: Int?) -> PostProcessor {
    func around(_ isSecond: Bool) -> [Item] {
      let type = isSecond ? 1 : 0
      let (before, after) = (beginning.map { [$0] } ?? [], end.map { [$0] } ?? [])
      return [
        .special(ids: before, type: type), .text(isSecond: isSecond, type: type), .special(ids: after, type: type),
      ]
    }
    return PostProcessor(single: around(false), pair: around(false) + around(true))
  }

  /// The special token that the template puts first, and the one that it puts last.
  var outermost: (beginning: Int?, end: Int?) {
    var result: (beginning: Int?, end: Int?)
    if case .special(let ids, _) = single.first { result.beginning = ids.first }
    if case .special(let ids, _) = single.last { result.end = ids.last }
    return result
  }

  /// The ids that the templates add.
  var specialIDs: [Int] {
    (single + pair).flatMap { if case .special(let ids, _) = $0 { ids } else { [Int]() } }
  }

  /// How many of a range's first and last scalars are spaces that the piece begins and ends with.
  func spaces(in piece: some BidirectionalCollection<Unicode.Scalar>, startsText: Bool) -> (leading: Int, trailing: Int)
  {
    func isSpace(_ scalar: Unicode.Scalar) -> Bool { scalar == "\u{120}" || ScalarClass.isSpace(scalar) }
    let leading = piece.prefix(while: isSpace).count
    // A single space may be the one that was put there.
    return (startsText && addsPrefixSpace && leading == 1 ? 0 : leading, piece.reversed().prefix(while: isSpace).count)
  }
}

extension PostProcessor {
  /// Reads a `post_processor`.
  init(_ json: JSONText) throws {
    self.init()
    var hasTemplate = false
    try read(json, &hasTemplate, depth: 0)
  }

  private mutating func read(_ json: JSONText, _ hasTemplate: inout Bool, depth: Int) throws {
    let members = try json.members()
    let type = try members.type()
    switch type {
    case "Sequence":
      guard depth < 8 else { throw json.fault("at most 8 levels of sequences") }
      for part in try members.required("processors").elements() { try read(part, &hasTemplate, depth: depth + 1) }
      return
    case "ByteLevel":
      trimsSpaces = try trimsSpaces || members.boolean("trim_offsets", default: true)
      addsPrefixSpace = try members.boolean("add_prefix_space", default: true)
      return
    case "BertProcessing", "RobertaProcessing", "TemplateProcessing": break
    default:
      throw json.unsupported(
        "the post-processor '\(shortened(type))'",
        supported: "Sequence, ByteLevel, BertProcessing, RobertaProcessing and TemplateProcessing")
    }
    guard !hasTemplate else { throw json.unsupported("a second template", supported: "one template") }
    hasTemplate = true
    if type == "TemplateProcessing" { return try readTemplate(members) }
    let beginning = try PostProcessor.token(members.required("cls"))
    let end = try PostProcessor.token(members.required("sep"))
    let isBERT = type == "BertProcessing"
    func special(_ id: Int, _ type: Int) -> Item { .special(ids: [id], type: type) }
    let second = isBERT ? 1 : 0
    single = [special(beginning, 0), .text(isSecond: false, type: 0), special(end, 0)]
    pair =
      single + (isBERT ? [] : [special(end, 0)]) + [.text(isSecond: true, type: second), special(end, second)]
    if !isBERT {
      trimsSpaces = try members.boolean("trim_offsets", default: true)
      addsPrefixSpace = try members.boolean("add_prefix_space", default: true)
    }
  }

  /// The id of `["[SEP]", 102]`.
  private static func token(_ json: JSONText) throws -> Int {
    let parts = try json.elements(atMost: 2)
    guard parts.count == 2 else { throw json.fault("a token and its id") }
    return try parts[1].count(atMost: PieceTable.maximumID)
  }

  private mutating func readTemplate(_ members: JSONMembers) throws {
    var ids: [[UInt8]: [Int]] = [:]
    try members["special_tokens"]?.forEachMember { name, value in
      guard ids.count < JSONText.maximumComponents else { throw value.fault("fewer special tokens") }
      ids[Array(name.utf8)] = try value.members().required("ids").elements().map {
        try $0.count(atMost: PieceTable.maximumID)
      }
    }
    single = try PostProcessor.items(members.required("single"), ids)
    if let two = members["pair"] { pair = try PostProcessor.items(two, ids) }
  }

  private static func items(_ json: JSONText, _ ids: [[UInt8]: [Int]]) throws -> [Item] {
    try json.elements().map { element in
      let members = try element.members()
      if let special = members["SpecialToken"] {
        let name = try special.members().required("id").string()
        guard let known = ids[Array(name.utf8)] else {
          throw special.fault("one of the special_tokens", found: "'\(shortened(name))'")
        }
        return .special(ids: known, type: try special.members()["type_id"]?.count(atMost: 1 << 20) ?? 0)
      }
      let sequence = try members.required("Sequence").members()
      let name = try sequence.required("id").string()
      guard name == "A" || name == "B" else {
        throw element.fault("the sequence A or B", found: "'\(shortened(name))'")
      }
      return .text(isSecond: name == "B", type: try sequence["type_id"]?.count(atMost: 1 << 20) ?? 0)
    }
  }
}
