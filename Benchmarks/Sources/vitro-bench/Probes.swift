import Foundation
import Vitro

private let layers = 13
private let trainingRows = 8000

/// Linear probes of thirteen layers, 8000 × 768 activations each: standardize, fit, and predict 2000 more rows.
///
/// - Parameter folder: Where scikit-learn's side has written what both read, and where the coefficients are left for it to judge.
func probeCases(folder: String) -> [Case] {
  [2, 10].map { classes in
    Case("13 probes, \(classes) classes", "probes", Double(layers), "probe") {
      func read(_ name: String) throws -> Tensor { Tensor(try NPY.read("\(folder)/\(name).npy")) }
      let labels = try read("labels-\(classes)").ints
      let features = try (0..<layers).map { try read("layer-\(classes)-\($0)") }
      let train = try features.map {
        (
          features: try $0.slice(0..<trainingRows),
          labelSets: [LabelSet(Array(labels[..<trainingRows]), classCount: classes)]
        )
      }
      let probe = LogisticRegression(standardizing: true, tolerance: 1e-4)
      func work() throws -> [LinearModel] {
        let models = try probe.fit(batch: train).map { $0[0].model }
        for (model, x) in zip(models, features) { _ = try model.predict(x.slice(trainingRows..<x.shape[0])) }
        return models
      }
      let coefficients = try work().map { model in
        try Tensor.concatenate([model.weights, model.intercepts.expandingAxis(1)], axis: 1)
      }
      try NPY.write(Tensor.stack(coefficients).raw, to: "\(folder)/vitro-\(classes).npy")
      return { _ = try work() }
    }
  }
}
