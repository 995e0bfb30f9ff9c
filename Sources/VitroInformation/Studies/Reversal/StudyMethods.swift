internal import VitroCore

/// The methods that studies compare the measure with, by name.
enum StudyMethods {
  static let all: [any AttributionMethod.Type] =
    [InformationMethod.self] + AttributionMethods.all.filter { $0.name != InformationMethod.name }

  static func named(_ name: String) throws -> any AttributionMethod.Type {
    for method in all where method.name == name { return method }
    throw VitroError.unknownName(name, kind: "method", known: all.map { $0.name }, operation: "comparing methods")
  }
}
