import Foundation
import Vitro

/// From nothing to the end of the least program that adds two tensors.
let startUpCases: [Case] = [
  Case("start-up", "start-up", 1, "start") {
    let program = Machine.programs.appending(path: "vitro-start")
    return {
      let process = Process()
      process.executableURL = program
      process.standardOutput = FileHandle.nullDevice
      try process.run()
      process.waitUntilExit()
      guard process.terminationStatus == 0 else {
        throw VitroError(.argument, "start-up", "\(program.path) ended with \(process.terminationStatus)")
      }
    }
  }
]
