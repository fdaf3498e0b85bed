import ArgumentParser
import Datasets
import Foundation
import Recipe
import Synchronization

/// `dualab data convert`: decodes a folder of images into one file.
struct DataConvert: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "convert", abstract: "Decode a folder of images into one file that opens at once.",
    usage: "dualab data convert <name|path> --out <file> [<options>]",
    discussion: """
      --resize gives the shorter side; without it images keep their size, and training on the file has the same bits as on \
      the folder. Use the file as data.dir of data=folder or data=imagenette, or as --images.

      \(CommandFailure.statusHelp)
      """)

  @OptionGroup var arguments: DataArguments

  @Option(help: ArgumentHelp("The file to write.", valueName: "file"))
  var out: String

  @Option(help: ArgumentHelp("Shorter side of the images in pixels (default: as they are).", valueName: "pixels"))
  var resize: Int?

  func run() throws {
    if let resize { try CommandFailure.check("--resize", resize, in: 1...4096) }
    let sizes = [Knob.dataResize.name, Knob.dataCrop.name]
    if let change = try arguments.set.changes.first(where: { sizes.contains($0.name) }) {
      throw CommandFailure.usage(
        "--set \(change.name): the file keeps whole images; use --resize for their shorter side, and \(change.name) "
          + "where the file is used")
    }
    guard !FileManager.default.fileExists(atPath: out) else {
      throw CommandFailure.usage("--out \(out): is there already; use another name, or remove it")
    }
    let (settings, _) = try arguments.sized
    let data = try arguments.load(settings), count = data.train.images.count + data.test.images.count
    let stop = Mutex(false), signals = SignalWatch { stop.withLock { $0 = true } }
    var line = ProgressLine(.standard)
    do {
      try ImageCacheWriter.write(data, resize: resize ?? 0, to: out) { done in
        if stop.withLock({ $0 }) { throw Stopped() }
        line.show("\(done) of \(count) images")
      }
    } catch is Stopped {
      line.clear()
      throw CommandFailure.signal(signals.signal ?? 2)
    } catch {
      line.clear()
      throw CommandFailure.failed("\(error)")
    }
    line.clear()
    let size = (try? FileManager.default.attributesOfItem(atPath: out)[.size] as? NSNumber)??.intValue ?? 0
    try Output.standard.result(
      "\(out): \(count) images, \(size >> 20) MiB; use it with data=\(settings[.data].rawValue) data.dir=\(out)\n")
  }

  private struct Stopped: Error {}
}
