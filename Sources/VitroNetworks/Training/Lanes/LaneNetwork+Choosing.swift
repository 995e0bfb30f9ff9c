internal import CVitroKernels
internal import VitroTensor

extension LaneNetwork {
  /// The network for the lane kernels, when they can do what the settings ask and are quicker.
  ///
  /// The choice is by measurement. Lanes that no instance fills are work for nothing, which only a network so small that the network
  /// engine's overhead outweighs its arithmetic can afford.
  init?(preferredFor network: Network, _ settings: TrainingSettings) {
    guard settings.engine == .automatic, settings.clip == nil, let instances = network.instances else { return nil }
    if case .lbfgs = settings.optimizer { return nil }
    self.init(network.plan)
    let lanes = Int(vitro_lane_count(network.parameters.dtype.kernelType))
    let fillsLanes = 4 * instances >= 3 * lanes
    guard parameterRows <= Self.mostTinyRows || (fillsLanes && parameterRows <= Self.mostRows) else { return nil }
  }

  /// The parameters up to which even two instances train faster in lanes.
  private static let mostTinyRows = 256
  /// The parameters up to which lanes were measured to be faster: a group's then take 1 MB.
  private static let mostRows = 1 << 14
}
