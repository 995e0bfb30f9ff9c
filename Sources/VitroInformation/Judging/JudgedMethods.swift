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
    let known = all
    return try names.map { name in
      guard let found = known.first(where: { $0.name == name }) else {
        throw VitroError.unknownName(name, kind: "method", known: known.map { $0.name }, operation: "judging methods")
      }
      return found
    }
  }
}

extension InformationMethod {
  /// The feature that stands for the answer.
  static func answerFeature(_ network: WordNetwork) -> Feature {
    Feature(network.answer, at: network.answersEachWord ? -1 : nil)
  }
}
