/// What the numbers of a watch depend on besides its settings: a later watch continues only a record with the same one.
package struct WatchBasis: Sendable, Hashable, Codable {
  /// The settings by which networks are made of files, as typed: `model`, `key`, `width`.
  package var network: [String: String]
  /// The statistics that dual and split norms use, where they were chosen.
  package var branch: String?
  /// A digest of images, labels and indices.
  package var images: String
  /// The watched folder, in full.
  package var folder: String

  package init(network: [String: String], branch: String?, images: String, folder: String) {
    self.network = network
    self.branch = branch
    self.images = images
    self.folder = folder
  }

  /// How this one was made where the other was not, as `with width 64`; nil if both are the same.
  package func difference(from other: WatchBasis) -> String? {
    let names = Set(network.keys).union(other.network.keys).sorted()
    if let name = names.first(where: { network[$0] != other.network[$0] }) {
      return network[name].map { "with \(name) \($0)" } ?? "without \(name)"
    }
    if branch != other.branch { return branch.map { "with --branch \($0)" } ?? "without --branch" }
    if images != other.images { return "on other images" }
    return folder == other.folder ? nil : "in the folder \(folder)"
  }
}
