import Testing
import VitroCore
import VitroTensor

/// Values by NumPy and PyTorch; Tests/References/tensor.py prints them.
@Suite struct ReferenceTests {
  private let images: Tensor
  private let rows: Tensor

  init() throws {
    images = try wave([1, 4, 5, 4], 0.7, 0.3)
    rows = try wave([2, 3], 0.7, 0.3)
  }

  @Test func einsumAgreesWithNumPy() throws {
    let a = try wave([2, 2, 3], 0.7, 0.3)
    try expectClose(
      .einsum("bij,kj->bki", a, wave([2, 3], 0.4, 1)),
      [
        2.043629460386427, 0.013501962778783183, 0.8126502174018833, 0.48119905041242517, -2.0572622870130686,
        2.0636997406987, -1.2985131496776094, 0.8298995603604404,
      ])
    try expectClose(.einsum("iij->j", wave([3, 3, 2], 0.7, 0.3)), [-0.9538086328573259, 0.7947830660844457])
    try expectClose(
      .einsum("...i,i", a, wave([3], 0.4, 1)),
      [2.043629460386427, 0.013501962778783183, -2.0572622870130686, 2.0636997406987])
    let transposed = try Tensor.einsum("ba", rows)
    #expect(transposed.shape == [3, 2])
    #expect(try transposed.isIdentical(to: rows.transposed()))
  }

  @Test func convolutionAgreesWithPyTorch() throws {
    let result = try images.conv2d(
      filters: wave([4, 2, 2, 3], 0.4, 1), bias: wave([4], 0.9, 0.1),
      window: Window([1, 1], stride: [2, 1], padding: [1, 2], dilation: [2, 1]), groups: 2)
    #expect(result.shape == [1, 4, 3, 6])
    try expectClose(
      result.select(axis: 2, at: 1),
      [
        1.5946126388061317, 2.635027767818077, 2.377854095563063, -0.4908415004954872, -1.5604056090927128,
        -1.1998081458921896, 1.5664692550045123, 1.117148965758889, -0.35509199856514817, -1.0002383891023932,
        0.10517858645278824, 0.9223383058052551, 2.325883973831899, 3.750686113470073, 4.25359031073824,
        1.820281528560212, 0.22644916041827567, -0.03652760123212673, 1.437066960339756, 1.4619281525418928,
        0.15156111130024208, -1.1957343645513419, -0.6653911497197398, 0.08869152892982099,
      ])
  }

  @Test func poolingAgreesWithPyTorch() throws {
    let image = try images.slice(axis: 1, 0..<1)
    try expectClose(
      image.maxPool2d(Window(2, stride: 2, padding: 1)),
      [
        0.29552020666133955, 0.9916648104524686, 0.6754631805511513, 0.041580662433290935, 0.8504366206285644,
        0.9893582466233819, 0.6629692300821833, 0.32747443913769303, 0.8591618148564958,
      ])
    let window = Window(3, stride: 2, padding: 1)
    try expectClose(
      image.averagePool2d(window),
      [
        0.06296821810664534, 0.003972923498171872, 0.006125791745472676, -0.21141532078540684, -0.060659644598857344,
        -0.08364716463873952,
      ])
    try expectClose(
      image.averagePool2d(window, excludingPadding: true),
      [
        0.141678490739952, 0.005959385247257809, 0.009188687618209014, -0.21141532078540684, -0.13648420034742903,
        -0.12547074695810928,
      ])
  }

  @Test func crossEntropyAgreesWithPyTorch() throws {
    let scores = try wave([4, 3], 0.7, 0.3) * 3
    try expectClose(
      scores.crossEntropy(labels: Tensor([2, 0, 1, 2]), ignoring: 1),
      [0.5659604739600848, 0.15730206223593862, 0, 0.5822485789828381])
  }

  @Test func normalizationsAgreeWithPyTorch() throws {
    try expectClose(
      wave([3, 2, 2], 0.7, 0.3).batchNormalized(epsilon: 1e-3).values,
      [
        0.44221071002734935, 1.5839330043774935, 0.8346206573988151, 0.4667229361489067, -0.0888416314429803,
        -1.4553482731406793, -1.4565197360818427, -1.3470637915129342, -0.9576688442151928, 0.4757150343940094,
        0.6703029426903895, 0.8319369913566657,
      ])
    try expectClose(
      rows.layerNormalized(epsilon: 1e-3).values,
      [
        -1.376509874637029, 0.4385841546447113, 0.9379257199923176, 1.2162965104512184, 0.012380747970367546,
        -1.2286772584215857,
      ])
  }

  @Test func sumsAndActivationsAgree() throws {
    try expectClose(
      rows.cumulativeSum(axis: 0),
      [
        0.29552020666133955, 0.8414709848078965, 0.9916648104524686, 0.9709833872124909, 0.8830516472411875,
        0.37980691950974965,
      ])
    let x = try wave([4], 1.7, -2)
    try expectClose(
      x.gelu(), [-0.16512529769152812, -0.1134201409002434, 0.8256082008998037, 0.02147988435974909])
    try expectClose(
      x.geluTanh(), [-0.16524595297760378, -0.11342250225686736, 0.8254605748576749, 0.021479883377165776])
    try expectClose(rows.variance(axes: [1], correction: 1), [0.13420629113468185, 0.414330755154283])
    try expectClose(rows.logSumExp(axis: 0), [1.1965759546464414, 1.212605654904993, 1.174974668789872])
  }

  @Test func halfFormatsRoundAsNumPyAndPyTorchDo() throws {
    let numbers = try Tensor([1 / 3, 65504, 65520, 6e-8, 2049, 1e-8, -0.1] as [Float])
    #expect(
      try numbers.cast(to: .float16).doubles
        == [0.333251953125, 65504, .infinity, 5.960464477539063e-08, 2048, 0, -0.0999755859375])
    #expect(
      try numbers.cast(to: .bfloat16).doubles
        == [0.333984375, 65536, 65536, 6.007030606269836e-08, 2048, 1.0011717677116394e-08, -0.10009765625])
  }
}
