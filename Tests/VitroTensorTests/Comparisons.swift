import Foundation
import Testing
import VitroCore
import VitroTensor

/// sin(a·i + b) for each element, as in Tests/References/tensor.py.
func wave(_ shape: [Int], _ a: Double, _ b: Double) throws -> Tensor {
  try Tensor((0..<shape.reduce(1, *)).map { sin(a * Double($0) + b) }, shape: shape)
}

/// Records an issue unless all elements agree within a tolerance relative to 1 or to their size; NaN agrees with NaN.
func expectClose(
  _ found: Tensor, _ expected: [Double], tolerance: Double = 1e-12, sourceLocation: SourceLocation = #_sourceLocation
) throws {
  let values = try found.doubles
  let agrees =
    values.count == expected.count
    && zip(values, expected).allSatisfy {
      $0 == $1 || ($0.isNaN && $1.isNaN) || abs($0 - $1) <= tolerance * max(1, abs($1))
    }
  #expect(agrees, "\(values) against \(expected)", sourceLocation: sourceLocation)
}

/// Records an issue unless a body throws an error of a code that names the operation and says certain things.
func expectError(
  _ code: VitroError.Code, _ operation: String, saying parts: String...,
  sourceLocation: SourceLocation = #_sourceLocation,
  from body: () throws -> some Any
) {
  do {
    _ = try body()
    Issue.record("\(operation) did not throw", sourceLocation: sourceLocation)
  } catch let error as VitroError {
    #expect(error.code == code, "\(error)", sourceLocation: sourceLocation)
    #expect(error.operation == operation, "\(error)", sourceLocation: sourceLocation)
    for part in parts {
      #expect(error.description.contains(part), "\(error) does not say \(part)", sourceLocation: sourceLocation)
    }
  } catch {
    Issue.record("\(error) is no VitroError", sourceLocation: sourceLocation)
  }
}
