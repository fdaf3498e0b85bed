import Spelling

extension WeightsFile {
  /// Settings by hand with everything that they state written out: `model=WRN-28-10` is a model, a depth and a
  /// widening. The tensors must then agree. Throws `SettingError` when two of them contradict each other.
  package static func spelledOut(_ given: [String: String]) throws -> [String: String] {
    guard let text = given["model"], let (kind, stated) = try ModelKind.named(text) else { return given }
    var spelled = given
    spelled["model"] = kind.rawValue
    for (name, number) in stated.sorted(by: { $0.key < $1.key }) {
      if let other = given[name], Double(other) != Double(number) {
        throw SettingError("--model \(text) and --set \(name)=\(other) contradict each other; remove one")
      }
      spelled[name] = "\(number)"
    }
    return spelled
  }
}
