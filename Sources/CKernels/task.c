// Non-escaping Swift closures as data. In Swift's calling convention, a closure is passed as two words: function and
// context.
#include "include/CKernels.h"

typedef __attribute__((swiftcall)) void (*closure)(ptrdiff_t, ptrdiff_t, __attribute__((swift_context)) void *);

// ThreadPool.swift declares this as a function that takes the closure itself.
__attribute__((swiftcall)) void dl_task_take(const void *function, void *context, dl_task *task);
__attribute__((swiftcall)) void dl_task_take(const void *function, void *context, dl_task *task) {
  *task = (dl_task){function, context};
}

void dl_task_run(const dl_task *task, ptrdiff_t number, ptrdiff_t worker) {
  ((closure)task->function)(number, worker, task->context);
}
