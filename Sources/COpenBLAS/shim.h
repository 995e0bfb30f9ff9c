#ifndef COPENBLAS_SHIM_H
#define COPENBLAS_SHIM_H

#include <cblas.h>
#include <stdbool.h>

// Debian's OpenBLAS carries LAPACK's Fortran symbols but no LAPACKE header, so the routines that Vitro calls
// are declared here. Hidden string lengths come last, as gfortran passes them.

#define VITRO_LAPACK(prefix, real)                                                                                     \
  void prefix##syevd_(const char *jobz, const char *uplo, const int *n, real *a, const int *lda, real *w, real *work, \
                      const int *lwork, int *iwork, const int *liwork, int *info, unsigned long, unsigned long);      \
  void prefix##geev_(const char *jobvl, const char *jobvr, const int *n, real *a, const int *lda, real *wr, real *wi, \
                     real *vl, const int *ldvl, real *vr, const int *ldvr, real *work, const int *lwork, int *info,   \
                     unsigned long, unsigned long);                                                                   \
  void prefix##gesdd_(const char *jobz, const int *m, const int *n, real *a, const int *lda, real *s, real *u,        \
                      const int *ldu, real *vt, const int *ldvt, real *work, const int *lwork, int *iwork, int *info, \
                      unsigned long);                                                                                 \
  void prefix##gesvd_(const char *jobu, const char *jobvt, const int *m, const int *n, real *a, const int *lda,       \
                      real *s, real *u, const int *ldu, real *vt, const int *ldvt, real *work, const int *lwork,      \
                      int *info, unsigned long, unsigned long);                                                       \
  void prefix##gelqf_(const int *m, const int *n, real *a, const int *lda, real *tau, real *work, const int *lwork,   \
                      int *info);                                                                                     \
  void prefix##orglq_(const int *m, const int *n, const int *k, real *a, const int *lda, const real *tau, real *work, \
                      const int *lwork, int *info);                                                                   \
  void prefix##potrf_(const char *uplo, const int *n, real *a, const int *lda, int *info, unsigned long);             \
  void prefix##potrs_(const char *uplo, const int *n, const int *nrhs, const real *a, const int *lda, real *b,        \
                      const int *ldb, int *info, unsigned long);                                                      \
  void prefix##getrf_(const int *m, const int *n, real *a, const int *lda, int *ipiv, int *info);                     \
  void prefix##getrs_(const char *trans, const int *n, const int *nrhs, const real *a, const int *lda,                \
                      const int *ipiv, real *b, const int *ldb, int *info, unsigned long);                            \
  void prefix##getri_(const int *n, real *a, const int *lda, const int *ipiv, real *work, const int *lwork,           \
                      int *info);                                                                                     \
  void prefix##gelsd_(const int *m, const int *n, const int *nrhs, real *a, const int *lda, real *b, const int *ldb,  \
                      real *s, const real *rcond, int *rank, real *work, const int *lwork, int *iwork, int *info);

VITRO_LAPACK(s, float)
VITRO_LAPACK(d, double)
#undef VITRO_LAPACK

// The same by value and for both types: `wide` is true for double. Each returns LAPACK's `info`. Matrices are
// column-major, as LAPACK's are, and dense unless a leading dimension is asked for.

#define VITRO_CALL(routine, ...) (wide ? d##routine##_(__VA_ARGS__) : s##routine##_(__VA_ARGS__))

/// Eigenvalues, ascending, and eigenvectors (in `a`, as columns) of a symmetric matrix.
static inline int lapack_syevd(bool wide, bool vectors, int n, void *a, void *values, void *work, int lwork, int *iwork,
                               int liwork) {
  int info = 0;
  VITRO_CALL(syevd, vectors ? "V" : "N", "L", &n, a, &n, values, work, &lwork, iwork, &liwork, &info, 1, 1);
  return info;
}

/// Eigenvalues and left eigenvectors of a general matrix.
static inline int lapack_geev(bool wide, int n, void *a, void *re, void *im, void *vectors, void *work, int lwork) {
  int info = 0;
  VITRO_CALL(geev, "V", "N", &n, a, &n, re, im, vectors, &n, vectors, &n, work, &lwork, &info, 1, 1);
  return info;
}

