internal import Synchronization
internal import VitroCore

/// A number of a series on its way into the store.
struct MetricPoint: Sendable {
  var series: String
  var step: Int
  var value: Double
}

/// Gathers the points of a run and writes them every half second, so that each costs a run next to nothing and a dead process no more
/// than its last half second.
final class MetricWriter: Sendable {
  private struct State {
    var points: [MetricPoint] = []
    var lastWrite = ContinuousClock.now
  }

  private let state = Mutex(State())
  private let store: RunStore
  private let run: String

  init(_ store: RunStore, run: String) {
    self.store = store
    self.run = run
  }

  func add(_ point: MetricPoint) {
    let due: [MetricPoint]? = state.withLock { state in
      state.points.append(point)
      // The clock is asked now and then: it costs more than the point.
      guard state.points.count < 64 || state.points.count % 64 == 0 else { return nil }
      guard state.points.count >= 20_000 || ContinuousClock.now - state.lastWrite > .milliseconds(500) else {
        return nil
      }
      return Self.take(&state)
    }
    guard let due else { return }
    do {
      try store.add(due, to: run)
    } catch {
      // A busy database is no reason to end the run; what cannot be written at the end either is an error there.
      state.withLock { $0.points.insert(contentsOf: due, at: 0) }
    }
  }

  /// Writes what is left.
  ///
  /// - Throws: ``/VitroCore/VitroError`` (`file`) when the store does not take it.
  func flush() throws {
    let points = state.withLock { Self.take(&$0) }
    if points.isEmpty { return }
    do {
      try store.add(points, to: run)
    } catch {
      state.withLock { $0.points.insert(contentsOf: points, at: 0) }
      throw error
    }
  }

  private static func take(_ state: inout State) -> [MetricPoint] {
    let points = state.points
    state.points = []
    state.lastWrite = ContinuousClock.now
    return points
  }
}
