/// Who does the work of a case: the engine, or the bare thing it is measured against.
enum Implementation: String, CaseIterable, Sendable {
  /// Vitro.
  case vitro
  /// `cblas_sgemm` of OpenBLAS, with its own threads.
  case openblas
  /// `memcpy`, on one thread.
  case memcpy
  /// `memcpy` of fixed blocks on the engine's threads.
  case threadedMemcpy = "memcpy-threads"
}

/// Something that is timed.
struct Case: Sendable {
  /// The name, the same in every program that times this work.
  let name: String
  /// Cases of one family are measured next to each other.
  let family: String
  /// How much work one call does.
  let amount: Double
  /// What that is counted in, such as `flop` or `image`.
  let unit: String
  /// Makes the data and returns the work itself.
  let prepare: @Sendable () throws -> () throws -> Void

  init(
    _ name: String, _ family: String, _ amount: Double, _ unit: String,
    prepare: @escaping @Sendable () throws -> () throws -> Void
  ) {
    self.name = name
    self.family = family
    self.amount = amount
    self.unit = unit
    self.prepare = prepare
  }
}

/// All cases of an implementation; those of probes need a folder that scikit-learn's side has filled.
func cases(of implementation: Implementation, threads: Int, probeData: String?) -> [Case] {
  switch implementation {
  case .vitro:
    matmulCases + elementwiseCases + overheadCases + tinyCases + seedCases + recurrentCases + transformerCases
      + languageCases + informationCases + convnetCases + toyCases + regionCases + symmetryCases + extractionCases
      + (probeData.map(probeCases) ?? [])
      + startUpCases
  case .openblas: rawMatmulCases(threads: threads)
  case .memcpy: [copyCase]
  case .threadedMemcpy: [threadedCopyCase]
  }
}
