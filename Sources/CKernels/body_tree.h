// Sums over the leaves of a batch (dl_leaf), in the order of a binary tree: leaves 0 and 1, 2 and 3, ... are added,
// then their sums, and so on. The leaves are processed in order; a stack has the sums that wait for their other half.
// Before leaf number `leaf` is added, these are as many as `leaf` has ones in binary.

// The most sums on a stack, for batches of up to 2^40 images.
#define TREE_LEVELS 41

INLINE long tree_waiting(long leaf) {
  long waiting = 0;
  for (; leaf; leaf &= leaf - 1)
    waiting++;
  return waiting;
}

// To be called when the sum of leaf number `leaf` is on top of the stack: adds the sums that belong together.
INLINE void tree_add(vec *stack, long leaf) {
  for (long top = tree_waiting(leaf); leaf & 1; leaf >>= 1, top--)
    stack[top - 1] += stack[top];
}

// The same for arrays of `count` floats, one after another on the stack.
static void tree_add_arrays(float *stack, long count, long leaf) {
  for (long top = tree_waiting(leaf); leaf & 1; leaf >>= 1, top--) {
    float *left = stack + (top - 1) * count;
    const float *right = left + count;
    for (long i = 0; i < count; i++)
      left[i] += right[i];
  }
}

// Number of images in leaf 0 ..< count that has the most.
INLINE long largest_leaf(const dl_leaf *leaves, long count) {
  long most = 0;
  for (long leaf = 0; leaf < count; leaf++) {
    const long images = leaves[leaf].runs[0].count + leaves[leaf].runs[1].count;
    most = images > most ? images : most;
  }
  return most;
}
