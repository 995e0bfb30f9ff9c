// One template for both float types: a file that defines REDUCE_TEMPLATE as the name of a template header includes this one,
// which includes the template for float and again for double, with these names:
//   REAL      the element type
//   NAME(x)   x_float32 or x_float64
//   MATH(x)   the function x of reduce_math.h for that type
#define REDUCE_JOINED(a, b) a##_##b
#define REDUCE_JOIN(a, b) REDUCE_JOINED(a, b)
#define NAME(x) REDUCE_JOIN(x, REDUCE_SUFFIX)
#define MATH(x) REDUCE_JOIN(REDUCE_JOIN(reduce, x), REDUCE_SUFFIX)

#define REAL float
#define REDUCE_SUFFIX float32
#include REDUCE_TEMPLATE
#undef REAL
#undef REDUCE_SUFFIX

#define REAL double
#define REDUCE_SUFFIX float64
#include REDUCE_TEMPLATE
#undef REAL
#undef REDUCE_SUFFIX
