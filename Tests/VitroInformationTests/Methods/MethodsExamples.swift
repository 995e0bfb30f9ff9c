import Testing
import VitroInformation
import VitroTensor

/// The samples of the documentation.
@Suite struct MethodsExamples {
  @Test func aMethodIsFoundByName() throws {
    // docs:attribution-methods
    let method = try AttributionMethods.named("integrated-gradients").init()
    // docs:end
    #expect(method is IntegratedGradients)
  }

  @Test func methodsAreCompared() throws {
    let network = try AttributionNetworks.words("encoder")
    let text = try network.text([3, 14, 15, 9])
    let features: [Feature] = ["blocks.0.hook_resid_post", "blocks.1.hook_resid_post"]
    let scales = try FeatureScales(network, features, over: [text])
    // docs:methods-comparison
    let comparison = try MethodsComparison(
      network, text, layers: features, ["lrp", "occlusion"], scales: scales)
    let strip = comparison.methods[0].scores[0]  // the first layer's: a number for each token
    // docs:end
    #expect(strip?.count == 4)
    #expect(abs(comparison.agreement(comparison.methods[0], comparison.methods[0]) - 1) < 1e-12)
  }
}
