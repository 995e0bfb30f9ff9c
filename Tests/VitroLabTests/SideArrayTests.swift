import Foundation
import Testing
import VitroCore
import VitroFormats

@testable import VitroLab

@Suite struct SideArrayTests {
  private func withFolder(_ body: (URL) throws -> Void) throws {
    let folder = FileManager.default.temporaryDirectory.appending(path: "vitro-side-\(UUID().uuidString)")
    defer { try? FileManager.default.removeItem(at: folder) }
    try body(folder)
  }

  private func report(_ y: [Double]) -> Report {
    let line = LineFigure(
      x: Axis("x"), y: Axis("y"), series: [LineSeries("s", x: y.indices.map(Double.init), y: y)])
    return Report(
      id: "r", title: "t", sections: [ReportSection("s", [.figure(Figure("f", caption: "c", .lines(line)))])])
  }

  private func values(_ report: Report) -> [Double] {
    guard case .lines(let line) = report.figures.first?.content else { return [] }
    return line.series[0].y
  }

  @Test func longArraysStandBesideTheJSONAndComeBack() throws {
    var y = (0..<10_001).map { DemoReport.noise($0) }
    (y[1], y[2], y[3]) = (.nan, .infinity, .leastNonzeroMagnitude)
    try withFolder { folder in
      try report(y).write(to: folder, renderers: [])
      let json = try String(contentsOf: folder.appending(path: "report.json"), encoding: .utf8)
      #expect(json.utf8.count < 2000 && json.contains(#""count":10001"#))
      let back = try values(Report(directory: folder))
      #expect(back.count == y.count && zip(back, y).allSatisfy { $0.bitPattern == $1.bitPattern })
      // A report that grows short takes its side file with it.
      try report([1, 2]).write(to: folder, renderers: [])
      #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path) == ["report.json"])
      #expect(try values(Report(directory: folder)) == [1, 2])
    }
  }

  @Test func theJSONAloneHoldsEverything() throws {
    let y = (0..<20_000).map(Double.init)
    #expect(try values(Report(json: report(y).json())) == y)
  }

  @Test func aSideFileThatDoesNotFitIsRefusedByFileAndField() throws {
    let y = (0..<12_000).map { DemoReport.noise($0) }
    try withFolder { folder in
      try report(y).write(to: folder, renderers: [])
      let side = folder.appending(path: "report.safetensors")
      let sound = try Data(contentsOf: side)
      func check(_ code: VitroError.Code) {
        let error = #expect(throws: VitroError.self) { try Report(directory: folder) }
        #expect(error?.code == code, "\(String(describing: error))")
        #expect(error?.details["file"]?.hasSuffix("report.safetensors") == true)
        #expect(error?.details["field"]?.contains("series[0]") == true, "\(String(describing: error))")
      }
      try FileManager.default.removeItem(at: side)
      check(.file)
      for count in [0, 7, 100, sound.count - 8] {
        try sound.prefix(count).write(to: side)
        check(.malformed)
      }
      let names = try SafetensorsFile(FileBytes(name: "side", sound)).names
      func rewrite(_ dtype: DType, _ shape: [Int]) throws {
        let array = try RawArray(dtype: dtype, shape: shape) { _ in }
        try Safetensors.write(names.map { ($0, array) }, to: side.path)
      }
      try rewrite(.float64, [11_999])
      check(.malformed)
      try rewrite(.float32, [12_000])
      check(.malformed)
      try rewrite(.float64, [3, 4000])
      check(.malformed)
      try Safetensors.write([], to: side.path)
      check(.malformed)
    }
  }

  @Test func aReferenceWithoutAFolderIsRefused() throws {
    try withFolder { folder in
      try report((0..<12_000).map { DemoReport.noise($0) }).write(to: folder, renderers: [])
      let data = try Data(contentsOf: folder.appending(path: "report.json"))
      let error = #expect(throws: VitroError.self) { try Report(json: data) }
      #expect(error?.code == .malformed && error?.message.contains("report.safetensors") == true)
    }
  }
}
