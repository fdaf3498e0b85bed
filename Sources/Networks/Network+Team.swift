import Tensors

extension Network {
  /// Gives every process of a team the parameters, momentum and running statistics of the first.
  package func shareNumbers(_ team: RankTeam) {
    for storage in [memory.parameters, memory.momentum, memory.buffers] { team.share(storage) }
    parametersDidChange()
  }
}
