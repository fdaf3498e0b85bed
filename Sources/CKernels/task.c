// Non-escaping Swift closures as data, by Swift's calling convention: function and context are passed as two words.
#include "include/CKernels.h"

typedef __attribute__((swiftcall)) void (*closure)(ptrdiff_t, ptrdiff_t, __attribute__((swift_context)) void *);

// Declared in Swift as a function that takes the closure itself: ThreadPool.swift.
__attribute__((swiftcall)) void dl_task_take(const void *function, void *context, dl_task *task);
__attribute__((swiftcall)) void dl_task_take(const void *function, void *context, dl_task *task) {
  *task = (dl_task){function, context};
}

void dl_task_run(const dl_task *task, ptrdiff_t number, ptrdiff_t worker) {
  ((closure)task->function)(number, worker, task->context);
}
