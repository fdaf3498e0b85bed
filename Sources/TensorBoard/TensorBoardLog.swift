import Foundation
import SwiftProtobuf

/// An event file of TensorBoard: records of scalars and texts by step, each with its time.
package struct TensorBoardLog {
  /// The bytes so far.
  package private(set) var data = Data()
  private var described: Set<String> = []

  /// A file without values. `time` is in seconds since 1970, as in all that follows.
  package init(time: Double) throws {
    var event = Tensorflow_Event()
    (event.wallTime, event.fileVersion) = (time, "brain.Event:2")
    try add(event)
  }

  /// Adds numbers of one step by their tags, in the order of the tags.
  package mutating func add(_ scalars: [String: Double], step: Int, time: Double) throws {
    guard !scalars.isEmpty else { return }
    try add(
      scalars.sorted { $0.key < $1.key }.map { tag, number in
        var value = Tensorflow_Summary.Value()
        (value.tag, value.simpleValue) = (tag, Float(number))
        return value
      }, step, time)
  }

  /// Adds a text, which TensorBoard shows as Markdown. `about` describes all texts of the tag.
  package mutating func add(text: String, tag: String, about: String, step: Int, time: Double) throws {
    var value = Tensorflow_Summary.Value()
    value.tag = tag
    value.tensor.dtype = .dtString
    value.tensor.tensorShape = Tensorflow_TensorShapeProto()
    value.tensor.stringVal = [Data(text.utf8)]
    // The first value of a tag says what shows it.
    if described.insert(tag).inserted {
      value.metadata.pluginData.pluginName = "text"
      value.metadata.summaryDescription = about
    }
    try add([value], step, time)
  }

  private mutating func add(_ values: [Tensorflow_Summary.Value], _ step: Int, _ time: Double) throws {
    var event = Tensorflow_Event()
    (event.wallTime, event.step, event.summary.value) = (time, Int64(step), values)
    try add(event)
  }

  private mutating func add(_ event: Tensorflow_Event) throws {
    data.append(TFRecord.frame(try event.serializedData()))
  }
}
