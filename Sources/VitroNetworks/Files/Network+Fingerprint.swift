internal import VitroCore
internal import VitroTensor

extension Network {
  /// The SHA-256 over the graph and all parameters, as 64 hexadecimal digits: networks that compute the same values in the same way have the same.
  ///
  /// ```swift
  /// let before = try network.fingerprint()
  /// try network.parameters.set("fc1.bias", to: bias)
  /// let isSame = try network.fingerprint() == before  // false
  /// ```
  ///
  /// - Throws: ``/VitroCore/VitroError`` when a layer's setting is not finite.
  /// - Complexity: O(bytes of the parameters).
  public func fingerprint() throws -> String {
    var hash = SHA256()
    hash.update(Array(try NetworkFile.json(NetworkFile(self)).utf8))
    if let lent = parameters.lent {
      for source in lent { source.withBytes { hash.update($0) } }
    } else {
      parameters.trainable.raw.withBytes { hash.update($0) }
      parameters.state.raw.withBytes { hash.update($0) }
    }
    return hash.hexDigest
  }
}
