internal import Synchronization
internal import VitroCore
internal import VitroFormats
internal import VitroTensor

/// PNG images of one size, decoded when they are asked for.
final class ImageExamples: ExampleReader {
  let exampleShape: [Int]
  let files: [String]
  let dtype = DType.uint8

  private let stamps: [FileStamp]
  private let stored: [Int]
  private let cacheLimit: Int
  private let limits: FormatLimits
  private let decoded: Mutex<[Int: RawArray]>

  /// Looks at all files and decodes the first, whose size all must have.
  ///
  /// - Throws: ``/VitroCore/VitroError`` when a file is not there, or the first is no image.
  init(_ files: [String], cacheBytes: Int, memoryBudget: Int) throws {
    guard let first = files.first else { throw VitroError(.argument, "reading images", "no file is named") }
    var limits = FormatLimits.standard
    limits.maximumBytes = min(limits.maximumBytes, memoryBudget)
    stored = try PNG.read(first, limits: limits).shape
    exampleShape = [stored[2], stored[0], stored[1]]
    stamps = try files.map { try FileStamp($0) }
    (self.files, self.limits, cacheLimit) = (files, limits, cacheBytes)
    decoded = Mutex([:])
  }

  var count: Int { files.count }

  var heldBytes: Int { min(cacheLimit, count * exampleBytes) }

  private var exampleBytes: Int { stored.reduce(1, *) }

  func elements(_ indices: [Int]) throws -> Tensor {
    let (channels, plane) = (stored[2], stored[0] * stored[1])
    return Tensor(
      try RawArray(dtype: .uint8, shape: [indices.count] + exampleShape) { target in
        for (place, index) in indices.enumerated() {
          try pixels(index).withBytes { bytes in
            let start = place * exampleBytes
            for channel in 0..<channels {
              for pixel in 0..<plane { target[start + channel * plane + pixel] = bytes[pixel * channels + channel] }
            }
          }
        }
      })
  }

  private func pixels(_ index: Int) throws -> RawArray {
    if let known = decoded.withLock({ $0[index] }) { return known }
    let file = files[index]
    try stamps[index].check(file)
    let image = try PNG.read(file, limits: limits)
    guard image.shape == stored else {
      throw VitroError(
        .shape, "reading \(file)", "the image is \(image.shape), the first one \(stored)",
        hint: "All images must have one size.",
        details: ["file": file, "field": "shape", "found": "\(image.shape)", "expected": "\(stored)"])
    }
    // What is decoded first stays: in passes over all images, replacing the oldest would throw out each one just before its turn.
    decoded.withLock { if ($0.count + 1) * exampleBytes <= cacheLimit { $0[index] = image } }
    return image
  }
}
