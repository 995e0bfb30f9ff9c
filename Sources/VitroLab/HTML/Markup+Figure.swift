extension Markup {
  /// A figure: its title, its drawings, its caption, and the table behind it.
  mutating func write(_ figure: Figure, number: Int) {
    let id = "figure-\(number)"
    let tables = figure.tables
    element(
      "figure",
      [
        "id": id, "class": "\(figure.span.rawValue) \(figure.content.kind)", "role": "group",
        "aria-labelledby": "\(id)-title",
      ]
    ) { element in
      element.element("h3", ["id": "\(id)-title"], figure.title)
      let measures = figure.span == .half ? [.compact] : figure.content.measures
      for measure in measures {
        let name = measures.count > 1 ? "drawing \(measure.rawValue)" : "drawing only"
        let svg = "\(id)-\(measure.rawValue)"
        element.element("div", ["class": name]) {
          let drawing = figure.content.drawing(measure, id: svg)
          $0.append(trusted: drawing.element(id: svg, title: figure.title, description: figure.alternative).text)
        }
      }
      element.element("figcaption") { caption in
        caption.element("b", "Figure \(number).")
        caption.write(" ")
        caption.write(figure.caption.paragraphs.flatMap(\.self))
      }
      element.element("div", ["class": "tools", "data-csv": tables.map(\.csv).joined(separator: "\r\n")]) { tools in
        tools.element("details") { details in
          details.element("summary", "Data")
          for table in tables { details.write(table) }
        }
      }
    }
  }
}
