import Foundation

/// The user's browser.
enum Browser {
  /// Shows a page; says whether there was something to show it with.
  static func open(_ page: URL) -> Bool {
    #if os(macOS)
    let command = ["/usr/bin/open"]
    #else
    guard ["DISPLAY", "WAYLAND_DISPLAY"].contains(where: { ProcessInfo.processInfo.environment[$0]?.isEmpty == false })
    else { return false }
    let command = ["/usr/bin/env", "xdg-open"]
    #endif
    let process = Process()
    process.executableURL = URL(filePath: command[0])
    process.arguments = command.dropFirst() + [page.path]
    process.standardOutput = FileHandle.nullDevice
    process.standardError = FileHandle.nullDevice
    do { try process.run() } catch { return false }
    process.waitUntilExit()
    return process.terminationStatus == 0
  }
}
