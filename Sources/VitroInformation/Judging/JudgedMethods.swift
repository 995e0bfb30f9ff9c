internal import VitroCore

/// The methods that studies judge: the measure first, then all others.
enum JudgedMethods {
  static var all: [any AttributionMethod.Type] {
    [InformationMethod.self] + AttributionMethods.all.filter { $0 != InformationMethod.self }
  }

  /// Methods by name; all unless named.
  ///
  /// - Throws: ``/VitroCore/VitroError`` (`argument`) with the nearest name when there is none.
  static func chosen(_ names: [String]?) throws -> [any AttributionMethod.Type] {
    guard let names else { return all }
    return try names.map { try AttributionMethods.named($0) }
  }
}

extension InformationMethod {
  /// The feature that stands for the answer.
  static func answerFeature(_ network: WordNetwork) -> Feature {
    Feature(network.answer, at: network.answersEachWord ? -1 : nil)
  }
}
