// Included before a template: REAL is double and F(name) a function of it.
#define REAL double
#define F(name) name##_f64
#define LIBM(name) name
#define TYPE_NUMBER vitro_float64
