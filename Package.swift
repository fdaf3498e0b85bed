// swift-tools-version: 6.0
import PackageDescription

let package = Package(
  name: "dualab",
  products: [
    .executable(name: "dualab", targets: ["dualab"])
  ],
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
    .package(url: "https://github.com/jpsim/Yams", from: "6.2.2"),
  ],
  targets: [
    // MARK: C
    .systemLibrary(name: "COpenBLAS", pkgConfig: "openblas", providers: [.apt(["libopenblas-dev"])]),
    .systemLibrary(name: "CZlib", pkgConfig: "zlib", providers: [.apt(["zlib1g-dev"])]),
    .target(name: "CKernels"),
    .target(name: "CTerminal", linkerSettings: [.linkedLibrary("ncursesw"), .linkedLibrary("tinfo")]),

    // MARK: numerics
    .target(name: "Spelling"),
    .target(name: "Tensors", dependencies: ["CKernels"]),
    .target(name: "Objectives", dependencies: ["Tensors"]),
    .target(name: "Networks", dependencies: ["Tensors", "Spelling", "CKernels"]),
    .target(name: "Datasets", dependencies: ["Tensors", "Spelling", "CZlib"]),
    .target(name: "Attacks", dependencies: ["Networks", "Objectives", "Tensors", "Spelling", "CKernels"]),

    // MARK: vocabulary
    .target(
      name: "Recipe", dependencies: ["Objectives", "Networks", "Datasets", "Attacks", "Tensors", "Spelling"]),
    .target(name: "Events", dependencies: ["Recipe", "Networks", "Spelling"]),
    .target(
      name: "Presets",
      dependencies: ["Recipe", "Events", "Plotting", "Spelling", .product(name: "Yams", package: "Yams")]),

    // MARK: measuring and training
    .target(
      name: "Evaluation",
      dependencies: ["Attacks", "Objectives", "Networks", "Datasets", "Events", "Recipe", "Tensors", "Spelling"]),
    .target(
      name: "Diagnostics",
      dependencies: ["Evaluation", "Attacks", "Objectives", "Networks", "Events", "Recipe", "Tensors"]),
    .target(
      name: "Engine",
      dependencies: [
        "Diagnostics", "Evaluation", "Attacks", "Objectives", "Networks", "Datasets", "Events", "Recipe", "Tensors",
        "Spelling", "CKernels",
      ]),
    .target(
      name: "Suites",
      dependencies: [
        "Engine", "Diagnostics", "Evaluation", "Attacks", "Networks", "Datasets", "Presets", "Readout", "Events",
        "Recipe", "Tensors", "Spelling", "Plotting",
      ]),

    // MARK: the face
    .target(name: "Plotting"),
    .target(
      name: "Readout",
      dependencies: ["Evaluation", "Diagnostics", "Events", "Recipe", "Plotting", "Tensors", "Spelling"]),
    .target(name: "Panes", dependencies: ["Plotting", "Events", "Recipe", "Spelling"]),
    .target(name: "Lab", dependencies: ["Panes", "Plotting", "Events", "Recipe", "Spelling"]),
    .target(name: "Terminal", dependencies: ["Lab", "Panes", "Plotting", "Events", "CTerminal"]),
    .target(
      name: "Commands",
      dependencies: [
        "Engine", "Suites", "Diagnostics", "Evaluation", "Attacks", "Datasets", "Tensors", "Terminal", "Lab",
        "Readout", "Plotting", "Events", "Recipe", "Networks", "Presets", "Spelling", "COpenBLAS",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
      ]),
    .executableTarget(name: "dualab", dependencies: ["Commands"]),

    // MARK: tests
    .target(name: "TestSupport", dependencies: ["Tensors"], path: "Tests/TestSupport"),
    .testTarget(name: "RecipeTests", dependencies: ["Recipe", "Spelling", "TestSupport"]),
    .testTarget(name: "EventsTests", dependencies: ["Events", "Recipe", "Spelling"]),
    .testTarget(name: "TensorsTests", dependencies: ["Tensors", "TestSupport"]),
    .testTarget(name: "ObjectivesTests", dependencies: ["Objectives", "Recipe", "TestSupport"]),
    .testTarget(
      name: "NetworksTests", dependencies: ["Networks", "Recipe", "Spelling", "Tensors", "CKernels", "TestSupport"]),
    .testTarget(name: "DatasetsTests", dependencies: ["Datasets", "Recipe", "Spelling", "Tensors", "TestSupport"]),
    .testTarget(
      name: "ImportTests", dependencies: ["Networks", "Datasets", "Spelling", "Tensors", "TestSupport"]),
    .testTarget(
      name: "AttacksTests",
      dependencies: [
        "Attacks", "Evaluation", "Networks", "Objectives", "Recipe", "Tensors", "CKernels", "TestSupport",
      ]),
    .testTarget(
      name: "EvaluationTests",
      dependencies: ["Evaluation", "Attacks", "Networks", "Datasets", "Events", "Tensors", "TestSupport"]),
    .testTarget(
      name: "DiagnosticsTests",
      dependencies: ["Diagnostics", "Evaluation", "Attacks", "Networks", "Events", "Tensors", "TestSupport"]),
    .testTarget(name: "PresetsTests", dependencies: ["Presets", "Plotting", "Events", "Recipe", "TestSupport"]),
    .target(name: "CAllocations", path: "Tests/CAllocations"),
    .executableTarget(
      name: "allocation-probe",
      dependencies: ["Engine", "Objectives", "Attacks", "Networks", "Events", "Recipe", "Tensors", "CAllocations"],
      path: "Tests/AllocationProbe"),
    .testTarget(
      name: "EngineTests",
      dependencies: [
        "Engine", "Diagnostics", "Evaluation", "Attacks", "Objectives", "Networks", "Datasets", "Readout", "Events",
        "Recipe", "Tensors", "Spelling", "TestSupport", "allocation-probe", "dualab",
      ]),
    .testTarget(
      name: "SuitesTests",
      dependencies: ["Suites", "Presets", "Diagnostics", "Events", "Spelling", "TestSupport"]),
    .testTarget(name: "PlottingTests", dependencies: ["Plotting"]),
    .testTarget(name: "LabTests", dependencies: ["Lab", "Panes", "Plotting", "Events", "Recipe", "TestSupport"]),
    .executableTarget(
      name: "terminal-probe", dependencies: ["Terminal", "Lab", "Panes", "Plotting", "Events"],
      path: "Tests/TerminalProbe"),
    .testTarget(
      name: "TerminalTests", dependencies: ["Terminal", "Panes", "Plotting", "TestSupport", "terminal-probe"]),
    .testTarget(
      name: "CommandTests",
      dependencies: [
        "Commands", "dualab", "Engine", "Readout", "Diagnostics", "Evaluation", "Attacks", "Datasets", "Networks",
        "Tensors", "Presets", "Events", "Recipe", "Lab", "TestSupport",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
      ]),
  ],
  swiftLanguageModes: [.v6]
)
