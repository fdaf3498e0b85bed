import Networks
import Tensors
import TestSupport
import Testing

/// GroupNorm and InstanceNorm against PyTorch in float64 (`ops/`), and no norm at all.
struct ImageNormTests {
  @Test func groupAndInstanceNormMatchPyTorch() throws {
    for name in ["ops/groupnorm_g1", "ops/groupnorm_g4", "ops/instancenorm"] {
      let oracle = try Oracle(name), groups = Int(try #require(oracle.setting("groups")))
      for mode in [Mode.train, .eval] {
        let harness = LayerHarness(input: oracle.shape("x"), threads: 2) { input, builder in
          groups == 0
            ? InstanceNorm("n", input, relu: false, affine: .on, &builder) as any Layer
            : ImageNorm("n", input, relu: false, groups: groups, hasAffine: true, &builder)
        }
        harness.set("n.weight", try oracle.floats("w"))
        harness.set("n.bias", try oracle.floats("b"))
        try expect(harness.forward(try oracle.floats("x"), mode: mode), "y", oracle)
        try expect(harness.backward(try oracle.floats("gy"), mode: mode), "gx", oracle)
        try expect(harness.gradient("n.weight"), "gw", oracle)
        try expect(harness.gradient("n.bias"), "gb", oracle)
      }
    }
  }

  @Test func groupsDivideTheChannels() {
    for (channels, groups) in [(1, 1), (5, 1), (16, 16), (20, 4), (24, 8), (32, 32), (40, 8), (64, 32), (512, 32)] {
      #expect(GroupNorm.groups(of: channels, nil) == groups, "\(channels) channels")
    }
  }

  @Test func theReLUIsTheSameAsOneBehind() {
    let x = uniforms(3 * 18 * 12, seed: 2, in: -1...2), dy = x.reversed().map { $0 * 0.5 }
    func harness(_ kind: NormKind, relu: Bool) -> LayerHarness {
      LayerHarness(input: [3, 18, 3, 4]) { input, builder in
        switch kind {
        case .group: GroupNorm("n", input, relu: relu, &builder)
        case .instance: InstanceNorm("n", input, relu: relu, &builder)
        default: IdentityNorm("n", input, relu: relu, &builder)
        }
      }
    }
    for kind in [NormKind.group, .instance, .identity] {
      let fused = harness(kind, relu: true), plain = harness(kind, relu: false)
      let y = fused.forward(x), z = plain.forward(x)
      #expect(y == z.map { max($0, 0) }, "\(kind)")
      let masked = zip(z, dy).map { $0 > 0 ? $1 : 0 }
      #expect(fused.backward(dy) == plain.backward(masked), "\(kind)")
    }
    #expect(harness(.identity, relu: false).forward(x) == x)
  }

  @Test func instanceNormHasNoTensorsUnlessAsked() {
    for (affine, count) in [(NormAffine.habitual, 0), (.off, 0), (.on, 2)] {
      var builder = NetworkBuilder()
      let input = Activation(keeping: Shape(4, 3, 3), &builder.plan)
      _ = InstanceNorm("n", input, relu: true, affine: affine, &builder)
      #expect(builder.tensors.count == count)
    }
  }
}
