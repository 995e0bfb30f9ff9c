extension LaneNetwork {
  /// The network for the lane kernels, when they can do what the settings ask and are quicker.
  init?(preferredFor network: Network, _ settings: TrainingSettings, batchSize: Int) {
    guard settings.engine == .automatic, settings.clip == nil, network.instances != nil else { return nil }
    if case .lbfgs = settings.optimizer { return nil }
    self.init(network.plan)
  }
}
