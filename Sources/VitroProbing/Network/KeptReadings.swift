internal import Foundation
internal import VitroCore
internal import VitroFormats

/// Results of a stage at work, each in a file of its own: what is done is not done again after an interruption.
struct KeptReadings {
  let directory: URL

  /// What was kept under a name, or else what `work` gives, which is kept.
  func value<Value: Codable>(for name: String, _ work: () throws -> Value) throws -> Value {
    let file = directory.appending(path: "\(SHA256.hexDigest(of: Array(name.utf8)).prefix(32)).json")
    let decoder = JSONDecoder()
    decoder.nonConformingFloatDecodingStrategy = .convertFromString(
      positiveInfinity: "inf", negativeInfinity: "-inf", nan: "nan")
    if let data = try? Data(contentsOf: file), let known = try? decoder.decode(Value.self, from: data) { return known }
    let value = try work()
    let encoder = JSONEncoder()
    encoder.nonConformingFloatEncodingStrategy = .convertToString(
      positiveInfinity: "inf", negativeInfinity: "-inf", nan: "nan")
    try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
    try AtomicFile.write(Array(encoder.encode(value)), to: file.path)
    return value
  }
}
