internal import Foundation
internal import VitroCore

/// Files of permutations: JSON lists of images, counted from 1.
enum PermutationFile {
  /// The largest file that is read.
  private static let mostBytes = 64 << 20

  /// The rows of a file.
  static func rows(of path: String) throws -> [[Int]] {
    let url = URL(fileURLWithPath: path)
    let values = try? url.resourceValues(forKeys: [.fileSizeKey, .isRegularFileKey])
    // A device or a pipe has no end that could be waited for.
    guard values?.isRegularFile == true, let size = values?.fileSize, let handle = try? FileHandle(forReadingFrom: url)
    else {
      throw VitroError(
        .file, "reading \(path)", "the file is not there or cannot be read", details: ["file": path])
    }
    defer { try? handle.close() }
    guard size <= mostBytes else {
      throw VitroError.malformed(
        file: path, field: "size", found: "\(size) bytes", expected: "at most \(mostBytes)")
    }
    let data = (try? handle.read(upToCount: mostBytes)) ?? Data()
    guard let rows = try? JSONDecoder().decode([[Int]].self, from: data), !rows.isEmpty else {
      throw VitroError.malformed(
        file: path, field: "generators", found: String(decoding: data.prefix(60), as: UTF8.self),
        expected: "a JSON list of lists of whole numbers, such as [[2, 3, 1], [2, 1, 3]]",
        hint: "Each list has the images of the points 1, 2, …, n under one generator.")
    }
    return rows
  }

  /// What a group from a file is called.
  static func name(of path: String) -> String {
    URL(fileURLWithPath: path).deletingPathExtension().lastPathComponent
  }
}
