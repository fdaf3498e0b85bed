import ArgumentParser
import Attacks
import Datasets
import Foundation
import Networks
import Spelling

extension LabelledImages.Layout: ExpressibleByArgument {}
extension BallNorm: ExpressibleByArgument {}
extension Branch: ExpressibleByArgument {}

/// What is attacked, on which images, how: as typed.
package struct AttackOptions: ParsableArguments {
  @Option(help: ArgumentHelp("A checkpoint of a run.", valueName: "file"))
  var checkpoint: String?

  @Option(help: ArgumentHelp("Weights of another program, a .safetensors state dictionary.", valueName: "file"))
  var weights: String?

  @Option(help: ArgumentHelp("The network of --weights; 'dualab models list' lists all.", valueName: "model"))
  var model: String?

  @Option(
    name: .customLong("set"), parsing: .singleValue,
    help: ArgumentHelp(
      "A setting of the network or the data, such as width=64, mean=0.5 or data.dir=F; may be given many times.",
      valueName: "name=value"))
  var assignments: [String] = []

  @Option(
    help: "The statistics that dual and split norms use: posterior, clean or adversarial (default: the checkpoint's).")
  var branch: Branch?

  @Option(help: ArgumentHelp("A data set, with :train, :validation or :test (default).", valueName: "name[:split]"))
  var data: String?

  @Option(help: ArgumentHelp("Images x_test and labels y_test in numpy's .npz.", valueName: "file"))
  var npz: String?

  @Option(help: ArgumentHelp("Tensors images (NCHW) and labels in a .safetensors.", valueName: "file"))
  var images: String?

  @Option(help: "Where the channels of --npz stand: nhwc or nchw.")
  var layout: LabelledImages.Layout = .nhwc

  @Option(
    help: ArgumentHelp(
      "autoattack, autoattack-plus, autoattack-rand, quick, or attacks with commas between; 'dualab attacks list'.",
      valueName: "names"))
  var attack = "autoattack"

  @Flag(help: "Every attack alone on all images that are right, and the worst of all.")
  var individual = false

  @Flag(
    inversion: .prefixedNo,
    help: ArgumentHelp(
      "FGSM, PGD-10, PGD-100 and a PGD of large ε on the first 250 images, to see whether the result can be believed "
        + "(default with autoattack and autoattack-plus)."))
  var checks: Bool?

  @Option(help: "Norm of the ball: linf or l2 (default: the checkpoint's, or linf).")
  var norm: BallNorm?

  @Option(help: ArgumentHelp("Radius of the ball, such as 8/255 (default: the checkpoint's).", valueName: "radius"))
  var eps: String?

  @Option(help: "At most so many images, the first ones.")
  var limit: Int?

  @Option(help: "Seed of the attacks.")
  var seed = 0

  @Option(help: ArgumentHelp("Write the result with every verdict to a file; - for stdout alone.", valueName: "file"))
  var json: String?

  @Option(help: ArgumentHelp("Write the adversarial images to a file for numpy.", valueName: "file.npz"))
  var saveAdversarials: String?

  @Option(help: ArgumentHelp("Continue an interrupted evaluation from its JSON file.", valueName: "file"))
  var resume: String?

  @Option(help: "Worker threads; results do not depend on it (default: one a core).")
  var threads: Int?

  @Flag(help: "Nothing on stderr but errors and warnings.")
  var quiet = false

  package init() {}
}

extension AttackOptions {
  /// Says what of the options does not go together. Throws `CommandFailure` of usage.
  package func check() throws {
    guard (checkpoint == nil) != (weights == nil) else {
      throw CommandFailure.usage("give either --checkpoint FILE or --weights FILE with --model NAME")
    }
    if checkpoint != nil, model != nil {
      throw CommandFailure.usage("--model: a checkpoint says itself which network it is of; leave it out")
    }
    let sources = [data, npz, images].compactMap { $0 }
    guard sources.count == 1 || (sources.isEmpty && checkpoint != nil) else {
      throw CommandFailure.usage("give one of --data NAME, --npz FILE and --images FILE")
    }
    if let limit, limit < 1 { throw CommandFailure.usage("--limit \(limit): give 1 or more") }
    guard (0...Int(UInt32.max)).contains(seed) else {
      throw CommandFailure.usage("--seed \(seed): give a whole number in 0 … \(UInt32.max)")
    }
    if let threads, !(1...1024).contains(threads) {
      throw CommandFailure.usage("--threads \(threads): give a whole number in 1 … 1024")
    }
    if eps == nil, checkpoint == nil { throw CommandFailure.usage("--eps: give the radius of the ball, such as 8/255") }
    if let eps, Fraction.parse(eps) == nil {
      throw CommandFailure.usage("--eps \(eps): give a number or a fraction such as 8/255")
    }
    for path in [json == "-" ? nil : json, saveAdversarials].compactMap({ $0 }) { try Self.checkWritable(path) }
  }

  /// `--set`, split: what belongs to the data, and what to the network.
  package func settings() throws -> (data: [String], network: [String: String]) {
    var data: [String] = [], network: [String: String] = [:]
    for assignment in assignments {
      guard let equals = assignment.firstIndex(of: "=") else {
        throw CommandFailure.usage("--set \(assignment): give NAME=VALUE, such as width=64")
      }
      let name = String(assignment[..<equals])
      if name.hasPrefix("data.") || name == "validation.fraction" {
        data.append(assignment)
      } else {
        network[name] = String(assignment[assignment.index(after: equals)...])
      }
    }
    if let model { network["model"] = model }
    return (data, network)
  }

  /// Hours of work must not end at a folder that is not there.
  static func checkWritable(_ path: String) throws {
    let folder = URL(fileURLWithPath: path).deletingLastPathComponent().path
    var isFolder: ObjCBool = false
    if FileManager.default.fileExists(atPath: path, isDirectory: &isFolder), isFolder.boolValue {
      throw CommandFailure.failed("\(path): is a folder; give the name of a file")
    }
    guard FileManager.default.isWritableFile(atPath: folder) else {
      throw CommandFailure.failed("\(path): its folder is missing or cannot be written; give another place")
    }
  }
}
