import CVitroKernels
import Foundation
import Synchronization
import Testing

/// Counts the calls of each index.
private final class ThreadsTally: Sendable {
  let calls: [Atomic64]

  init(_ count: Int) { calls = (0..<count).map { _ in Atomic64() } }

  var counts: [Int] { calls.map { $0.value.load(ordering: .relaxed) } }

  func run() {
    vitro_parallel(
      Int64(calls.count),
      { context, index in
        let tally = Unmanaged<ThreadsTally>.fromOpaque(context!).takeUnretainedValue()
        tally.calls[Int(index)].value.add(1, ordering: .relaxed)
      }, Unmanaged.passUnretained(self).toOpaque())
  }
}

private final class Atomic64: Sendable {
  let value = Atomic<Int>(0)
}

@Suite struct ThreadsTests {
  @Test func everyTaskRunsOnceForAnyNumberOfThreads() {
    let before = vitro_thread_count()
    defer { vitro_set_thread_count(before) }
    for threads: Int32 in [1, 2, 5, 3, 8, 1, 4] {
      vitro_set_thread_count(threads)
      for count in [0, 1, 2, 3, 17, 500] {
        let tally = ThreadsTally(count)
        for _ in 0..<20 { tally.run() }
        #expect(tally.counts.allSatisfy { $0 == 20 }, "\(threads) threads, \(count) tasks")
      }
    }
  }

  @Test func loopsInsideLoopsRunInPlace() {
    let inner = ThreadsTally(13)
    vitro_parallel(
      7, { context, _ in Unmanaged<ThreadsTally>.fromOpaque(context!).takeUnretainedValue().run() },
      Unmanaged.passUnretained(inner).toOpaque())
    #expect(inner.counts.allSatisfy { $0 == 7 })
  }

  @Test func callersOnManyThreadsMayOverlap() async {
    await withTaskGroup(of: Bool.self) { group in
      for _ in 0..<8 {
        group.addTask {
          let tally = ThreadsTally(31)
          for _ in 0..<200 { tally.run() }
          return tally.counts.allSatisfy { $0 == 200 }
        }
      }
      for await right in group { #expect(right) }
    }
  }

  @Test func sleepingWorkersWakeUp() {
    let tally = ThreadsTally(64)
    for _ in 0..<10 {
      tally.run()
      usleep(2000)
    }
    #expect(tally.counts.allSatisfy { $0 == 10 })
  }

  @Test func aCountBelowOneMeansOne() {
    let before = vitro_thread_count()
    defer { vitro_set_thread_count(before) }
    vitro_set_thread_count(-3)
    let tally = ThreadsTally(5)
    tally.run()
    #expect(tally.counts == [1, 1, 1, 1, 1])
  }

  @Test func theThreadStateIsTheThreadsOwn() async {
    let mine = vitro_current_thread_state()!
    mine.pointee.tape = 42
    defer { mine.pointee.tape = 0 }
    let seen = Atomic64()
    seen.value.store(-1, ordering: .relaxed)
    let thread = Thread { seen.value.store(Int(vitro_current_thread_state()!.pointee.tape), ordering: .releasing) }
    thread.start()
    while seen.value.load(ordering: .acquiring) == -1 { usleep(100) }
    #expect(seen.value.load(ordering: .acquiring) == 0)
  }
}
