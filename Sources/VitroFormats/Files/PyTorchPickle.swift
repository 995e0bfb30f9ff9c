package import VitroCore

/// PyTorch's own files, which are programs as much as data: they are recognized and never opened.
package enum PyTorchPickle {
  /// Whether bytes are a pickle of protocol 2 to 5, or a zip archive around one.
  package static func recognizes(_ file: FileBytes, limits: FormatLimits = .standard) -> Bool {
    let start = file.prefix(4)
    if start == [0x50, 0x4b, 0x03, 0x04] {
      let members = try? ZipArchive(file, limits: limits).members
      return members?.contains { isPickle(member: $0.name) } ?? false
    }
    return start.count >= 2 && start[0] == 0x80 && (2...5).contains(start[1])
  }

  /// Whether a file's name is one that PyTorch gives to pickles.
  package static func isNamedLikeOne(_ name: String) -> Bool {
    [".bin", ".pt", ".pth", ".ckpt", ".pkl"].contains { name.lowercased().hasSuffix($0) }
  }

  /// The error that says why a pickle is not opened, and how to convert it where PyTorch is.
  ///
  /// A `pytorch_model.bin` becomes the `model.safetensors` beside it that loaders look for; others keep their stem.
  package static func refusal(of path: String) -> VitroError {
    let name = path.split(separator: "/").last ?? ""
    let stem = path.lastIndex(of: ".").map { String(path[..<$0]) } ?? path
    let target = name == "pytorch_model.bin" ? String(path.dropLast(name.count)) + "model" : stem
    let program =
      "import sys, torch; from safetensors.torch import save_file; "
      + "w = torch.load(sys.argv[1], map_location=\"cpu\", weights_only=True); w = w.get(\"state_dict\", w); "
      + "save_file({k: v.clone().contiguous() for k, v in w.items() if torch.is_tensor(v)}, sys.argv[2])"
    return VitroError(
      .unsupported, "reading \(path)", "found a PyTorch pickle, which could run programs when opened",
      hint: "Convert it: python3 -c \(shell(program)) \(shell(path)) \(shell(target + ".safetensors"))",
      details: [
        "file": path, "field": "format", "found": "a PyTorch pickle", "expected": ArrayFile.supportedFormats,
      ])
  }

  static func isPickle(member name: String) -> Bool { name == "data.pkl" || name.hasSuffix("/data.pkl") }

  /// Text as one word of a shell's command.
  static func shell(_ text: String) -> String {
    "'" + text.split(separator: "'", omittingEmptySubsequences: false).joined(separator: "'\\''") + "'"
  }
}
