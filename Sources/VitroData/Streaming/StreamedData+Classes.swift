internal import Foundation
internal import VitroCore

extension StreamedData {
  /// Opens a directory that holds one directory of PNG images for each class.
  ///
  /// Every image in it must be one that is read: images of other kinds, beside the class directories or further down are refused by name.
  static func open(
    classesIn path: String, _ entries: [String], memoryBudget: Int, cacheBytes: Int
  ) throws -> StreamedData {
    let stray = entries.filter { isImage($0) && !isDirectory("\(path)/\($0)") }
    if let first = stray.first {
      throw unlabelled(
        "\(path)/\(first)", "it lies beside the class directories\(more(stray))",
        hint: "Put it into the directory of its class.")
    }
    var (files, labels, names): ([String], [Int], [String]) = ([], [], [])
    for entry in entries {
      let images = try images(ofClass: "\(path)/\(entry)")
      if images.isEmpty { continue }
      files += images
      labels += [Int](repeating: names.count, count: images.count)
      names.append(entry)
    }
    guard !files.isEmpty else {
      throw VitroError(
        .file, "reading data '\(path)'",
        "the directory holds neither IDX files nor one directory of PNG images a class", details: ["file": path])
    }
    let reader = try ImageExamples(files, cacheBytes: cacheBytes, memoryBudget: memoryBudget)
    return StreamedData(
      title(path), reader, labels: labels, classNames: names, files: files, memoryBudget: memoryBudget)
  }

  /// The error for images that nothing gives a label.
  static func unlabelled(_ file: String, _ reason: String, hint: String? = nil) -> VitroError {
    VitroError(
      .malformed, "reading data '\(file)'", "the images have no label: \(reason)", hint: hint,
      details: ["file": file, "field": "label", "found": "nothing", "expected": "a label for each image"])
  }

  /// The PNG images of a class, in the order of their names; hidden files do not count.
  private static func images(ofClass directory: String) throws -> [String] {
    guard isDirectory(directory) else { return [] }
    let entries: [String]
    do {
      entries = try FileManager.default.contentsOfDirectory(atPath: directory).filter { !$0.hasPrefix(".") }.sorted()
    } catch {
      throw VitroError(
        .file, "reading data '\(directory)'", "the directory cannot be read", hint: "Check its permissions.",
        details: ["file": directory])
    }
    let images = entries.filter(isImage)
    let unread = images.filter { !$0.lowercased().hasSuffix(".png") }
    if let first = unread.first {
      throw VitroError(
        .unsupported, "reading data '\(directory)/\(first)'", "it is not a PNG image\(more(unread))",
        hint: "Convert it to PNG.", details: ["file": "\(directory)/\(first)", "expected": "a PNG image"])
    }
    for entry in entries where isDirectory("\(directory)/\(entry)") {
      let deeper = FileManager.default.enumerator(atPath: "\(directory)/\(entry)")?.lazy
        .compactMap { $0 as? String }.first { isImage($0) && !$0.hasPrefix(".") && !$0.contains("/.") }
      if let deeper {
        throw unlabelled(
          "\(directory)/\(entry)/\(deeper)", "it lies in a directory within the directory of a class",
          hint: "Name the directory whose directories are the classes.")
      }
    }
    return images.map { "\(directory)/\($0)" }
  }

  private static let imageEndings: Set<String> = [
    "png", "jpg", "jpeg", "gif", "bmp", "tif", "tiff", "webp", "ppm", "pgm", "heic", "avif",
  ]

  private static func isImage(_ name: String) -> Bool {
    imageEndings.contains((name as NSString).pathExtension.lowercased())
  }

  private static func more(_ files: [String]) -> String {
    files.count == 1 ? "" : "; the same holds for \(files.count - 1) more"
  }
}
