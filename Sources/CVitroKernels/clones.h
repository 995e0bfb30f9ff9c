#ifndef VITRO_PRIVATE_CLONES_H
#define VITRO_PRIVATE_CLONES_H

// Every loop is compiled for three generations of x86-64 and the processor picks one when the program starts: before
// the thread sanitizer is ready for it, which therefore gets one version.

#ifndef __has_feature
#define __has_feature(x) 0
#endif

#if defined(__x86_64__) && defined(__linux__) && !__has_feature(thread_sanitizer)
#define VITRO_CLONES __attribute__((target_clones("arch=x86-64-v4", "arch=x86-64-v3", "default")))
#else
#define VITRO_CLONES
#endif

#endif
