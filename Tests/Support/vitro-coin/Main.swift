import VitroCommand
import VitroLab

@main
enum Main {
  static func main() { CommandLineTool.run(ExperimentRegistry([CoinStudy.self])) }
}
