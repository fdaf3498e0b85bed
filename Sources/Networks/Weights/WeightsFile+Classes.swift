import Foundation
import PyTorchFiles

/// What the classes of a network show, by number, where its file says it.
extension WeightsFile {
  /// The names in a run's checkpoint; nil for other files, whose names are in the report of the import.
  package var classNames: [String]? { isOurs ? ClassNames.inMetadata(metadata) : nil }

  /// Names as metadata keep them: a list of JSON.
  static func encoded(_ names: [String]) -> String? {
    (try? JSONEncoder().encode(names)).map { String(decoding: $0, as: UTF8.self) }
  }

  /// Takes the names of a file of another program where there is one for each class of the network.
  func nameClasses(_ metadata: [String: String], _ classes: Int, _ notes: ImportNotes, _ report: inout ImportReport) {
    guard !isOurs, let names = ClassNames.inMetadata(metadata) else { return }
    if names.count == classes {
      report.classNames = names
    } else {
      notes.add("\(names.count) class names, for a network of \(classes) classes")
    }
  }
}
