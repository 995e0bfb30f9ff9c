/// The closed classes of English: words that hold a sentence together and whose number does not grow.
///
/// Put together by hand from the closed classes of the language: articles and determiners, pronouns, prepositions, conjunctions, auxiliary and modal verbs, question
/// words, particles and negations, and the pieces that tokenizers leave of contractions. Adverbs of degree ("very") and number words are not among them.
enum FunctionWords {
  static func contains(_ word: String) -> Bool { all.contains(word.lowercased()) }

  static var count: Int { all.count }

  private static let all = Set(lists.flatMap { $0.split(separator: " ").map(String.init) })

  private static let lists = [
    // Articles and determiners.
    """
    a an the this that these those each every either neither some any no all both half such another other own same \
    enough several many much more most few fewer fewest less least
    """,
    // Pronouns.
    """
    i me my mine myself you your yours yourself yourselves he him his himself she her hers herself it its itself we us \
    our ours ourselves they them their theirs themselves one oneself somebody someone something anybody anyone anything \
    everybody everyone everything nobody none nothing
    """,
    // Prepositions.
    """
    about above across after against along amid among around as at before behind below beneath beside besides between \
    beyond by despite down during except for from in inside into like near of off on onto out outside over past per \
    since than through throughout till to toward towards under underneath until up upon via with within without
    """,
    // Conjunctions.
    "and but or nor so yet because although though while whereas if unless whether lest once",
    // Auxiliary and modal verbs.
    """
    am is are was were be been being have has had having do does did doing can could may might must shall should will \
    would ought
    """,
    // Question words.
    "who whom whose which what when where why how whoever whatever whichever whenever wherever however",
    // Particles and negations.
    "not n't never there here then also too only just even",
    // What is left of contractions, with and without their apostrophe.
    "'s 's 're 've 'll 'd 'm s t re ve ll d m nt ca wo isn aren wasn weren don doesn didn hasn haven hadn won wouldn couldn shouldn",
  ]
}
