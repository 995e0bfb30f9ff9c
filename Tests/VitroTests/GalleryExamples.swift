import Testing
import Vitro

/// The samples of parity and of the gallery.
@Suite struct GalleryExamples {
  @Test func parity() throws {
    // docs:parity-circuit
    let circuit = try ParityCircuit(bits: 10, style: .skips)
    let network = try circuit.network()  // ten ReLUs
    print(try circuit.check().wrong)  // 0 of 1024
    // docs:end
    #expect(try circuit.check().wrong == 0)
    #expect(network.parameters.names.contains("0.weight"))
  }

  @Test func galleryCircuit() throws {
    // docs:gallery-circuit
    let circuit = try GalleryCircuit.named("median")
    let program = try circuit.formula.program(box: circuit.box)
    print(circuit.text, program.units.count)  // median(a, b, c) 3
    // docs:end
    #expect(program.units.count == 3)
  }
}
