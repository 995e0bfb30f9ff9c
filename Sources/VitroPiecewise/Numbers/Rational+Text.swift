internal import BigInt
internal import VitroCore

extension Rational: CustomStringConvertible {
  /// The longest text that is read as a number, so that no text takes more than a moment.
  static let longestText = 400

  /// Reads `3`, `-0.25`, `1e-3` or `2/3`, exactly.
  ///
  /// - Throws: ``/VitroCore/VitroError`` (`argument`) for anything else, also exponents beyond ± 300.
  public init(parsing text: String) throws {
    guard let value = Rational(text) else {
      throw VitroError(
        .argument, "reading a number", "'\(text.prefix(40))' is not a number such as 3, −0.25, 1e-3 or 2/3")
    }
    self = value
  }

  /// Reads a number exactly, `nil` where it is none.
  public init?(_ text: some StringProtocol) { self.init(exactText: String(text)) }

  private init?(exactText text: String) {
    let plain = text.replacing("−", with: "-")
    guard plain.utf8.count <= Self.longestText else { return nil }
    let parts = plain.split(separator: "/", omittingEmptySubsequences: false)
    switch parts.count {
    case 1:
      guard let value = Self.decimal(parts[0]) else { return nil }
      self = value
    case 2:
      guard let top = Self.decimal(parts[0]), let bottom = Self.decimal(parts[1]), bottom != 0 else { return nil }
      self = top / bottom
    default: return nil
    }
  }

  private static func decimal(_ text: Substring) -> Rational? {
    var rest = text
    let isNegative = rest.first == "-"
    if let first = rest.first, first == "-" || first == "+" { rest.removeFirst() }
    let halves = rest.split(maxSplits: 1, omittingEmptySubsequences: false) { $0 == "e" || $0 == "E" }
    let mantissaText = halves[0]
    let exponentText = halves.count == 2 ? halves[1] : "0"
    guard let exponent = Int(exponentText), (-300...300).contains(exponent) else { return nil }
    let digits = mantissaText.split(separator: ".", omittingEmptySubsequences: false)
    guard digits.count <= 2, !digits.joined().isEmpty, digits.joined().utf8.allSatisfy({ (48...57).contains($0) }),
      let mantissa = BigInt(digits.joined())
    else { return nil }
    let places = exponent - (digits.count == 2 ? digits[1].count : 0)
    let value =
      places >= 0
      ? Rational(mantissa * BigInt(10).power(places), over: 1) : Rational(mantissa, over: BigInt(10).power(-places))
    return isNegative ? -value : value
  }

  /// The number as a whole number, a finite decimal of few digits, or a fraction: text that reads back as the same number.
  public var description: String {
    if isInteger { return numerator.description }
    if let decimal = shortDecimal { return decimal }
    return "\(numerator)/\(denominator)"
  }

  /// The decimal form where it is finite and has no more than 17 places.
  private var shortDecimal: String? {
    var rest = denominator
    var (twos, fives) = (0, 0)
    while rest.trailingZeroBitCount > 0 { (rest, twos) = (rest >> 1, twos + 1) }
    while (rest % 5).isZero { (rest, fives) = (rest / 5, fives + 1) }
    let places = Swift.max(twos, fives)
    guard rest == 1, places <= 17 else { return nil }
    let scaled = numerator * BigInt(10).power(places) / denominator
    let digits = scaled.magnitude.description
    let padded = String(repeating: "0", count: Swift.max(0, places + 1 - digits.count)) + digits
    let point = padded.index(padded.endIndex, offsetBy: -places)
    return (sign < 0 ? "-" : "") + padded[..<point] + "." + padded[point...]
  }
}

extension Rational: Codable {
  /// Reads the text of a number.
  public init(from decoder: any Decoder) throws {
    let text = try decoder.singleValueContainer().decode(String.self)
    guard let value = Rational(stored: text) else {
      throw DecodingError.dataCorrupted(
        .init(codingPath: decoder.codingPath, debugDescription: "'\(text.prefix(40))' is not a fraction."))
    }
    self = value
  }

  /// Writes the number as text, `3` or `-2/3`, so that nothing is lost.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(isInteger ? "\(numerator)" : "\(numerator)/\(denominator)")
  }

  /// A number as ``encode(to:)`` writes it, however long.
  private init?(stored text: String) {
    let parts = text.split(separator: "/", omittingEmptySubsequences: false)
    guard parts.count <= 2, let top = BigInt(parts[0]), let bottom = parts.count == 2 ? BigInt(parts[1]) : 1,
      !bottom.isZero
    else { return nil }
    self.init(top, over: bottom)
  }
}
