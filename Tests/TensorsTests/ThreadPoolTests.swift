import Synchronization
import Tensors
import Testing

struct ThreadPoolTests {
  @Test func everyTaskRunsOnceOnAnyNumberOfThreads() {
    for threads in 1...5 {
      let pool = ThreadPool(threads: threads)
      for tasks in [0, 1, 2, 3, 7, 64] {
        let counts = (0..<tasks).map { _ in Counter() }
        pool.run(tasks: tasks) { task, worker in
          counts[task].add()
          #expect(worker >= 0 && worker < threads)
        }
        #expect(counts.allSatisfy { $0.value == 1 })
      }
    }
  }

  @Test func manyShortRunsEnd() {
    let pool = ThreadPool(threads: 3)
    let sum = Counter()
    for _ in 0..<5000 { pool.run(tasks: 4) { _, _ in sum.add() } }
    #expect(sum.value == 20_000)
  }

  @Test func whatTasksWroteIsSeenAfterwards() {
    let pool = ThreadPool(threads: 4)
    let storage = Storage(count: 1000)
    for round in 1...200 {
      pool.run(tasks: 1000) { task, _ in storage.pointer[task] += 1 }
      #expect(storage.buffer.allSatisfy { $0 == Float(round) })
    }
  }

  @Test func aPoolCanBeThrownAwayAtOnce() {
    for _ in 0..<50 { _ = ThreadPool(threads: 4) }
  }
}

/// Counts from several threads.
private final class Counter: Sendable {
  private let atomic = Atomic<Int>(0)
  func add() { atomic.wrappingAdd(1, ordering: .relaxed) }
  var value: Int { atomic.load(ordering: .sequentiallyConsistent) }
}
