// `import Vitro` brings the whole house.
@_exported public import VitroCircuits
@_exported public import VitroCore
@_exported public import VitroData
@_exported public import VitroFitting
@_exported public import VitroFormats
@_exported public import VitroGroups
@_exported public import VitroInformation
@_exported public import VitroLab
@_exported public import VitroModels
@_exported public import VitroNetworks
@_exported public import VitroPiecewise
@_exported public import VitroProbing
@_exported public import VitroSuperposition
@_exported public import VitroSymmetry
@_exported public import VitroTensor
@_exported public import VitroTracing

extension ExperimentRegistry {
  /// The experiments that ship with Vitro.
  public static let standard = ExperimentRegistry([
    Examination.self, ImageProbing.self, NetworkProbing.self, SkipStudy.self, XORStudy.self, AbsoluteStudy.self,
    AdversarialStudy.self, CorrelatedStudy.self, CustomStudy.self, DemoStudy.self, DynamicsStudy.self,
    GeometryStudy.self, MeasureStudy.self, NormsStudy.self, PhaseStudy.self, TutorialStudy.self, WriteStudy.self,
    EvalStudy.self, TrainStudy.self, ReadStudy.self, CertifyStudy.self, RegionsStudy.self, GalleryStudy.self,
    GroupStudy.self, DecomposeStudy.self, MapsStudy.self, GraphStudy.self, TheoremStudy.self, CompatibleStudy.self,
    SymmetryTraining.self, AnalyseStudy.self,
    TextProbing.self, InspectStudy.self, TokensStudy.self, ModelRunStudy.self, PatchStudy.self, AttributeStudy.self,
    HeadsStudy.self, AblateStudy.self, SteerStudy.self, TextTraining.self,
    RetentionStudy.self, MethodsStudy.self, FaithfulnessStudy.self, InformationStudy.self, ModelsStudy.self,
  ])
}
