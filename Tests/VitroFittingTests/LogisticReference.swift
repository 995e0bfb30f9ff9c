import Testing

/// Data of the reference script and the optima that scikit-learn finds for them.
struct LogisticReference: Sendable, CustomTestStringConvertible {
  var name: String
  var rows, features, classes: Int
  var signal: Double
  var imbalance = 1
  /// At C = 0.01, 1 and 100, weighted at C = 1, and balanced at C = 1.
  var optima: [Double]

  var testDescription: String { name }

  static let all = [
    LogisticReference(
      name: "binary", rows: 120, features: 5, classes: 2, signal: 0.2,
      optima: [0.8184840995359176, 67.07934380956354, 6188.800783262383, 109.76104266189928, 67.07934380956354]),
    LogisticReference(
      name: "softmax", rows: 150, features: 6, classes: 4, signal: 0.3,
      optima: [2.0372670005357802, 168.48221029879215, 15968.709856793459, 280.25757167245183, 168.5105161667835]),
    LogisticReference(
      name: "separable", rows: 60, features: 4, classes: 2, signal: 3,
      optima: [0.23645196609452754, 1.9019237694816131, 6.155816459007118, 2.2192818805618497, 1.9019237694816131]),
    LogisticReference(
      name: "separable softmax", rows: 90, features: 6, classes: 3, signal: 4,
      optima: [0.33886642096623465, 1.7793392010985642, 5.0386043146589135, 2.0777969846006616, 1.7793392010985642]),
    LogisticReference(
      name: "imbalanced", rows: 200, features: 5, classes: 2, signal: 0.3, imbalance: 8,
      optima: [0.4517870766073958, 36.90726458460916, 2882.2728951852278, 43.36272657900248, 86.50066352458303]),
    LogisticReference(
      name: "wide", rows: 20, features: 50, classes: 2, signal: 0.3,
      optima: [0.13240934042935362, 4.366522838597428, 23.615695654170647, 5.5986318931533425, 4.366522838597428]),
    LogisticReference(
      name: "wide softmax", rows: 24, features: 60, classes: 3, signal: 0.3,
      optima: [0.23787753233872536, 4.6084004960479446, 18.190848452419146, 5.6411252082193775, 4.6084004960479446]),
  ]
}
