/// The characters of an abelian group: homomorphisms to the roots of unity, extended from subgroup to subgroup.
///
/// With H ≤ G and g ∈ G, m the least with gᵐ ∈ H, a character χ of H extends to ⟨H, g⟩ in m ways: χ(g) is one of the m-th roots of χ(gᵐ).
struct AbelianCharacters {
  /// χ(C) modulo the prime, a row for each character.
  let rows: [[UInt64]]

  /// - Complexity: O(|G|²).
  init(_ elements: GroupElements, _ classes: ConjugacyClasses, _ field: PrimeField) {
    let count = elements.count
    let exponent = classes.exponent
    // Exponents of ζ for each character at the elements of the subgroup so far.
    var subgroup = [0]
    var characters: [[Int32]] = [[Int32](repeating: 0, count: count)]
    var isIn = [Bool](repeating: false, count: count)
    isIn[0] = true
    for product in elements.leftProducts {
      // The powers of the generator until one is in the subgroup.
      var powers = [0]
      var next = Int(product[0])
      while !isIn[next] {
        powers.append(next)
        next = Int(product[next])
      }
      let m = powers.count
      if m == 1 { continue }
      let larger = powers.flatMap { power in subgroup.map { elements.product(power, $0) } }
      characters = characters.flatMap { character in
        (0..<m).map { k in
          // m·x ≡ χ(gᵐ) modulo e has the solutions (χ(gᵐ) + k·e)/m.
          let step = (Int(character[next]) + k * exponent) / m
          var extended = character
          for (index, element) in larger.enumerated() {
            let (power, old) = (index / subgroup.count, subgroup[index % subgroup.count])
            extended[element] = Int32((Int(character[old]) + power * step) % exponent)
          }
          return extended
        }
      }
      subgroup = larger
      for element in larger { isIn[element] = true }
    }
    let root = field.rootOfUnity(order: exponent)
    var powers: [UInt64] = [1]
    for _ in 1..<Swift.max(exponent, 2) { powers.append(field.product(powers[powers.count - 1], root)) }
    rows = characters.map { character in classes.representatives.map { powers[Int(character[$0])] } }
  }
}
