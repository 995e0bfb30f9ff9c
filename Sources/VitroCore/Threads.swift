internal import CVitroKernels

/// The threads that the kernels share their work among.
///
/// Results do not depend on how many there are: work is cut by shape, never by the number of threads.
public enum Threads {
  /// How many threads work on one operation, the caller's included: at first the processors this process may run on.
  ///
  /// Set it from a thread that is not itself inside an operation; values below 1 count as 1.
  public static var count: Int {
    get { Int(vitro_thread_count()) }
    set { vitro_set_thread_count(Int32(clamping: max(newValue, 1))) }
  }
}
