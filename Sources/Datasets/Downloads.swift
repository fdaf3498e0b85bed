import Downloads

/// A data set that can be downloaded, by the name that `dualab data fetch` takes.
package struct Download: Sendable {
  package let name: String
  /// What it is, in a few words.
  package let summary: String
  package let files: [PublishedFile]
  /// The folder that files which are no archives go to; nil for archives, which have their own.
  package let subfolder: String?
}

/// All of them. Sizes and SHA-256: docs/algorithms.md §14.
package let downloads = [
  Download(
    name: CIFAR10.name, summary: "CIFAR-10, binary version", files: [CIFAR10.archive.file], subfolder: nil),
  Download(
    name: CIFAR100.name, summary: "CIFAR-100, binary version", files: [CIFAR100.archive.file], subfolder: nil),
  imagenette(
    "imagenette", "imagenette2-320", 341_663_724, "569b4497c98db6dd29f335d1f109cf315fe127053cedf69010d047f0188e158c"),
  imagenette(
    "imagenette-160", "imagenette2-160", 99_003_388, "64d0c4859f35a461889e0147755a999a48b49bf38a7e0f9bd27003f10db02fe5"),
  imagenette(
    "imagenette-full", "imagenette2", nil, "6cbfac238434d89fe99e651496f0812ebc7a10fa62bd42d6874042bf01de4efd"),
  Download(
    name: MNIST.name, summary: "MNIST, four IDX files",
    files: [
      mnist("train-images-idx3", 9_912_422, "440fcabf73cc546fa21475e81ea370265605f56be210a4024d2ca8f203523609"),
      mnist("train-labels-idx1", 28_881, "3552534a0a558bbed6aed32b30c495cca23d567ec52cac8be1a0730e8010255c"),
      mnist("t10k-images-idx3", 1_648_877, "8d422c7b0a1c1c79245a5bcf07fe86e33eeafee792b84584aec276f5a2dbc4e6"),
      mnist("t10k-labels-idx1", 4_542, "f7ae60f92e00ec6debd23a6088c31dbd2371eca3ffa0defaefb259924204aec6"),
    ], subfolder: MNIST.name),
]

private func imagenette(_ name: String, _ folder: String, _ size: Int?, _ sha256: String) -> Download {
  Download(
    name: name, summary: "Imagenette, \(folder)",
    files: [
      PublishedFile(
        url: "https://s3.amazonaws.com/fast-ai-imageclas/\(folder).tgz", size: size, sha256: sha256, folder: folder)
    ], subfolder: nil)
}

private func mnist(_ name: String, _ size: Int, _ sha256: String) -> PublishedFile {
  PublishedFile(
    url: "https://ossci-datasets.s3.amazonaws.com/mnist/\(name)-ubyte.gz", size: size, sha256: sha256, folder: nil)
}
