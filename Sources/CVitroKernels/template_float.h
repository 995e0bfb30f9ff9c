// Included before a template: REAL is float and F(name) a function of it.
#define REAL float
#define F(name) name##_f32
#define LIBM(name) name##f
#define TYPE_NUMBER vitro_float32
