extension NumberFormat {
  /// A time in words: "0.4 s", "28 s", "3 min 20 s", "2 h 05 min", "3 d 4 h"; a rough time is told in fives of seconds beyond a minute.
  public static func duration(_ seconds: Double, rough: Bool = false) -> String {
    guard seconds.isFinite, seconds < 3.2e9 else { return "ages" }
    let seconds = max(0, seconds)
    if seconds < 9.95 { return rough ? "\(Int(seconds.rounded(.up))) s" : NumberFormat.fixed(1).text(seconds) + " s" }
    var whole = Int(seconds.rounded())
    if rough, whole > 60 { whole = (whole + 2) / 5 * 5 }
    func padded(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }
    if whole < 60 { return "\(whole) s" }
    if whole < 3600 { return rough && whole >= 600 ? "\(whole / 60) min" : "\(whole / 60) min \(padded(whole % 60)) s" }
    if whole < 86_400 { return "\(whole / 3600) h \(padded(whole / 60 % 60)) min" }
    return "\(whole / 86_400) d \(whole / 3600 % 24) h"
  }
}
