extension VitroError {
  /// Lets an error about what a file says name the file, wherever it was noticed.
  ///
  /// The operation becomes `reading FILE (…)`, and the details say `file` and `found`; what names its file already is left as it is but for what was found.
  package static func blaming<Result>(_ file: String, _ body: () throws -> Result) throws -> Result {
    do {
      return try body()
    } catch var error as VitroError where error.code != .interrupted {
      if error.details["file"] == nil {
        error.operation = "reading \(file) (\(error.operation))"
        error.details["file"] = file
      }
      if error.details["found"] == nil { error.details["found"] = error.message }
      throw error
    }
  }
}
