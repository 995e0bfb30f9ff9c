import Foundation
import Synchronization

/// Ctrl-C: the first asks the work to stop and keep what is done; the second ends the process at once.
enum Interrupts {
  private static let requested = Atomic<Bool>(false)

  /// Whether the user asked to stop.
  static var isRequested: Bool { requested.load(ordering: .relaxed) }

  static func install() {
    for number in [SIGINT, SIGTERM] {
      signal(number) { number in
        requested.store(true, ordering: .relaxed)
        signal(number, SIG_DFL)
      }
    }
    // A reader that goes away ends us with an error, not with a signal.
    signal(SIGPIPE, SIG_IGN)
  }
}
