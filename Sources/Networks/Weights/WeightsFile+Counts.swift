import Foundation
import PyTorchFiles

extension WeightsFile {
  /// How far the training was, from the numbers next to the state dictionary or the metadata. Throws `FileError` when
  /// the file cannot be opened.
  package func counts() throws -> TrainingCounts {
    if isPyTorch { return try PyTorchFile(contentsOf: URL(fileURLWithPath: path)).counts }
    func number(_ names: [String]) -> Int? {
      names.lazy.compactMap { metadata[$0].flatMap { Int($0) } }.first { $0 >= 0 }
    }
    return TrainingCounts(step: number(TrainingCounts.stepNames), epoch: number(TrainingCounts.epochNames))
  }
}
