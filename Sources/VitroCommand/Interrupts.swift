import Foundation
import Synchronization

/// Ctrl-C: the first asks the work to stop and keep what is done; the second ends the process at once.
enum Interrupts {
  /// Whether the user asked to stop.
  static var isRequested: Bool { interruptRequested.load(ordering: .relaxed) }

  static func install() {
    for number in [SIGINT, SIGTERM] {
      signal(number) { number in
        interruptRequested.store(true, ordering: .relaxed)
        _ = signal(number, SIG_DFL)
      }
    }
    // A reader that goes away ends us with an error, not with a signal.
    signal(SIGPIPE, SIG_IGN)
  }
}

// Outside the type: a signal handler may capture nothing.
private let interruptRequested = Atomic<Bool>(false)
