/* Counts the allocations of the whole process, on every thread; glibc only. */
#ifndef DUALAB_ALLOCATIONS_H
#define DUALAB_ALLOCATIONS_H

/* Starts to count from 0. */
void allocations_start(void);
/* Stops, and returns how often memory was asked for since. */
long allocations_stop(void);

#endif
