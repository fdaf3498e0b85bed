#ifndef DUALAB_KERNELS_H
#define DUALAB_KERNELS_H
#endif
