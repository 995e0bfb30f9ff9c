internal import VitroCore
internal import VitroFitting
public import VitroLab
internal import VitroPiecewise

extension ParityResult {
  /// The study as a report: written circuits, both proofs, the training and the way between stuck and written.
  ///
  /// - Throws: ``/VitroCore/VitroError`` when a circuit cannot be drawn.
  public func report() throws -> Report {
    let solved = trained.map(\.solved).max() ?? 0
    let best = trained.first { $0.solved == solved }
    let raw = trained.filter { !$0.architecture.isNormalized }
    return Report(
      id: "circuits-train-parity", title: "Parity: easy to write, hard to find", kicker: "Circuits",
      lede: RichText(
        "Folding a range n times tells odd from even on 2ⁿ integers: \(checks.filter { $0.wrong == 0 }.count) of \(checks.count) written networks are "
          + "**exact on every integer** of their range, up to 2\(Self.superscript(checks.map(\.bits).max() ?? 0)). Gradient descent on raw integers finds it in "
          + "**\(raw.reduce(0) { $0 + $1.solved }) of \(raw.reduce(0) { $0 + $1.losses.count })** starts."),
      metrics: metrics(best),
      sections: [
        ReportSection("What is said, and what came out", id: "claims", [.table(Claim.table(claims))]),
        ReportSection("Written", id: "written", try writtenBlocks()),
        ReportSection("How many pieces it takes", id: "bound", boundBlocks),
        ReportSection("Why no finite network does all integers", id: "beyond", try beyondBlocks()),
        ReportSection("Trained", id: "trained", trainedBlocks),
        ReportSection("What helps", id: "helped", helpedBlocks),
        ReportSection("Between stuck and written", id: "line", lineBlocks),
      ])
  }

  private func metrics(_ best: ParityTraining?) -> [Metric] {
    let wrong = checks.reduce(0) { $0 + $1.wrong }
    let all = checks.reduce(0) { $0 + $1.count }
    var metrics = [
      Metric(
        "wrong integers, written", Double(wrong), format: .integer,
        explanation: RichText(
          "Of \(all) answers by float32 networks for n = \(Self.list(checks.map(\.bits))), both ways of writing."))
    ]
    if let best, let share = best.share {
      metrics.append(
        Metric(
          "solved, best training from scratch", share.value, format: .percent(1), interval: Interval(share),
          explanation: RichText(
            plain: "\(best.solved) of \(best.losses.count) seeds of \(best.name); 95 % interval, Clopper–Pearson.")))
    }
    return metrics
  }

  static func list(_ numbers: [Int]) -> String {
    Set(numbers).sorted().map(String.init).joined(separator: ", ")
  }

  static func superscript(_ number: Int) -> String {
    let digits = Array("⁰¹²³⁴⁵⁶⁷⁸⁹")
    return String("\(number)".compactMap(\.wholeNumberValue).map { digits[$0] })
  }

  private func writtenBlocks() throws -> [ReportBlock] {
    [
      .text(
        "A fold |x − c| at the middle of a range lays its upper half on its lower one; as long as c is even, parity stays. After folds at 2ⁿ⁻¹, …, 2, 1 the even integers of 0 … 2ⁿ − 1 are at 1 and the odd ones at 0. The published network begins with |x| and spends two ReLUs on a fold, ReLU(x − c) + ReLU(c − x): n + 1 folds, 2n + 2 neurons. One ReLU and a skip do the same, 2 ReLU(x − c) − (x − c): **n neurons**. So \"n neurons suffice\" is true with skips. No plain chain of n ReLUs does it for n ≥ 3: in layers of one it is monotone, and with any wider layer it has too few pieces, 3·2ⁿ⁻² at most."
      ),
      .table(
        Table(
          title: "Every integer of the range, through the float32 network",
          columns: [
            .init("n", .integer), .init("written"), .init("ReLUs", .integer), .init("layers", .integer),
            .init("weights and biases", .integer), .init("integers", .integer), .init("wrong", .integer),
            .init("first wrong above", .integer), .init("first wrong below", .integer),
          ],
          rows: checks.map { check in
            [
              .number(Double(check.bits)), .text(check.style == .skips ? "with skips" : "as published"),
              .number(Double(check.units)), .number(Double(check.depth)), .number(Double(check.parameters)),
              .number(Double(check.count)), .number(Double(check.wrong)),
              check.firstWrongAbove.map { .number(Double($0)) } ?? .missing(),
              check.firstWrongBelow.map { .number(Double($0)) } ?? .missing(),
            ]
          })),
      .note(
        .remark,
        "The published text composes f₁ twice. The second one only turns the answer over, 1 − y, from even to odd. |x| makes the network right on negative integers of the range as well."
      ),
    ]
  }

