import Foundation

/// Lends an empty directory, and removes it afterwards.
func withTemporaryFolder(_ body: (_ folder: String) throws -> Void) throws {
  let folder = FileManager.default.temporaryDirectory.appending(path: "vitro-docs-\(UUID().uuidString)")
  try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
  defer { try? FileManager.default.removeItem(at: folder) }
  try body(folder.path)
}
