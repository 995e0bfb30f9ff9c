import ArgumentParser
import VitroCore
import VitroLab

/// An experiment as a command: its flags and their help are made from its fields.
///
/// The parser learns a command's arguments by reflection; the mirror of this type shows one for each field.
struct ExperimentCommand<E: Experiment>: ParsableCommand, CustomReflectable {
  static var configuration: CommandConfiguration {
    CommandConfiguration(commandName: E.name, abstract: E.abstract, discussion: E.discussion)
  }

  /// The words that stand on the command line, by field.
  private var words: [String: String] = [:]
  /// The words of options that may be repeated, by field.
  private var repeated: [String: [String]] = [:]
  /// The switches that stand there, by field.
  private var switches: [String: Bool] = [:]
  private var options = OptionGroup<ExperimentOptions>()

  init() {}

  init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: FieldKey.self)
    for field in E.fieldDescriptions {
      let key = FieldKey(stringValue: field.name)
      if field.kind.isFlag {
        switches[field.name] = try container.decode(Flag<Bool?>.self, forKey: key).wrappedValue
      } else if field.isPositional {
        words[field.name] = try container.decode(Argument<String?>.self, forKey: key).wrappedValue
      } else if field.kind.repeated != nil {
        repeated[field.name] = try container.decode(Option<[String]>.self, forKey: key).wrappedValue
      } else {
        words[field.name] = try container.decode(Option<String?>.self, forKey: key).wrappedValue
      }
    }
    options = try container.decode(OptionGroup<ExperimentOptions>.self, forKey: FieldKey(stringValue: "options"))
  }

  var customMirror: Mirror {
    var children: [Mirror.Child] = E.fieldDescriptions.map { field in
      let help = ArgumentHelp("\(field.help)\(field.defaultText)", valueName: field.placeholder)
      let name = NameSpecification.customLong(field.flagName)
      if field.kind.isFlag { return (field.name, Flag<Bool?>(name: name, inversion: .prefixedNo, help: help)) }
      if field.isPositional { return (field.name, Argument<String?>(help: help)) }
      if field.kind.repeated != nil {
        return (
          field.name,
          Option<[String]>(
            wrappedValue: [], name: name, parsing: field.isNumeric ? .unconditionalSingleValue : .singleValue,
            help: help)
        )
      }
      // A negative number is a value, not a flag.
      return (field.name, Option<String?>(name: name, parsing: field.isNumeric ? .unconditional : .next, help: help))
    }
    children.append(("options", OptionGroup<ExperimentOptions>()))
    return Mirror(self, children: children, displayStyle: .struct)
  }

  func validate() throws {
    let configuration = try configuration()
    do {
      try CommandLineTool.registry.check(configuration)
    } catch let error as VitroError where error.code == .argument && error.numbers.isEmpty {
      throw Self.usage(error)
    } catch {
      // A file that is not there is no wrong use, and an error with a place in a text is more than a line of usage: they are said when the run begins,
      // before any work.
    }
  }

  func run() throws {
    try options.wrappedValue.run(try configuration())
  }

  /// What the words ask for.
  private func configuration() throws -> RunConfiguration {
    let options = options.wrappedValue
    var configuration = RunConfiguration(
      experiment: E.fullName, fields: E().fieldValues, seed: options.seed, label: options.label)
    do {
      for field in E.fieldDescriptions {
        if let word = words[field.name] {
          configuration.fields[field.name] = try field.kind.value(ofText: word, field: field.commandName)
        } else if let words = repeated[field.name], !words.isEmpty, let kind = field.kind.repeated {
          configuration.fields[field.name] = .array(
            try words.map { try kind.value(ofText: $0, field: field.commandName) })
        } else if let isOn = switches[field.name] {
          configuration.fields[field.name] = .bool(isOn)
        }
      }
      if let field = E.fieldDescriptions.first(where: \.takesBareSweep), let word = options.bareSweep {
        configuration.fields[field.name] = try field.kind.value(ofText: word, field: "--sweep")
      }
      configuration.sweep = try options.sweeps(over: E.fieldDescriptions)
    } catch let error as VitroError {
      throw Self.usage(error)
    }
    return configuration
  }

  /// A wrong word is wrong use: the parser shows it with the command's usage.
  private static func usage(_ error: VitroError) -> ValidationError {
    var field = error.operation
    if let known = E.fieldDescriptions.first(where: { $0.name == field }) { field = known.commandName }
    let subject = field == E.fullName ? "" : "\(field): "
    return ValidationError("\(subject)\(error.message).\(error.hint.map { " \($0)" } ?? "")")
  }
}

/// The name of a field as a coding key.
private struct FieldKey: CodingKey {
  let stringValue: String
  var intValue: Int? { nil }
  init(stringValue: String) { self.stringValue = stringValue }
  init?(intValue: Int) { nil }
}

extension FieldDescription {
  /// Whether its values are numbers, or other words that may begin with a minus sign.
  var isNumeric: Bool {
    switch kind.repeated ?? kind {
    case .integer, .number, .list(.integer), .list(.number), .optional(.integer), .optional(.number): true
    default: mayBeginWithMinus
    }
  }

  /// How the command line calls it.
  var commandName: String { isPositional ? "<\(flagName)>" : "--\(flagName)" }

  /// The default as help shows it.
  var defaultText: String {
    if defaultValue == .null { return "" }
    let word = FieldKind.word(of: defaultValue)
    return word.isEmpty ? "" : " (default: \(word))"
  }
}
