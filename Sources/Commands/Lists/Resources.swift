import Datasets
import Foundation
import Networks

/// What this build and this machine have, as `models`, `data` and `doctor` tell it.
enum Resources {
  /// Name and one line of every network.
  static var models: [(name: String, summary: String)] { Networks.models.map { ($0.name, $0.summary) } }

  /// The processor variant of the kernels in use, and the others this machine could run.
  static var kernelVariant: String {
    "\(KernelVariant.current) (DUALAB_CPU forces one of \(KernelVariant.available.joined(separator: ", ")))"
  }

  /// Name, one line, and what is to be done when its files are absent; nil when they are there or none are needed.
  static var data: [(name: String, summary: String, remedy: String?)] {
    dataSources.map { ($0.name, $0.summary, $0.absence(.standard)) }
  }
}