  private var boundBlocks: [ReportBlock] {
    let needed = ParityBound.piecesNeeded(bits: bits)
    return [
      .text(
        "**Needed.** Between k and k + 1 the function rises when k is even and falls when k is odd. In each of the 2ⁿ − 1 intervals between neighbours it therefore has a slope of that sign somewhere, and a linear piece has one slope: two neighbouring intervals cannot get theirs from one piece. So **2ⁿ − 1 pieces** are the least, for exact answers as for answers on the right side of 1/2."
      ),
      .text(
        "**Possible.** On a piece of the line where all that a layer of w ReLUs reads is affine, each of them bends at most once: p pieces become at most p(w + 1). Hidden layers of w₁, …, w_d units give at most Π(wᵢ + 1), skips or not, and N units in any arrangement at most 2ᴺ. For n ≥ 2 that makes **n neurons the least**: 2ⁿ⁻¹ < 2ⁿ − 1. (Montúfar, Pascanu, Cho & Bengio 2014 count the regions of deep rectifier networks; for one input the proof is these two lines.)"
      ),
      .table(
        Table(
          title: "Decided before training: \(1 << bits) integers, \(needed) pieces needed",
          columns: [.init("hidden layers"), .init("pieces at most", .integer), .init("verdict")],
          rows: plain.filter(\.architecture.isNormalized).map { training in
            let most = ParityBound.mostPieces(hidden: training.architecture.hidden)
            return [
              .text(training.architecture.widthText), .number(Double(most)),
              .text(training.refusal == nil ? "trained" : "refused: \(most) < \(needed)"),
            ]
          })),
    ]
  }

  private func beyondBlocks() throws -> [ReportBlock] {
    let circuit = try ParityCircuit(bits: bits, style: .published)
    let count = 1 << bits
    let box = InputBox(["x"], Rational(-2 * count), Rational(3 * count))
    let corners = try FunctionPictures(circuit.program, box: box).corners()
    let integers = (-2 * count...3 * count).map(Double.init)
    let truth = integers.map { abs($0).truncatingRemainder(dividingBy: 2) == 0 ? 1.0 : 0 }
    return [
      .text(
        "A network of ReLUs is a continuous function of finitely many linear pieces, so its last piece has no end: from some T on it is one line a·x + b. Take three integers k, k + 1, k + 2 beyond T with k even. The line would have to be above 1/2, below it, and above it again, but a line that falls does not rise. The same holds on the left. **No finite ReLU network tells odd from even on all integers**, and a written one shows it: beyond its range its answer runs away."
      ),
      .figure(
        Figure(
          "The written network beyond its range",
          caption: RichText(
            "The published network for n = \(bits), drawn through its exact corners, and what parity asks on every integer. Right from −\(count) to \(count), where its folds lie; outside its last piece goes on."
          ),
          .lines(
            LineFigure(
              x: Axis("x"), y: Axis("answer", range: Interval(-1, 6)),
              series: [
                LineSeries("written network", x: corners.map(\.x), y: corners.map(\.y)),
                LineSeries("parity", role: .control, x: integers, y: truth),
              ])))),
    ]
  }
}
