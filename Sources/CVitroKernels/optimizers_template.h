// Included by optimizers.c, once a type. The order of operations is that of torch.optim on the CPU.
// The builtin is the square root without errno, which the compiler can turn into a vector instruction.

VITRO_CLONES static void NAME(sgd)(void *context, int64_t start, int64_t end) {
  const vitro_sgd_work *work = context;
  const vitro_sgd *settings = work->settings;
  REAL *restrict p = work->parameters;
  const REAL *restrict gradients = work->gradients;
  REAL *restrict velocity = work->velocity;
  REAL rate = (REAL)settings->rate, decay = (REAL)settings->decay, momentum = (REAL)settings->momentum;
  REAL undamped = (REAL)(1 - settings->dampening);
  bool first = settings->first, nesterov = settings->nesterov;
  if (!velocity) {
    for (int64_t i = start; i < end; i++) p[i] -= rate * (gradients[i] + decay * p[i]);
    return;
  }
  for (int64_t i = start; i < end; i++) {
    REAL g = gradients[i] + decay * p[i];
    REAL v = first ? g : momentum * velocity[i] + undamped * g;
    velocity[i] = v;
    p[i] -= rate * (nesterov ? g + momentum * v : v);
  }
}

VITRO_CLONES static void NAME(adam)(void *context, int64_t start, int64_t end) {
  const vitro_adam_work *work = context;
  const vitro_adam *settings = work->settings;
  REAL *restrict p = work->parameters;
  const REAL *restrict gradients = work->gradients;
  REAL *restrict first = work->first;
  REAL *restrict second = work->second;
  REAL step_size = (REAL)work->step_size, correction = (REAL)work->correction, epsilon = (REAL)settings->epsilon;
  REAL beta2 = (REAL)settings->beta2, weight1 = (REAL)(1 - settings->beta1), weight2 = (REAL)(1 - settings->beta2);
  REAL kept = settings->decoupled ? (REAL)(1 - settings->rate * settings->decay) : 1;
  REAL decay = settings->decoupled ? 0 : (REAL)settings->decay;
  for (int64_t i = start; i < end; i++) {
    REAL parameter = p[i] * kept;
    REAL g = gradients[i] + decay * parameter;
    REAL m = first[i] + weight1 * (g - first[i]);
    REAL v = second[i] * beta2 + weight2 * g * g;
    first[i] = m;
    second[i] = v;
    p[i] = parameter - step_size * m / (__builtin_elementwise_sqrt(v) / correction + epsilon);
  }
}