/// Thin singular value decomposition by divide and conquer: u is [m, k], vt is [k, n], k = min(m, n).
static inline int lapack_gesdd(bool wide, bool vectors, int m, int n, void *a, void *s, void *u, void *vt, void *work,
                               int lwork, int *iwork) {
  int info = 0, k = m < n ? m : n;
  VITRO_CALL(gesdd, vectors ? "S" : "N", &m, &n, a, &m, s, u, &m, vt, &k, work, &lwork, iwork, &info, 1);
  return info;
}

/// The same by implicit QR iteration: slower, but it converges where divide and conquer may not.
static inline int lapack_gesvd(bool wide, bool vectors, int m, int n, void *a, void *s, void *u, void *vt, void *work,
                               int lwork) {
  int info = 0, k = m < n ? m : n;
  const char *job = vectors ? "S" : "N";
  VITRO_CALL(gesvd, job, job, &m, &n, a, &m, s, u, &m, vt, &k, work, &lwork, &info, 1, 1);
  return info;
}

static inline int lapack_gelqf(bool wide, int m, int n, void *a, void *tau, void *work, int lwork) {
  int info = 0;
  VITRO_CALL(gelqf, &m, &n, a, &m, tau, work, &lwork, &info);
  return info;
}

static inline int lapack_orglq(bool wide, int m, int n, int k, void *a, const void *tau, void *work, int lwork) {
  int info = 0;
  VITRO_CALL(orglq, &m, &n, &k, a, &m, tau, work, &lwork, &info);
  return info;
}

/// The factor U of A = UᵀU, in the upper triangle; the lower one is left as it was.
static inline int lapack_potrf(bool wide, int n, void *a) {
  int info = 0;
  VITRO_CALL(potrf, "U", &n, a, &n, &info, 1);
  return info;
}

static inline int lapack_getrf(bool wide, int n, void *a, int *pivots) {
  int info = 0;
  VITRO_CALL(getrf, &n, &n, a, &n, pivots, &info);
  return info;
}

static inline int lapack_getrs(bool wide, bool transposed, int n, int columns, const void *lu, const int *pivots,
                               void *b) {
  int info = 0;
  VITRO_CALL(getrs, transposed ? "T" : "N", &n, &columns, lu, &n, pivots, b, &n, &info, 1);
  return info;
}

static inline int lapack_getri(bool wide, int n, void *lu, const int *pivots, void *work, int lwork) {
  int info = 0;
  VITRO_CALL(getri, &n, lu, &n, pivots, work, &lwork, &info);
  return info;
}

/// The least squares solution of least norm, in the first n rows of b, which has max(m, n) rows.
static inline int lapack_gelsd(bool wide, int m, int n, int columns, void *a, void *b, void *s, double tolerance,
                               int *rank, void *work, int lwork, int *iwork) {
  int info = 0, rows = m > n ? m : n;
  if (wide) {
    dgelsd_(&m, &n, &columns, a, &m, b, &rows, s, &tolerance, rank, work, &lwork, iwork, &info);
  } else {
    float narrow = (float)tolerance;
    sgelsd_(&m, &n, &columns, a, &m, b, &rows, s, &narrow, rank, work, &lwork, iwork, &info);
  }
  return info;
}

#undef VITRO_CALL

/// B = op(T)⁻¹·B, or B·op(T)⁻¹ from the right, in row-major memory; B is [m, n].
static inline void blas_trsm(bool wide, bool right, bool lower, bool transposed, bool unit, int m, int n, const void *t,
                             void *b) {
  int leading = right ? n : m;
#define VITRO_TRSM(routine)                                                                                            \
  routine(CblasRowMajor, right ? CblasRight : CblasLeft, lower ? CblasLower : CblasUpper,                              \
          transposed ? CblasTrans : CblasNoTrans, unit ? CblasUnit : CblasNonUnit, m, n, 1, t, leading, b, n)
  if (wide) {
    VITRO_TRSM(cblas_dtrsm);
  } else {
    VITRO_TRSM(cblas_strsm);
  }
#undef VITRO_TRSM
}

#endif
