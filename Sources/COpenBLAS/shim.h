#ifndef COPENBLAS_SHIM_H
#define COPENBLAS_SHIM_H

#include <cblas.h>

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
  void prefix##geqrf_(const int *m, const int *n, real *a, const int *lda, real *tau, real *work, const int *lwork,   \
                      int *info);                                                                                     \
  void prefix##orgqr_(const int *m, const int *n, const int *k, real *a, const int *lda, const real *tau, real *work, \
                      const int *lwork, int *info);                                                                   \
  void prefix##potrf_(const char *uplo, const int *n, real *a, const int *lda, int *info, unsigned long);             \
  void prefix##potrs_(const char *uplo, const int *n, const int *nrhs, const real *a, const int *lda, real *b,        \
                      const int *ldb, int *info, unsigned long);                                                      \
  void prefix##getrf_(const int *m, const int *n, real *a, const int *lda, int *ipiv, int *info);                     \
  void prefix##getrs_(const char *trans, const int *n, const int *nrhs, const real *a, const int *lda,                \
                      const int *ipiv, real *b, const int *ldb, int *info, unsigned long);                            \
  void prefix##gelsd_(const int *m, const int *n, const int *nrhs, real *a, const int *lda, real *b, const int *ldb,  \
                      real *s, const real *rcond, int *rank, real *work, const int *lwork, int *iwork, int *info);

VITRO_LAPACK(s, float)
VITRO_LAPACK(d, double)
#undef VITRO_LAPACK

#endif
