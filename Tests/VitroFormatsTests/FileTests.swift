import Foundation
import Testing
import VitroCore
import VitroFormats

@Suite struct FileTests {
  @Test func filesThatAreNotThereAreNamed() {
    let error = #expect(throws: VitroError.self) { try FileBytes(path: "/nowhere/at/all.npy") }
    #expect(error?.code == .file)
    #expect(error?.details["file"] == "/nowhere/at/all.npy")
    #expect(error?.message.contains("No such file or directory") == true)
    for path in ["", "a\0b"] { #expect(#expect(throws: VitroError.self) { try FileBytes(path: path) }?.code == .file) }
  }

  @Test func onlyRegularFilesAreReadAndWritten() throws {
    try withTemporaryFolder { folder in
      let pipe = folder + "/pipe"
      #expect(mkfifo(pipe, 0o600) == 0)
      for (path, kind) in [(folder, "directory"), (pipe, "FIFO"), ("/dev/zero", "device")] {
        expectError(.file, field: "type", found: kind, expected: "regular file", file: path) {
          _ = try FileBytes(path: path)
        }
        expectError(.file, field: "type", found: kind, expected: "regular file", file: path) {
          try AtomicFile.write([1], to: path)
        }
      }
    }
  }

  @Test func aFailedWriteLeavesTheOldFileAndNothingElse() throws {
    struct Stop: Error {}
    try withTemporaryFolder { folder in
      let path = folder + "/data"
      try AtomicFile.write([1, 2, 3], to: path)
      #expect(throws: Stop.self) {
        try AtomicFile.write(to: path) { writer in
          try writer.write([UInt8](repeating: 9, count: 200_000))
          throw Stop()
        }
      }
      #expect(try FileBytes(path: path).all == [1, 2, 3])
      #expect(try FileManager.default.contentsOfDirectory(atPath: folder) == ["data"])
      #expect(throws: VitroError.self) { try AtomicFile.write([1], to: folder + "/no/such/folder") }
      #expect(throws: VitroError.self) { try AtomicFile.write([1], to: "") }
    }
  }

  @Test func permissionsAndLinksAreKept() throws {
    try withTemporaryFolder { folder in
      try AtomicFile.write([1], to: folder + "/data")
      #expect(chmod(folder + "/data", 0o640) == 0)
      #expect(symlink("data", folder + "/link") == 0)
      try AtomicFile.write([2], to: folder + "/link")
      #expect(try FileBytes(path: folder + "/data").all == [2])
      var status = stat()
      #expect(lstat(folder + "/link", &status) == 0 && status.st_mode & S_IFMT == S_IFLNK)
      #expect(stat(folder + "/data", &status) == 0 && status.st_mode & 0o777 == 0o640)
    }
  }

  @Test func largeWritesArriveWhole() throws {
    let contents = (0..<300_000).map { UInt8(truncatingIfNeeded: $0 &* 7) }
    try withTemporaryFolder { folder in
      try AtomicFile.write(to: folder + "/data") { writer in
        try writer.write(Array(contents[..<10]))
        try writer.write(Array(contents[10..<150_000]))
        for start in stride(from: 150_000, to: 300_000, by: 1000) {
          try writer.write(Array(contents[start..<(start + 1000)]))
        }
        #expect(writer.count == 300_000)
      }
      #expect(try FileBytes(path: folder + "/data").all == contents)
    }
  }
}
