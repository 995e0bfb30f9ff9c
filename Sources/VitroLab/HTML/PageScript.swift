/// What the page can do beyond being read.
///
/// Every control is made here, so that without a script there are no dead ones. The files of `Resources` share one scope, in this order.
enum PageScript {
  static let source: String = {
    let files = [
      PackageResources.shared_js, PackageResources.theme_js, PackageResources.numbers_js, PackageResources.payload_js,
      PackageResources.marks_js, PackageResources.view_js, PackageResources.lines_js, PackageResources.scatter_js,
      PackageResources.heatmap_js, PackageResources.readings_js, PackageResources.series_js,
      PackageResources.graph_js, PackageResources.space_js, PackageResources.sequence_js, PackageResources.export_js,
    ]
    // A page needs neither the comments nor the indents.
    let lines = files.flatMap { String(decoding: $0, as: UTF8.self).split(separator: "\n") }
      .map { $0.drop { $0 == " " } }.filter { !$0.hasPrefix("//") }
    return "(() => {\n\"use strict\";\n" + lines.joined(separator: "\n") + "\n})();"
  }()
}
