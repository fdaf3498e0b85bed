// swift-tools-version: 6.0
import PackageDescription

let package = Package(
  name: "dualab",
  products: [
    .executable(name: "dualab", targets: ["dualab"])
  ],
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
    .package(url: "https://github.com/apple/swift-protobuf", from: "1.39.0"),
    .package(url: "https://github.com/groue/GRDB.swift", from: "7.10.0"),
    .package(url: "https://github.com/jpsim/Yams", from: "6.2.2"),
  ],
  targets: [
    // MARK: C
    .systemLibrary(name: "COpenBLAS", pkgConfig: "openblas", providers: [.apt(["libopenblas-dev"])]),
    .systemLibrary(name: "CZlib", pkgConfig: "zlib", providers: [.apt(["zlib1g-dev"])]),
    .systemLibrary(name: "CLibzip", pkgConfig: "libzip", providers: [.apt(["libzip-dev"])]),
    .target(name: "CKernels"),
    .target(name: "CJPEG", linkerSettings: [.linkedLibrary("jpeg")]),
    .target(name: "CMPI", exclude: ["library"], linkerSettings: [.linkedLibrary("dl")]),
    .target(name: "CCurl", linkerSettings: [.linkedLibrary("dl")]),
    .target(name: "CPNG", linkerSettings: [.linkedLibrary("png16"), .linkedLibrary("z")]),
    .target(name: "CTerminal", linkerSettings: [.linkedLibrary("ncursesw"), .linkedLibrary("tinfo")]),

    // MARK: numerics
    .target(name: "Spelling"),
    .target(name: "Tensors", dependencies: ["CKernels", "CZlib"]),
    .target(name: "Archives", dependencies: ["CLibzip", "Spelling", "Tensors"]),
    .target(name: "PyTorchFiles", dependencies: ["Archives", "Spelling", "Tensors"]),
    .target(name: "Objectives", dependencies: ["Tensors"]),
    .target(name: "Networks", dependencies: ["CKernels", "Spelling", "Tensors", "PyTorchFiles"]),
    .target(name: "Downloads", dependencies: ["CCurl", "CZlib", "Spelling"]),
    .target(
      name: "Datasets", dependencies: ["Archives", "CJPEG", "CPNG", "CZlib", "Spelling", "Tensors", "Downloads"]),
    .target(name: "Attacks", dependencies: ["CKernels", "Spelling", "Tensors", "Objectives", "Networks"]),

    // MARK: vocabulary
    .target(name: "Recipe", dependencies: ["Spelling", "Tensors", "Objectives", "Networks", "Datasets", "Attacks"]),
    .target(name: "Events", dependencies: ["Spelling", "Networks", "Recipe"]),
    .target(
      name: "Presets",
      dependencies: [
        "Spelling", "Recipe", "Events", "Plotting", .product(name: "Yams", package: "Yams"),
      ]),

    // MARK: measuring and training
    .target(
      name: "Evaluation",
      dependencies: [
        "Spelling", "Tensors", "Objectives", "Networks", "Datasets", "Attacks", "Events",
      ]),
    .target(
      name: "Diagnostics",
      dependencies: [
        "COpenBLAS", "Tensors", "Objectives", "Networks", "Attacks", "Events", "Evaluation",
      ]),
    .target(
      name: "Engine",
      dependencies: [
        "Spelling", "Tensors", "Objectives", "Networks", "Datasets", "Attacks", "Recipe", "Events", "Evaluation",
        "Diagnostics",
      ]),
    .target(
      name: "Watching",
      dependencies: [
        "Spelling", "Tensors", "PyTorchFiles", "Networks", "Datasets", "Attacks", "Recipe", "Events", "Evaluation",
        "Diagnostics", "Engine",
      ]),
    .target(
      name: "Suites",
      dependencies: [
        "Spelling", "Tensors", "Networks", "Datasets", "Attacks", "Recipe", "Events", "Evaluation", "Diagnostics",
        "Engine", "Readout", "Presets",
      ]),

    // MARK: the face
    .target(name: "Plotting", dependencies: ["Spelling"]),
    .target(
      name: "Readout",
      dependencies: [
        "Spelling", "Networks", "Recipe", "Events", "Evaluation", "Diagnostics", "Plotting",
      ]),
    .target(
      name: "Runs",
      dependencies: [
        "Networks", "CZlib", "Spelling", "Tensors", "Downloads", "Recipe", "Events", "Engine", "Readout",
        .product(name: "GRDB", package: "GRDB.swift"),
      ]),
    .target(
      name: "TensorBoard", dependencies: [.product(name: "SwiftProtobuf", package: "swift-protobuf")],
      exclude: ["event.proto", "summary.proto", "tensor.proto"]),
    .target(name: "Panes", dependencies: ["Spelling", "Recipe", "Events", "Plotting", "Readout"]),
    .target(name: "Lab", dependencies: ["Spelling", "Recipe", "Events", "Plotting", "Readout", "Panes"]),
    .target(name: "Terminal", dependencies: ["CTerminal", "Recipe", "Events", "Plotting", "Panes", "Lab"]),
    .target(
      name: "Commands",
      dependencies: [
        "CMPI", "COpenBLAS", "Spelling", "Tensors", "Networks", "Downloads", "Datasets", "Attacks", "Recipe", "Events",
        "Evaluation",
        "Diagnostics", "Engine", "Watching", "Plotting", "Readout", "Runs", "TensorBoard", "Presets", "Suites", "Panes",
        "Lab",
        "Terminal",
        .product(
          name:
            "ArgumentParser", package: "swift-argument-parser"),
      ]),
    .executableTarget(name: "dualab", dependencies: ["Commands"]),

    // MARK: tests
    .target(name: "TestSupport", dependencies: ["Tensors"], path: "Tests/TestSupport"),
    .target(name: "CAllocations", path: "Tests/CAllocations"),
    .executableTarget(
      name: "allocation-probe",
      dependencies: [
        "CAllocations", "Tensors", "Objectives", "Networks", "Attacks", "Recipe", "Events", "Engine",
      ], path: "Tests/AllocationProbe"),
    .executableTarget(
      name: "terminal-probe",
      dependencies: [
        "Events", "Plotting", "Panes", "Lab", "Terminal",
      ], path: "Tests/TerminalProbe"),
    .testTarget(name: "TensorsTests", dependencies: ["Tensors", "TestSupport"]),
    .testTarget(name: "PyTorchFilesTests", dependencies: ["Tensors", "PyTorchFiles", "TestSupport"]),
    .testTarget(name: "ObjectivesTests", dependencies: ["Objectives", "Recipe", "TestSupport"]),
    .testTarget(
      name: "NetworksTests",
      dependencies: [
        "CKernels", "Spelling", "Tensors", "Networks", "Recipe", "TestSupport",
      ]),
    .testTarget(
      name: "ImportTests",
      dependencies: [
        "Spelling", "Tensors", "PyTorchFiles", "Networks", "Datasets", "TestSupport",
      ]),
    .testTarget(name: "DownloadsTests", dependencies: ["CZlib", "Downloads", "TestSupport"]),
    .testTarget(name: "DatasetsTests", dependencies: ["Spelling", "Tensors", "Datasets", "Recipe", "TestSupport"]),
    .testTarget(
      name: "AttacksTests",
      dependencies: [
        "CKernels", "Tensors", "Objectives", "Networks", "Attacks", "Recipe", "Evaluation", "TestSupport",
      ]),
    .testTarget(name: "RecipeTests", dependencies: ["Spelling", "Recipe", "TestSupport"]),
    .testTarget(name: "EventsTests", dependencies: ["Spelling", "Networks", "Recipe", "Events", "Readout"]),
    .testTarget(
      name: "EvaluationTests",
      dependencies: [
        "Spelling", "Tensors", "Networks", "Datasets", "Attacks", "Events", "Evaluation", "TestSupport",
      ]),
    .testTarget(
      name: "DiagnosticsTests",
      dependencies: [
        "COpenBLAS", "Tensors", "Networks", "Attacks", "Events", "Evaluation", "Diagnostics", "TestSupport",
      ]),
    .testTarget(name: "PresetsTests", dependencies: ["Recipe", "Events", "Plotting", "Presets", "TestSupport"]),
    .testTarget(
      name: "EngineTests",
      dependencies: [
        "Spelling", "Tensors", "Objectives", "Networks", "Datasets", "Attacks", "Recipe", "Events", "Evaluation",
        "Diagnostics",
        "Engine", "Readout", "Presets", "TestSupport", "allocation-probe", "dualab",
      ]),
    .testTarget(
      name: "RunsTests",
      dependencies: [
        "Recipe", "Events", "Engine", "Readout", "Runs", "TestSupport",
        .product(name: "GRDB", package: "GRDB.swift"),
      ]),
    .testTarget(name: "TensorBoardTests", dependencies: ["TensorBoard"]),
    .testTarget(name: "WatchingTests", dependencies: ["PyTorchFiles", "Recipe", "Events", "Watching"]),
    .testTarget(
      name: "SuitesTests",
      dependencies: [
        "Spelling", "Networks", "Events", "Diagnostics", "Presets", "Suites", "TestSupport",
      ]),
    .testTarget(name: "PlottingTests", dependencies: ["Plotting"]),
    .testTarget(
      name: "ReadoutTests", dependencies: ["Spelling", "Recipe", "Events", "Plotting", "Readout", "Presets"]),
    .testTarget(
      name: "LabTests",
      dependencies: [
        "Spelling", "Recipe", "Events", "Plotting", "Readout", "Presets", "Panes", "Lab", "TestSupport",
      ]),
    .testTarget(
      name: "TerminalTests",
      dependencies: [
        "Plotting", "Panes", "Terminal", "TestSupport", "terminal-probe",
      ]),
    .testTarget(
      name: "CommandTests",
      dependencies: [
        "Tensors", "PyTorchFiles", "Networks", "Datasets", "Attacks", "Recipe", "Events", "Evaluation", "Diagnostics",
        "Engine",
        "Readout", "Runs", "Presets", "Panes", "Lab", "Commands", "TestSupport", "dualab",
        .product(name: "GRDB", package: "GRDB.swift"),
        .product(
          name: "ArgumentParser",
          package:
            "swift-argument-parser"),
      ]),
  ],
  swiftLanguageModes: [.v6]
)
