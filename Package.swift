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
    .target(name: "Tensors", dependencies: ["CKernels"]),
    .target(name: "Networks", dependencies: ["Tensors", "Events", "CKernels"]),
    .target(name: "Datasets", dependencies: ["Tensors", "Events", "CZlib"]),
    .target(name: "Attacks", dependencies: ["Networks", "Events", "CKernels"]),
    .target(name: "Objectives", dependencies: ["Attacks", "Events"]),
    .target(name: "Diagnostics", dependencies: ["Attacks", "Networks", "Tensors", "Events"]),

    // MARK: vocabulary and files
    .target(name: "Events"),
    .target(name: "Presets", dependencies: ["Events", "Plotting", .product(name: "Yams", package: "Yams")]),
    .target(
      name: "Engine",
      dependencies: ["Objectives", "Diagnostics", "Attacks", "Networks", "Datasets", "Events", "CKernels"]),

    .target(
      name: "Suites",
      dependencies: ["Engine", "Diagnostics", "Attacks", "Networks", "Datasets", "Presets", "Events", "Tensors"]),

    // MARK: the face
    .target(name: "Plotting"),
    .target(name: "Panes", dependencies: ["Plotting", "Events"]),
    .target(name: "Lab", dependencies: ["Panes", "Plotting", "Events", "Presets"]),
    .target(name: "Terminal", dependencies: ["Lab", "Panes", "Plotting", "Events", "CTerminal"]),
    .executableTarget(
      name: "dualab",
      dependencies: [
        "Engine", "Suites", "Diagnostics", "Attacks", "Datasets", "Tensors", "Terminal", "Lab", "Plotting", "Events",
        "Networks", "Presets", "COpenBLAS",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
      ]),

    // MARK: tests
    .target(name: "TestSupport", dependencies: ["Tensors"], path: "Tests/TestSupport"),
    .testTarget(name: "EventsTests", dependencies: ["Events"]),
    .testTarget(name: "TensorsTests", dependencies: ["Tensors", "TestSupport"]),
    .testTarget(name: "NetworksTests", dependencies: ["Networks", "Events", "CKernels", "TestSupport"]),
    .testTarget(name: "DatasetsTests", dependencies: ["Datasets", "TestSupport"]),
    .testTarget(name: "AttacksTests", dependencies: ["Attacks", "Events", "CKernels", "TestSupport"]),
    .testTarget(name: "ObjectivesTests", dependencies: ["Objectives", "Events", "TestSupport"]),
    .testTarget(name: "DiagnosticsTests", dependencies: ["Diagnostics", "Attacks", "Events", "TestSupport"]),
    .testTarget(name: "PresetsTests", dependencies: ["Presets", "TestSupport"]),
    .target(name: "CAllocations", path: "Tests/CAllocations"),
    .executableTarget(
      name: "allocation-probe",
      dependencies: ["Engine", "Objectives", "Attacks", "Networks", "Events", "Tensors", "CAllocations"],
      path: "Tests/AllocationProbe"),
    .testTarget(
      name: "EngineTests",
      dependencies: [
        "Engine", "Diagnostics", "Objectives", "Networks", "Events", "Tensors", "TestSupport", "allocation-probe",
      ]),
    .testTarget(
      name: "SuitesTests", dependencies: ["Suites", "Presets", "Diagnostics", "Events", "TestSupport"]),
    .testTarget(name: "PlottingTests", dependencies: ["Plotting"]),
    .testTarget(name: "LabTests", dependencies: ["Lab", "TestSupport"]),
    .executableTarget(name: "terminal-probe", dependencies: ["Terminal", "Lab"], path: "Tests/TerminalProbe"),
    .testTarget(name: "TerminalTests", dependencies: ["Terminal", "TestSupport", "terminal-probe"]),
    .testTarget(
      name: "CommandTests",
      dependencies: [
        "dualab", "Engine", "Attacks", "Datasets", "Networks", "Tensors", "Events", "Lab", "TestSupport",
      ]),
  ],
  swiftLanguageModes: [.v6]
)
