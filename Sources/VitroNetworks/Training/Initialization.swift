public enum Initialization: Sendable {
  case pytorch
  func fill(_ parameters: inout Parameters, seed: UInt64) throws {}
}
