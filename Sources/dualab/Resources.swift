import Events
import Foundation
import Networks

/// What this build and this machine have, as `models`, `data` and `doctor` tell it.
enum Resources {
  /// Name and one line of every network.
  static var models: [(name: String, summary: String)] { modelSummaries }

  /// The processor variant of the kernels in use, and the others this machine could run.
  static var kernelVariant: String {
    "\(KernelVariant.current) (DUALAB_CPU forces one of \(KernelVariant.available.joined(separator: ", ")))"
  }

  /// Name, one line, and what is to be done when its files are absent; nil when they are there or none are needed.
  static var data: [(name: String, summary: String, remedy: String?)] {
    choices(of: "data").map { name in
      name == "mirage"
        ? (name, "built in: shapes that tell the truth, textures that are fragile (constructed)", nil)
        : (name, "60 000 training and 10 000 test images of clothes, 28×28×1", fashionRemedy)
    }
  }

  /// Where Debian's package puts the files.
  static let fashionFolder = "/usr/share/datasets/fashion-mnist"

  private static var fashionRemedy: String? {
    let names = [
      "train-images-idx3-ubyte", "train-labels-idx1-ubyte", "t10k-images-idx3-ubyte", "t10k-labels-idx1-ubyte",
    ]
    let isComplete = names.allSatisfy { name in
      ["", ".gz"].contains { FileManager.default.isReadableFile(atPath: "\(fashionFolder)/\(name)\($0)") }
    }
    return isComplete ? nil : "apt install dataset-fashion-mnist, or --set data.dir=FOLDER"
  }

  private static func choices(of knob: String) -> [String] {
    if case .choice(let choices) = Knob.named(knob)?.kind { choices } else { [] }
  }
}
