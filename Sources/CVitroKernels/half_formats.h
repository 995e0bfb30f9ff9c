#ifndef VITRO_PRIVATE_HALF_FORMATS_H
#define VITRO_PRIVATE_HALF_FORMATS_H

#include "kernels.h"

#include <math.h>

// float16 (IEEE 754 binary16) and bfloat16 as bit patterns, converted in integer arithmetic that needs no F16C.

VITRO_INLINE float float_from_half(uint16_t half) {
  uint32_t magnitude = (uint32_t)(half & 0x7fff) << 13;
  uint32_t sign = (uint32_t)(half & 0x8000) << 16;
  // The product moves the exponent's bias from 15 to 127, and makes subnormals normal on the way.
  uint32_t finite = bits_f32(from_bits_f32(magnitude) * 0x1p112f);
  uint32_t special = magnitude | 0x7f800000u;
  return from_bits_f32(sign | ((half & 0x7c00) == 0x7c00 ? special : finite));
}

VITRO_INLINE uint16_t half_from_float(float x) {
  uint32_t bits = bits_f32(x);
  uint32_t sign = (bits >> 16) & 0x8000u;
  uint32_t u = bits & 0x7fffffffu;
  // Ties go to even: half a unit less one, plus the last bit that stays. A carry runs on into the exponent.
  uint32_t normal = (u - (112u << 23) + 0xfffu + ((u >> 13) & 1u)) >> 13;
  // 1/2 has the unit of half's subnormals, so that the sum rounds as they do.
  uint32_t subnormal = bits_f32(from_bits_f32(u) + 0.5f) - bits_f32(0.5f);
  uint32_t special = u > 0x7f800000u ? 0x7e00u | ((u >> 13) & 0x3ffu) : 0x7c00u;
  uint32_t finite = u < 0x38800000u ? subnormal : normal;
  return (uint16_t)(sign | (u >= 0x47800000u ? special : finite));
}

VITRO_INLINE float float_from_bfloat(uint16_t bfloat) { return from_bits_f32((uint32_t)bfloat << 16); }

VITRO_INLINE uint16_t bfloat_from_float(float x) {
  uint32_t u = bits_f32(x);
  uint32_t rounded = (u + 0x7fffu + ((u >> 16) & 1u)) >> 16;
  uint32_t nan = (u >> 16) | 0x40u;
  return (uint16_t)((u & 0x7fffffffu) > 0x7f800000u ? nan : rounded);
}

// Rounding twice, first to float and then to a half format, can miss. Rounding to odd first cannot: an inexact float
// gets a last bit of 1, which is never a tie.

VITRO_INLINE float odd_float_from_double(double x) {
  float nearest = (float)x;
  uint32_t bits = bits_f32(nearest);
  double back = nearest;
  bool inexact = back != x && x == x;
  uint32_t toward = fabs(x) > fabs(back) ? bits + 1 : bits - 1;
  return from_bits_f32(inexact && !(bits & 1) ? toward : bits);
}

VITRO_INLINE float odd_float_from_int64(int64_t x) {
  // The eleven bits that a double may lose are gathered into one that it keeps.
  uint64_t magnitude = x < 0 ? 0 - (uint64_t)x : (uint64_t)x;
  uint64_t kept = (magnitude & ~(uint64_t)0x7ff) | ((magnitude & 0x7ff) ? 0x800u : 0u);
  double exact = magnitude >> 53 ? (double)kept : (double)magnitude;
  return odd_float_from_double(x < 0 ? -exact : exact);
}

#endif
