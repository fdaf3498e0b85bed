import CKernels
import Synchronization

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// Threads that share numbered tasks. What a task computes never depends on which thread runs it or on how many there
/// are: callers split work by fixed rules and add up partial results in order. Idle threads sleep.
package final class ThreadPool: Sendable {
  /// Threads that work, the calling one included.
  package let threads: Int
  private let shared: Shared

  /// A pool; `threads` is at least 1.
  package init(threads: Int) {
    self.threads = max(1, threads)
    shared = Shared()
    for worker in 1..<max(1, self.threads) { Worker(number: worker, shared: shared).start() }
  }

  deinit { shared.close() }

  /// The number of processors.
  package static var processors: Int { max(1, sysconf(Int32(_SC_NPROCESSORS_ONLN))) }

  /// Runs `body(task, worker)` for every task in 0 ..< tasks and returns when all are done. `worker` is in
  /// 0 ..< threads and names scratch memory that nobody else uses meanwhile. Not to be called from inside a task.
  package func run(tasks: Int, _ body: (_ task: Int, _ worker: Int) -> Void) {
    guard threads > 1, tasks > 1 else {
      for task in 0..<tasks { body(task, 0) }
      return
    }
    // Sound because `finish` returns only when no worker holds the closure any more.
    var job = Job(tasks: tasks, body: dl_task())
    takeTask(body, &job.body)
    shared.open(job)
    shared.work(as: 0)
    shared.finish()
  }

  private struct Job {
    let tasks: Int
    /// The closure in its two words: keeping it as a closure would allocate for every loop.
    var body: dl_task
  }

  /// The state under one lock, and the two conditions threads sleep on.
  private final class Shared: @unchecked Sendable {
    private let lock = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
    private let wake = UnsafeMutablePointer<pthread_cond_t>.allocate(capacity: 1)
    private let done = UnsafeMutablePointer<pthread_cond_t>.allocate(capacity: 1)
    private let next = Atomic<Int>(0)
    private var job: Job?
    private var generation = 0
    private var active = 0
    private var closed = false

    init() {
      pthread_mutex_init(lock, nil)
      pthread_cond_init(wake, nil)
      pthread_cond_init(done, nil)
    }

    deinit {
      pthread_mutex_destroy(lock)
      pthread_cond_destroy(wake)
      pthread_cond_destroy(done)
      lock.deallocate()
      wake.deallocate()
      done.deallocate()
    }

    func open(_ job: Job) {
      pthread_mutex_lock(lock)
      self.job = job
      next.store(0, ordering: .relaxed)
      generation += 1
      pthread_cond_broadcast(wake)
      pthread_mutex_unlock(lock)
    }

    /// The caller's share of the work.
    func work(as worker: Int) {
      if let job { drain(job, as: worker) }
    }

    /// Takes tasks until none is left.
    private func drain(_ job: Job, as worker: Int) {
      var body = job.body
      while true {
        let task = next.wrappingAdd(1, ordering: .acquiringAndReleasing).oldValue
        guard task < job.tasks else { return }
        dl_task_run(&body, task, worker)
      }
    }

    /// Waits for workers that are still in a task, then takes the job away.
    func finish() {
      pthread_mutex_lock(lock)
      job = nil
      while active > 0 { pthread_cond_wait(done, lock) }
      pthread_mutex_unlock(lock)
    }

    /// A worker's life: sleep, work, sleep.
    func serve(as worker: Int) {
      var seen = 0
      pthread_mutex_lock(lock)
      while true {
        while !closed && (job == nil || generation == seen) { pthread_cond_wait(wake, lock) }
        if closed { break }
        // The copy of the job ends with this scope, before `finish` can see that the worker is idle again.
        if let job {
          seen = generation
          active += 1
          pthread_mutex_unlock(lock)
          drain(job, as: worker)
          pthread_mutex_lock(lock)
        }
        active -= 1
        if active == 0 { pthread_cond_signal(done) }
      }
      pthread_mutex_unlock(lock)
    }

    func close() {
      pthread_mutex_lock(lock)
      closed = true
      pthread_cond_broadcast(wake)
      pthread_mutex_unlock(lock)
    }
  }

  private final class Worker: Sendable {
    private let number: Int
    private let shared: Shared

    init(number: Int, shared: Shared) {
      self.number = number
      self.shared = shared
    }

    func start() {
      var attributes = pthread_attr_t()
      pthread_attr_init(&attributes)
      pthread_attr_setdetachstate(&attributes, Int32(PTHREAD_CREATE_DETACHED))
      var thread = pthread_t()
      let context = Unmanaged.passRetained(self).toOpaque()
      let status = pthread_create(
        &thread, &attributes,
        { context in
          guard let context else { return nil }
          let worker = Unmanaged<Worker>.fromOpaque(context).takeRetainedValue()
          worker.shared.serve(as: worker.number)
          return nil
        }, context)
      pthread_attr_destroy(&attributes)
      // Without the thread the caller does its work alone: slower, same bits.
      if status != 0 { Unmanaged<Worker>.fromOpaque(context).release() }
    }
  }
}

/// The words of a closure; `CKernels/task.c`.
@_silgen_name("dl_task_take")
private func takeTask(_ body: (_ task: Int, _ worker: Int) -> Void, _ task: UnsafeMutablePointer<dl_task>)
