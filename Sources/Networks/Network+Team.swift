import Tensors

extension Network {
  /// Gives every process of a team the parameters, momentum and running statistics of the first.
  package func shareNumbers(_ team: RankTeam) {
    team.share(memory.momentum)
    shareWeights(team)
  }

  /// Gives every process of a team the parameters and running statistics of the first.
  package func shareWeights(_ team: RankTeam) {
    team.share(memory.parameters)
    team.share(memory.buffers)
    parametersDidChange()
  }
}
