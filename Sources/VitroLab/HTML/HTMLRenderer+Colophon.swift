import Foundation

extension HTMLRenderer {
  /// How to make the report again, at the foot of the page.
  func drawColophon(_ provenance: Provenance, _ report: Report, into body: inout Markup) {
    body.element("footer", ["class": "colophon"]) { footer in
      footer.element("h2", "Colophon")
      footer.element("pre") { $0.element("code", provenance.commandLine) }
      footer.element("dl") { list in
        for (term, text) in facts(provenance, report) {
          list.element("div") { item in
            item.element("dt", term)
            item.element("dd", text)
          }
        }
      }
      if !provenance.files.isEmpty {
        footer.write(
          Table(
            columns: [
              Table.Column("file"), Table.Column("role"), Table.Column("bytes", .integer), Table.Column("SHA-256"),
            ],
            rows: provenance.files.map { file in
              [.text(file.name), .text(file.role), .number(Double(file.byteCount)), .text(file.sha256)]
            }))
      }
    }
  }

  private func facts(_ provenance: Provenance, _ report: Report) -> [(String, String)] {
    var facts = [
      ("report", report.id),
      ("Vitro", provenance.version + (provenance.commit.map { " (\($0.prefix(12)))" } ?? "")),
      ("begun", provenance.date.formatted(.iso8601)),
    ]
    if let run = provenance.run { facts.append(("run", run)) }
    if provenance.wallSeconds.isFinite { facts.append(("took", NumberFormat.duration(provenance.wallSeconds))) }
    if let seed = provenance.seed { facts.append(("seed", "\(seed)")) }
    facts.append(("processor", provenance.processor))
    facts.append(("threads", "\(provenance.threads) of \(provenance.cores) cores"))
    return facts
  }
}
